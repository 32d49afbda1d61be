"""The browser of this machine: it tests, audits and prints the site."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")


def find_browser():
    """Path of a Chromium (CHROMIUM, else one on PATH); None without one."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)
