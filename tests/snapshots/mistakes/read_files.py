"""What evsim says of files it reads and places it writes to: arrivals, times, scenarios as YAML, and outputs."""

import contextlib
import os
import re
import tempfile
from pathlib import Path

import evsim
from evsim import Scenario
from evsim.scenario import reading
from evsim.scenario.arrival_trace import read_arrival_trace
from evsim.scenario.files import inputs
from evsim.scenario.textfile import read_bytes, read_text
from evsim.scenario.time_files import named_unit
from evsim.whole import new_folder, place_for
from tests.snapshots.mistakes.values_written import lines_of
from tests.snapshots.telling import DESK, plain
from tests.snapshots.texts import tried

__all__ = ["READ_FILES"]

MANY = 150_000  # characters of a field
TRACES = (  # what the arrivals say beside the file, and what is in it
    ({}, ""), ({}, "\n\n"), ({}, "timestamp\n"), ({}, "timestamp\n\n"), ({}, "time\n1\n"), ({}, "time,key\n1,2\n"),
    ({}, "timestamp\n5\n4\n"), ({}, "timestamp\n5\n4\n6\n1\n"), ({}, "timestamp\n5\n5\n6\n"), ({"sort": True},
    "timestamp\n6\n4\n5\n"),
    ({"sort": True, "key": "k"}, "timestamp,k\n6,a\n4,b\n4,c\n"), ({}, "timestamp\n1\nsoon\n"), ({},
    "timestamp\n1\nnan\n"),
    ({}, "timestamp\n-Inf\n"), ({}, "timestamp\n1\n\n2\n"), ({"key": "k"}, "timestamp,k\n1\n"), ({"key": "k"},
    "timestamp,k\n1,\n"),
    ({"key": "k"}, "timestamp,k\n1,a,b\n"), ({"key": "k"}, "timestamp, k \n 1 , a \n2,b\n"), ({"key": "q"},
    "timestamp,k\n1,a\n"),
    ({}, "timestamp,timestamp\n1,1\n"), ({"column": "b"}, "a,b\n5,1\n6,2.5\n"), ({}, "timestamp;k\n1;2\n"), ({},
    "timestamp\tk\n1\t2\n"),
    ({}, "a|b\n1|2\n"), ({}, "1\n2\n"), ({}, "1,2\n3,4\n"), ({}, "a;b,c\n1,2\n"), ({}, "time\n1\n2\n"),
    ({}, "timestamp\n2026-01-01T09:00:00Z\n2026-01-01T10:00:00.25+01:00\n"), ({},
    "timestamp\n2026-01-01T09:00:00\n2026-01-01T09:00:01Z\n"),
    ({}, "timestamp\n2026-01-01T09:00:00\n2026-01-02T09:00:01\n"), ({}, "timestamp\n1\n2026-01-01T09:00:01\n"),
    ({"unit": "ms"}, "timestamp\n2026-01-01T09:00:00Z\n"), ({"unit": "ms"}, "timestamp\n1000\n1250\n3500.5\n"),
    ({"unit": "ns"}, "timestamp\n1000\n1001.4\n1001.6\n"), ({"unit": "us", "scale": 0.5}, "timestamp\n0\n1e6\n3e6\n"),
    ({}, "timestamp\n1700000000000\n"), ({"unit": "ms"}, "timestamp\n1700000000000\n1700000001000\n"), ({"unit": "s"},
    "timestamp\n1e11\n"),
    ({}, "timestamp\n99999999999.9\n"), ({}, "timestamp\n-1e11\n"), ({}, "timestamp\n1e100\n"), ({"unit": "ns"},
    "timestamp\n1e21\n"),
    ({}, "timestamp\n-3\n-1.5\n.5\n+1\n"), ({}, 'timestamp\n"1\n2"\n'), ({}, 'timestamp\n1\n"2\n'), ({},
    'timestamp,a\n1,"b"c\n'),
    ({}, 'timestamp,a\n1,"b, c"\n'), ({"key": "a"}, f"timestamp,a\n1,{'x' * MANY}\n"), ({},
    "timestamp\n" + "0" * 63 + "1\n"),
    ({}, "timestamp\n" + "0" * 64 + "1\n"), ({}, "timestamp\r\n1\r\n2\r\n"), ({}, "timestamp\r1\r2\r"), ({},
    "\ufefftimestamp\n1\n"),
    ({}, "timestamp\n0\n1\n2.75\n3\n3.25\n"), ({}, "timestamp\n0\n1\n3\n"), ({"scale": 3}, "timestamp\n0\n1\n2\n"),
)  # fmt: skip
RAW = (
    b"\xff\xfea\0",
    b"\xfe\xff\0a",
    b"\xff\xfe\0\0",
    b"timestamp\n1\n\0\n",
    b"timestamp\n1\n\xe4\n",
    b"\xef\xbb\xbftimestamp\n1\n",
)
TIMES = ("", "\n\n", "5ms\n10ms\n", "1\n2\n3\n", "took\n1\n2\n", "took_ms\n1\n2\n", "took (us)\n100\n", "took\n",
    "took [h]\n1\n",
         "5ms\nfast\n", "fast\nslow\n", "5 parsecs\n", "-5\n", "took_ms\n5s\n6\n", "1,2\n3,4\n", "a;b\n3;4\n",
         "a\tb\n3\tx\n",
         "5ms\n\n 7ms \n", ".5\n", "+1\n", "ms\n1\n")  # fmt: skip
