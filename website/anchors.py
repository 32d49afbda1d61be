"""Sphinx extension: a heading has the same anchor in both editions.

Anchors come from the English headings, so that the switch of language leads
to the same place, and an address stays readable.
"""

import json
import re

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from website.editions import BOOK

logger = logging.getLogger(__name__)


def markdown(path):
    """The Markdown text of a notebook or a Markdown file."""
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return text
    return "\n\n".join(
        "".join(cell["source"])
        for cell in json.loads(text)["cells"]
        if cell["cell_type"] == "markdown"
    )


def slugs(text):
    """One anchor for each heading of a Markdown text, in order.

    >>> slugs("# A `b`\\n## A b\\n")
    ['a-b', 'a-b-2']
    """
    text = re.sub(r"^(`{3,}|~{3,}).*?^\1", "", text, flags=re.M | re.S)
    found = []
    for heading in re.findall(r"^#{1,6} +(.+?)\s*$", text, flags=re.M):
        slug = base = nodes.make_id(heading) or "section"
        number = 1
        while slug in found:
            number += 1
            slug = f"{base}-{number}"
        found.append(slug)
    return found


class SharedAnchors(SphinxTransform):
    default_priority = 500  # before MyST resolves links to headings (879)

    def apply(self, **kwargs):
        english = [
            path
            for suffix in (".ipynb", ".md")
            if (path := BOOK / "en" / f"{self.env.docname}{suffix}").exists()
        ]
        sections = list(self.document.findall(nodes.section))
        if not english:
            return
        anchors = slugs(markdown(english[0]))
        if len(anchors) != len(sections):
            logger.warning(
                "%d headings here, %d in the English edition",
                len(sections),
                len(anchors),
                location=self.env.docname,
            )
            return
        renamed = {}
        for section, anchor in zip(sections, anchors, strict=True):
            old = section["ids"]
            renamed.update(dict.fromkeys(old, anchor))
            labels = [i for i in old[1:] if not re.fullmatch(r"id\d+", i)]
            section["ids"] = [anchor, *(i for i in labels if i != anchor)]
            self.document.ids[anchor] = section
        table = getattr(self.document, "myst_slugs", {})
        for slug, (line, anchor, title) in table.items():
            table[slug] = (line, renamed.get(anchor, anchor), title)


def move_to_headings(app, pagename, templatename, context, doctree):
    """Search results lead to a heading only if it carries the anchor."""
    if "body" in context:
        context["body"] = re.sub(
            r'<section id="([^"]+)">\s*((?:<span[^>]*></span>\s*)*)<h([1-6])>',
            r'<section>\2<h\3 id="\1">',
            context["body"],
        )


def setup(app):
    app.connect("html-page-context", move_to_headings)
    app.add_transform(SharedAnchors)
    return {"version": "1", "parallel_read_safe": True}
