"""Crash at every step: what was told against what became true, by reasoning about where the crash lies."""

import matplotlib.pyplot as plt
import pytest
from hypothesis import HealthCheck, given, settings

import evsim
from evsim.experiment.crash import _chosen
from evsim.lesson.crashes import crash_designs
from evsim.scenario import Scenario, ScenarioError
from evsim.view.scene.marks import Dots
from tests.books.systems import systems
from tests.support.nightly import by_day

pytestmark = pytest.mark.slow

DESIGNS = crash_designs()
CONSUMERS = ("database", "mailing-list")
EFFECT_OF = {"database": "customer row", "mailing-list": "subscription"}


@pytest.fixture(scope="module")
def matrix():
    return evsim.crash_matrix(DESIGNS)


def points(matrix, design, target=None):
    return [crash for crash in matrix.designs[design] if target in (None, crash.target)]


def test_the_crashes_of_one_part_are_those_of_all_designs_in_their_order(matrix):
    assert list(matrix.of("database")) == [crash for crash in matrix if crash.target == "database"]
    assert set(matrix.of("database").designs) == set(DESIGNS) and not matrix.of("nobody")


def test_every_program_and_every_broker_crashes_at_every_step(matrix):
    steps = ["before work", "before effect customer row", "after effect customer row"]
    assert [crash.moment for crash in points(matrix, "late ack", "database")] == steps
    assert [crash.moment for crash in points(matrix, "late ack", "register")] == [
        "before work", "before publish customer-registered", "before reply",
    ]  # fmt: skip
    assert [crash.moment for crash in points(matrix, "late ack", "customer-registered")] == [
        "before register publishes", "after register has published",
    ]  # fmt: skip
    assert {crash.target for crash in points(matrix, "classic")} == {"register", *CONSUMERS}


def test_a_row_and_its_event_in_one_transaction_have_no_crash_between_them(matrix):
    moments = [crash.moment for crash in points(matrix, "outbox", "database")]
    assert moments == ["before work", "before effect customer row", "after publish customer-registered"]
    for crash in points(matrix, "outbox"):  # so that there is never a row without a subscription, nor the other way
        assert bool(crash.effects["customer row"]) == bool(crash.effects["subscription"])


def test_classic_customers_are_told_an_error_and_what_was_done_before_the_crash_stays(matrix):
    order = ["database, before effect customer row", "mailing-list, before effect subscription"]
    for crash in points(matrix, "classic"):
        assert crash.told == "error"
    done = {crash.point: crash.present for crash in points(matrix, "classic")}
    assert done[order[0]] == done["register, before call database"] == []
    assert done[order[1]] == done["register, before call mailing-list"] == ["customer row"]
    assert done["register, before reply"] == ["customer row", "subscription"]


def test_who_ignores_errors_of_the_list_tells_a_yes_that_is_not_true(matrix):
    broken = [crash.point for crash in points(matrix, "hardened") if crash.kind == "broken"]
    assert broken == ["mailing-list, before work", "mailing-list, before effect subscription"]


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_early_acknowledgements_lose_and_late_ones_repeat_and_the_idempotent_do_neither(matrix, consumer):
    effect = EFFECT_OF[consumer]
    times = {
        design: [crash.effects[effect] for crash in points(matrix, design, consumer)]
        for design in ("early ack", "late ack", "idempotent")
    }
    assert times == {"early ack": [0, 0, 1], "late ack": [1, 1, 2], "idempotent": [1, 1, 1]}
    for design in times:
        assert all(crash.told == "yes" for crash in points(matrix, design, consumer))


def test_a_broker_that_crashes_before_the_message_refuses_and_after_it_keeps_it(matrix):
    for design in ("early ack", "late ack", "idempotent"):
        before, after = points(matrix, design, "customer-registered")
        assert (before.kind, after.kind) == ("honest", "kept")
    before, after = points(matrix, "two writes", "customer-registered")
    assert (before.kind, before.present, after.kind) == ("denied", ["customer row"], "kept")
    assert all(crash.kind == "kept" for crash in points(matrix, "outbox", "customer-registered"))


def test_what_a_matrix_says_is_what_the_run_with_that_fault_shows(matrix):
    crash = points(matrix, "late ack", "mailing-list")[-1]
    request = int(
        (DESIGNS["late ack"].run().tables.requests.arrived < DESIGNS["late ack"].run_settings.duration / 3).sum()
    )
    step = {"request": request, "service": crash.service, "step": crash.step, "when": crash.when}
    run = DESIGNS["late ack"].replace({"faults": [{"crash": crash.target, "at_step": step, "for": "2s"}]}).run()
    effects = run.effects[run.effects.request == request].effect.value_counts().to_dict()
    assert effects == crash.effects == {"customer row": 1, "subscription": 2}
    assert run.requests.outcome[request] == "ok" and crash.told == "yes"


def test_the_table_the_frame_and_the_counts_say_the_same(matrix):
    frame, totals = matrix.frame(), matrix.totals
    assert len(frame) == len(matrix)
    assert frame.groupby("design").kind.value_counts().to_dict() == {
        (design, kind): number for design in matrix.designs for kind, number in matrix.counts(design).items()
    }
    assert totals.sum(axis=1).to_dict() == {design: len(panel) for design, panel in matrix.designs.items()}
    assert all(crash.words in repr(matrix) and crash.point in repr(matrix) for crash in matrix)


