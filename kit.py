"""The evsim kit: one command for everything, on any system with Python 3.11 or later.

    python kit.py              open the course in JupyterLab, at its first notebook
    python kit.py lab ...      the same; a notebook of your choice, options of JupyterLab
    python kit.py test ...     run the tests; --quick: what needs no more than a moment; --ci: all that CI runs, with
                               each notebook in a kernel; files and folders; options of pytest
    python kit.py nightly ...  try 10,000 random systems; --systems 1000, --seed 2
    python kit.py pages ...    make the documentation as a site; a folder, --repository URL
    python kit.py bench ...    compare the speed with other simulators; options of benchmarks
    python kit.py release ...  the checklist before a release; --date DAY, --skip STEP
    python kit.py evsim ...    the command line, such as: python kit.py evsim run registration-events

The first time, and whenever pyproject.toml has changed, evsim and what the command needs are installed into
the folder .venv beside this file (about 100 packages; that needs a network, or PIP_NO_INDEX=1 and PIP_FIND_LINKS
with a folder of wheels). Nothing but that folder and .venv.lock is touched; to start afresh, delete it.
Where this folder may not be written, both lie in .evsim of your home, and your lessons in evsim-lessons there.

Exit status: that of the command; 1 if the installation failed; 2 if there is no such command.
"""

# An old Python must get as far as the next check: so no syntax in this file that is younger than Python 2.7.
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "evsim needs Python 3.11 or later, and this is Python {}.{} ({}).\n"
        "If a later one is installed, call it by name: python3.12 kit.py, or on Windows py -3.12 kit.py.\n"
        "If not, python.org has one for every system.".format(*sys.version_info[:2] + (sys.executable,))
    )

import errno
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sysconfig
import time
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt


def may_write(folder):
    """Whether files can be made there: on Windows and on file servers only trying tells."""
    trial = folder / ".kit-{}".format(os.getpid())
    try:
        trial.touch()
        trial.unlink()
    except OSError:
        return False
    return True


def folder_of_environment():
    """The folder for .venv: here, or one of the user's where nobody may write here and nothing is installed."""
    if OURS or (HERE / ".venv" / "kit.json").exists():
        return HERE
    folder = Path.home() / ".evsim" / hashlib.sha256(str(HERE).encode()).hexdigest()[:12]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return HERE
    return folder


HERE = Path(__file__).resolve().parent
OURS = may_write(HERE)
VENV = folder_of_environment() / ".venv"
LOCK = VENV.with_name(".venv.lock")
STAMP = VENV / "kit.json"  # what was installed when it was last finished
LOG = VENV / "kit.log"
SCRIPTS = Path(sysconfig.get_path("scripts", "venv", {"base": str(VENV)}))
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")

UNFINISHED = {"unfinished": True}
NO_NETWORK = re.compile(
    r"from versions: none|NewConnectionError|ConnectTimeout|NameResolution|getaddrinfo|Temporary failure"
    r"|ProxyError|SSLError|timed out|Connection (refused|reset|aborted|broken)"
)


# The commands: each makes the arguments for the environment's Python.


def lab(rest):
    root, notebooks = HERE, HERE / "notebooks"
    if not OURS:  # what is solved could not be kept here
        root = notebooks = Path.home() / "evsim-lessons"
        run([str(PYTHON), "-m", "evsim", "lab", "--no-open", "--folder", str(root)], HERE)
    lessons = sorted(notebooks.glob("*.ipynb"))
    if lessons and not any(each.endswith(".ipynb") for each in rest):
        rest = [str(lessons[0].relative_to(root))] + rest
    return ["-m", "jupyterlab", "--ServerApp.root_dir=" + str(root)] + rest


def test(rest):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    processes = cores + 1  # a quarter of the time one waits for a browser, a broker or a clock
    command = ["-m", "pytest", "-p", "tests.support.no_grammars"]
    command += ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]
    named = any((HERE / each.split("::")[0]).exists() for each in rest)
    if "--quick" in rest:
        command += ["-m", "not slow and not ci", "-p", "no:nbval"]
    elif named or "--ci" in rest or "EVSIM_NIGHTLY" in os.environ:
        command += ["--nbval-lax", "--nbval-current-env"]
    else:
        command += ["-m", "not ci", "-p", "no:nbval"]
    return command + [each for each in rest if each not in ("--quick", "--ci")]


