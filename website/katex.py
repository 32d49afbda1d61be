"""KaTeX, from the npm registry: one pinned archive, kept in the environment.

python -m website.katex      # fetch it now, so that later builds need no
                             # network; `make` does this when it sets up
"""

import base64
import hashlib
import io
import os
import sys
import tarfile
import urllib.request
from pathlib import Path

VERSION = "0.19.1"
SHA512 = (
    "jG8uKntjSEcm2EpQOh0XturpPuuC9r3Sq5HLHdsFdWZT27E672SF19QEi+of0/YeOy15lDgR"
    "hKvr5614uRrEfA=="
)
# The second is the registry's mirror in China.
REGISTRIES = ("https://registry.npmjs.org", "https://registry.npmmirror.com")
FOLDER = Path(sys.prefix) / "share" / f"katex-{VERSION}"


class Unavailable(RuntimeError):
    """KaTeX is neither in the environment nor to be fetched."""


def download(address):
    """The archive at `address` as bytes; Unavailable if it is not KaTeX's."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        archive = answer.read()
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if digest != SHA512:
        raise Unavailable(f"{address} is not the KaTeX that the book pins.")
    return archive


def unpack(archive, folder):
    """Write the archive's `dist` as `folder`, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f"{folder.name}.{os.getpid()}")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar.getmembers():
            name = member.name.removeprefix("package/dist/")
            if name != member.name and member.isfile():
                target = partial / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(tar.extractfile(member).read())
    partial.rename(folder)


def folder():
    """The folder with katex.min.js, katex.min.css and fonts/.

    Fetched on first use. Raises Unavailable, with what to do, when neither
    registry answers.
    """
    if FOLDER.exists():
        return FOLDER
    reasons = []
    for registry in REGISTRIES:
        try:
            archive = download(f"{registry}/katex/-/katex-{VERSION}.tgz")
        except (OSError, Unavailable) as error:
            reasons.append(f"{registry}: {error}")
        else:
            unpack(archive, FOLDER)
            return FOLDER
    raise Unavailable(
        "The site's formulas need KaTeX, which is fetched once.\n  "
        + "\n  ".join(reasons)
        + "\nConnect to the network and run `make build` again."
    )


if __name__ == "__main__":
    try:
        folder()
    except Unavailable as error:
        sys.exit(str(error))
