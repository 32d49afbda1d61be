"""Install what only chapter 6 needs: ``python -m aibook.install``.

PyTorch's default build on Linux brings some gigabytes for graphics cards. Its
CPU build is on an index of PyTorch's own, which is asked first.
"""

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.parent / "requirements-tools.txt"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PIP = (sys.executable, "-m", "pip", "install", "--quiet")
# One quick try: with --no-deps no other package waits for this index.
CPU_ONLY = ("--index-url", CPU_INDEX, "--no-deps", "--retries", "1")


def pinned_torch(requirements):
    """The line of a requirements file that pins PyTorch."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("torch=="))


def main():
    """Install the CPU build of PyTorch, then the rest of the requirements.

    Raises
    ------
    SystemExit
        The file of requirements is missing, or pip found no way to install
        them; the message says what to do.
    """
    if not REQUIREMENTS.exists():
        sys.exit(
            f"{REQUIREMENTS} is missing. Run this in a copy of the book's "
            "repository, into which aibook was installed with "
            "`pip install --editable .`."
        )
    torch = pinned_torch(REQUIREMENTS)
    if subprocess.run(
        [*PIP, *CPU_ONLY, torch], stderr=subprocess.DEVNULL
    ).returncode:
        print(f"{CPU_INDEX} cannot be reached; trying the default index.")
        if subprocess.run([*PIP, torch]).returncode:
            sys.exit(
                f"{torch} could not be installed. Without a network, put its "
                "wheel into a folder and set PIP_FIND_LINKS to the folder."
            )
    if subprocess.run([*PIP, "--requirement", str(REQUIREMENTS)]).returncode:
        sys.exit(
            "The rest could not be installed; see pip's message above. "
            "Run this command again when it is mended: nothing is lost."
        )


if __name__ == "__main__":
    main()
