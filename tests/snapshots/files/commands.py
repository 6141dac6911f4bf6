"""What evsim says on the command line: what each command prints and leaves for small inputs, and how it refuses."""

import contextlib
import io
import json
import shlex
from functools import partial
from pathlib import Path

import typer
from typer.main import get_command
from typer.testing import CliRunner

import evsim
from evsim.cli import app
from evsim.cli.keeping import Keeper
from evsim.cli.output import as_far, finish, say
from evsim.cli.shell import explain
from evsim.experiment.running import Interrupted
from evsim.lesson.challenge import challenges
from evsim.results.audit import AuditError
from tests.lesson.test_tally import CLASS
from tests.snapshots.telling import DESK, WORKERS, in_folder, told
from tests.snapshots.texts import tried

__all__ = ["COMMANDS", "FILES", "explained", "heard", "shell"]


def shell(*commands, typed=None, columns=110, **files):
    """What a shell answers to some commands in a folder with some files, and what there is in the end."""

    def make(folder):
        with contextlib.chdir(folder):
            said = [_answer(command, typed, columns) for command in commands]
            left = [path for path in sorted(folder.rglob("*")) if path.is_file()]
            return said + [
                f"{path.relative_to(folder).as_posix()}\n{_content(path)}"
                for path in left
                if path.name.replace(".", "__") not in files
            ]

    return in_folder(make, **files)


def _answer(command, typed, columns):
    """The exit status and what is printed, without what typer says by itself of how it is used."""
    done = CliRunner().invoke(app, shlex.split(command), input=typed, env={"COLUMNS": str(columns)})
    error = "\n".join(line for line in done.stderr.splitlines() if not line.startswith(("Usage: ", "Try ", "About ")))
    return f"$ {command}\n{done.exit_code}\n{done.stdout}\n{error}".replace(evsim.__version__, "VERSION")


def _content(path):
    """A file that is text and has no program in it."""
    text = path.suffix in (".csv", ".json", ".yaml") and path.stat().st_size < 100_000
    if not text:
        return f"{path.stat().st_size > 1000}"
    return path.read_text(encoding="utf-8").replace(f'"{evsim.__version__}"', '"VERSION"')


def _declared():
    """Each command with its options, as they are declared."""
    for name, command in sorted(get_command(app).commands.items()):
        of = [f"{each.opts} {getattr(each, 'help', '')} {each.metavar} {each.required}" for each in command.params]
        yield "\n".join([name, str(command.help), *of])


def heard(make, *arguments):
    """What goes to the second stream, and what is given."""
    with contextlib.redirect_stderr(io.StringIO()) as second, contextlib.redirect_stdout(io.StringIO()) as first:
        found = tried(make, *arguments)
    return f"{found} {first.getvalue()} {second.getvalue()}"


def _interrupted(*how):
    raise Interrupted(*how)


