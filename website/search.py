"""The search index of one edition, made by Pagefind from the built pages."""

import subprocess
import sys

# The text of a page, without what a reader does not search for: menus, the
# second copy of each formula, the links beside headings.
BODY = "article.bd-article"
IGNORED = ".headerlink, .eqno, .katex-mathml, .katex-display, summary"
# Pagefind's ready-made boxes; the book has its own (static/search.js).
UNUSED = ("*-ui.*", "pagefind-highlight.js")


def index(folder):
    """Write `folder`/pagefind; CalledProcessError when Pagefind fails."""
    command = [sys.executable, "-m", "pagefind", "--site", folder]
    options = {
        "--root-selector": BODY,
        "--exclude-selectors": IGNORED,
        # Names such as `padding_mode` and `Conv2D` are words of their own.
        "--include-characters": "_",
    }
    for option, value in options.items():
        command += [option, value]
    subprocess.run([*command, "--keep-index-url", "--silent"], check=True)
    for pattern in UNUSED:
        for path in (folder / "pagefind").glob(pattern):
            path.unlink()
