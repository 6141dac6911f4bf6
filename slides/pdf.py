"""A deck as PDF, printed by the browser that is there: Edge, Chrome, Chromium or Brave."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["BROWSER", "NoBrowser", "browser", "pdf"]

BROWSER = "EVSIM_BROWSER"  # the variable that names one
NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "msedge", "microsoft-edge", "microsoft-edge-stable", "brave-browser",
)  # fmt: skip
WINDOWS = (
    r"Microsoft\Edge\Application\msedge.exe",
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
)
FOLDERS = ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")
MAC = ("Google Chrome", "Microsoft Edge", "Chromium", "Brave Browser")
HELP = f"""\
To make the PDF one of Edge, Chrome, Chromium or Brave is needed, and none was found.
  Windows: Edge is part of it; if it was removed, microsoft.com/edge or google.com/chrome.
  macOS: google.com/chrome.     Debian, Ubuntu: sudo apt-get install chromium.
If there is one in an unusual place, name it: {BROWSER}=/path/to/it python -m slides
Or open the HTML in any browser and print it to PDF: a page is a slide."""


class NoBrowser(Exception):
    """There is no browser to print with, or it did not print; the text says the way out."""


def browser():
    """The path of a browser."""
    named = os.environ.get(BROWSER)
    if named:
        if not (found := shutil.which(named)):
            raise NoBrowser(f"{BROWSER} is {named!r}, and there is no such program.")
        return found
    places = [Path(os.environ[folder]) / path for folder in FOLDERS if folder in os.environ for path in WINDOWS]
    if sys.platform == "darwin":
        places += [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in MAC]
    found = [shutil.which(name) for name in NAMES] + [str(place) for place in places if place.is_file()]
    try:
        return next(filter(None, found))
    except StopIteration:
        raise NoBrowser(HELP) from None


def pdf(html, path, patience=120):
    """Print the page at `html` to `path`; wait `patience` seconds at most."""
    program = browser()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        made = Path(profile) / "deck.pdf"
        options = ["--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={profile}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append("--no-sandbox")  # Chromium refuses root otherwise
        command = [program, *options, f"--print-to-pdf={made}", html.resolve().as_uri()]
        kept = {"capture_output": True, "encoding": "utf-8", "errors": "replace"}
        try:
            said = subprocess.run(command, timeout=patience, **kept).stderr
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoBrowser(f"{program} did not print: {error}") from None
        if not made.exists():
            raise NoBrowser(f"{program} did not print. It said: {said.strip()[-500:]}")
        shutil.copyfile(made, path)
