"""Binder's image holds what the notebooks need, at the book's versions."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest

from website import editions


def pins(name):
    """{distribution: {versions}} of a compiled requirements file."""
    text = (editions.ROOT / name).read_text("utf-8")
    found = {}
    for line in re.findall(r"^[A-Za-z0-9].*", text, re.M):
        match = re.match(r"([\w.-]+)==(\S+)", line)
        assert match, f"{name} does not pin: {line}"
        found.setdefault(match[1].lower(), set()).add(match[2])
    return found


def imports(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def test_both_files_pin_the_same_versions():
    full, binder = pins("requirements.txt"), pins("binder/requirements.txt")
    assert {name: full.get(name) for name in binder} == binder


def test_chapter_6_pins_the_same_versions_where_both_pin():
    full, tools = pins("requirements.txt"), pins("requirements-tools.txt")
    common = set(full) & set(tools)
    assert "numpy" in common
    assert {n: full[n] for n in common} == {n: tools[n] for n in common}


def test_binder_leaves_out_what_only_builds_the_book():
    assert not set(pins("binder/requirements.txt")) & {
        "jupyter-book",
        "sphinx",
        "pytest",
        "nbval",
        "ruff",
        "torch",
    }


@pytest.mark.parametrize(
    "path",
    [
        *(editions.BOOK / "zh").rglob("*.ipynb"),
        *(editions.ROOT / "aibook").rglob("*.py"),
    ],
    ids=lambda path: path.name,
)
def test_every_import_is_in_binder(path):
    if path.suffix == ".py":
        sources = [path.read_text("utf-8")]
    else:
        cells = editions.read(path).cells
        sources = [c.source for c in cells if c.cell_type == "code"]
    installed = set(pins("binder/requirements.txt"))
    owners = packages_distributions()
    for name in {name for source in sources for name in imports(source)}:
        if name in sys.stdlib_module_names or name == "aibook":
            continue
        if any(f'"{name}.py"' in source for source in sources):
            continue  # the page writes this module itself
        assert name in owners, f"{name} is not installed"
        names = {re.sub("[-_.]+", "-", own).lower() for own in owners[name]}
        if names & set(pins("requirements-tools.txt")) - installed:
            if path.name.startswith("in_"):
                continue  # `vit.run` asks for the package before it starts
            # The first cell says how to install it, before any import fails.
            before, asked, _ = sources[0].partition("vit.require")
            assert asked and name not in imports(before), name
            continue
        assert names & installed, f"{name} is not in binder/requirements.txt"
