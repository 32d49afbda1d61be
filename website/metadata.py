"""Sphinx extension: what a page tells browsers, search engines and the theme.

Adds to each page's context: `ui` (the strings of strings.yml), `editions`
(this page in every edition), `description` (its first paragraph) and
`launch_links` (where its notebook opens). The templates write them out.
"""

import re
from functools import partial
from pathlib import Path

import yaml
from docutils import nodes

STRINGS = yaml.safe_load(
    Path(__file__).with_name("strings.yml").read_text("utf-8")
)
LENGTH = 160


def describe(doctree, default):
    """The first paragraph of a page, cut to what a search engine shows."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        if isinstance(paragraph.parent, nodes.section):
            text = " ".join(paragraph.astext().split())
            if len(text) <= LENGTH:
                return text
            cut = text[:LENGTH]
            ends = [m.end() for m in re.finditer(r"[。！？]|[.!?](?= )", cut)]
            return cut[: ends[-1]] if ends else cut[:-1] + "…"
    return default


def launch_links(context):
    """{"Binder": address, ...} and the addresses to edit and to report."""
    links = {}
    for group in context.get("header_buttons", ()):
        for button in group.get("buttons", ()):
            if button.get("type") == "link":
                links[button["text"]] = button["url"]
    return links


def add_context(app, pagename, templatename, context, doctree):
    edition = app.config.edition
    context["edition"] = edition
    context["ui"] = STRINGS[edition]
    context["site_url"] = app.config.site_url
    context["editions"] = {
        name: {
            "name": words["name"],
            "language": app.config.edition_languages[name],
            "href": f"{context['content_root']}../{name}/{pagename}.html",
            "url": f"{app.config.site_url}{name}/{pagename}.html",
        }
        for name, words in STRINGS.items()
    }
    context["description"] = describe(doctree, STRINGS[edition]["description"])
    # A function: the theme sets `header_buttons` later than it first looks
    # into the templates.
    context["launch_links"] = partial(launch_links, context)


def setup(app):
    app.add_config_value("edition", "", "html")
    app.add_config_value("edition_languages", {}, "html")
    app.add_config_value("site_url", "", "html")
    app.connect("html-page-context", add_context, priority=400)
    return {"version": "1", "parallel_read_safe": True}