def nightly(rest):
    return ["-m", "tests.books.nightly"] + rest


def pages(rest):
    return ["-m", "docs.pages"] + rest


def bench(rest):
    return ["-m", "benchmarks"] + rest


def release(rest):
    return ["-m", "release"] + rest


def evsim(rest):
    return ["-m", "evsim"] + rest


COMMANDS = {each.__name__: each for each in (lab, test, nightly, pages, bench, release, evsim)}
EXTRAS = {
    "lab": ["lab"],
    "test": ["lab", "test"],
    "nightly": ["lab", "test"],
    "pages": ["docs"],
    "bench": ["bench"],
    "release": ["docs", "lab", "release"],
    "evsim": ["lab"],
}


def main(arguments):
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        print(__doc__)
        return 0
    if not arguments or arguments[0].startswith("-"):
        arguments = ["lab"] + arguments
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, 1) or ["--help"]
        say("kit.py: there is no command {}; did you mean {}?".format(name, near[0]))
        return 2
    prepare(needed_by(name))
    return run([str(PYTHON)] + COMMANDS[name](rest), Path.cwd() if name == "evsim" else HERE)


def needed_by(name):
    """The extras of a command; at night the tests try the checklist of a release, too."""
    at_night = name == "test" and "EVSIM_NIGHTLY" in os.environ
    return EXTRAS[name] + (EXTRAS["release"] if at_night else [])


def run(command, folder):
    """Run a command to its end and return its exit status; Ctrl-C and an ask to terminate are left to it."""
    process = subprocess.Popen(command, cwd=str(folder), env=surroundings())
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            status = process.wait()
            return status if status >= 0 else 128 - status
        except KeyboardInterrupt:
            pass


def surroundings():
    """The environment variables of whatever runs in .venv, without those that would lead it elsewhere.

    Nor those that would have every start compile all of evsim again.
    """
    compiled = {} if OURS else {"PYTHONPYCACHEPREFIX": str(VENV / "compiled")}
    astray = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__", "PIP_TARGET", "PIP_PREFIX", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    path = os.pathsep.join([str(SCRIPTS), os.environ.get("PATH", os.defpath)])
    return dict(kept, PATH=path, VIRTUAL_ENV=str(VENV), PIP_USER="0", JUPYTER_PREFER_ENV_PATH="1", **compiled)


# The environment.


def prepare(extras):
    """See to it that .venv has evsim as pyproject.toml wants it, with these extras."""
    if ready(extras):
        return
    if VENV.exists() and not may_write(VENV):
        stop("{} may not be written, and lacks what this command needs: ask whoever made it.".format(VENV))
    with alone():
        if not ready(extras):
            found, usable, state = remembered(), works(), wanted(extras)
            unfinished_or_moved = found and found.get("folder") != str(HERE)
            if unfinished_or_moved or not usable:
                make_environment(found)
                found = UNFINISHED
            else:
                say("Bringing .venv up to date ...")
            install(state, found, extras)


def ready(extras):
    return remembered() == wanted(extras) and works()


def wanted(extras):
    """What there should be, as it is remembered; extras that were asked for earlier stay."""
    return {
        "project": hashlib.sha256((HERE / "pyproject.toml").read_bytes()).hexdigest(),
        "folder": str(HERE),
        "extras": sorted(set(extras).union(remembered().get("extras", ()))),
    }


@contextmanager
def alone():
    """Two that are started at once install one after the other; the lock ends with the processes that hold it."""
    with open(str(LOCK), "a") as file:
        if not locked(file):
            say("Another kit.py installs into {}; this one waits for it ...".format(VENV))
            while not locked(file):
                time.sleep(0.2)
        HELD.append(file.fileno())
        yield
        HELD.pop()


HELD = []  # the lock, which pip holds, too: it may outlive this process by a moment


