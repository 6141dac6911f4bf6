"""The architect's page: it says what was decided, shows what was measured, and stands alone in a browser."""

import math
import re
from itertools import combinations

import pytest

import evsim
from evsim.experiment.judging import Judgement
from evsim.experiment.statistics import estimate
from evsim.reporting.answer import answer
from evsim.reporting.breaking import BROKER, NETWORK, _broken, cells

pytestmark = pytest.mark.slow

DESK = {
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "20/s"}}},
    "run": {"duration": "12s", "warmup": "0s"},
    "objectives": {"response_mean": "60ms"},
}
WORK = {"exponential": "20ms"}
ASKS = {
    "name": "asks",
    **DESK,
    "services": {
        "desk": {"workers": 20, "handle": [{"call": {"service": "archive", "timeout": "1s"}}, {"reply": "done"}]},
        "archive": {"workers": 1, "handle": [{"work": WORK}, {"effect": "row"}]},
    },
    "origins": {"services.archive.handle": "guessed"},
}
TELLS = {
    "name": "tells",
    **DESK,
    "services": {
        "desk": {"workers": 20, "handle": [{"publish": "papers"}, {"reply": "done"}]},
        "archive": {"workers": 1, "subscribe": "papers", "handle": [{"work": WORK}, {"effect": "row"}]},
    },
    "channels": {"papers": "queue"},
    "origins": {"services.archive": "measured: a watch & a pencil", "workloads": "guessed"},
}


@pytest.fixture(scope="module")
def page():
    designs = [evsim.Scenario.from_dict(each) for each in (ASKS, TELLS)]
    return evsim.report(*designs, n=8, jobs=1, progress=False, objectives={"response_mean": "27ms"})


def test_the_answer_is_what_the_intervals_decide(page):
    assert page.answer[0] == "tells meets the objective."
    assert page.answer[1].startswith("asks misses response mean at most 27 ms (")
    assert str(page).startswith("tells meets")


def judged(values, limit, metric="response_mean"):
    from evsim.experiment.judging import judge

    return judge({metric: limit}, {metric: estimate(values)})


def test_what_is_not_decided_is_said_with_the_runs_it_takes():
    close = judged([0.098, 0.101, 0.102], 0.1)
    (text,) = answer({"one": close})
    runs = close[0].runs_to_decide
    assert (
        text
        == f"Not decided for one: response mean at most 100 ms ({close[0].measured}; about {runs} runs would decide)."
    )
    assert answer({"one": judged([1.0, 1.1], 0.1), "two": judged([2.0, 2.1], 0.1)})[0] == (
        "No design meets its objectives."
    )
    assert answer({"one": judged([0.01, 0.011], 0.1), "two": judged([0.02, 0.021], 0.1)}) == [
        "one and two meet the objective."
    ]
    assert "nothing to meet" in answer({"one": []})[0]


def test_so_many_runs_decide_it_and_one_less_does_not():
    """With the mean and the spread as they are, n runs have an interval that leaves the limit out."""
    from evsim.experiment.statistics import Estimate, runs_to_decide, t_quantile

    for mean, sd in ((0.09, 0.03), (0.099, 0.002), (0.2, 0.001)):
        n = runs_to_decide(Estimate(mean, 0, 1, 5, sd), 0.1)
        half = [t_quantile(0.975, runs - 1) * sd / runs**0.5 for runs in (n, max(2, n - 1))]
        assert half[0] < abs(mean - 0.1) and (n == 2 or half[1] >= abs(mean - 0.1))
    assert runs_to_decide(Estimate(0.1, 0, 1, 5, 0.01), 0.1) is None
    assert runs_to_decide(Estimate(0.1 + 0.2, 0, 1, 5, 0.01), 0.3) is None
    assert Judgement("response_mean", 0.1, estimate([0.01, 0.02]), "MEETS").runs_to_decide is None


