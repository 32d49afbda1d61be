"""Sphinx extension: figures that follow the theme and keep their place.

A notebook's SVG figure is stored once, in the light colours of
`aibook.plotting`. This writes a second file with ink, grid and paper of the
dark theme and shows each under its theme, with the theme's own classes
`only-light` and `only-dark`; a browser loads the one that it shows. Every
image carries its size, so that nothing moves when it arrives, and loads when
the reader comes near. An image without alt text is an error.
"""

import posixpath
import re
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from PIL import Image
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from aibook.plotting import GRID, INK, PAPER

# Backgrounds of pydata-sphinx-theme's two themes, and what reads on them.
LIGHT = {PAPER: "#ffffff"}
DARK = {PAPER: "#121212", INK: "#dfe4ea", GRID: "#3a424c"}
PIXELS = {"": 1, "px": 1, "pt": 96 / 72, "in": 96}

logger = logging.getLogger(__name__)


def recolour(svg, colours):
    """The text of an SVG file with each of `colours` replaced."""
    for old, new in colours.items():
        svg = svg.replace(old, new)
    return svg


def size(path):
    """(width, height) of an image file in CSS pixels; None if it has none."""
    if path.suffix != ".svg":
        with Image.open(path) as image:
            return image.size
    tag = re.search(r"<svg\b[^>]*>", path.read_text("utf-8"), re.S).group()
    sizes = []
    for name in ("width", "height"):
        found = re.search(rf'\s{name}="([\d.]+)(px|pt|in|)"', tag)
        if not found:
            return None
        sizes.append(round(float(found[1]) * PIXELS[found[2]]))
    return tuple(sizes)


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


def visit_image(self, node):
    """Sphinx's own visitor writes neither size nor `loading`."""
    uri = node["uri"]
    attributes = {"alt": node.get("alt", ""), "loading": "lazy"}
    attributes["decoding"] = "async"
    measured = size(Path(self.builder.srcdir) / uri)
    if measured:
        attributes["width"], attributes["height"] = map(str, measured)
    if uri in self.builder.images:
        name = quote(self.builder.images[uri])
        uri = posixpath.join(self.builder.imgpath, name)
    self.body.append(self.emptytag(node, "img", "", src=uri, **attributes))
    raise nodes.SkipNode


def setup(app):
    app.add_transform(ThemedFigures)
    app.add_node(nodes.image, override=True, html=(visit_image, None))
    return {"version": "1", "parallel_read_safe": True}
