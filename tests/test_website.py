"""The parts of website/ on small inputs."""

import re
import tarfile

import pytest
from docutils import nodes

from website import (
    anchors,
    assets,
    figures,
    formulas,
    katex,
    metadata,
    prose,
    search,
)
from website.sitemap import sitemap


def test_formula_becomes_html_and_mathml_without_its_source():
    html = formulas.Renderer()(r"\frac{a}{b}", display=True)
    assert '<math display="block"><mrow><mfrac><mi>a</mi>' in html
    assert 'aria-hidden="true"' in html
    assert r"\frac" not in html


def test_a_function_name_is_one_child_of_a_subscript():
    html = formulas.Renderer()(r"y_{\max}", display=False)
    assert "<msub><mi>y</mi><mrow><mi>max</mi>" in html


def test_marks_beside_a_formula_move_into_it():
    html = formulas.Renderer()("a+b", display=False)
    marked = formulas.punctuate(html, "（", "，")
    text = re.sub("<[^>]*>", "", marked)
    assert text == "（a+b，（a+b，"
    assert formulas.punctuate(html, "", "") == html
    last = marked.rsplit('<span class="katex-base">', 1)[1]
    assert "b" in last and "，" in last


@pytest.mark.parametrize("latex", [r"\frac{a", r"\nosuchcommand", "a_b_c"])
def test_wrong_formula_is_refused(latex):
    with pytest.raises(ValueError, match="KaTeX|parse"):
        formulas.Renderer()(latex, display=False)


def test_katex_that_is_not_the_pinned_one_is_refused(monkeypatch, tmp_path):
    class Answer:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def read(self):
            return b"something else"

    monkeypatch.setattr(
        katex.urllib.request, "urlopen", lambda *a, **k: Answer()
    )
    monkeypatch.setattr(katex, "FOLDER", tmp_path / "katex")
    with pytest.raises(katex.Unavailable, match="not the KaTeX"):
        katex.folder()
    assert list(tmp_path.iterdir()) == []


def test_katex_without_a_network_says_what_to_do(monkeypatch, tmp_path):
    def unreachable(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr(katex.urllib.request, "urlopen", unreachable)
    monkeypatch.setattr(katex, "FOLDER", tmp_path / "katex")
    with pytest.raises(katex.Unavailable, match="Connect to the network"):
        katex.folder()


def test_broken_archive_leaves_nothing_behind(tmp_path):
    with pytest.raises(tarfile.TarError):
        katex.unpack(b"not an archive", tmp_path / "katex")
    assert not (tmp_path / "katex").exists()


CSS = """
@media print { .used { color: red } .unused { color: blue } }
html[data-theme="dark"] .used > p:not(.other):hover::after { color: red }
.used .unused, .used a { color: var(--seen) }
:root { --seen: red; --unseen: url("data:x;y") }
@font-face { font-family: X; src: url(x.woff2) }
"""


def test_purge_keeps_what_a_page_can_show_and_nothing_else():
    used = assets.words('<html class="used"><p><a x.dataset.theme="">')
    css = assets.shrink(CSS, used)
    assert ".unused" not in css and "--unseen" not in css
    assert "@media print" in css and "@font-face" in css
    assert "p:not(.other):hover::after" in css
    assert ".used a" in css and "--seen" in css


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        (".a#b > div:hover::before", {"a", "b", "div"}),
        ('[data-x="y"].c', {"data-x", "c"}),
        ("p:not(.d:is(.e)) ~ q", {"p", "q"}),
    ],
)
def test_names_in_a_selector(selector, found):
    assert assets.names(selector) == found


def test_formulas_keep_the_slash_that_mathml_lacks():
    slash = "\ue020"
    html = (
        '<span class="katex"><math><mo>≠</mo></math>'
        f'<span class="mord">{slash}</span><span class="mrel">=</span></span>'
    )
    every, by_class = assets.formula_characters(html)
    kept = assets.font_characters("KaTeX_Main-Regular.woff2", every, by_class)
    assert {slash, "≠"} <= set(kept)


def test_prose_of_a_source():
    text = """# Title

A *word* with $x^2$, `code` and [a link](page.md) {cite}`key`.

$$
y = x
$$ (eq-y)

:::{note}
A box.
:::

### Heading

| a | b |
|---|---|
| 1 | 2 |

- One point
"""
    assert list(prose.lines(text)) == [
        "# Title",
        "A word with x^2, code and a link.",
        "## Heading",
        "One point",
    ]


def test_icon_by_alias():
    script = 'x={house:[576,512,[127968,"home"],"f015","M0 1z"]}'
    (rule,) = assets.icon_rules(script, {"home"})
    assert rule.startswith(".fa-home{") and "M0 1z" in rule


def test_anchors_of_headings():
    text = "# A *b* `c`\n\n```\n# no heading\n```\n\n## B\n\n## B\n"
    assert anchors.slugs(text) == ["a-b-c", "b", "b-2"]


@pytest.mark.parametrize(
    ("tag", "size"),
    [
        ('<svg width="72pt" height="36pt">', (96, 48)),
        ('<svg width="10" height="20px">', (10, 20)),
        ('<svg viewBox="0 0 1 1">', None),
    ],
)
def test_size_of_a_figure(tmp_path, tag, size):
    path = tmp_path / "figure.svg"
    path.write_text(f"<?xml version='1.0'?>{tag}</svg>")
    assert figures.size(path) == size


def test_description_is_the_first_paragraph_cut_at_a_sentence():
    long = "First sentence. " + "word " * 60
    section = nodes.section("", nodes.paragraph("", long))
    assert metadata.describe(section, "none") == "First sentence."
    assert metadata.describe(None, "none") == "none"


def test_each_chinese_character_is_a_word():
    html = '<p title="卷积">卷积核 3×3，Conv2D</p>'
    spaced = search.space_out(html)
    assert spaced.startswith('<p title="卷积">')
    text = re.sub("<[^>]*>", "", spaced)
    assert text.split() == ["卷", "积", "核", "3×3，Conv2D"]


def test_sitemap_names_each_page_in_each_language():
    text = sitemap("https://x.org/b/", ["zh", "en"], ["index", "1/a"])
    assert text.count("<loc>") == 4
    assert text.count('hreflang="en"') == 4
    assert "<loc>https://x.org/b/en/1/a.html</loc>" in text