def _in_ascii(text):
    """What is written of a text where the stream has no other letters."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with contextlib.redirect_stdout(stream):
        say(text)
    stream.flush()
    return stream.buffer.getvalue().decode()


def _keeps(folder):
    """Places that have been taken, that are gone, and a disk that is full."""
    for name in ("page.html", "page-2.html"):
        (folder / name).write_text("of somebody else", encoding="utf-8")
    kept = Keeper()

    def full(path):
        raise OSError(28, "No space left on device")

    said = [heard(kept.write, folder / "page.html", Path.write_text, "mine"),
            heard(kept.write, folder / "none" / "page.html", Path.write_text, "mine"),
            heard(kept.write, folder / "full.html", full)]  # fmt: skip
    return [
        *said,
        *map(str, kept.errors),
        heard(kept.tell),
        str([tried(partial(explained, error)) for error in kept.errors]),
    ]


def _ended(make, *arguments):
    """How a command ends, and what it says before."""
    with contextlib.redirect_stderr(io.StringIO()) as second:
        try:
            make(*arguments)
        except (typer.Exit, Interrupted) as end:
            return f"{type(end).__name__} {getattr(end, 'exit_code', end)} {second.getvalue()}"


def explained(error):
    """What the shell says of an error."""
    error.add_note("in the run of desk")
    return heard(explain, error)


TINY = DESK.replace({"run.duration": "1s", WORKERS: 8, "objectives": {"response_mean": "200ms"}}).to_yaml()
OTHER = TINY.replace("name: counter", "name: other").replace("workers: 8", "workers: 9")
FILES = {
    "tiny__yaml": TINY, "other__yaml": OTHER, "wrong__yaml": TINY.replace("100ms", "soon"),
    "seen__csv": "time,errors\n0,1\n500ms,1\n", "when__csv": "time,what,target,for\n100ms,outage,desk,1s\n",
}  # fmt: skip
ONE_BY_ONE = ("run", "compare", "sweep", "find", "report", "replay")
MISSED = "--set 'objectives={response_mean: 1ms}'"
ASKED = {
    "run": ["", "--runs 3 --theory", "--precision response_mean=50%", "--json", "--json --runs 2 --seed 5",
            "--record summary", "--record some",
            "--set run.warmup=200ms --set services.desk.limit=2", MISSED, f"{MISSED} --json", "--save out",
            "--save out", "--save out --overwrite",
            "--save many --runs 2", "--save few --record summary", "--save none/out", "--set services.desk.workrs=3",
            "--set nothing", "--set =3",
            "--set services.desk.workers=[1", "--set run.seed=", "--seed -1", "--runs 0", "--precision nothing",
            "--set services.desk.handle=[work: 1ms]", "--set workloads.callers.arrivals.poisson=0.001/s --runs 2",
            "--record summary --set 'objectives={reordered: 0}'",
            "--set 'faults=[{outage: desk, at: 200ms, for: 300ms}]'"],
    "compare": ["other.yaml --runs 2 --jobs 1", "other.yaml --runs 2 --json --save out",
                "--set services.desk.workers=4 --runs 2", "", "none.yaml",
                f"other.yaml {MISSED} --runs 2",
                "other.yaml --objective response_mean=50ms --objective errors=0 --runs 2", "other.yaml --objective x"],
    "sweep": ["services.desk.workers=4,8 --runs 2",
              "services.desk.workers=4,8 workloads.callers.arrivals.poisson=20/s --metric errors --runs 1",
              f"services.desk.workers=4, --runs 1 {MISSED} --json --save out", "services.desk.workers",
              "services.desk.workers=4 --store runs --runs 1",
              "services.desk.workers=4 --store runs --runs 1", "services.desk.workers=4 --store tiny.yaml"],
    "find": ["services.desk.workers=4..8 --max-runs 8",
             "services.desk.workers=4..8 --objective response_mean=1ms --max-runs 8 --json",
             "workloads.callers.arrivals.poisson=20/s..40/s --largest --precision 0.5 --max-runs 8",
             "services.desk.workers=4"],
    "hunt": ["once --tries 3 --length 500ms",
             "answered --fault outage --place desk --tries 9 --length 500ms -o story.yaml --player story.html",
             "answered --fault crash --json --tries 9 --length 500ms", "never", "once --tries 2 --json --length 500ms"],
    "export": ["out.json --format perfetto", "out.json --format perfetto",
               "cloud.json --format cloudevents --requests 1,2", "x --format word",
               "y.json --format otlp --requests many", "y.json --format otlp --requests 999",
               "y.json --format otlp --workload nobody", "csv --format csv"],
    "report": ["--runs 2 -o page.html", "--runs 2 -o page.html",
               f"other.yaml --runs 2 --budget 1us --overwrite -o page.html {MISSED} --objective response_mean=1ms"],
    "validate": ["", "other.yaml wrong.yaml", "--set services.desk.workers=1"], "show": ["", "--preset rabbitmq"],
    "replay": ["--observed seen.csv --runs 2 --picture seen.png",
               "--observed seen.csv --runs 2 --json --timeline when.csv --picture all.png --figure errors",
               "--observed seen.csv --runs 2 --timeline when.csv", "--observed none.csv"],
}  # fmt: skip


def _asked(name):
    """What a command answers to each of its settings."""
    one = ["-j 1"] if name in ONE_BY_ONE else []
    return shell(
        *(" ".join([name, *([] if "--preset" in each else ["tiny.yaml"]), each, *one]) for each in ASKED[name]), **FILES
    )


TOLD = {f"evsim {name}": partial(_asked, name) for name in ASKED}
TOLD |= {
    "options": lambda: list(_declared()),
    "others": lambda: shell("list", "show", "show none.yaml", "show --preset rabitmq", "--version", "run ''",
                             "run nowhere.yaml", "validate none.yaml",
                             *(f"run registration-events --set run.duration=500ms --set run.warmup=0{each}"
                               for each in ("", " --json", " --runs 2")),
                             "show registration-events", "run vertx-bus --jobs 0"),
    "evsim fit": lambda: shell("fit times.csv --picture fit.png", "fit times.csv --picture fit.png",
                                "fit two.csv --column took_ms", "fit few.csv", "fit mixed.csv",
        times__csv="\n".join(f"{(n + 0.5) ** 0.5}" for n in range(40)), two__csv="who,took_ms\n"
        + "".join(f"a,{n}\n" for n in range(10, 40)),
        few__csv="1\n2\n", mixed__csv="\n".join([*(f"{0.01 + n / 1e5:.5f}" for n in range(40)), *["0.9"] * 40])),
    "evsim new": lambda: shell("new --from stock.log", "new --from stock.log --from c.yaml --name shop -o shop.yaml",
                                "new --from stock.log -o shop.yaml", "new --from c.yaml -o c2.yaml",
        "new --from none.log", stock__log='1.2.3.4 - - [02/Mar/2026:09:00:00 +0000] "GET / HTTP/1.1" 200 5 0.1\n' * 3,
        c__yaml="services:\n  a: {image: x}\n"),
    "evsim challenge": lambda: shell("challenge", *(f"challenge {challenges()[0]} {each}" for each in (
        "--start design.yaml", "design.yaml -j 1 --runs 2 --board board.html --csv board.csv",
        "design.yaml -j 1 --runs 2 --json")), "challenge nothing"),
    "evsim incident": lambda: [shell("incident --list", "incident metastable-retries --seed 1", "incident nothing",
                                      typed=typed) for typed in (
        "look a-customer\n\nname retries\nmend restart\ncard\ndebrief\n",
        "dance\nlook\nlook the moon\nlook moon\nquit\n", "")],
    "evsim tally": lambda: shell("tally a.json b.json c.json d.json --csv class.csv", "tally a.json a.json",
                                  "tally none.json",
        **{f"{name}__json": json.dumps(each) for name, each in zip("abcd", CLASS)}),
    "the shell": lambda: [*(explained(error) for error in (KeyError("x"), AuditError("message 7 ended twice"),
                                                            OSError(2, "No such file", "a"), OSError("odd"))),
                          _in_ascii("5 ± 1 ms"), *(heard(as_far, _interrupted, *how) for how in ((1, 3, "it"),
                              (1, None, "it"))), in_folder(_keeps),
                          _ended(finish, {}, True, "3 of 5 runs are finished"),
                          _ended(as_far, _interrupted, 0, 3, None)],
}  # fmt: skip
COMMANDS = {"commands": partial(told, TOLD)}
