"""The built site: links, images, citations, launch links, languages.

`make test` builds the site first; the build itself fails on any warning of
Sphinx, such as an unknown citation or cross-reference.
"""

import re
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from website import build, editions
from website.build import SITE

CONFIG = build.load_config()
URL = build.repository_url(CONFIG)
BRANCH = CONFIG["repository"]["branch"]
PAGES = [
    f"{edition}/{page}"
    for edition in CONFIG["editions"]
    for page in editions.pages(edition)
]


class Page(HTMLParser):
    """What the tests ask of one HTML file."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.images, self.language = set(), [], [], None
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag == "html":
            self.language = attributes.get("lang")
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag == "img":
            self.images.append(attributes)


@cache
def parse(path):
    return Page(path)


def html(name):
    path = SITE / f"{name}.html"
    assert path.exists(), f"{path} is missing. Run `make build` first."
    return path


def resolve(page, address):
    """(file, anchor) of an address inside the site, None if outside."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    path = (page.parent / unquote(parts.path)).resolve()
    if not parts.path:
        path = page
    elif path.is_dir():
        path /= "index.html"
    return path, unquote(parts.fragment)


@pytest.mark.parametrize("name", PAGES)
def test_internal_links_and_anchors_resolve(name):
    page = html(name)
    for address in parse(page).links:
        target = resolve(page, address)
        if target is None:
            continue
        path, anchor = target
        assert path.is_file(), f"{address} leads nowhere"
        if anchor and path.suffix == ".html":
            assert anchor in parse(path).ids, f"{address}: no such anchor"


@pytest.mark.parametrize("name", PAGES)
def test_images_exist_and_have_alt_text(name):
    page = html(name)
    for image in parse(page).images:
        target = resolve(page, image["src"])
        assert target and target[0].is_file(), image["src"]
        assert image.get("alt", "").strip(), f"{image['src']}: no alt text"


@pytest.mark.parametrize("name", PAGES)
def test_page_is_in_its_language(name):
    language = parse(html(name)).language
    assert language.split("-")[0] == name.split("/")[0]


@pytest.mark.parametrize("name", PAGES)
def test_no_markup_is_left_unrendered(name):
    text = html(name).read_text("utf-8")
    body = text[text.index("<article") : text.index("</article>")]
    body = re.sub(r"<pre.*?</pre>|<code.*?</code>", "", body, flags=re.S)
    assert not re.search(r":::|\{\{|\{(?:cite|eq|admonition)\}", body)


@pytest.mark.parametrize(
    "name", [p for p in PAGES if (editions.BOOK / f"{p}.ipynb").exists()]
)
def test_launch_links_open_this_notebook_of_this_edition(name):
    owner = URL.removeprefix("https://github.com/")
    links = parse(html(name)).links
    path = f"book/{name}.ipynb"
    binder = [a for a in links if "mybinder.org" in a]
    assert binder == [
        f"https://mybinder.org/v2/gh/{owner}/{BRANCH}?urlpath=lab/tree/{path}"
    ]
    colab = [a for a in links if "colab.research" in a]
    assert colab == [
        "https://colab.research.google.com/github/"
        f"{owner}/blob/{BRANCH}/{path}"
    ]
    assert f"{URL}/edit/{BRANCH}/{path}" in links
    assert any(link.endswith(".ipynb") and ":" not in link for link in links)


def test_root_page_offers_both_editions():
    targets = {
        resolve(SITE / "index.html", a)
        for a in parse(SITE / "index.html").links
    }
    for edition in CONFIG["editions"]:
        assert (SITE / edition / "index.html", "") in targets


@pytest.mark.parametrize(
    "name", ["README.md", "README.zh-CN.md", "CITATION.cff"]
)
def test_repository_address_is_the_one_setting(name):
    url = CONFIG["repository"]["url"]
    text = (editions.ROOT / name).read_text("utf-8")
    hosts = r"https://(?:github\.com|mybinder\.org/v2/gh)/([\w.-]+/[\w.-]+)"
    found = {r.removesuffix(".git") for r in re.findall(hosts, text)}
    assert found == {url.removeprefix("https://github.com/")}
