"""A classroom without a network: python -m website.offline

Puts into _build/offline all that a class needs: the built site, the
notebooks, and every package as a wheel, so that nobody downloads anything.
The wheels are for this machine's Python and system: pip decides by the
machine on which it runs which packages are wanted.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from aibook.install import CPU_INDEX, CPU_ONLY, pinned_torch
from website.build import BUILD, ROOT, SITE

OFFLINE = BUILD / "offline"
README = """\
Large AI Models, from Principles to Practice: everything, without a network.

Read (both editions; a server, since search does not work from files):

    python3 -m http.server 8000 --directory site

and open http://localhost:8000.

Run, with Python {python} and the system on which this folder was made:

    python3 -m venv .venv
    .venv/bin/python -m pip install --no-index --find-links wheels \\
        --requirement requirements.txt aibook
    .venv/bin/jupyter lab --notebook-dir book
{tools}
On Windows write `py` for `python3` and .venv\\Scripts\\ for .venv/bin/.
"""
TOOLS = """
For chapter 6, besides:

    .venv/bin/python -m pip install --no-index --find-links wheels \\
        --requirement requirements-tools.txt
"""


def download(wheels, *wanted):
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet"),
        *("--disable-pip-version-check", "--only-binary", ":all:"),
        *("--dest", wheels, "--find-links", wheels, *wanted),
    ]
    return subprocess.run(command).returncode == 0


def build_wheel(wheels):
    """The book's own package; built from a copy, since pip leaves traces."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(ROOT / "aibook", Path(copy, "aibook"))
        for name in ("pyproject.toml", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        command = [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--disable-pip-version-check", "--no-build-isolation"),
            *("--wheel-dir", wheels, copy),
        ]
        subprocess.run(command, check=True)


def pack(folder, tools=False):
    """Fill an empty folder; SystemExit says what is missing."""
    if not SITE.is_dir():
        sys.exit("There is no site yet. Run `make build` first.")
    wheels = folder / "wheels"
    wheels.mkdir()
    wanted = [ROOT / "binder" / "requirements.txt"]
    if tools:
        wanted.append(ROOT / "requirements-tools.txt")
        # What lies in `wheels` goes before the default build, of gigabytes.
        if not download(wheels, *CPU_ONLY, pinned_torch(wanted[-1])):
            print(f"{CPU_INDEX} cannot be reached; trying the default index.")
    for requirements in wanted:
        if not download(wheels, "--requirement", requirements):
            sys.exit(
                "The packages could not be downloaded. This step needs the "
                "network; what it makes needs none. Nothing was changed."
            )
        shutil.copy(requirements, folder)
    build_wheel(wheels)
    shutil.copytree(SITE, folder / "site")
    hidden = shutil.ignore_patterns(".*", "_build")
    shutil.copytree(ROOT / "book", folder / "book", ignore=hidden)
    version = ".".join(map(str, sys.version_info[:2]))
    text = README.format(python=version, tools=TOOLS if tools else "")
    (folder / "README.txt").write_text(text, "utf-8")


def main():
    parser = argparse.ArgumentParser(prog="python -m website.offline")
    parser.add_argument(
        "--tools", action="store_true", help="what chapter 6 needs, too"
    )
    args = parser.parse_args()
    fresh = BUILD / "offline.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        pack(fresh, args.tools)
        shutil.rmtree(OFFLINE, ignore_errors=True)
        fresh.rename(OFFLINE)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    size = sum(f.stat().st_size for f in OFFLINE.rglob("*") if f.is_file())
    print(f"Wrote {OFFLINE.relative_to(ROOT)}, {size / 1e6:,.0f} MB.")


if __name__ == "__main__":
    main()
