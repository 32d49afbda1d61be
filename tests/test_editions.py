"""The two editions agree, and the tool that keeps them so works."""

import nbformat
import pytest

from website import editions

PAGE = "01-part/page"


def test_editions_agree():
    assert editions.problems() == []


def code(source, cell_id, alt=None, outputs=()):
    metadata = {"mystnb": {"image": {"alt": alt}}} if alt else {}
    return nbformat.v4.new_code_cell(
        source, id=cell_id, metadata=metadata, outputs=list(outputs)
    )


def text(source, cell_id):
    return nbformat.v4.new_markdown_cell(source, id=cell_id)


def save(book, edition, cells):
    notebook = nbformat.v4.new_notebook(cells=cells)
    editions.write(book / edition / f"{PAGE}.ipynb", notebook)


def load(book, edition):
    return editions.read(book / edition / f"{PAGE}.ipynb")


@pytest.fixture
def book(tmp_path):
    save(
        tmp_path,
        "zh",
        [text("# 标题", "title"), code("1 + 1", "sum", alt="一条线")],
    )
    save(
        tmp_path,
        "en",
        [text("# Title", "title"), code("0", "sum", alt="a line")],
    )
    editions.sync(PAGE, tmp_path, accept=True)
    return tmp_path


def change(book, edition, cell_id, edit):
    notebook = load(book, edition)
    edit(next(c for c in notebook.cells if c.id == cell_id))
    editions.write(book / edition / f"{PAGE}.ipynb", notebook)


def test_sync_copies_code_and_keeps_the_translation(book):
    english = load(book, "en")
    assert english.cells[1].source == "1 + 1"
    assert english.cells[0].source == "# Title"
    assert editions.alt_text(english.cells[1]) == "a line"
    assert editions.problems(book) == []


def test_changed_chinese_makes_the_english_stale(book):
    change(book, "zh", "title", lambda c: c.update(source="# 新标题"))
    stale = [
        f"{PAGE}#title: stale: the text in zh changed after its translation"
    ]
    assert editions.problems(book) == stale
    editions.sync(PAGE, book)
    assert editions.problems(book) == stale, "sync alone must not accept"
    editions.sync(PAGE, book, accept=True)
    assert editions.problems(book) == []


def test_changed_alt_text_is_stale(book):
    def edit(cell):
        cell.metadata.mystnb.image.alt = "两条线"

    change(book, "zh", "sum", edit)
    assert editions.problems(book) == [
        f"{PAGE}#sum: stale: the alt text in zh changed"
    ]


@pytest.mark.parametrize("edition", ["zh", "en"])
def test_differing_code_output_or_tag_is_named(book, edition):
    change(book, edition, "sum", lambda c: c.update(source="2"))
    assert editions.problems(book) == [
        f"{PAGE}#sum: source differs between the editions"
    ]
    change(book, edition, "sum", lambda c: c.update(source="1 + 1"))
    stream = nbformat.v4.new_output("stream", text="x")
    change(book, edition, "sum", lambda c: c.update(outputs=[stream]))
    assert "outputs differs" in editions.problems(book)[0]
    change(book, edition, "sum", lambda c: c.update(outputs=[]))
    change(book, edition, "sum", lambda c: c.metadata.update(tags=["a"]))
    assert "metadata differs" in editions.problems(book)[0]


def test_missing_cells_and_order_are_named(book):
    zh = load(book, "zh").cells
    save(book, "zh", [*zh, text("新的一段", "more")])
    assert editions.problems(book) == [f"{PAGE}#more: missing in en"]
    editions.sync(PAGE, book)
    assert editions.problems(book) == [f"{PAGE}#more: not translated"]
    save(book, "zh", zh)
    assert editions.problems(book) == [f"{PAGE}#more: missing in zh"]
    editions.sync(PAGE, book, accept=True)
    save(book, "zh", zh[::-1])
    assert "different order" in editions.problems(book)[0]


def test_page_in_one_edition_only_is_named(book):
    (book / "en" / f"{PAGE}.ipynb").unlink()
    assert "needs one page in each edition" in editions.problems(book)[0]


def test_text_page_is_stale_until_accepted(tmp_path):
    for edition, words in (("zh", "# 你好\n"), ("en", "# Hello\n")):
        (tmp_path / edition).mkdir()
        (tmp_path / edition / "index.md").write_text(words, "utf-8")
    assert "has no source_hash" in editions.problems(tmp_path)[0]
    editions.sync("index", tmp_path, accept=True)
    assert editions.problems(tmp_path) == []
    (tmp_path / "zh" / "index.md").write_text("# 再见\n", "utf-8")
    assert "stale" in editions.problems(tmp_path)[0]
    editions.sync("index", tmp_path, accept=True)
    english = (tmp_path / "en" / "index.md").read_text("utf-8")
    assert english.count("source_hash") == 1 and "# Hello" in english


def test_run_stores_outputs_in_both_editions(book):
    editions.run(PAGE, book)
    assert load(book, "zh").cells[1].outputs[0].data["text/plain"] == "2"
    assert editions.problems(book) == []


def test_failed_run_leaves_the_notebook_as_it_was(book):
    change(book, "zh", "sum", lambda c: c.update(source="1 / 0"))
    before = (book / "zh" / f"{PAGE}.ipynb").read_bytes()
    with pytest.raises(Exception, match="ZeroDivisionError"):
        editions.run(PAGE, book)
    assert (book / "zh" / f"{PAGE}.ipynb").read_bytes() == before


def edit_while_running(old, new):
    """Code of a cell that edits its own notebook, as an author might."""
    return (
        "from pathlib import Path\n"
        f"path = Path({PAGE.split('/')[-1] + '.ipynb'!r})\n"
        f"text = path.read_text('utf-8').replace({old!r}, {new!r}, 1)\n"
        "_ = path.write_text(text, 'utf-8')"
    )


def test_run_keeps_text_that_was_written_meanwhile(book):
    first = load(book, "zh").cells[0].source
    source = edit_while_running(first, "新的文字")
    change(book, "zh", "sum", lambda c: c.update(source=source))
    editions.run(PAGE, book)
    assert load(book, "zh").cells[0].source == "新的文字"


def test_run_stops_when_the_code_was_changed_meanwhile(book):
    source = edit_while_running("write_text", "write_" + "bytes")
    change(book, "zh", "sum", lambda c: c.update(source=source))
    with pytest.raises(RuntimeError, match="changed while it ran"):
        editions.run(PAGE, book)


def test_new_page_starts_from_the_template_and_overwrites_nothing(tmp_path):
    editions.new(PAGE, tmp_path)
    assert editions.problems(tmp_path) == []
    with pytest.raises(FileExistsError):
        editions.new(PAGE, tmp_path)
