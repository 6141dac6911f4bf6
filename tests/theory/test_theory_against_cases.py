"""Every closed form against the published figures, to the digits that are printed."""

import pytest

from evsim import theory
from tests.support.cases import case, identifiers
from tests.theory import claims_of_load, claims_of_programs, claims_of_queues, claims_of_systems

PRINTED = 6e-8  # figures are printed with eight significant digits
SOURCES = (claims_of_queues, claims_of_systems, claims_of_load, claims_of_programs)
CLAIMS = {name: claim for each in SOURCES for name, claim in each.CLAIMS.items()}
WITHOUT_FORMULA = {name: figures for each in SOURCES for name, figures in each.WITHOUT_FORMULA.items()}

# Cases for the running simulation alone.
RUN_ONLY = {
    "KAFKA-murmur2", "KAFKA-partition", "PREFETCH-window", "CIW-cafe", "KAFKA-range", "KAFKA-roundrobin",
    "KAFKA-roundrobin-uneven", "KAFKA-sticky-rebalance", "BULK-poll", "SEM-kafka-defaults", "SEM-rabbit-quorum",
    "SEM-vertx-defaults", "METASTABLE-bronson", "METASTABLE-mongo", "PREFETCH-fifo-block", "SEM-sqs-fifo",
    "SEM-redis-xautoclaim", "SEM-rabbit-topic", "PIPE-capacity", "PIPE-runahead", "PIPE-status", "CIW-belt",
    "BROOKER-retry", "SEM-nats-defaults", "LAMBDA-async-schedule", "JSQ-2", "ASYNCFLOW-lb", "HAPPYSIM-metastable",
    "SIMFAAS-readme", "SIMFAAS-AWS", "FAAS-MRU-0.9-2-600", "FAAS-MRU-0.1-2-600", "FAAS-MRU-5-0.5-30",
    "FAAS-MRU-0.01-2-600", "LAMBDA-rps-limit", "LAMBDA-bill-1", "EVENTLOOP-max", "LAMBDA-bill-2", "LATE-100",
    "LATE-5", "FLINK-tumbling-trace", "FLINK-sliding-trace", "AWS-OCC-10", "AWS-OCC-20", "AWS-OCC-50",
    "AWS-OCC-100", "AWS-OCC-150", "AWS-OCC-190", "AWS-OCC-claims",
}  # fmt: skip


@pytest.mark.parametrize("identifier", CLAIMS)
def test_theory_gives_the_published_figures(identifier):
    fields = case(identifier)
    claimed, expected = CLAIMS[identifier](fields["parameters"]), fields["expected"]
    if not isinstance(expected, dict):
        claimed, expected = {"figure": claimed}, {"figure": expected}
    assert set(claimed) | WITHOUT_FORMULA.get(identifier, set()) == set(expected)
    for name, value in claimed.items():
        assert value == pytest.approx(expected[name], rel=PRINTED, abs=1e-12), name


def test_every_case_has_a_formula_or_is_for_the_simulation_alone():
    assert set(CLAIMS) | RUN_ONLY == set(identifiers())
    assert not set(CLAIMS) & RUN_ONLY
    assert [name for name in RUN_ONLY if case(name)["kind"] == "closed-form"] == []


def test_the_age_of_what_is_read_after_an_outage_falls_linearly_to_zero():
    p = case("OUTAGE-catchup")["parameters"]
    after = theory.catch_up(p["lam"], p["mu"], p["outage"])
    assert [after.age(time) for time in (0, 60, 120, 130)] == [60, 30, 0, 0]