def locked(file):
    """Whether the lock is ours; where there are no locks, it is."""
    try:
        if os.name == "nt":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        return problem.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
    return True


def works():
    """Whether .venv has a Python of the right age, and pip."""
    check = [str(PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    try:
        return not subprocess.run(check, env=surroundings(), capture_output=True).returncode
    except OSError:
        return False


def make_environment(found):
    """Make .venv anew; refuse to delete one that is not ours."""
    missing = [name for name in ("venv", "ensurepip") if find_spec(name) is None]
    if missing:
        stop(
            "This Python ({}) comes without its module {}, which makes environments.\n"
            "On Debian and Ubuntu: sudo apt install python{}.{}-venv\n"
            "Elsewhere, take the Python of python.org.".format(sys.executable, missing[0], *sys.version_info[:2])
        )
    if not found and VENV.exists() and any(VENV.iterdir()):
        stop("{} was not made by kit.py and has no Python 3.11 with pip: please move it away.".format(VENV))
    say("Setting evsim up in {} (once; a minute or a few) ...".format(VENV))
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    remember(UNFINISHED)
    base = getattr(sys, "_base_executable", sys.executable)  # .venv cannot be made by the Python in it
    with open_pipe([base, "-m", "venv", str(VENV)]) as process:
        said = process.stdout.read()
    if process.returncode or not works():
        stop("No environment could be made in {}:\n{}".format(VENV, said))


def install(state, before, extras):
    """Install evsim from this folder; `before` is what to remember if it fails, and to go on with if it can be."""
    remember(UNFINISHED)
    what = ".[{}]".format(",".join(state["extras"]))  # relative, for folders with a space or a bracket
    quick = ["--no-compile", "--prefer-binary"]  # what is imported is compiled then: it is a part of what is installed
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    with open(str(LOG), "w", encoding="utf-8") as log, open_pipe(pip + quick + ["-e", what]) as process:
        for line in process.stdout:
            log.write(line)
            show(line)
    show("")
    if process.returncode < 0:
        stop("pip was stopped by signal {}. Run the same command again.".format(-process.returncode))
    if process.returncode:
        remember(before)
        text = LOG.read_text(encoding="utf-8")
        if not (NO_NETWORK.search(text) and set(extras).issubset(before.get("extras", ()))):
            explain_failure(text)
        say("There is no network: going on with what was installed before.")
        return
    remember(state)
    say("Ready.")


def explain_failure(text):
    lines = text.splitlines()
    errors = [line.strip() for line in lines if line.lstrip().startswith("ERROR")] or lines[-15:]
    hint = "Is there a network? Behind a proxy, set HTTPS_PROXY. " if NO_NETWORK.search(text) else ""
    stop(
        "evsim could not be installed:\n{}\n{}Then run the same command again.\nAll that pip said is in {}".format(
            "\n".join(errors), hint, LOG
        )
    )


def open_pipe(command):
    """A process whose words, of both kinds, can be read as text."""
    options = {
        "cwd": str(HERE),
        "env": surroundings(),
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "encoding": "utf-8",
        "errors": "replace",
    }
    if os.name != "nt":
        options["pass_fds"] = HELD
    return subprocess.Popen(command, **options)


def remembered():
    """What the last installation wrote: nothing if there is none."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        return UNFINISHED
    return found if isinstance(found, dict) else UNFINISHED


def remember(state):
    if state:
        STAMP.write_text(json.dumps(state), encoding="utf-8")
    else:
        STAMP.unlink()


# What people see.


def show(line):
    """The last thing pip did, on one line that the next one replaces."""
    if sys.stderr.isatty():
        width = min(shutil.get_terminal_size().columns - 1, 78)
        sys.stderr.write("\r" + line.strip()[:width].ljust(width) + ("" if line else "\r"))
        sys.stderr.flush()


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def stop(text):
    say(text)
    sys.exit(1)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("\nInterrupted. Run the same command again to go on.")
        sys.exit(130)
    except OSError as problem:
        stop("kit.py: {}".format(problem))
