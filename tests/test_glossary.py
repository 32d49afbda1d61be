"""The glossary: complete entries, one term for one thing, links to it."""

import re

import pytest

from tests.test_site import html, parse
from website import editions, glossary

ENTRIES = glossary.load()
IDS = [entry["id"] for entry in ENTRIES]
REQUIRED = {"id", "zh", "en", "page", "zh_text", "en_text"}
OPTIONAL = {"zh_forms", "en_forms", "avoid_zh", "avoid_en"}
PAGES = editions.pages("zh")
# The errata quote the article's words; the appendix names other people's.
CHAPTERS = [page for page in PAGES if not page.startswith("08-")]


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_entry_is_complete(entry):
    assert REQUIRED <= set(entry) <= REQUIRED | OPTIONAL
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry["id"])
    assert entry["page"] in PAGES
    assert entry["zh_text"].endswith("。") and entry["en_text"].endswith(".")


@pytest.mark.parametrize("edition", ["zh", "en"])
def test_each_string_names_one_thing(edition):
    names = [f.lower() for e in ENTRIES for f in glossary.forms(e, edition)]
    assert sorted(names) == sorted(set(names))
    assert sorted(IDS) == sorted(set(IDS))


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_its_page_uses_the_term(entry):
    for edition in ("zh", "en"):
        assert entry["id"] in glossary.used(edition, entry["page"])


@pytest.mark.parametrize("edition", ["zh", "en"])
@pytest.mark.parametrize("page", CHAPTERS)
def test_words_to_avoid(page, edition):
    prose = glossary.prose(edition, page)
    for entry in ENTRIES:
        avoided = entry.get(f"avoid_{edition}")
        if avoided:
            found = glossary.pattern(avoided, edition).search(prose)
            assert not found, f"{found[0]}: write {entry[edition]}"


@pytest.mark.parametrize("page", CHAPTERS)
def test_english_has_the_terms_of_the_chinese(page):
    """Not the reverse: English words for terms are everyday words, too."""
    missing = glossary.used("zh", page) - glossary.used("en", page)
    assert sorted(missing) == []


@pytest.mark.parametrize("edition", ["zh", "en"])
@pytest.mark.parametrize("page", CHAPTERS)
def test_first_use_links_to_the_glossary(page, edition):
    links = [
        address.rpartition("#term-")[2]
        for address in parse(html(f"{edition}/{page}")).links
        if "08-appendix/glossary.html#term-" in address
    ]
    assert len(links) == len(set(links))
    assert set(links) <= set(IDS)
    own = {entry["id"] for entry in ENTRIES if entry["page"] == page}
    assert not own & set(links)
    assert len(links) > 2 or PAGES[page] == ".md"


@pytest.fixture
def two_terms(monkeypatch):
    entries = [
        {"id": "net", "zh": "卷积网络", "en": "convolutional network"},
        {"id": "conv", "zh": "卷积", "en": "convolution", "zh_forms": ["CNN"]},
    ]
    glossary.finder.cache_clear()
    monkeypatch.setattr(glossary, "load", lambda: entries)
    yield
    glossary.finder.cache_clear()


@pytest.mark.parametrize(
    ("edition", "text", "found"),
    [
        (
            "zh",
            "卷积网络里的卷积，CNNs 与 CNN",
            ["卷积网络", "卷积", "CNN"],
        ),
        (
            "en",
            "Convolutions, convolutional networks",
            ["Convolutions", "convolutional networks"],
        ),
    ],
)
def test_find_terms_takes_the_longest(two_terms, edition, text, found):
    terms = glossary.find_terms(text, edition)
    assert [text[start:end] for start, end, _ in terms] == found
