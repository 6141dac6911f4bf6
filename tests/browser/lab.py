"""JupyterLab in a real browser: a server, and a page that opens notebooks, runs them and reads them.

Menus are not clicked: Lab, started with --expose-app-in-browser, takes commands from the page.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from slides import pdf
from tests.support.missing import missing

ROOT = Path(__file__).resolve().parents[2]
ASK_NOBODY = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE = 120  # s until a server or a notebook that says nothing is given up
SIZE = {"width": 1366, "height": 768}
TALLEST = 16_000  # pixels, about what a browser can still take a picture of

# Neither asks the person (about news) nor another host.
SETTINGS = {"apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}

OUR_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # else an older Lab asks which


def write_notebook(file, *sources):
    """A notebook of so many cells of code. (nbformat would need three seconds to be imported.)"""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "source": source, "metadata": {}, "outputs": [],
         "execution_count": None}
        for number, source in enumerate(sources)
    ]  # fmt: skip
    made = {"cells": cells, "metadata": OUR_KERNEL, "nbformat": 4, "nbformat_minor": 5}
    file.write_text(json.dumps(made), encoding="utf-8")


@contextmanager
def server(folder):
    """The address of a JupyterLab server on `folder`; what it writes of its own goes to folder/.jupyter."""
    own = folder / ".jupyter"
    for name, values in SETTINGS.items():
        file = own / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    places = {f"JUPYTER_{name.upper()}_DIR": str(own / name) for name in ("config", "data", "runtime")}
    places |= {f"JUPYTERLAB_{name.upper()}_DIR": str(own / name) for name in ("settings", "workspaces")}
    python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser", "--allow-root",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
    ]  # fmt: skip
    with open(own / "log", "w", encoding="utf-8") as log:
        environment = {**os.environ, **places, "PYTHONPATH": python_path, "JUPYTER_PREFER_ENV_PATH": "1"}
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield _answering(f"http://127.0.0.1:{port}", process, own / "log")
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answering(address, process, log):
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/api").close()
            return address
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')}")


@contextmanager
def browser():
    """Chrome or a relative of it, Playwright's own or the system's."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed: it comes with the extra test")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_program(playwright), args=ASK_NOBODY)
        yield chromium
        chromium.close()


def _program(playwright):
    own = playwright.chromium.executable_path
    try:
        return own if Path(own).exists() else pdf.browser()
    except pdf.NoBrowser:
        missing("there is no Chromium (on Debian: apt-get install chromium; elsewhere: playwright install chromium)")


class Pages:
    """Pages of a browser for files. Another file in an old page is half of the work of a new page."""

    def __init__(self, chromium):
        self.chromium = chromium
        self._idle, self._open, self._trouble = [], [], []

    def open(self, file, viewport, fragment="", color_scheme="light", reduced_motion="no-preference"):
        """A page that shows a file as if nothing had been shown in it before."""
        page = self._idle.pop() if self._idle else self._new()
        self._open.append(page)
        page.set_viewport_size(viewport)
        page.emulate_media(media="screen", color_scheme=color_scheme, reduced_motion=reduced_motion)
        page.goto(file.as_uri() + fragment)
        return page

    def _new(self):
        page = self.chromium.new_context().new_page()
        page.on("pageerror", lambda error: self._trouble.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self._trouble.append(message.text))
        page.on("request", lambda request: request.url.startswith("http") and self._trouble.append(request.url))
        return page

    def assert_no_trouble(self):
        """Nothing may have gone wrong on what is open, nobody else have been asked; and nothing is kept of it."""
        for page in self._open:
            page.evaluate("localStorage.clear()")
            page.goto("about:blank")
            page.mouse.move(0, 0)
        self._idle += self._open
        trouble, self._open, self._trouble = self._trouble, [], []
        assert not trouble


class Lab:
    """A page with JupyterLab in it; notes what the browser complains of and which other hosts are asked."""

    def __init__(self, chromium, address):
        self.address = address
        self.complaints, self.foreign = [], []
        self.page = chromium.new_page(viewport=SIZE)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)
        self.load()

    def _console(self, message):
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _request(self, request):
        parts = urlsplit(request.url)
        if parts.scheme.startswith(("http", "ws")) and parts.netloc != urlsplit(self.address).netloc:
            self.foreign.append(request.url)

    def load(self):
        """Load the page, anew and with nothing open."""
        self.page.goto(f"{self.address}/lab?reset")
        self.page.wait_for_function("window.jupyterapp")
        self.ask("() => jupyterapp.restored.then(() => null)")

    def ask(self, script, *arguments):
        """What a JavaScript function says, or an error if it does not say it in time."""
        late = f"setTimeout(() => fail(new Error('no answer within {PATIENCE} s')), {1000 * PATIENCE})"
        race = f"Promise.race([({script})(...given), new Promise((_, fail) => {late})])"
        return self.page.evaluate(f"given => {race}", list(arguments))

    def open(self, path):
        """Open a notebook with a new kernel, and close the one that was open before, without saving it."""
        self.complaints.clear()
        self.foreign.clear()
        self.ask(
            """async path => {
                await window.notebook?.sessionContext.shutdown();
                window.notebook?.dispose();
                const options = {path, factory: 'Notebook', kernelPreference: {autoStartDefault: true}};
                window.notebook = await jupyterapp.commands.execute('docmanager:open', options);
                await notebook.context.ready;
                await notebook.sessionContext.ready;
            }""",
            path,
        )

    def run(self, path):
        """Open a notebook, run all its cells, and return them as the model has them (JSON)."""
        self.open(path)
        return self.ask(
            """async () => {
                await jupyterapp.commands.execute('notebook:run-all-cells');
                const cells = notebook.content;  // from here on all of them are drawn, not only those in view
                cells.notebookConfig = {...cells.notebookConfig, windowingMode: 'none'};
                return Array.from(cells.model.cells, cell => cell.toJSON());
            }"""
        )

    def cell(self, number):
        """The place of a cell on the page."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def picture(self, file):
        """Take a picture of the whole notebook, from its first cell to its last."""
        last = self.page.locator(".jp-Notebook .jp-Cell").last
        height = SIZE["height"] // 5 + last.evaluate("cell => cell.offsetTop + cell.offsetHeight")
        self.page.set_viewport_size({**SIZE, "height": min(height, TALLEST)})
        self.ask("() => { notebook.content.outerNode.scrollTop = 0; }")  # one can scroll past the end
        file.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=file)
        self.page.set_viewport_size(SIZE)
