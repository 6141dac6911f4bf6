"""Each bad input ends as one clear message and exit status 2, or as a finished run that says what happened."""

import pytest
from typer.testing import CliRunner

from evsim.cli import app

GOOD = """
name: shop
workloads: {page: {target: register, arrivals: {poisson: 50/s}}}
services:
  register: {workers: 4, handle: [{work: 2ms}, {call: database}]}
  database: {workers: 2, handle: [{work: {exponential: 20ms}}, {effect: row}]}
run: {duration: 2s}
"""


def evsim(*arguments):
    return CliRunner().invoke(app, list(arguments))


def run(tmp_path, text, **files):
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    path = tmp_path / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    return evsim("run", str(path))


def swap(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


BAD = {
    "an unknown setting": (swap("workers: 4", "workrs: 4"), ["services.register.workrs", "did you mean workers"]),
    "a wrong unit": (swap("work: 2ms", "work: 2 parsecs"), ["services.register.handle", "parsecs"]),
    "a negative time": (swap("work: 2ms", "work: -2ms"), ["services.register.handle", "-2"]),
    "not a number": (swap("50/s", ".nan"), ["workloads.page.arrivals", "nan"]),
    "an infinite time": (swap("duration: 2s", "duration: .inf"), ["run.duration", "inf"]),
    "a call to nowhere": (swap("call: database", "call: databse"), ["databse", "did you mean database"]),
    "calls in a circle": (
        swap("[{work: {exponential: 20ms}}, {effect: row}]", "[{call: register}]"),
        ["register", "database"],
    ),
    "a service without workers": (swap("workers: 4", "workers: 0"), ["services.register.workers", "0"]),
    "a key written twice": (swap("run: {", "name: again\nrun: {"), ["name", "line"]),
    "a tag that would run code": (swap("name: shop", "name: !!python/object/apply:os.system [echo]"), ["tag"]),
    "a channel cycle without an end": (
        """
name: ring
workloads: {page: {target: a, arrivals: {poisson: 1/s}}}
services:
  a: {handle: [{publish: c}]}
  b: {subscribe: c, handle: [{publish: c}]}
channels: {c: queue}
run: {duration: 2s}
""",
        ["for ever", "maybe"],
    ),
    "a handler that takes no time, for ever": (
        """
name: spin
workloads: {page: {target: a, arrivals: {closed: {users: 1, think: 0s}}}}
services: {a: {handle: [{effect: row}]}}
run: {duration: 2s}
""",
        ["page", "things happened at 0", "clock never moved"],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_it_ends_with_status_2_and_one_clear_message(tmp_path, name):
    text, words = BAD[name]
    result = run(tmp_path, text)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    for word in words:
        assert word.lower() in result.output.lower()


def replay(tmp_path, content, **settings):
    arrivals = {"csv": "log.csv", **settings}
    text = swap("{poisson: 50/s}", str(arrivals).replace("'", '"'))
    return run(tmp_path, text, log=content)


@pytest.mark.parametrize(
    "content, words",
    [
        ("", ["log.csv", "empty"]),
        ("timestamp\n", ["log.csv", "no rows"]),
        ("time\n1\n", ["no column 'timestamp'", "the columns are time"]),
        ("timestamp\n5\n4\n", ["line 3", "before the line above"]),
        ("timestamp\n1\nsoon\n", ["line 3", "ISO 8601", "soon"]),
        ("timestamp\n1\nnan\n", ["line 3", "finite"]),
        ("timestamp\n1\n\n2\n", None),
        ("timestamp,client\n1\n2,7\n", ["line 2", "client"]),
    ],
)
def test_a_csv_file_is_explained_by_its_line(tmp_path, content, words):
    settings = {"key": "client"} if "client" in content else {}
    result = replay(tmp_path, content, **settings)
    if words is None:
        assert result.exit_code == 0, result.output  # blank lines mean nothing
        return
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    for word in words:
        assert word in result.output.replace("\n", " ")


def test_a_csv_file_that_is_not_there_is_named(tmp_path):
    result = run(tmp_path, swap("{poisson: 50/s}", '{csv: "nowhere.csv"}'))
    assert result.exit_code == 2 and "nowhere.csv" in result.output and "Traceback" not in result.output


def test_ten_million_requests_are_refused_before_the_run_with_the_way_out(tmp_path):
    result = run(tmp_path, swap("duration: 2s", "duration: 200000s"))
    assert result.exit_code == 2
    assert "run.max_rows" in result.output and "20,000,000" in result.output and "run.duration" in result.output


def test_overload_finishes_and_says_so(tmp_path):
    text = swap("50/s", "500/s").replace("duration: 2s", "duration: 20s, drain_limit: 1s")
    result = run(tmp_path, text)
    assert result.exit_code == 0, result.output
    assert "pending" in result.output and "database" in result.output


@pytest.mark.slow
def test_a_retry_storm_past_the_limit_stops_with_the_way_out(tmp_path):
    storm = "{call: {service: database, timeout: 1ms, retry: {attempts: 1000}}}"
    text = swap("{call: database}", storm).replace("duration: 2s", "duration: 20s, max_rows: 20000")
    result = run(tmp_path, text)
    assert result.exit_code == 2
    assert "run.max_rows" in result.output and "20,000" in result.output and "Traceback" not in result.output