ROWS = (("", {}), ("\n\ntook\n5\n", {}), ("took\n", {}), ("took\n5ms\n7\n", {}), ("a,took\n1,5\n2,7\n3\n", {}),
    ("took\n5\n7\n",
    {"unit": "ms"}),
        ("took\nfast\n", {}), ("took,took\n1,2\n", {}), ("tok,a\n1,2\n", {}), ("took\n\n5\n,\n", {}),
        ("a,took\n5,1s\n,\n6,-1\n", {}))  # fmt: skip


def _without(folder, text):
    """A text without the path of its folder."""
    return plain(str(text).replace(f"{folder}{os.sep}", "").replace(str(folder), "FOLDER"))


def _in_folder(make):
    """(what, text) of what is made in a folder, whose path is left out."""
    with tempfile.TemporaryDirectory() as folder:
        for what, made in make(Path(folder)):
            yield what, _without(folder, made)


def _desk(folder, changes, **files):
    """What comes of a small desk with files: its warnings and what is read in them, or why it is refused."""
    for name, content in files.items():
        path = folder / f"{name}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    made = tried(lambda: Scenario.from_dict(DESK.replace(changes).to_dict(), folder))
    return made if isinstance(made, str) else "\n".join([*made.warnings(), *map(str, _read_in(made))])


def _read_in(scenario):
    """What is read in the files of a desk."""
    arrivals, work = scenario.workloads["callers"].arrivals, scenario.services["desk"].handle[0].time
    yield inputs(scenario)
    if arrivals.from_file:
        times, keys = read_arrival_trace(arrivals, scenario.folder)
        yield f"{len(times)} {times.tolist()[:9]} {keys[:9]}"
    if work.file:
        yield f"{work.times.tolist()} {work.mean} {work.cv} {work.quantile([0, 0.25, 0.5, 1]).tolist()}"
    if work.by_row:
        yield work.of_requests([0, 1, 2, 3]).tolist()


ARRIVALS, WORK, KEY = "workloads.callers.arrivals", "services.desk.handle.0.work", "workloads.callers.key"
CSV = {"csv": "a.csv"}
TOGETHER = (  # changes of the desk, and its files
    ({ARRIVALS: CSV}, {}), ({ARRIVALS: {"csv": "."}}, {}), ({WORK: {"empirical": "none.csv"}}, {}),
    ({ARRIVALS: CSV, WORK: {"rows": "a.csv", "column": "w"}}, {"a": "timestamp,w\n1,5\n2,7\n"}),
    ({ARRIVALS: CSV | {"sort": True}, WORK: {"rows": "a.csv", "column": "w"}}, {"a": "timestamp,w\n1,5\n2,7\n"}),
    ({ARRIVALS: CSV | {"sort": True}, WORK: {"rows": "b.csv", "column": "w"}}, {"a": "timestamp\n1\n2\n",
    "b": "w\n1\n"}),
    ({ARRIVALS: CSV | {"key": "k"}, KEY: {"uniform": 3}}, {"a": "timestamp,k\n1,5\n2,7\n"}),
    ({ARRIVALS: CSV, KEY: {"uniform": 3}}, {"a": "timestamp,k\n1,5\n2,7\n"}),
    ({"services.desk.handle.0": {"parallel": [{"work": {"empirical": "b.csv"}}, {"wait": {"rows": "b.csv",
    "column": "x"}}]}},
     {"b": "took\nfast\n"}),
    ({ARRIVALS: CSV, WORK: "200ms"}, {"a": "timestamp\n" + "1\n" * 90}),
    ({ARRIVALS: CSV, WORK: "200ms", "services.desk.workers": 1}, {"a": "timestamp\n0\n1\n2.5\n2.75\n" + "3.5\n" * 90}),
    ({ARRIVALS: CSV, WORK: "1s", "services.desk.workers": 1}, {"a": "timestamp\n0\n1\n2.5\n3.5\n"}),
)  # fmt: skip


