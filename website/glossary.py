"""Sphinx extension: the glossary, and a link to it at a term's first use.

book/glossary.yml holds the terms of both editions:

    id           English slug; the anchor is #term-id in both editions
    zh, en       the term as the book writes it
    zh_forms, en_forms
                 other strings that name the same; plurals in s need no entry
    page         the page that explains it best
    zh_text, en_text
                 the definition, in Markdown
    avoid_zh, avoid_en
                 words of others that the book does not use

The directive `{terms}` lists them on the page 08-appendix/glossary.
"""

import re
from functools import cache
from html import escape

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from website.anchors import markdown
from website.editions import BOOK, pages

FILE = BOOK / "glossary.yml"
listed = cache(pages)  # each page asks: look through the folders once
PAGE = "08-appendix/glossary"
# Titles and code keep their look, choices of a quiz are buttons, and boxes
# stand before the prose that explains.
UNLINKED = (
    nodes.title, nodes.reference, nodes.literal, nodes.literal_block,
    nodes.math, nodes.math_block, nodes.Admonition, nodes.raw, nodes.caption,
    nodes.citation, nodes.table, nodes.container,
)  # fmt: skip


@cache
def load():
    """The entries of book/glossary.yml, as a list of dictionaries."""
    return yaml.safe_load(FILE.read_text("utf-8"))


def forms(entry, edition):
    """Every string that names an entry in one edition.

    >>> forms({"en": "token", "en_forms": ["tokenised"]}, "en")
    ['token', 'tokenised']
    """
    return [entry[edition], *entry.get(f"{edition}_forms", ())]


def pattern(words, edition):
    """A regular expression for any of some words, the longest first."""
    ordered = sorted(words, key=len, reverse=True)
    choice = "|".join(map(re.escape, ordered))
    if edition == "zh":
        # An abbreviation such as RNN must stand by itself there, too.
        return re.compile(rf"(?<![A-Za-z-])(?:{choice})(?![A-Za-z])", re.I)
    return re.compile(rf"(?<![\w-])({choice})(?:s|es)?(?![\w-])", re.I)


@cache
def finder(edition):
    """A pattern for every term of an edition, and the entry of each form."""
    known = {
        form.lower(): entry
        for entry in load()
        for form in forms(entry, edition)
    }
    return pattern(known, edition), known


def find_terms(text, edition):
    """Yield (start, end, entry) for each term in a text, in order."""
    expression, known = finder(edition)
    for found in expression.finditer(text):
        form = found[0 if edition == "zh" else 1].lower()
        yield found.start(), found.end(), known[form]


@cache
def prose(edition, page):
    """A page's words: no code, formulas, quotations or addresses."""
    path = BOOK / edition / f"{page}{listed(edition)[page]}"
    text = re.sub(r"^(`{3,}).*?^\1", "", markdown(path), flags=re.M | re.S)
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]*\$|`[^`\n]*`", " ", text)
    text = re.sub(r"\{[\w:]+\}|\]\([^)]*\)|「[^」]*」", " ", text)
    return re.sub(r"[\"“][^\"”\n]*[\"”]", " ", text)


def used(edition, page):
    """The ids of the terms that one edition of a page uses."""
    found = find_terms(prose(edition, page), edition)
    return {entry["id"] for _, _, entry in found}


def sort_key(entry, edition):
    """Chinese by sound, as GB 2312 orders its common characters."""
    if edition == "zh":
        return entry["zh"].upper().encode("gb18030", "replace")
    return entry["en"].lower()


class Terms(SphinxDirective):
    def run(self):
        edition = self.config.edition
        other = "en" if edition == "zh" else "zh"
        definitions = nodes.definition_list(classes=["terms"])
        for entry in sorted(load(), key=lambda e: sort_key(e, edition)):
            term = nodes.term("", entry[edition], ids=[f"term-{entry['id']}"])
            word = escape(entry[other])
            span = f'<span class="other" lang="{other}">{word}</span>'
            term += nodes.raw("", span, format="html")
            text = f"{entry[f'{edition}_text']} → [](/{entry['page']})"
            meaning = nodes.definition()
            self.state.nested_parse(
                StringList([text], str(FILE)), self.content_offset, meaning
            )
            definitions += nodes.definition_list_item("", term, meaning)
        self.env.note_dependency(str(FILE))
        return [definitions]


def is_prose(text):
    node = text.parent
    while node is not None:
        if isinstance(node, UNLINKED):
            return False
        node = node.parent
    return True


def link_first_uses(app, doctree, docname):
    edition = app.config.edition
    if app.builder.format != "html" or docname.startswith("08-"):
        return
    address = app.builder.get_relative_uri(docname, PAGE)
    # In one edition only it is an everyday word: to recall, a batch of mail.
    terms = used("zh", docname) & used("en", docname)
    terms -= {entry["id"] for entry in load() if entry["page"] == docname}
    for text in list(doctree.findall(nodes.Text)):
        if not is_prose(text):
            continue
        parts, end = [], 0
        for start, stop, entry in find_terms(text.astext(), edition):
            if entry["id"] not in terms:
                continue
            terms.remove(entry["id"])
            parts += [
                nodes.Text(text[end:start]),
                nodes.reference(
                    "", text[start:stop], internal=True, classes=["term"],
                    refuri=f"{address}#term-{entry['id']}",
                ),
            ]  # fmt: skip
            end = stop
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def setup(app):
    app.add_directive("terms", Terms)
    app.connect("doctree-resolved", link_first_uses)
    return {"version": "1", "parallel_read_safe": True}
