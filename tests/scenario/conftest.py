"""The cast of these tests: one small sound scenario to damage, and how to look at what is then said."""

import pytest

from evsim.scenario import Scenario, ScenarioError

SMALL = """\
name: small
workloads:
  page: {target: register, arrivals: {poisson: 50/s}}
services:
  register:
    handle:
      - work: 2ms
      - publish: registered
  database:
    subscribe: registered
    handle:
      - work: {exponential: 5ms}
      - effect: customer row
channels:
  registered: {log: {partitions: 4}}
run: {duration: 60s}
"""


@pytest.fixture
def small():
    return SMALL


@pytest.fixture
def changed():
    """The small scenario with one piece of its text replaced, or with text added."""

    def change(old="", new=""):
        assert old in SMALL
        return Scenario.from_yaml(SMALL.replace(old, new, 1) if old else SMALL + new, source="small.yaml")

    return change


@pytest.fixture
def complaint(changed):
    """What is said about the small scenario with one piece of its text replaced."""

    def complain(old="", new=""):
        with pytest.raises(ScenarioError) as caught:
            changed(old, new)
        return str(caught.value)

    return complain
