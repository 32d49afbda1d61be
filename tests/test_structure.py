"""The table of contents, the folders and the notebooks' form."""

import ast
import re

import pytest
import yaml
from pybtex.database import parse_file

from website import anchors, editions

TOC = yaml.safe_load((editions.ROOT / "_toc.yml").read_text("utf-8"))
NOTEBOOKS = editions.notebooks()
# What must never stand in a stored output, and why it would.
FORBIDDEN = {
    "absolute path": r"(?<![\w.])/(?:home|root|tmp|usr|var|work|Users)/",
    "Windows path": r"\b[A-Z]:\\",
    "object address": r"\b0x[0-9a-f]{6,}",
    "date": r"\b20\d\d-[01]\d-[0-3]\d\b",
    "clock time": r"\b\d\d:\d\d:\d\d\b",
    "warning": r"[Ww]arning\b",
    "web address": r"https?://",
    "progress bar": r"━|█|\d+/\d+ \[=*",
    "colour code": r"\x1b\[",
}


def toc_files(node):
    if "file" in node:
        yield node["file"]
    for key in ("chapters", "sections", "parts"):
        for child in node.get(key, ()):
            yield from toc_files(child)


@pytest.mark.parametrize("edition", [editions.SOURCE, editions.TARGET])
def test_toc_and_tree_hold_the_same_pages(edition):
    listed = [TOC["root"], *toc_files(TOC)]
    assert len(listed) == len(set(listed)), "a page is listed twice"
    assert sorted(listed) == sorted(editions.pages(edition))


def load(name):
    return editions.read(editions.BOOK / f"{name}.ipynb")


def code_cells(name):
    return [c for c in load(name).cells if c.cell_type == "code" and c.source]


def markdown(name):
    cells = load(name).cells
    return "\n\n".join(c.source for c in cells if c.cell_type == "markdown")


def output_text(output):
    if output.output_type == "stream":
        return output.text
    data = output.get("data", {})
    return "\n".join(v for k, v in data.items() if k.startswith("text/"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_outputs_come_from_a_clean_run(name):
    counts = [cell.execution_count for cell in code_cells(name)]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_outputs_hold_nothing_that_varies(name):
    for cell in code_cells(name):
        for output in cell.outputs:
            assert output.output_type != "error", cell.id
            assert output.get("name") != "stderr", cell.id
            text = output_text(output)
            for what, pattern in FORBIDDEN.items():
                found = re.search(pattern, text)
                assert not found, f"{cell.id}: {what}: {found[0]!r}"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_code_fits_a_phone(name):
    for cell in code_cells(name):
        for line in cell.source.splitlines():
            assert len(line) <= 79, f"{cell.id}: {line}"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_code_is_ascii_so_no_font_is_missing(name):
    for cell in code_cells(name):
        assert not re.search(r"[\u2e80-\uffef]", cell.source), cell.id


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_few_cells_ignore_their_output(name):
    cells = code_cells(name)
    ignoring = [
        cell.id
        for cell in cells
        if "nbval-ignore-output" in cell.metadata.get("tags", [])
    ]
    assert len(ignoring) <= 2, ignoring
    for cell in cells:
        tags = set(cell.metadata.get("tags", []))
        assert not tags & {"nbval-skip", "raises-exception"}, cell.id


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_figures_have_alt_text(name):
    for cell in code_cells(name):
        images = [
            kind
            for output in cell.outputs
            for kind in output.get("data", {})
            if kind.startswith("image/")
        ]
        if images:
            assert len(editions.alt_text(cell) or "") > 10, cell.id


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_page_has_title_exercises_and_summary(name):
    text = markdown(name)
    assert load(name).cells[0].source.startswith("# ")
    assert len(re.findall(r"^# ", text, re.M)) == 1
    assert len(re.findall(r"^### (?:练习|Exercise) \d", text, re.M)) >= 3
    assert re.search(r"^## (?:小结|Summary)", text, re.M)


def check_calls(source):
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "check"
    ]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_exercise_knows_typical_mistakes(name):
    """`check` itself refuses a mistake that passes: nbval proves the rest."""
    cells = {cell.id: cell for cell in code_cells(name)}
    hidden, stub = cells["exercise-2-mistakes"], cells["exercise-2-stub"]
    answer = cells.get("exercise-2-answer") or cells["exercise-2-solution"]
    for cell in (hidden, answer):
        assert "hide-cell" in cell.metadata["tags"], cell.id
    (listed,) = [
        node.value.elts
        for node in ast.parse(hidden.source).body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "mistakes"
    ]
    hints = [ast.literal_eval(pair.elts[1]) for pair in listed]
    assert len(set(hints)) == len(hints) >= 2
    for cell, verdict in ((stub, "Not yet. Case 1"), (answer, "Correct: ")):
        call = check_calls(cell.source)[0]
        assert call.args[2].id == "mistakes", cell.id
        assert output_text(cell.outputs[0]).startswith(verdict), cell.id
    assert "NotImplementedError" in stub.source


QUIZ = re.compile(
    r"^::::\{admonition\} (?:小测|Quiz) \d+\n:class: quiz\n"
    r"(?P<question>.+?)\n:::\{dropdown\} (?:解析|Explanation)\n"
    r"(?P<feedback>.+?)\n:::\n::::$",
    re.M | re.S,
)


def items(text):
    return re.findall(r"^\d+\. (.*)", text, re.M)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_quizzes_answer_each_choice(name):
    text = markdown(name)
    quizzes = list(QUIZ.finditer(text))
    assert len(quizzes) == len(re.findall(r"^:class: quiz", text, re.M)) >= 3
    for quiz in quizzes:
        feedback = items(quiz["feedback"])
        assert len(items(quiz["question"])) == len(feedback) >= 2, quiz[0]
        verdicts = [re.match(r"\*\*(.+?)\*\*", f)[1] for f in feedback]
        right = [v in ("正确。", "Correct.") for v in verdicts]
        wrong = [v in ("不对。", "Not quite.") for v in verdicts]
        assert sum(right) == 1 and sum(wrong) == len(feedback) - 1, quiz[0]


def test_bibliography_holds_what_the_pages_cite_and_no_more():
    cited = set()
    for edition in (editions.SOURCE, editions.TARGET):
        for page, suffix in editions.pages(edition).items():
            text = anchors.markdown(
                editions.BOOK / edition / f"{page}{suffix}"
            )
            found = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text)
            cited.update(k.strip() for keys in found for k in keys.split(","))
    entries = parse_file(editions.BOOK / "references.bib").entries
    assert cited == set(entries)
