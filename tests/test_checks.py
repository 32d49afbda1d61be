"""Exercise checks: every wrong answer gets a sentence that helps."""

import numpy as np
import pytest

from aibook.checks import check

CASES = [
    ((np.eye(2), 3.0), 3 * np.eye(2)),
    ((np.ones((2, 3)), 0.5), np.full((2, 3), 0.5)),
]


def empty(x, a):
    raise NotImplementedError


def spoils_its_input(x, a):
    x *= a
    return x


@pytest.mark.parametrize(
    "answer, says",
    [
        (empty, "still empty"),
        (lambda x, a: None, "returns nothing"),
        (lambda x, a: ..., "returns nothing"),
        (lambda x, a: x.sum() * a, r"expected shape (2, 2), got ()"),
        (lambda x, a: (x * a).T[:1], "got (1, 2)"),
        (lambda x, a: "text", "expected numbers"),
        (lambda x, a: x * np.nan, "NaN"),
        (lambda x, a: x + a, "expected 0 at index (0, 1), got 3"),
        (lambda x: x, "raised TypeError"),
        (lambda x, a: x / 0 if a == 3 else x["k"], "Not yet. Case 1 of 2"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_wrong_answer(answer, says, capsys):
    assert check(answer, CASES) is False
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet. Case ") and says in printed


def test_right_answer(capsys):
    assert check(lambda x, a: x * a, CASES) is True
    assert capsys.readouterr().out == "Correct: 2 of 2 cases.\n"


def test_answer_cannot_spoil_the_cases(capsys):
    assert check(spoils_its_input, CASES)
    assert check(spoils_its_input, CASES)


def test_tolerance(capsys):
    assert check(lambda x, a: x * a + 1e-6, CASES)
    assert not check(lambda x, a: x * a + 1e-3, CASES)


MISTAKES = [
    (lambda x, a: x + a, "Scale, do not shift."),
    (lambda x, a: (x * a).sum(), "Return every element."),
]


@pytest.mark.parametrize(
    "answer, hint",
    [
        (lambda x, a: a + x, " Hint: Scale, do not shift."),
        (lambda x, a: a * x.sum(), " Hint: Return every element."),
        (lambda x, a: x - a, ""),
        (empty, ""),
    ],
)
def test_typical_mistake_gets_its_hint(answer, hint, capsys):
    assert check(answer, CASES, MISTAKES) is False
    printed = capsys.readouterr().out
    assert printed.endswith(f"{hint}\n")
    assert ("Hint" in printed) == bool(hint)


def test_right_answer_needs_no_hint(capsys):
    assert check(lambda x, a: x * a, CASES, MISTAKES) is True
    assert "Hint" not in capsys.readouterr().out


def test_cases_that_a_mistake_passes_are_refused():
    weak = [((np.full(2, 2.0), 2.0), np.full(2, 4.0))]
    with pytest.raises(ValueError, match="Scale, do not shift"):
        check(lambda x, a: x * a, weak, MISTAKES)
