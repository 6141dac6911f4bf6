"""One browser for the pages of a module, and a folder for their pictures."""

import pytest

from tests.browser.lab import ROOT, Pages, browser

PICTURES = ROOT / "build/screenshots"


@pytest.fixture(scope="module")
def pages():
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        yield Pages(chromium)