def test_each_fault_counts_what_its_runs_count(page):
    rows = page.faults["rows"]
    assert list(rows) == ["desk is down", "archive is down", f"{BROKER} is down", "the network loses 5 %"]
    assert rows[f"{BROKER} is down"]["asks"] is None and "has no such part" in page.html
    begin, lasts = page.faults["begin"], page.faults["lasts"]
    for name, counts in (("asks", True), ("tells", False)):
        broken = page.designs[name].replace({"faults": [{"outage": "archive", "at": begin, "for": lasts}]})
        found = evsim.replicate(broken, n=8, jobs=1, progress=False).summary()
        for figure, each in rows["archive is down"][name].counts.items():
            assert repr(each) == repr(found[figure])
        assert (found["errors"].mean > 0) == counts
    assert "nobody was told anything untrue" in " ".join(rows["archive is down"]["tells"].words)


def test_the_network_of_several_channels_loses_messages_too():
    desk = {"handle": [{"publish": "papers"}, {"publish": "letters"}, {"reply": "done"}]}
    post = {"subscribe": "letters", "handle": [{"work": "1ms"}]}
    services = TELLS["services"] | {"desk": desk, "post": post}
    two = TELLS | {"services": services, "channels": {"papers": "queue", "letters": "queue"}, "origins": {}}
    it = evsim.Scenario.from_dict(two)
    assert cells({"it": it})[-1] == (NETWORK, "it")
    assert [(each.kind, each.target, each.at, each.duration) for each in _broken(it, BROKER, 3, 2).faults] == [
        ("outage", "papers", 3, 2), ("outage", "letters", 3, 2),
    ]  # fmt: skip
    parts = [*two["services"], "papers", "letters"]
    pairs = {frozenset(each.target) for each in _broken(it, NETWORK, 3, 2).faults}
    assert pairs == {frozenset(pair) for pair in combinations(parts, 2)} - {frozenset(["papers", "letters"])}


def test_a_guess_that_flips_the_answer_is_named_first(page):
    """M/M/1 at 40 %: 33 ms on average, 21 ms with work a quarter shorter; and half the load for each of two workers."""
    flips = page._flips()
    assert next((name, kind, path) for name, _, kind, path in flips) == (
        "asks", "guessed", "services.archive.handle.0.work.exponential",
    )  # fmt: skip
    assert ("asks", "not said", "services.archive.workers") in [(name, kind, path) for name, _, kind, path in flips]
    assert page.answer[-1] == (
        "What flips it: asks: with archive: work exponential at 15ms it MEETS response mean at most 27 ms (guessed)."
    )


def test_inputs_have_their_origin(page):
    rows = {(kind, source): its for kind, source, its in page._inputs()}
    assert list(rows) == [("guessed", ""), ("not said", ""), ("measured", "a watch & a pencil")]
    assert rows["guessed", ""] == ["people: arrivals poisson - | 20/s", "archive: work exponential 20ms | -"]
    assert rows["not said", ""][0] == "people: arrivals poisson 20/s | -"
    assert "desk: workers 20, call timeout 1s | -" in rows["not said", ""]
    assert rows["measured", "a watch & a pencil"] == ["archive: work exponential - | 20ms, workers - | 1"]
    assert "a watch &amp; a pencil" in page.html and '<tr class="guessed">' in page.html


def test_the_page_needs_nothing_else(page):
    assert not re.search(r'(src|href)="(?!#)|<script|data:', page.html)
    assert "evsim.report(asks, tells, n=8, seed=1)" in page.html
    assert "8 of each design, seeds 1 to 8" in page.html


def test_its_pictures_are_elements_whose_words_are_text_in_the_colours_of_the_page(page):
    (told, load), (finding, inputs) = page._pictures()
    assert told == "Response mean against the load. Below: times the load of the scenario."
    assert finding.startswith("asks: response mean depends most on archive: work exponential;")
    assert sorted(re.findall(r">(limit 27 ms|asks|tells)</text>", load)) == ["asks", "limit 27 ms", "tells"]
    assert inputs.count(">archive: work exponential</text>") == 1
    for picture in (load, inputs):
        assert picture in page.html and 'role="img" aria-label="' in picture
        assert "#2b2b30" not in picture.replace("var(--evsim-ink, #2b2b30)", "") and "#000000" not in picture
    assert len(page.html) < 100_000


