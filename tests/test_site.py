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
from website.metadata import STRINGS

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
        self.loaded, self.meta, self.alternates = [], {}, {}
        self.headings = []
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
        if "src" in attributes:
            self.loaded.append(attributes["src"])
        if tag == "meta" and "content" in attributes:
            name = {"name", "property", "http-equiv"} & set(attributes)
            for key in name:
                self.meta[attributes[key]] = attributes["content"]
        if tag == "link" and attributes["rel"] in ("icon", "stylesheet"):
            self.loaded.append(attributes["href"])
        if tag == "link" and attributes["rel"] in ("alternate", "canonical"):
            key = attributes.get("hreflang", "canonical")
            self.alternates[key] = attributes["href"]
        if re.fullmatch("h[1-6]", tag) and "id" in attributes:
            self.headings.append(attributes["id"])


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
        assert image.get("width") and image.get("height"), image["src"]
        assert image.get("loading") == "lazy", image["src"]


@pytest.mark.parametrize("name", PAGES)
def test_page_is_in_its_language(name):
    language = parse(html(name)).language
    assert language.split("-")[0] == name.split("/")[0]


@pytest.mark.parametrize("name", PAGES)
def test_page_loads_only_files_of_the_site(name):
    page = html(name)
    for address in parse(page).loaded:
        target = resolve(page, address)
        assert target and target[0].is_file(), address
    policy = parse(page).meta["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert not re.search(r"https?:|\*", policy)


@pytest.mark.parametrize("name", PAGES)
def test_page_tells_search_engines_about_itself(name):
    page, address = parse(html(name)), build.site_url(CONFIG)
    edition, _, rest = name.partition("/")
    assert page.alternates == {
        "canonical": f"{address}{name}.html",
        "x-default": f"{address}en/{rest}.html",
        **{
            other: f"{address}{other}/{rest}.html"
            for other in CONFIG["editions"]
        },
    }
    assert 10 < len(page.meta["description"]) <= 160
    assert page.meta["og:description"] == page.meta["description"]
    assert page.meta["og:url"] == f"{address}{name}.html"
    picture = page.meta["og:image"].removeprefix(address)
    assert (SITE / picture).is_file()


def test_descriptions_differ():
    found = [parse(html(name)).meta["description"] for name in PAGES]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("page", editions.pages("zh"))
def test_anchors_are_the_same_in_both_editions(page):
    zh, en = (parse(html(f"{e}/{page}")).headings for e in ("zh", "en"))
    assert zh and zh == en


@pytest.mark.parametrize("name", PAGES)
def test_every_formula_has_mathml(name):
    text = html(name).read_text("utf-8")
    formulas = len(re.findall(r'class="katex"', text))
    assert len(re.findall(r"<math\b", text)) == formulas
    assert "katex-error" not in text


@pytest.mark.parametrize("name", PAGES)
def test_equations_are_cited_by_their_number(name):
    text = html(name).read_text("utf-8")
    numbers = dict(
        re.findall(
            r'id="(equation-[^"]+)">\s*<span class="eqno">\((\d+)\)', text
        )
    )
    shown = [int(number) for number in numbers.values()]
    assert shown == list(range(1, len(shown) + 1))
    for anchor, number in re.findall(
        r'href="#(equation-[^"]+)">\((\d+)\)</a>', text
    ):
        assert numbers[anchor] == number


def test_sitemap_lists_every_page():
    listed = (SITE / "sitemap.xml").read_text("utf-8")
    address = build.site_url(CONFIG)
    found = set(re.findall("<loc>(.*?)</loc>", listed))
    assert found == {f"{address}{name}.html" for name in PAGES}


def test_theme_leaves_nothing_unused_behind():
    for edition in CONFIG["editions"]:
        static = SITE / edition / "_static"
        weight = sum(p.stat().st_size for p in static.glob("site.*"))
        assert weight < 250_000
        assert not list(static.rglob("*fontawesome*"))


@pytest.mark.parametrize("name", PAGES)
def test_no_markup_is_left_unrendered(name):
    text = html(name).read_text("utf-8")
    body = text[text.index("<article") : text.index("</article>")]
    body = re.sub(r"<pre.*?</pre>|<code.*?</code>", "", body, flags=re.S)
    assert not re.search(r":::|\{\{|\{(?:cite|eq|admonition)\}", body)


@pytest.mark.parametrize("name", editions.notebooks())
def test_launch_links_open_this_notebook_of_this_edition(name):
    owner = URL.removeprefix("https://github.com/")
    links = parse(html(name)).links
    path = f"book/{name}.ipynb"
    binder = [a for a in links if "mybinder.org/v2" in a]
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


@pytest.mark.parametrize("name", editions.notebooks())
def test_folded_cells_of_the_exercise_say_what_is_inside(name):
    words = STRINGS[name[:2]]
    page = html(name).read_text("utf-8")
    for said in ("show_cases", "show_answer"):
        assert page.count(f">{words[said]}</p>") >= 1
