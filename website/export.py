"""Make each edition one PDF or one EPUB from the built site.

    python -m website.export pdf|epub

Both take the pages that readers see, in the order of the table of contents,
with everything unfolded, into _build/pdf or _build/epub.
"""

import posixpath
import re
import sys
import uuid
import zipfile
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import yaml
from bs4 import BeautifulSoup

from website.browser import find_browser, open_browser
from website.build import BUILD, ROOT, SITE, language_tag, load_config
from website.metadata import STRINGS

WEBSITE = Path(__file__).parent
NAME = "large-ai-models"
MATHML = "http://www.w3.org/1998/Math/MathML"
# What paper has no use for.
DROPPED = "script, button, .headerlink, .only-dark, details.hide > summary"


def contents():
    """(depth, page) of every page in order; the cover has depth 1."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))

    def walk(entries, depth):
        for entry in entries:
            yield depth, entry["file"]
            yield from walk(entry.get("sections", ()), depth + 1)

    return [(1, toc["root"]), *walk(toc["chapters"], 1)]


def key(page):
    """A page's name as an id and a file name: 03-principles-index."""
    return page.replace("/", "-")


def target(page, address, pages):
    """(page, anchor) that an address on `page` leads to; None if outside."""
    path, _, anchor = address.partition("#")
    if re.match(r"\w+:", address):
        return None
    found = page
    if path:
        path = posixpath.join(posixpath.dirname(page), path)
        found = posixpath.normpath(path).removesuffix(".html")
    return (found, anchor) if found in pages else None


def article(edition, page):
    """The text of a built page, unfolded and without controls."""
    path = SITE / edition / f"{page}.html"
    if not path.exists():
        sys.exit("There is no built site. Run `make build` first.")
    soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    body = soup.find("article")
    body.name = "section"
    body.attrs = {}
    for element in body.select(DROPPED):
        element.decompose()
    for image in body.find_all("img"):
        address = posixpath.join(posixpath.dirname(page), image["src"])
        image["src"] = posixpath.normpath(address)
        for name in ("loading", "decoding"):
            del image[name]
    for details in body.find_all("details"):
        details.name = "div"
        details.attrs = {"class": "unfolded"}
        if summary := details.find("summary", recursive=False):
            for icon in summary.find_all("svg"):
                icon.decompose()
            summary.name = "p"
            summary.attrs = {"class": "unfolded-title"}
    return body


def title(body):
    return " ".join(body.find("h1").get_text().split())


# The PDF: one HTML file, printed by Chromium.


def combined(edition):
    """All pages as one <main>, ids and links rewritten; and the titles."""
    pages = [page for _, page in contents()]
    parts, titles = [], []
    for depth, page in contents():
        body = article(edition, page)
        titles.append((depth, page, title(body)))
        for element in body.select("[id]"):
            element["id"] = f"{key(page)}--{element['id']}"
        for link in body.select("a[href]"):
            if found := target(page, link["href"], pages):
                anchor = "--".join([key(found[0]), found[1]]).rstrip("-")
                link["href"] = f"#{anchor}"
        for image in body.find_all("img"):
            image["src"] = (SITE / edition / image["src"]).as_uri()
        for heading in body.find_all(re.compile("^h[1-5]$")):
            heading.name = f"h{int(heading.name[1]) + depth - 1}"
        body["id"] = key(page)
        body["class"] = f"page depth-{depth}"
        parts.append(str(body))
    return "\n".join(parts), titles


