"""What several test files share."""

import os

import pytest

from website.browser import find_browser, open_browser


@pytest.fixture(scope="session")
def chromium():
    """Playwright's browser; without one skip, or fail where CI needs it."""
    if find_browser() is None:
        message = (
            "no Chromium on this machine (apt install chromium, or set "
            "CHROMIUM to a browser's path): the tests that need one are left"
        )
        if os.environ.get("BROWSER_REQUIRED"):
            pytest.fail(message)
        pytest.skip(message)
    with open_browser() as browser:
        yield browser
