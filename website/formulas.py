"""Sphinx extension: KaTeX turns formulas into HTML and MathML at build time.

The browser gets finished markup: no script runs, and a screen reader reads
the MathML. Equations are numbered from 1 on each page.
"""

import re
from collections import Counter
from html import escape

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from website import katex

# A line may not begin with these, nor end with those.
CLOSING = "，。、；：！？）》」』”’…,.;:!?)]%"
OPENING = "（《「『“‘(["

logger = logging.getLogger(__name__)


class Renderer:
    """KaTeX in a JavaScript engine of its own."""

    def __init__(self):
        try:
            source = (katex.folder() / "katex.min.js").read_text("utf-8")
        except katex.Unavailable as error:
            raise ExtensionError(str(error)) from error
        self.engine = MiniRacer()
        self.engine.eval(source)

    def __call__(self, latex, display):
        """HTML and MathML of a formula; ValueError for one it cannot read."""
        options = {
            "displayMode": display,
            "strict": "ignore",
            "throwOnError": True,
        }
        try:
            html = self.engine.call("katex.renderToString", latex, options)
        except JSEvalException as error:
            raise ValueError(str(error).splitlines()[0]) from error
        # The source once more, and what HTML does not need around MathML.
        html = re.sub(r"<annotation.*?</annotation>", "", html, flags=re.S)
        html = re.sub(r"</?semantics>", "", html)
        # A function's name and its sign are one child of a subscript.
        html = re.sub(
            "(<mi[^>]*>[^<]*</mi><mo>\u2061</mo>)", r"<mrow>\1</mrow>", html
        )
        return html.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")


def render(translator, node, display):
    builder = translator.builder
    if not hasattr(builder, "katex"):
        builder.katex = Renderer()
    latex = node.astext()
    # Sphinx's own rule: a display formula with \\ is one of several lines.
    if display and "\\\\" in latex and "\\begin{" not in latex:
        latex = f"\\begin{{split}}{latex}\\end{{split}}"
    try:
        return builder.katex(latex, display)
    except ValueError as error:
        logger.warning("KaTeX: %s in %s", error, latex, location=node)
        return translator.encode(latex)


def visit_math(self, node):
    html = render(self, node, display=False)
    marks = node.get("opening", ""), node.get("closing", "")
    self.body.append(punctuate(html, *marks))
    raise nodes.SkipNode


def visit_math_block(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        domain = self.builder.env.get_domain("math")
        number = domain.get_equation_number_for(node["label"])
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append(render(self, node, display=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def number_by_page(app, env):
    """Sphinx numbers equations through the whole book."""
    equations = env.get_domain("math").equations
    count = Counter()
    for label, (page, number) in sorted(
        equations.items(), key=lambda item: (item[1][0], item[1][1] or 0)
    ):
        if number is not None:
            count[page] += 1
            equations[label] = (page, count[page])


class Punctuation(SphinxPostTransform):
    """Move a comma after a formula into it, and an opening bracket before.

    A browser may break a line on either side of a formula, whatever follows;
    it does not inside the formula's last part.
    """

    default_priority = 800
    formats = ("html",)

    def run(self):
        for math in list(self.document.findall(nodes.math)):
            parent, place = math.parent, math.parent.index(math)
            before = parent[place - 1] if place else None
            after = parent[place + 1] if place + 1 < len(parent) else None
            opening = self._ends(before, f"[{re.escape(OPENING)}]+$")
            closing = self._ends(after, f"^[{re.escape(CLOSING)}]+")
            math["opening"], math["closing"] = opening, closing
            if opening:
                text = before.astext().removesuffix(opening)
                parent.replace(before, nodes.Text(text))
            if closing:
                text = after.astext().removeprefix(closing)
                parent.replace(after, nodes.Text(text))

    def _ends(self, node, pattern):
        if not isinstance(node, nodes.Text):
            return ""
        found = re.search(pattern, node.astext())
        return found.group() if found else ""


def punctuate(html, opening, closing):
    """A formula's HTML and MathML with the marks that stand beside it."""
    html_start, math_start = '<span class="katex-base">', "<math>"
    html_end, math_end = "</span></span></span>", "</math>"
    if opening:
        mark = escape(opening)
        html = html.replace(
            html_start, f'{html_start}<span class="beside">{mark}</span>', 1
        ).replace(math_start, f"{math_start}<mtext>{mark}</mtext>", 1)
    if closing:
        mark = escape(closing)
        html = html.replace(math_end, f"<mtext>{mark}</mtext>{math_end}")
        html = html.removesuffix(html_end)
        html += f'<span class="beside">{mark}</span>{html_end}'
    return html


def setup(app):
    app.add_html_math_renderer(
        "katex", (visit_math, None), (visit_math_block, None)
    )
    app.connect("env-updated", number_by_page)
    app.add_post_transform(Punctuation)
    return {"version": "1", "parallel_read_safe": True}