def test_the_designs_are_drawn_with_the_same_boxes_and_other_lines(page):
    asks, tells = (element for _, element in page._diagrams())
    assert asks in page.html and tells in page.html
    named = re.compile(r' x="([\d.]+)"[^>]*>(desk|archive|papers)</text>')
    asked, told = ({name: at for at, name in named.findall(each)} for each in (asks, tells))
    assert set(told) == {"desk", "archive", "papers"} and asked == {name: told[name] for name in ("desk", "archive")}


def test_two_inputs_of_the_same_words_are_told_apart_by_their_steps():
    twice = {"handle": [{"work": "1ms"}, {"work": "2ms"}, {"reply": "done"}]}
    design = evsim.Scenario.from_dict(ASKS | {"services": ASKS["services"] | {"desk": twice}})
    words = [bar.words for bar in evsim.sensitivity(design, "response_mean", n=1, jobs=1, progress=False).bars]
    assert {"desk: step 1 work", "desk: step 2 work"} <= set(words)


def test_differences_that_are_seen_are_told_from_figures_in_which_none_is(page):
    alike, rows = page._differences()
    named = dict(rows)
    assert re.fullmatch(r"-\d+(\.\d+)? ± \d+(\.\d+)? ms better", named["response mean"][0])
    assert "lost" in alike and not set(named) & set(re.split(", | and ", alike))


def test_plans_have_one_number_for_each_part_and_one_place(page):
    legend, drawn = page._plans()
    assert legend == {"customers": [(1, "people")], "services": [(2, "desk"), (3, "archive")],
                      "channels": [(4, "papers")]}  # fmt: skip
    at = re.compile(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>(\d+)</text>')
    asks, tells = ({int(number): (x, y) for x, y, number in at.findall(each)} for _, each in drawn)
    assert set(asks) == {1, 2, 3} and set(tells) == {1, 2, 3, 4}
    assert [x for x, _ in asks.values()] == [tells[number][0] for number in asks]
    dashed = [each.count("stroke-dasharray") for _, each in drawn]
    assert dashed == [0, 2] and [each.count(" z") for _, each in drawn] == [2, 3]


def test_without_a_design_there_is_nothing_to_report_on():
    with pytest.raises(evsim.ScenarioError, match="designs: there is none"):
        evsim.report()


def test_one_design_is_judged_alone(tmp_path):
    alone = evsim.report(evsim.Scenario.from_dict(TELLS).replace({"run.duration": "4s"}), n=2, jobs=1, progress=False)
    path = alone.save(tmp_path / "page.html")
    assert path.read_text(encoding="utf-8") == alone.html and "2. Differences" not in alone.html
    with pytest.raises(evsim.ScenarioError, match="is there already"):
        alone.save(path)


def test_it_prints_on_two_pages_and_is_accessible(page, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    from tests.browser.lab import browser

    file = page.save(tmp_path / "page.html")
    with browser() as chromium:
        tab = chromium.new_page(viewport={"width": 390, "height": 800})
        problems = []
        tab.on("console", lambda message: problems.append(message.text))
        tab.goto(file.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        serious = [each for each in Axe().run(tab).response["violations"] if each["impact"] in ("serious", "critical")]
        assert serious == [] and problems == []
        printed = tab.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2


def test_a_figure_of_too_few_customers_asks_for_a_longer_run_and_not_for_more_runs():
    (text,) = answer({"one": judged([math.nan, math.nan], 0.1, "response_p99")})
    assert text == "Not decided for one: response p99 at most 100 ms (too few to tell; a longer run would)."


def test_what_designs_ask_of_people_is_said_once_where_it_is_the_same():
    asks, tells = (evsim.Scenario.from_dict(each) for each in (ASKS, TELLS))
    three = evsim.report(asks, tells, asks, labels=["a", "b", "c"], n=2, jobs=1, progress=False).html
    assert "<b>a and c.</b>" in three and "<b>b.</b>" in three and "<title>a, b or c" in three
    assert "are not counted" not in three  # of the beginning, as there is no warm-up
