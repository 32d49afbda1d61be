"""Keep the two editions one book: Chinese is the source, English follows.

    python -m website.editions run PAGE ...     run the Chinese notebook, store
                                                its outputs, copy to English
    python -m website.editions sync [PAGE ...]  copy code and outputs only
    python -m website.editions check            name every difference
    python -m website.editions new PAGE         start a page in both editions

PAGE is a path without suffix, such as 03-principles/cnn-pooling.

Each English Markdown cell stores the hash of the Chinese cell that it
translates (``source_hash`` in its metadata; in the front matter of a ``.md``
page), and so does each translated alt text (``alt_source_hash``). When the
Chinese changes, `check` names the stale places. Translate them, then
`sync --accept PAGE` records that the English is up to date.
"""

import argparse
import hashlib
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
TEMPLATE = BOOK / "template"
SOURCE, TARGET = "zh", "en"
UNTRANSLATED = "TODO: translate this cell."
FRONT_MATTER = re.compile(r"\A---\nsource_hash: (\S+)\n---\n+")
NOTEBOOK_METADATA = {
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def text_hash(text):
    """Short hash of a text, blind to white space at its ends."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:12]


def pages(edition, book=BOOK):
    """Pages of an edition: {"03-principles/index": ".md", ...}."""
    folder = book / edition
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path.suffix
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".ipynb", ".md")
        and ".ipynb_checkpoints" not in path.parts
    }


def notebooks():
    """Every notebook of both editions, as "zh/03-principles/cnn-pooling"."""
    return [
        f"{edition}/{page}"
        for edition in (SOURCE, TARGET)
        for page, suffix in pages(edition).items()
        if suffix == ".ipynb"
    ]


def read(path):
    return nbformat.read(path, as_version=4)


def write(path, notebook):
    """Write a notebook without what differs between machines."""
    notebook.metadata = NOTEBOOK_METADATA
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def alt_text(cell):
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt")


def compare(page, book=BOOK):
    """Differences between the editions of a page, one sentence each."""
    paths = [
        book / e / (page + s)
        for e in (SOURCE, TARGET)
        for s in (".ipynb", ".md")
    ]
    zh_nb, zh_md, en_nb, en_md = paths
    if zh_md.exists() and en_md.exists():
        return list(_compare_text(page, zh_md, en_md))
    if not (zh_nb.exists() and en_nb.exists()):
        there = [str(p.relative_to(book)) for p in paths if p.exists()]
        return [f"{page}: needs one page in each edition, has {there}"]
    return list(_compare_notebooks(page, read(zh_nb), read(en_nb)))


def _compare_text(page, zh_path, en_path):
    match = FRONT_MATTER.match(en_path.read_text("utf-8"))
    if not match:
        yield f"{page}: en/{page}.md has no source_hash in its front matter"
    elif match[1] != text_hash(zh_path.read_text("utf-8")):
        yield f"{page}: stale: zh/{page}.md changed after its translation"


def _compare_notebooks(page, zh, en):
    zh_ids = [cell.id for cell in zh.cells]
    en_ids = [cell.id for cell in en.cells]
    for edition, ids, others in (
        (TARGET, en_ids, zh_ids),
        (SOURCE, zh_ids, en_ids),
    ):
        for cell_id in others:
            if cell_id not in ids:
                yield f"{page}#{cell_id}: missing in {edition}"
    shared = [i for i in zh_ids if i in en_ids]
    if shared != [i for i in en_ids if i in zh_ids]:
        yield f"{page}: the cells stand in a different order"
    zh_cells = {cell.id: cell for cell in zh.cells}
    en_cells = {cell.id: cell for cell in en.cells}
    for cell_id in shared:
        for problem in _compare_cells(zh_cells[cell_id], en_cells[cell_id]):
            yield f"{page}#{cell_id}: {problem}"


def _compare_cells(zh, en):
    if zh.cell_type != en.cell_type:
        yield f"is {zh.cell_type} in zh and {en.cell_type} in en"
    elif zh.cell_type == "code":
        wanted = _code_copy(zh, en)
        for key in ("source", "outputs", "execution_count", "metadata"):
            if en[key] != wanted[key]:
                yield f"{key} differs between the editions"
        if alt_text(zh):
            if not alt_text(en):
                yield "alt text is missing in en"
            elif en.metadata.get("alt_source_hash") != text_hash(alt_text(zh)):
                yield "stale: the alt text in zh changed"
    elif UNTRANSLATED in en.source:
        yield "not translated"
    elif en.metadata.get("source_hash") != text_hash(zh.source):
        yield "stale: the text in zh changed after its translation"
    elif _tags(zh) != _tags(en):
        yield "tags differ between the editions"


def _tags(cell):
    return cell.metadata.get("tags", [])


def _code_copy(zh, en=None):
    """The Chinese code cell with the English alt text."""
    cell = nbformat.from_dict(zh)
    metadata = nbformat.from_dict(
        {k: v for k, v in zh.metadata.items() if k != "mystnb"}
    )
    mystnb = nbformat.from_dict(zh.metadata.get("mystnb", {}))
    if alt_text(zh):
        mystnb["image"] = dict(mystnb["image"], alt=alt_text(en) if en else "")
        if en and "alt_source_hash" in en.metadata:
            metadata["alt_source_hash"] = en.metadata["alt_source_hash"]
    if mystnb:
        metadata["mystnb"] = mystnb
    cell["metadata"] = metadata
    return cell


def sync(page, book=BOOK, accept=False):
    """Copy code, outputs and tags to English.

    Missing Markdown cells are added as untranslated. With `accept`, the
    English text and alt texts are recorded as translations of the present
    Chinese ones.
    """
    zh_path = book / SOURCE / f"{page}.ipynb"
    en_path = book / TARGET / f"{page}.ipynb"
    if not zh_path.exists():
        _sync_text(page, book, accept)
        return
    zh = read(zh_path)
    old = {}
    if en_path.exists():
        old = {cell.id: cell for cell in read(en_path).cells}
    en = nbformat.v4.new_notebook()
    for cell in zh.cells:
        english = old.get(cell.id)
        if english and english.cell_type != cell.cell_type:
            english = None
        if cell.cell_type == "code":
            new = _code_copy(cell, english)
            if accept and alt_text(new):
                new.metadata["alt_source_hash"] = text_hash(alt_text(cell))
        else:
            new = nbformat.v4.new_markdown_cell(
                english.source if english else UNTRANSLATED, id=cell.id
            )
            if english and "source_hash" in english.metadata:
                new.metadata["source_hash"] = english.metadata["source_hash"]
            if accept and UNTRANSLATED not in new.source:
                new.metadata["source_hash"] = text_hash(cell.source)
            if _tags(cell):
                new.metadata["tags"] = _tags(cell)
        en.cells.append(new)
    write(en_path, en)


def _sync_text(page, book, accept):
    zh_path, en_path = (book / e / f"{page}.md" for e in (SOURCE, TARGET))
    if not zh_path.exists():
        raise FileNotFoundError(
            f"No page {page!r}: neither {zh_path} nor a notebook beside it."
        )
    if accept and en_path.exists():
        english = FRONT_MATTER.sub("", en_path.read_text("utf-8"))
        digest = text_hash(zh_path.read_text("utf-8"))
        front = f"---\nsource_hash: {digest}\n---\n\n"
        en_path.write_text(front + english, "utf-8")


def run(page, book=BOOK):
    """Run the Chinese notebook from a fresh kernel and store its outputs.

    Nothing is written when a cell fails. Text that was written while it ran
    is kept; RuntimeError when its code was changed meanwhile.
    """
    from nbclient import NotebookClient

    path = book / SOURCE / f"{page}.ipynb"
    if not path.exists():
        raise FileNotFoundError(f"{page!r} is not a notebook: no {path}.")
    notebook = read(path)
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    now = read(path)
    ran, code = (
        [cell for cell in version.cells if cell.cell_type == "code"]
        for version in (notebook, now)
    )
    if [(c.id, c.source) for c in ran] != [(c.id, c.source) for c in code]:
        raise RuntimeError(f"The code of {page} was changed while it ran.")
    for cell, done in zip(code, ran, strict=True):
        cell.outputs = done.outputs
        cell.execution_count = done.execution_count
    write(path, now)
    sync(page, book)


def new(page, book=BOOK):
    """Copy the page template into both editions."""
    for edition in (SOURCE, TARGET):
        path = book / edition / f"{page}.ipynb"
        if path.exists():
            raise FileExistsError(f"{path} exists already.")
    for edition in (SOURCE, TARGET):
        write(
            book / edition / f"{page}.ipynb",
            read(TEMPLATE / f"{edition}.ipynb"),
        )


def problems(book=BOOK):
    """Every difference between the editions."""
    every = sorted(pages(SOURCE, book) | pages(TARGET, book))
    return [problem for page in every for problem in compare(page, book)]


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="website.editions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("run", "sync", "check", "new"))
    parser.add_argument("page", nargs="*")
    parser.add_argument("--accept", action="store_true")
    args = parser.parse_intermixed_args(argv)
    if args.command == "check":
        found = problems()
        print("\n".join(found) or "The editions agree.")
        return 1 if found else 0
    if not args.page and (args.command != "sync" or args.accept):
        parser.error(f"{args.command} needs the name of a page")
    known = pages(SOURCE)
    for page in args.page or known:
        if args.command == "new":
            new(page)
        elif page not in known:
            parser.error(f"no page {page!r} in book/{SOURCE}")
        elif args.command == "run":
            run(page)
        else:
            sync(page, accept=args.accept)
        print(f"{args.command}: {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