def paper(edition, main, titles, numbers):
    """The HTML of the whole book; `numbers` gives pages to the contents."""
    book = load_config()["editions"][edition]
    css = (SITE / edition / "_static" / "site.css").as_uri()
    lines = "\n".join(
        f'<li class="depth-{depth}"><a href="#{key(page)}">'
        f"<span>{escape(name)}</span>"
        f"<span>{numbers.get(key(page), '000')}</span></a></li>"
        for depth, page, name in titles
    )
    return f"""<!doctype html>
<html lang="{language_tag(book)}" data-theme="light">
<head><meta charset="utf-8"><title>{escape(book["title"])}</title>
<link rel="stylesheet" href="{css}">
<style>{(WEBSITE / "paper.css").read_text("utf-8")}</style></head>
<body class="bd-content">
<header class="title-page"><h1>{escape(book["title"])}</h1>
<p>{escape(STRINGS[edition]["description"])}</p>
<p>{escape(book["author"])}</p></header>
<nav class="pages"><h1>{escape(STRINGS[edition]["contents"])}</h1>
<ol>{lines}</ol></nav>
<main class="bd-article">{main}</main></body></html>"""


def print_pages(browser, html, path):
    page = browser.new_page()
    source = path.with_suffix(".html")
    source.write_text(html, "utf-8")
    page.goto(source.as_uri(), timeout=300_000)  # ms; it is the whole book
    page.evaluate("document.fonts.ready")
    page.pdf(
        path=path,
        format="A4",
        outline=True,
        tagged=True,
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template='<div style="font-size:8pt;width:100%;text-align:'
        'center"><span class="pageNumber"></span></div>',
        margin={"top": "18mm", "bottom": "18mm", "left": "17mm"}
        | {"right": "17mm"},
    )
    page.close()
    source.unlink()


def page_numbers(path, titles):
    """{id: page} of a printed PDF, from its named destinations."""
    with pikepdf.open(path) as book:
        numbers = {p.objgen: n for n, p in enumerate(book.pages, 1)}
        places = book.Root.Dests
        return {
            key(page): numbers[places[f"/{key(page)}"][0].objgen]
            for _, page, _ in titles
        }


def replace_first_pages(book, front, count, path):
    """Write `book` with its first `count` pages drawn as in `front`.

    What those pages hold besides, links and tags, stays the book's.
    """
    with pikepdf.open(book) as whole, pikepdf.open(front) as new:
        if len(new.pages) != count:
            sys.exit(
                f"The contents took {count} pages, then {len(new.pages)}."
            )
        for number, page in enumerate(new.pages):
            for part in ("/Contents", "/Resources"):
                drawn = new.make_indirect(page.obj[part])
                whole.pages[number].obj[part] = whole.copy_foreign(drawn)
        whole.save(path)


def make_pdf(edition, folder, browser):
    """Print an edition into `folder` by Playwright's `browser`; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}-{edition}.pdf"
    main, titles = combined(edition)
    with TemporaryDirectory(dir=folder) as spare:
        book, front = Path(spare, "book.pdf"), Path(spare, "front.pdf")
        print_pages(browser, paper(edition, main, titles, {}), book)
        # Each number has the width of four digits, so no line moves: only
        # what stands before the text is printed again, with the numbers.
        numbers = page_numbers(book, titles)
        print_pages(browser, paper(edition, "", titles, numbers), front)
        before = min(numbers.values()) - 1
        replace_first_pages(book, front, before, path)
    return path


# The EPUB: one XHTML file for each page, formulas as MathML.

CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0"
xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/book.opf"
media-type="application/oebps-package+xml"/></rootfiles></container>"""
TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
TYPES |= {".jpeg": "image/jpeg", ".css": "text/css"}


