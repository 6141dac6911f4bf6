"""kit.py where things are as they are on other people's machines."""

import io
import os
import signal
import subprocess
import tempfile
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.environment import small_kit
from tests.environment.elsewhere import python
from tests.support.nightly import nightly

pytestmark = pytest.mark.ci

NO_NETWORK = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}  # nobody listens there
RAN = "evsim runs with here\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A kit in a folder with a space and an umlaut, which two processes installed at once; and what they told."""
    folder = small_kit.make(tmp_path_factory.mktemp("kits") / "Käse und Brot [1]")
    both = [small_kit.start(folder, **NO_NETWORK) for _ in range(2)]
    return folder, [(*each.communicate(timeout=small_kit.LIMIT), each.returncode) for each in both]


def test_two_at_once_in_a_folder_with_a_space_and_an_umlaut_install_it_once(installed):
    folder, (one, other) = installed
    assert [one[0], one[2], other[0], other[2]] == [RAN, 0, RAN, 0]
    told = one[1] + other[1]
    assert told.count("Setting evsim up in") == told.count("Ready.") == 1
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == [".venv", ".venv.lock"]


def test_what_is_installed_needs_no_network(installed):
    assert small_kit.run(installed[0], **NO_NETWORK) == (0, RAN, "")


def test_without_a_network_what_was_installed_before_goes_on(installed):
    folder, _ = installed
    try:
        small_kit.need(folder, "evsim-part-of-tomorrow")
        status, printed, told = small_kit.run(folder, **NO_NETWORK)
        assert (status, printed) == (0, RAN)
        assert told.splitlines()[-1] == "There is no network: going on with what was installed before."
        status, printed, told = small_kit.run(folder, "test", **NO_NETWORK)
        assert (status, printed) == (1, "") and "Is there a network? Behind a proxy, set HTTPS_PROXY." in told
    finally:
        small_kit.need(folder)


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.10"])
def test_an_old_python_says_what_it_needs(version):
    done = subprocess.run([python(version), small_kit.ROOT / "kit.py"], capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert done.stderr.startswith(f"evsim needs Python 3.11 or later, and this is Python {version} (")


@nightly
@pytest.mark.skipif(os.name == "nt", reason="processes end otherwise there")
@pytest.mark.parametrize("moment", ["Setting evsim up in", "pip"])
def test_after_an_interrupted_first_run_the_next_one_makes_it_anew(tmp_path, moment):
    folder = small_kit.make(tmp_path / "kit")
    first = small_kit.start(folder, **NO_NETWORK)
    assert "Setting evsim up in" in first.stderr.readline()
    while moment == "pip" and not (folder / ".venv/kit.log").exists():
        os.sched_yield()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    status, printed, told = small_kit.run(folder, **NO_NETWORK)
    assert (status, printed) == (0, RAN), told
    assert "Ready." in told


@pytest.fixture
def read_only():
    """A kit that this user may not write, with what its process needs to know."""
    user, interpreter = small_kit.stranger()
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        folder, home = small_kit.make(place / "kit"), place / "home"
        (folder / "notebooks").mkdir()
        home.mkdir()
        if user:
            os.chown(home, user, -1)
        place.chmod(0o755)
        folder.chmod(0o555)
        yield folder, home, {"user": user, "python": interpreter, "HOME": str(home), **NO_NETWORK}
        folder.chmod(0o755)


@nightly
@pytest.mark.skipif(os.name == "nt", reason="made with the rights of POSIX")
def test_in_a_read_only_folder_all_is_written_to_the_home_of_the_user(read_only):
    folder, home, options = read_only
    before = sorted(folder.rglob("*"))
    assert small_kit.run(folder, **options)[:2] == (0, RAN)
    assert small_kit.run(folder, **options) == (0, RAN, "")
    assert sorted(folder.rglob("*")) == before
    (environment,) = (home / ".evsim").iterdir()
    assert (environment / ".venv/kit.json").exists()
    small_kit.run(folder, "lab", **options)  # there is no JupyterLab, but the lessons come before it
    assert [path.name for path in (home / "evsim-lessons").iterdir()] == ["00-first.ipynb"]


class Proxy(BaseHTTPRequestHandler):
    """A proxy, behind which there is an index with one package."""

    asked: list  # of each server its own

    def do_GET(self):
        self.asked.append(self.path)
        wheel = self.path.endswith(".whl")
        body = self.wheel() if wheel else b'<a href="http://index.invalid/evsim_need-1-py3-none-any.whl">x</a>'
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream" if wheel else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @staticmethod
    def wheel():
        held, name = io.BytesIO(), "evsim_need-1.dist-info"
        with zipfile.ZipFile(held, "w") as wheel:
            wheel.writestr(f"{name}/METADATA", "Metadata-Version: 2.1\nName: evsim-need\nVersion: 1\n")
            wheel.writestr(f"{name}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{name}/RECORD", "")
        return held.getvalue()

    def log_message(self, *_):
        pass


@pytest.fixture
def proxy():
    """(its address, what it was asked for)."""
    handler = type("ProxyOfATest", (Proxy,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler.asked
        server.shutdown()


@nightly
def test_behind_a_proxy_it_installs_through_it(tmp_path, proxy):
    address, asked = proxy
    folder = small_kit.make(tmp_path / "kit", "evsim-need")
    index = {"PIP_INDEX_URL": "http://index.invalid/simple", "PIP_TRUSTED_HOST": "index.invalid"}
    status, printed, told = small_kit.run(folder, **index)
    assert (status, printed) == (1, "") and "Behind a proxy, set HTTPS_PROXY." in told
    status, printed, told = small_kit.run(folder, HTTP_PROXY=address, **index)
    assert (status, printed) == (0, RAN), told
    assert asked == ["http://index.invalid/simple/evsim-need/", "http://index.invalid/evsim_need-1-py3-none-any.whl"]


@nightly
def test_without_a_network_wheels_from_a_folder_are_enough(tmp_path):
    folder = small_kit.make(tmp_path / "kit", "evsim-need")
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels/evsim_need-1-py3-none-any.whl").write_bytes(Proxy.wheel())
    said = small_kit.run(folder, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path / "wheels"))
    assert said[:2] == (0, RAN)
