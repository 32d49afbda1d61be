"""Sphinx extension: an exercise's folded cells say what is inside.

Before the stub that a reader fills in stands a cell with the cases and the
typical mistakes of its check, and after it the answer.
"""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode

from website.metadata import STRINGS

STUB = "raise NotImplementedError"


def name_folds(app, doctree, docname):
    if app.builder.format != "html":
        return
    words = STRINGS[app.config.edition]
    cells = [
        node
        for node in doctree.findall(nodes.container)
        if node.get("nb_element") == "cell_code"
    ]
    stubs = [False, *(STUB in cell.astext() for cell in cells), False]
    for cell, after_stub, before_stub in zip(
        cells, stubs[:-2], stubs[2:], strict=True
    ):
        if not (before_stub or after_stub):
            continue
        inside = "cases" if before_stub else "answer"
        for fold in cell.findall(HideCodeCellNode):
            fold["prompt_show"] = words[f"show_{inside}"]
            fold["prompt_hide"] = words[f"hide_{inside}"]


def setup(app):
    app.connect("doctree-resolved", name_folds)
    return {"version": "1", "parallel_read_safe": True}
