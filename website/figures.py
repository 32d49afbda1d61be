"""Sphinx extension: each SVG figure of a notebook in a light and a dark form.

A figure is stored once, in the light colours of `aibook.plotting`. This
writes a second file with ink, grid and paper of the dark theme and shows each
under its theme, with the theme's own classes `only-light` and `only-dark`. A
browser loads the one that it shows. An image without alt text is an error.
"""

from pathlib import Path

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from aibook.plotting import GRID, INK, PAPER

# Backgrounds of pydata-sphinx-theme's two themes, and what reads on them.
LIGHT = {PAPER: "#ffffff"}
DARK = {PAPER: "#121212", INK: "#dfe4ea", GRID: "#3a424c"}

logger = logging.getLogger(__name__)


def recolour(svg, colours):
    """The text of an SVG file with each of `colours` replaced."""
    for old, new in colours.items():
        svg = svg.replace(old, new)
    return svg


class ThemedFigures(SphinxTransform):
    default_priority = 400

    def apply(self, **kwargs):
        for image in list(self.document.findall(nodes.image)):
            if not image.get("alt", "").strip():
                logger.warning("image without alt text", location=image)
            if image["uri"].endswith(".svg") and self._is_output(image):
                self._split(image)

    def _is_output(self, image):
        return "jupyter_execute" in Path(image["uri"]).parts

    def _split(self, image):
        path = Path(self.env.relfn2path(image["uri"], self.env.docname)[1])
        svg = path.read_text("utf-8")
        for theme, colours in (("light", LIGHT), ("dark", DARK)):
            themed = path.with_suffix(f".{theme}.svg")
            themed.write_text(recolour(svg, colours), "utf-8")
            copy = image.copy()
            copy["uri"] = image["uri"].removesuffix(".svg") + f".{theme}.svg"
            copy["classes"] = [*image["classes"], f"only-{theme}"]
            image.parent.insert(image.parent.index(image), copy)
        image.parent.remove(image)


def setup(app):
    app.add_transform(ThemedFigures)
    return {"version": "1", "parallel_read_safe": True}