def test_other_customers_of_a_crashed_classic_service_are_told_errors_and_of_a_consumer_they_notice_nothing(matrix):
    assert all(crash.others["told error"] > 0 for crash in points(matrix, "classic"))
    for consumer in CONSUMERS:
        assert all(crash.others == {"told error": 0, "missing": 0, "twice": 0}
                   for crash in points(matrix, "idempotent", consumer))  # fmt: skip


def test_a_step_that_the_request_does_not_come_to_is_no_crash_point_of_a_design_that_crashes_anyway():
    undo = {"compensate": [{"undo": "row"}]}
    design = Scenario.from_dict(
        {"name": "shop", "workloads": {"customers": {"target": "front", "arrivals": {"constant": 1}}},
         "services": {"front": {"handle": [{"effect": "row"}, {"call": {"service": "back", "on_error": undo}}]},
                      "back": {"handle": [{"work": "1ms"}]}},
         "faults": [{"crash": "front", "at": 8, "for": 1}], "run": {"duration": 10}}
    )  # fmt: skip
    assert [crash.point for crash in evsim.crash_matrix(design, request=3)] == [
        "front, before effect row", "front, before call back", "front, after call back",
        "back, before work", "back, after work",
    ]  # fmt: skip


@settings(max_examples=by_day(15, 5), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(systems().filter(lambda scenario: len(scenario.workloads) == 1 and not callable_handlers(scenario)))
def test_the_books_balance_wherever_any_system_crashes(scenario):
    run = scenario.run()
    if not len(run.tables.requests.row):
        return
    request = len(run.tables.requests.row) // 2
    for crash in evsim.crash_matrix(scenario, request=request):  # which audits every run
        assert crash.told in ("yes", "no", "error", "nothing")
        assert set(crash.effects) <= set(run.tables.effect_names)


def callable_handlers(scenario):
    return any(callable(service.handle) for service in scenario.services.values())


def test_what_cannot_be_done_is_refused_in_words():
    with pytest.raises(ScenarioError, match=r"request: did not arrive, got 10000000; there are 0 to \d+"):
        evsim.crash_matrix(DESIGNS["classic"], request=10_000_000)
    with pytest.raises(ValueError, match="name at least one scenario"):
        evsim.crash_matrix()
    with pytest.raises(ScenarioError, match="back_after: must not be negative"):
        evsim.crash_matrix(DESIGNS["classic"], back_after=-1)
    with pytest.raises(ScenarioError, match="labels: must be one name"):
        evsim.crash_matrix(DESIGNS["classic"], labels=("a", "b"))
    two = DESIGNS["classic"].replace({"workloads.others": {"target": "register", "arrivals": {"poisson": "1/s"}}})
    with pytest.raises(ScenarioError, match="one workload"):
        evsim.crash_matrix(two)


def test_the_picture_has_a_line_for_each_crash_and_says_which_design_is_better(matrix):
    ax = matrix.plot()
    texts = [text.get_text() for text in ax.texts]
    for design, panel in matrix.designs.items():
        wrong = sum(crash.untrue for crash in panel)
        assert f"{design}: told and true differ after {wrong or 'none'} of {len(panel)} crashes" in texts
    diamonds = sum(len(mark.x) for mark in matrix.scene().marks if isinstance(mark, Dots) and mark.look.marker == "D")
    assert diamonds == sum(crash.untrue for crash in matrix)
    assert "least often in idempotent" in ax.get_title(loc="left").replace("\n", " ")
    assert "idempotent" in ax.alt_text
    _, own = plt.subplots()
    assert evsim.crash_matrix(DESIGNS["classic"]).plot(ax=own) is own
    plt.close("all")


def test_the_customer_of_the_crash_is_none_of_the_others():
    (name,) = DESIGNS["classic"].workloads
    alone = evsim.crash_matrix(DESIGNS["classic"].replace({f"workloads.{name}.arrivals": {"burst": 1}}), request=0)
    assert {crash.told for crash in alone} == {"error"}
    assert all(set(crash.others.values()) == {0} for crash in alone)


def test_the_customer_that_is_followed_comes_when_a_third_of_the_arrivals_is_over():
    """However long the run goes on after them: here the last work takes a minute."""
    desk = {"workers": 99, "handle": [{"work": "60s"}, {"effect": "row"}]}
    workload = {"target": "desk", "arrivals": {"constant": 1}}
    scenario = {"name": "long", "workloads": {"all": workload}, "services": {"desk": desk}, "run": {"duration": 30}}
    run = evsim.Scenario.from_dict(scenario).run()
    assert run.ended_at > 60
    assert run.tables.requests.arrived[_chosen(run, None)] == 10


def test_where_all_customers_come_early_the_last_one_is_followed_and_where_none_comes_it_says_so():
    (name,) = DESIGNS["classic"].workloads
    crowd = DESIGNS["classic"].replace({f"workloads.{name}.arrivals": {"burst": 3}})
    crashes = evsim.crash_matrix(crowd)
    assert len(crashes) == len(evsim.crash_matrix(crowd, request=2)) > 4
    nobody = crowd.replace({f"workloads.{name}.arrivals": {"poisson": 1e-6}})
    for request in (None, 0):
        with pytest.raises(ScenarioError, match="has no customer to follow"):
            evsim.crash_matrix(nobody, request=request)