def _of_desks(folder):
    for number, (settings, content) in enumerate(TRACES):
        yield f"trace {number} {settings} {content[:50]!r}", _desk(folder, {ARRIVALS: CSV | settings}, a=content)
    for number, content in enumerate(RAW):
        yield f"bytes {number}", _desk(folder, {ARRIVALS: CSV}, a=content)
    for content in TIMES:
        yield f"times {content!r}", _desk(folder, {WORK: {"empirical": "b.csv"}}, b=content)
    for content, settings in ROWS:
        yield (
            f"rows {content!r} {settings}",
            _desk(folder, {WORK: {"rows": "b.csv", "column": "took"} | settings}, b=content),
        )
    for number, (changes, files) in enumerate(TOGETHER):
        for path in folder.glob("*.csv"):
            path.unlink()
        yield f"together {number}", _desk(folder, changes, **files)


# Scenarios.

YAMLS = (
    "", "# nothing", "a: 1\nb: 2\na: 3", "a: 1\nb: {c: 1,\n c: 2}", "a: !!str 1", "a: !mine 1\n", "!mine a: 1",
    "- !!set {a}",
    "a: 1\n---\nb: 2", "---\na: 1\n...\n", "a:\n\t- b", "a: 1\n\tb: 2", "a: 1\nb: 'open", "a: [1, 2", "a: b: c",
    "a: 1\nb: \x00",
    "\x07", "a: *b", "a: &a [*a]", "a: &x [1, 2]\nb: *x", "? [a, b]\n: 1", "? a\n", "{[a]: 1}", "*a : 1", "a: %",
    "a: @b",
    "a: " + "[" * 49 + "]" * 49, "a: " + "[" * 50 + "]" * 50, "a: " + "[" * 51 + "]" * 51, "{a: " * 60 + "}" * 60,
    "a: &b [" + "x, " * 999 + "x]\nc: [" + "*b, " * 98 + "x, " * 898 + "x]",
    "a: &b [" + "x, " * 999 + "x]\nc: [" + "*b, " * 98 + "x, " * 899 + "x]",
    "x" * 1_000_000, "x" * 1_000_001, "on: no\nyes: off", "a: 1e3\nb: 10:30\nc: 0o17\nd: 0x1F\ne: 017",
    "f: .5\ng: 5.\nh: -.INF\ni: +.Inf",
    "a: ~\nb: Null\nc: TRUE\nd: False\ne: .NaN\nf: +12\ng: 1_000\nh: 2001-01-01",
    "i: '7'\nj: \"true\"\nk: 1.2.3\nl: -0x1\nm: 0o8",
    "1: a\nnull: b\n0x1: c", "a: " + "9" * 4000, "a: " + "9" * 4001 + "x", "- a\n- b: [c, {d: e}]",
    "a: |\n  b\n  c\n", "\ufeffa: 1",
)  # fmt: skip


def _read_yaml(text):
    data, place = reading.read(text, "a.yaml")
    lines = [place.line_of((name, 0, "x")) for name in data] if isinstance(data, dict) else place.line_of((1, "b", 1))
    return f"{str(data)[:300]} {place.size} {lines}"


def _yaml():
    """The parser's own words differ from version to version."""
    for number, text in enumerate(YAMLS):
        said = str(tried(_read_yaml, text))
        yield f"{number} {text[:40]!r}", re.sub(r"is not YAML: (?!character)[^;]*", "is not YAML", said)
    written = (
        {"a": 1, "b": [1, {"c": None}]},
        {"a": "on", "b": "1e3", "c": "0o17", "d": "", "e": "a: b"},
        "x",
        5,
        ["é" * 99],
        {},
    )
    yield from lines_of((reading.write, reading.write_line), written)
    deep = [[]]
    deep.append(deep)
    nested = []
    for levels in range(52):
        nested = [nested]
        if levels in (48, 49, 50, 51):
            yield f"{levels} levels", str(reading.is_too_deep(nested))
    yield "itself", f"{reading.is_too_deep(deep)} {reading.is_too_deep({'a': [{'b': 5}]})}"
    yield "in a dict", str(tried(Scenario.from_dict, {"name": deep}))


