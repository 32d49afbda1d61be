"""The search index of one edition, made by Pagefind from the built pages.

Pagefind would cut Chinese into words by a dictionary, which reads one string
in several ways: a page full of 卷积核 was not found by 卷积. So each Chinese
character is indexed as a word of its own, and static/search.js looks for
phrases of them.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The text of a page, without what a reader does not search for: menus, the
# second copy of each formula, the links beside headings.
BODY = "article.bd-article"
IGNORED = ".headerlink, .eqno, .katex-mathml, .katex-display"
# Pagefind's ready-made boxes; the book has its own.
UNUSED = ("*-ui.*", "pagefind-highlight.js")


def space_out(html):
    """HTML with a space on each side of every Chinese character."""
    return re.sub(
        r"(<[^>]*>)|([\u3400-\u9fff])",
        lambda found: found[1] or f" {found[2]} ",
        html,
    )


def index(folder):
    """Write `folder`/pagefind; CalledProcessError when Pagefind fails."""
    with tempfile.TemporaryDirectory() as copy:
        for path in folder.rglob("*.html"):
            target = Path(copy) / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(space_out(path.read_text("utf-8")), "utf-8")
        command = [sys.executable, "-m", "pagefind", "--site", copy]
        options = {
            "--output-path": folder / "pagefind",
            "--root-selector": BODY,
            "--exclude-selectors": IGNORED,
            # Stems the English words of a Chinese page, too.
            "--force-language": "en",
            # `padding_mode` is one word.
            "--include-characters": "_",
        }
        for option, value in options.items():
            command += [option, value]
        shutil.rmtree(folder / "pagefind", ignore_errors=True)
        subprocess.run([*command, "--keep-index-url", "--silent"], check=True)
    for pattern in UNUSED:
        for path in (folder / "pagefind").glob(pattern):
            path.unlink()
