"""Sphinx extension: one style sheet, one script, and only what pages use.

The theme and the extensions bring some 700 KB of style sheets, scripts and
icons. After the build this joins those that the book needs, drops every style
rule that matches nothing in the edition's pages, turns the icons that occur
into small masks, and removes the files that are left over.
"""

import hashlib
import re
import shutil
from collections import defaultdict
from html import unescape
from logging import WARNING, getLogger
from pathlib import Path
from urllib.parse import quote

import tinycss2
from fontTools import subset
from sphinx.util import logging

from website import katex

# In the order in which a page would load them.
STYLES = [
    "basic.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
    "copybutton.css",
    "mystnb.*.css",
    "sphinx-design.min.css",
    "katex.min.css",
    "book.css",
]
SCRIPTS = [
    "documentation_options.js",
    "scripts/pydata-sphinx-theme.js",
    "scripts/sphinx-book-theme.js",
    "clipboard.min.js",
    "copybutton.js",
    "book.js",
    "search.js",
]
KEPT = ["favicon.svg"]
ICONS = "scripts/fontawesome.js"
# KaTeX's fonts for one alphabet; the others draw everything else.
FONT_CLASSES = {
    "AMS": ("mathbb", "textbb", "amsrm"),
    "Caligraphic": ("mathcal",),
    "Fraktur": ("mathfrak", "textfrak"),
    "SansSerif": ("mathsf", "textsf"),
    "Script": ("mathscr", "textscr"),
    "Typewriter": ("mathtt", "texttt"),
}
# Classes that scripts put together from parts.
MADE_BY_SCRIPTS = {"dark", "light", "auto"}

logger = logging.getLogger(__name__)
getLogger("fontTools.subset").setLevel(WARNING)


def words(text):
    """Every word of a text that could name a class, an id or a tag.

    `dataset.themeName` of a script is the attribute data-theme-name.
    """
    found = set(re.findall(r"[A-Za-z_][\w-]*", text))
    for name in set(re.findall(r"\bdataset\.(\w+)", text)):
        found.add("data-" + re.sub(r"([A-Z])", r"-\1", name).lower())
    return found


def names(selector):
    """The classes, ids, attributes and tags that a selector asks for."""
    previous = None
    while previous != selector:  # innermost parentheses first
        previous, selector = (
            selector,
            re.sub(r":[\w-]+\([^()]*\)", "", selector),
        )
    selector = re.sub(r"::?[\w-]+", "", selector)
    attributes = re.findall(r"\[\s*([\w-]+)", selector)
    selector = re.sub(r"\[[^\]]*\]", "", selector)
    return {*attributes, *re.findall(r"[A-Za-z_][\w-]*", selector)}


def split_selectors(prelude):
    """The selectors of a rule; commas inside parentheses do not part."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(prelude):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append(prelude[start:place])
            start = place + 1
    return [part.strip() for part in [*parts, prelude[start:]]]


def declarations(content, read):
    """A rule's body without the custom properties that are not in `read`."""
    kept = [
        item.serialize()
        for item in tinycss2.parse_blocks_contents(
            content, skip_comments=True, skip_whitespace=True
        )
        if not (
            item.type == "declaration"
            and item.name.startswith("--")
            and item.name not in read
        )
    ]
    return ";".join(kept)


def purge(css, used, read):
    """The rules of a style sheet that can match a page made of `used`.

    css: text or tokens; used: words of the pages; read: the custom
    properties that some rule reads.
    """
    kept = []
    for rule in tinycss2.parse_stylesheet(
        css, skip_comments=True, skip_whitespace=True
    ):
        if rule.type == "qualified-rule":
            selectors = [
                selector
                for selector in split_selectors(
                    tinycss2.serialize(rule.prelude).strip()
                )
                if names(selector) <= used
            ]
            body = declarations(rule.content, read)
            if selectors and body:
                kept.append(f"{','.join(selectors)}{{{body}}}")
        elif rule.type == "at-rule" and rule.content is None:
            kept.append(rule.serialize())
        elif rule.type == "at-rule":
            head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
            if rule.at_keyword in ("media", "supports", "layer", "container"):
                body = purge(rule.content, used, read)
            else:
                body = tinycss2.serialize(rule.content)
            if body.strip():
                kept.append(f"{head}{{{body}}}")
    return "\n".join(kept)


def shrink(css, used):
    """A style sheet without what no page of these words can show."""
    while True:
        read = set(re.findall(r"var\(\s*(--[\w-]+)", css))
        smaller = purge(css, used, read)
        if smaller == css:
            return css
        css = smaller