FILES = {
    "a.yaml": b"name: a\n", "b.txt": "traceID spans".encode("utf-16"), "c.yaml": b"name: \xe4\n",
    "d.json": b'{"resourceSpans": []}',
    "e.yaml": b"services:\n  a: {image: x}\n", "f.csv": b"time\n1\n2\n", "g": b"\xef\xbb\xbf- a\n", "h.yaml": b"",
    "i.yaml": b"a: [",
    "times.yml": b"x: 1\r\ny: 2\rz: 3\n\n",
}  # fmt: skip
LOADED = ("registration-clasic", "zebra", "", "none.yaml", "b.yml", "none/a.yaml", "sub", "sub/a", ".",
    *FILES, "A.yaml",
          "registration-classic.yaml")  # fmt: skip


def _loads(folder):
    (folder / "sub").mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    for name in LOADED:
        path = name if name in ("registration-clasic", "zebra", "") else folder / name
        said = str(tried(evsim.load, path))
        yield f"load {name}", re.sub(r"is not YAML: (?!character)[^;]*", "is not YAML", said)
    yield "load of others", "\n".join(text for _, text in lines_of((evsim.load,), (None, 5, b"a", ["a"])))
    with contextlib.chdir(folder):
        (folder / "here.csv").write_text("timestamp,w\n0,1\n1,2\n", encoding="utf-8")
        yield "load of a name that is a file here", str(tried(evsim.load, "g"))
        for name in ("here.csv", "nowhere.csv"):
            without = DESK.replace(
                {ARRIVALS: {"csv": name}, "services.desk.workers": 1, WORK: {"rows": name, "column": "w"}}
            )
            yield (
                f"without a folder {name}",
                "\n".join([*without.warnings(), *(map(str, _read_in(without)) if name[0] == "h" else ())]),
            )
            work = without.replace({WORK: "3s"})
            yield f"without a folder {name}, work", "\n".join(work.warnings())
    for largest in (7, 8, 10**6):
        yield (
            f"bytes {largest}",
            f"{tried(read_bytes, folder / 'a.yaml', largest)} {tried(read_bytes, folder / 'g', 3, name='it')}",
        )
    for name in ("a.yaml", "times.yml", "sub", "none.txt", "b.txt", "g", "a\0b"):
        yield f"text of {name}", repr(tried(read_text, folder / name))
    headers = ("took", "took_ms", "took (ms)", "took[us] ", "time s", "ms", "took_d", "a_min", "x h", "x_s)")
    yield from lines_of((named_unit,), headers)


# Places.


def _places(folder):
    for name in ("old", "other", "empty", "odd"):
        (folder / name).mkdir()
    for name in (
        "old/summary.json",
        "old/runs.csv",
        "other/letter.txt",
        "other/comparison.json",
        "odd/runs.csv",
        "a.csv",
    ):
        (folder / name).write_text("x", encoding="utf-8")
    tries = ("", "a.csv", "new.csv", "none/a.csv", "old", "other", "odd", "empty", "new", "a.csv/b")
    for name in tries:
        path = folder / name if name else ""
        for settings in ({}, {"overwrite": True}, {"folder": True}, {"folder": True, "overwrite": True}):
            yield f"place {name} {settings}", tried(place_for, path, **settings)
    read = [folder / "a.csv", folder / "old" / "runs.csv", folder / "none.csv"]
    for name in ("a.csv", "old", "new.csv", "none.csv", "empty"):
        for settings in ({"overwrite": True}, {"folder": True, "overwrite": True}, {"folder": True}):
            yield f"place {name} {settings} of what is read", tried(place_for, folder / name, inputs=read, **settings)
    for name in ("old", "new", "other"):
        with new_folder(folder / name) as made:
            (made / "sweep.csv").write_text("new", encoding="utf-8")
        yield f"folder {name}", sorted(each.name for each in (folder / name).iterdir())
    yield "all", sorted(each.name for each in folder.iterdir())


READ_FILES = {
    "files of arrivals and times": lambda: _in_folder(_of_desks), "texts in YAML": _yaml,
    "files of scenarios": lambda: _in_folder(_loads), "places for outputs": lambda: _in_folder(_places),
}  # fmt: skip
