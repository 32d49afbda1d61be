"""Freeze the book's own prose as a corpus: python -m website.prose

Writes aibook/corpora/prose.zh.txt and prose.en.txt from chapters 1 to 4 as
they stand. Pages that train on the corpus have stored outputs: run it only
when those are run anew as well.

A line is a page's title (# ...), a heading (## ...) or a paragraph. Formulas
inside a line keep their TeX; display formulas, code, tables, boxes and
citations are left out, and so is all from the exercises on.
"""

import re

from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from aibook.data import CORPORA, LANGUAGES
from website import editions
from website.anchors import markdown

CHAPTERS = re.compile("0[1-4]-")
# What follows is tasks and references, not prose.
END = re.compile("## (练习|小测|Exercises|Quiz)")
KEPT = {"text", "code_inline", "math_inline"}


def reader():
    parser = MarkdownIt("commonmark").enable("table")
    for plugin in (
        front_matter_plugin, colon_fence_plugin, dollarmath_plugin,
        myst_role_plugin,
    ):  # fmt: skip
        parser.use(plugin)
    return parser


def inline(token):
    """The text of one paragraph without markup and citations."""
    parts = [
        " " if child.type == "softbreak" else child.content
        for child in token.children
        if child.type in KEPT or child.type == "softbreak"
    ]
    return re.sub(r"\s+(?=[，。；：、,.;:]|$)|(?<=\s)\s+", "", "".join(parts))


def lines(text):
    """The lines of one Markdown source."""
    level, inside = 0, 0
    for token in reader().parse(text):
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type in ("table_open", "table_close"):
            inside += token.nesting
        elif token.type == "inline" and not inside:
            words = inline(token).strip()
            if level:
                yield f"{'#' * min(level, 2)} {words}"
                level = 0
            elif len(words) > 1:
                yield words


def prose(edition):
    """All lines of one edition's chapters 1 to 4."""
    found = []
    for page, suffix in editions.pages(edition).items():
        if not CHAPTERS.match(page):
            continue
        path = editions.BOOK / edition / f"{page}{suffix}"
        for line in lines(markdown(path)):
            if END.match(line):
                break
            found.append(line)
    return found


def main():
    CORPORA.mkdir(exist_ok=True)
    for edition in LANGUAGES:
        text = "\n".join(prose(edition)) + "\n"
        (CORPORA / f"prose.{edition}.txt").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
