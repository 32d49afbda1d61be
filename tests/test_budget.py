"""The recorded budgets cover every notebook and stand in the READMEs."""

import pytest

from tests import budget
from website import editions


def test_every_notebook_is_measured_and_within_budget():
    rows = budget.read_results()
    notebooks = {p for p, s in editions.pages("zh").items() if s == ".ipynb"}
    assert {row["page"] for row in rows} == notebooks, "run `make budget`"
    for row in rows:
        assert int(row["seconds"]) <= budget.SECONDS, row
        assert int(row["mib"]) <= budget.MEBIBYTES, row


@pytest.mark.parametrize("name", budget.READMES)
def test_readme_shows_the_recorded_table(name):
    text = (editions.ROOT / name).read_text("utf-8")
    rows = budget.read_results()
    assert budget.table(budget.READMES[name], rows) in text