def icon_rules(script, used):
    """Style rules that draw each Font Awesome icon among `used`."""
    icons = {}
    for name, width, height, aliases, path in re.findall(
        r'[{,]"?([\w-]+)"?:\[(\d+),(\d+),\[([^\]]*)\],"\w+","([^"]+)"\]',
        script,
    ):
        for alias in [name, *re.findall(r'"([\w-]+)"', aliases)]:
            icons[alias] = (width, height, path)
    rules = []
    for name in sorted(used):
        if name not in icons:
            logger.warning("there is no icon called %s", name)
            continue
        width, height, path = icons[name]
        picture = quote(
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} "
            f"{height}'><path d='{path}'/></svg>",
            safe=" ='/:,",
        )
        rules.append(
            f'.fa-{name}{{--icon:url("data:image/svg+xml,{picture}")}}'
        )
    return rules


def join_styles(static, pages, scripts):
    css = "\n".join(
        path.read_text("utf-8")
        for pattern in STYLES
        for path in sorted(static.glob(pattern))
    )
    # Icons need no font, and KaTeX's fonts no older formats.
    css = re.sub(r"@charset[^;]*;", "", css)
    css = re.sub(r"@font-face\s*{[^}]*Awesome[^}]*}", "", css)
    css = re.sub(r",\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)", "", css)
    icons = set(re.findall(r"\bfa-([a-z][a-z-]+)\b", pages))
    icons -= {"solid", "brands", "regular", "lg"}
    icon_script = (static / ICONS).read_text("utf-8")
    css = "\n".join([css, *icon_rules(icon_script, icons)])
    return shrink(css, words(pages) | words(scripts) | MADE_BY_SCRIPTS)


def plain_tokens(html):
    """HTML without thebe's settings, nor spans around code of plain colour."""
    html = re.sub(
        r"<script type=\"text/x-thebe-config.*?</script>", "", html, flags=re.S
    )
    html = re.sub(r"<script>kernelName = .*?</script>", "", html)
    return re.sub(
        r"<pre>.*?</pre>",
        lambda block: re.sub(
            r'<span class="(?:n|p|w)">([^<]*)</span>', r"\1", block[0]
        ),
        html,
        flags=re.S,
    )


def cut_font(path, text):
    """Keep of a font file only the characters of `text`."""
    options = subset.Options(flavor="woff2", layout_features=["*"])
    font = subset.load_font(path, options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    subset.save_font(font, path, options)


def formula_characters(html):
    """What formulas of some pages draw: all characters, and those by class."""
    every, by_class = set(), defaultdict(set)
    for formula in re.findall(r"<math\b.*?</math>", html, flags=re.S):
        every.update(unescape(formula))
    # Signs that KaTeX puts together, such as the slash of a ≠ b.
    every.update(re.findall("[\ue000-\uf8ff]", html))
    for classes, text in re.findall(
        r'<span class="([^"]*)"[^>]*>([^<]+)<', html
    ):
        for name in classes.split():
            by_class[name].update(unescape(text))
    return every, by_class


def font_characters(name, every, by_class):
    """The characters that formulas take from one of KaTeX's fonts."""
    (family,) = re.findall(r"KaTeX_(\w+)-", name)
    classes = FONT_CLASSES.get(family)
    found = set().union(*(by_class[c] for c in classes)) if classes else every
    return "".join(sorted(found)) + " &<>"


def finish(app, exception):
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    source = katex.folder()
    shutil.copy(source / "katex.min.css", static)
    shutil.copytree(source / "fonts", static / "fonts", dirs_exist_ok=True)
    paths = sorted(p for p in out.rglob("*.html") if static not in p.parents)
    pages = {path: path.read_text("utf-8") for path in paths}
    script = ";\n".join(
        re.sub(r"//# sourceMappingURL=.*", "", text)
        for text in ((static / name).read_text("utf-8") for name in SCRIPTS)
    )
    css = join_styles(static, "\n".join(pages.values()), script)
    pages = {path: plain_tokens(text) for path, text in pages.items()}
    fonts = set(re.findall(r"fonts/([\w-]+\.woff2)", css))
    drawn = formula_characters("".join(pages.values()))
    for name in fonts:
        # Those of large delimiters are small, and used piece by piece.
        if "Size" not in name:
            text = font_characters(name, *drawn)
            cut_font(static / "fonts" / name, text)
    kept = {static / name for name in KEPT}
    kept.add(static / f"card-{app.config.edition}.png")
    kept |= {static / "fonts" / name for name in fonts}
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_file() and path not in kept:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name, text in (("site.css", css), ("site.js", script)):
        (static / name).write_text(text, "utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        for path in pages:
            pages[path] = pages[path].replace(
                f"_static/{name}", f"_static/{name}?v={digest}"
            )
    for path, text in pages.items():
        path.write_text(text, "utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": True}
