"""Serve the built site on this machine: python -m website.serve."""

import argparse
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from website.build import SITE


def main():
    parser = argparse.ArgumentParser(prog="website.serve")
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if not (SITE / "index.html").exists():
        sys.exit("There is no built site. Run `make build` first.")
    handler = partial(SimpleHTTPRequestHandler, directory=SITE)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        sys.exit(f"Port {port}: {error}. Try `make serve PORT={port + 1}`.")
    print(f"Serving the book on http://localhost:{port} (stop: Ctrl+C)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
