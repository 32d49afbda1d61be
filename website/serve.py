"""Serve the built site on this machine: python -m website.serve.

Compresses and caches as a public host does, so that what one measures here
is what a reader gets.
"""

import argparse
import gzip
import sys
import threading
from contextlib import contextmanager
from functools import cache, partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from website.build import SITE

TEXT = {".css", ".html", ".js", ".json", ".svg", ".txt", ".xml", ".ipynb"}


@cache
def compressed(path, modified):
    """A file's bytes under gzip; `modified` makes a new version anew."""
    return gzip.compress(path.read_bytes(), 6)


class Handler(SimpleHTTPRequestHandler):
    """Static files under gzip, and 404.html of the root for what is lost."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments, quiet=False, **settings):
        self.quiet = quiet
        super().__init__(*arguments, **settings)

    def log_message(self, *arguments):
        if not self.quiet:
            super().log_message(*arguments)

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        status = HTTPStatus.OK
        if path.is_dir() and self.path.split("?")[0].endswith("/"):
            path /= "index.html"
        if not path.exists():
            path = Path(self.directory) / "404.html"
            status = HTTPStatus.NOT_FOUND
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        if not (accepts and path.is_file() and path.suffix in TEXT):
            return super().do_GET()
        body = compressed(path, path.stat().st_mtime_ns)
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    # Of the five that Python keeps waiting, three browsers make too few:
    # the kernel drops the rest, and their figures come late or never.
    request_queue_size = 128


def make_server(directory, port, quiet=False):
    """A server for `directory`; OSError when the port is taken."""
    handler = partial(Handler, directory=str(directory), quiet=quiet)
    return Server(("127.0.0.1", port), handler)


@contextmanager
def serving(directory):
    """Serve `directory` in the background; gives the address."""
    server = make_server(directory, 0, quiet=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def main():
    parser = argparse.ArgumentParser(prog="website.serve")
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if not (SITE / "index.html").exists():
        sys.exit("There is no built site. Run `make build` first.")
    try:
        server = make_server(SITE, port)
    except OSError as error:
        sys.exit(f"Port {port}: {error}. Try `make serve PORT={port + 1}`.")
    print(f"Serving the book on http://localhost:{port} (stop: Ctrl+C)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
