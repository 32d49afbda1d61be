"""The browser of this machine: it tests, audits and prints the site."""

import os
import shutil
from contextlib import contextmanager

NAMES = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
# A container has no sandbox; a page from a file may load its own fonts.
ARGUMENTS = ["--no-sandbox", "--allow-file-access-from-files"]


def find_browser():
    """Path of a Chromium (CHROMIUM, else one on PATH); None without one."""
    named = os.environ.get("CHROMIUM")
    names = [named] if named else NAMES
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def open_browser():
    """Playwright's browser, closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=ARGUMENTS
        )
        yield browser
        browser.close()
