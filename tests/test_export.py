"""The PDF and the EPUB of each edition, made from the built site."""

import re
import zipfile
from functools import cache
from unicodedata import normalize
from xml.etree import ElementTree

import pikepdf
import pytest
from pypdf import PdfReader

from tests.test_site import html, parse
from website import export
from website.build import load_config

EDITIONS = list(load_config()["editions"])
OPF = "{http://www.idpf.org/2007/opf}"


@pytest.fixture(scope="module", params=EDITIONS)
def pdf(request, tmp_path_factory, chromium):
    folder = tmp_path_factory.mktemp("pdf")
    path = export.make_pdf(request.param, folder, chromium)
    return request.param, PdfReader(path)


@cache
def titles(edition):
    """[(page, title)] in the order of the book, from the site's pages."""
    return [
        (page, parse(html(f"{edition}/{page}")).meta["og:title"])
        for _, page in export.contents()
    ]


def fonts(reader):
    """Every font of a PDF that draws text, as its descriptor."""
    for page in reader.pages:
        resources = page["/Resources"].get_object()
        for font in resources.get("/Font", {}).values():
            font = font.get_object()
            if "/DescendantFonts" in font:
                font = font["/DescendantFonts"][0].get_object()
            yield font.get("/FontDescriptor"), font


# Some fonts map a character to the radical that looks the same; these are
# the radicals of simplified characters, which NFKC leaves as they are.
RADICALS = str.maketrans(
    "⻅⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻥⻦", "见贝车长门青页风飞食马鱼鸟"
)


def squeezed(text):
    """Without spaces, and with the characters that radicals stand for."""
    return "".join(normalize("NFKC", text).translate(RADICALS).split())


def test_pdf_holds_the_whole_edition(pdf):
    edition, reader = pdf
    places = reader.named_destinations
    for page, name in titles(edition):
        place = places[f"/{export.key(page)}"]
        first = reader.pages[reader.get_destination_page_number(place)]
        assert squeezed(name) in squeezed(first.extract_text()), page
    images = sum("/XObject" in page["/Resources"] for page in reader.pages)
    assert images > 3


def test_pdf_is_sound(pdf):
    with pikepdf.open(pdf[1].stream) as file:  # a strict reader
        assert file.check_pdf_syntax() == []
        assert len(file.pages) == len(pdf[1].pages)


def test_pdf_embeds_its_fonts(pdf):
    _, reader = pdf
    found = [f for f in fonts(reader) if f[1]["/Subtype"] != "/Type3"]
    assert found
    for descriptor, font in found:
        descriptor = descriptor.get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), (
            font["/BaseFont"]
        )
    names = " ".join(str(font["/BaseFont"]) for _, font in found)
    assert "KaTeX_Main" in names and "KaTeX_Math" in names


def test_pdf_contents_agree_with_the_pages(pdf):
    edition, reader = pdf
    places = reader.named_destinations
    cover = places[f"/{export.key(export.contents()[0][1])}"]
    pages = reader.pages[1 : reader.get_destination_page_number(cover)]
    listed = squeezed("".join(p.extract_text() for p in pages))
    for page, name in titles(edition):
        place = places[f"/{export.key(page)}"]
        number = reader.get_destination_page_number(place) + 1
        assert squeezed(f"{name}{number}") in listed
    assert len(reader.outline) >= 3


def test_pdf_links_stay_inside_or_go_to_the_web(pdf):
    _, reader = pdf
    addresses = [
        note.get_object()["/A"].get("/URI", "")
        for page in reader.pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    ]
    assert any(a.startswith("https://") for a in addresses)
    assert not [a for a in addresses if re.match("file:|http://127", str(a))]


@pytest.fixture(scope="module", params=EDITIONS)
def epub(request, tmp_path_factory):
    path = export.make_epub(request.param, tmp_path_factory.mktemp("epub"))
    with zipfile.ZipFile(path) as archive:
        yield request.param, archive


def test_epub_begins_with_its_type(epub):
    first = epub[1].infolist()[0]
    assert first.filename == "mimetype"
    assert first.compress_type == zipfile.ZIP_STORED
    assert epub[1].read("mimetype") == b"application/epub+zip"


def test_epub_lists_what_it_holds(epub):
    _, archive = epub
    package = ElementTree.fromstring(archive.read("book/book.opf"))
    items = {item.get("href"): item for item in package.iter(f"{OPF}item")}
    held = {
        name.removeprefix("book/")
        for name in archive.namelist()
        if name.startswith("book/")
    }
    assert set(items) == held - {"book.opf"}
    navigation = [i for i in items.values() if i.get("properties") == "nav"]
    assert len(navigation) == 1
    spine = [i.get("idref") for i in package.iter(f"{OPF}itemref")]
    assert len(spine) == len(export.contents()) + 1


def test_epub_pages_are_xml_with_mathml_and_links_that_lead(epub):
    edition, archive = epub
    names = [n for n in archive.namelist() if n.endswith(".xhtml")]
    trees = {
        name.removeprefix("book/"): ElementTree.fromstring(archive.read(name))
        for name in names
    }
    ids = {
        name: {e.get("id") for e in tree.iter() if e.get("id")}
        for name, tree in trees.items()
    }
    formulas = 0
    children = {"msub": 2, "msup": 2, "mfrac": 2, "munder": 2, "mover": 2}
    children |= {"msubsup": 3, "munderover": 3, "mroot": 2}
    for name, tree in trees.items():
        for element in tree.iter():
            formulas += element.tag == f"{{{export.MATHML}}}math"
            math = element.tag.removeprefix(f"{{{export.MATHML}}}")
            assert len(element) == children.get(math, len(element)), (
                f"{name}: {math} with {len(element)} children"
            )
            address = element.get("href", "")
            if ":" in address or not address or address.endswith(".css"):
                continue
            page, _, anchor = address.partition("#")
            assert (page or name) in trees, address
            assert not anchor or anchor in ids[page or name], address
    assert formulas > 100


def test_missing_site_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(export, "SITE", tmp_path)
    with pytest.raises(SystemExit, match="make build"):
        export.make_epub("zh", tmp_path)