def xhtml(language, name, body):
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml"
xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}"
xml:lang="{language}">
<head><meta charset="utf-8"/><title>{escape(name)}</title>
<link rel="stylesheet" href="epub.css"/></head>
<body>{body}</body></html>"""


def unique_ids(svg):
    """SVG whose ids occur once; matplotlib repeats that of equal images."""
    seen = set()

    def keep_first(found):
        repeated = found[1] in seen
        seen.add(found[1])
        return "" if repeated else found[0]

    return re.sub(r'\sid="([^"]+)"', keep_first, svg)


def chapter(edition, page, pages):
    """(title, XHTML of the body, images, has formulas) of one page."""
    body = article(edition, page)
    for element in body.select(".katex-html"):
        element.decompose()
    for formula in body.find_all("math"):
        formula["xmlns"] = MATHML
    for link in body.select("a[href]"):
        if found := target(page, link["href"], pages):
            anchor = f"#{found[1]}" if found[1] else ""
            link["href"] = f"{key(found[0])}.xhtml{anchor}"
        del link["target"]
    images = []
    for image in body.find_all("img"):
        images.append(SITE / edition / image["src"])
        image["src"] = f"images/{Path(image['src']).name}"
    for element in body.select("[align], [border]"):
        del element["align"], element["border"]
    return title(body), str(body), images, bool(body.find("math"))


def make_epub(edition, folder):
    """Write the EPUB 3 of an edition into `folder`; gives its path."""
    book = load_config()["editions"][edition]
    language = language_tag(book)
    pages = [page for _, page in contents()]
    files = {"epub.css": (WEBSITE / "epub.css").read_bytes()}
    manifest, lines = [], []
    for depth, page in contents():
        name, body, images, formulas = chapter(edition, page, pages)
        files[f"{key(page)}.xhtml"] = xhtml(language, name, body).encode()
        properties = ' properties="mathml"' if formulas else ""
        manifest.append(
            f'<item id="p-{key(page)}" href="{key(page)}.xhtml" '
            f'media-type="application/xhtml+xml"{properties}/>'
        )
        lines.append(
            f'<li class="depth-{depth}"><a href="{key(page)}.xhtml">'
            f"{escape(name)}</a></li>"
        )
        for image in images:
            content = image.read_bytes()
            if image.suffix == ".svg":
                content = unique_ids(content.decode()).encode()
            files[f"images/{image.name}"] = content
    listed = (
        f'<nav epub:type="toc"><h1>{escape(STRINGS[edition]["contents"])}</h1>'
        f"<ol>{''.join(lines)}</ol></nav>"
    )
    manifest += [
        f'<item id="f{number}" href="{name}" '
        f'media-type="{TYPES[Path(name).suffix]}"/>'
        for number, name in enumerate(files)
        if Path(name).suffix in TYPES
    ]
    files["nav.xhtml"] = xhtml(language, book["title"], listed).encode()
    spine = "".join(f'<itemref idref="p-{key(page)}"/>' for page in pages)
    files["book.opf"] = f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0"
unique-identifier="id" xml:lang="{language}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, book["title"])}
</dc:identifier><dc:title>{escape(book["title"])}</dc:title>
<dc:language>{language}</dc:language>
<dc:creator>{escape(book["author"])}</dc:creator>
<dc:description>{escape(STRINGS[edition]["description"])}</dc:description>
<meta property="dcterms:modified">{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}</meta>
</metadata><manifest><item id="nav" href="nav.xhtml" properties="nav"
media-type="application/xhtml+xml"/>{"".join(manifest)}</manifest>
<spine><itemref idref="nav"/>{spine}</spine></package>""".encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}-{edition}.epub"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            zipfile.ZipInfo("mimetype"), "application/epub+zip"
        )  # first and stored as it is
        archive.writestr("META-INF/container.xml", CONTAINER)
        for name, content in files.items():
            archive.writestr(f"book/{name}", content)
    return path


def main():
    kind = sys.argv[1] if len(sys.argv) == 2 else None
    if kind not in ("pdf", "epub"):
        sys.exit("Usage: python -m website.export pdf|epub")
    with ExitStack() as stack:
        make = make_epub
        if kind == "pdf":
            if find_browser() is None:
                sys.exit("No Chromium: apt install chromium, or set CHROMIUM.")
            browser = stack.enter_context(open_browser())
            make = partial(make_pdf, browser=browser)
        for edition in load_config()["editions"]:
            path = make(edition, BUILD / kind)
            size = path.stat().st_size / 1e6
            print(f"{path.relative_to(ROOT)}: {size:.1f} MB")


if __name__ == "__main__":
    main()
