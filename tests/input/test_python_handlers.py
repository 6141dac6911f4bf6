"""What is wrong with a step of a Python handler is said in one sentence that names the service."""

import re

import pytest

import evsim
from evsim.engine.environment import SimulationError
from evsim.scenario import ScenarioError


def run(word, *arguments, **settings):
    def handler(ctx):
        yield from getattr(ctx, word)(*arguments, **settings)

    changes = {"services.register.handle": handler, "run.duration": "1s", "run.warmup": 0}
    return evsim.load("registration-events").replace(changes).run()


@pytest.mark.parametrize("step, said", [
    (("call", "databse"), "services.register.handle: there is no service databse; did you mean database?"),
    (("call", "customer-registered"), "handle: must be a service, but customer-registered is a channel"),
    (("publish", "customers"), "services.register.handle: there is no channel customers; one of customer-registered"),
    (("work", "soon"), "services.register.handle: must be a time such as 10ms, 1.5s or 2 min, got 'soon'"),
    (("call", "database", {"timeout": "x"}), "services.register.handle.timeout: must be a time"),
])  # fmt: skip
def test_a_step_that_leads_nowhere_or_has_a_wrong_setting_names_its_service(step, said):
    word, target, *settings = step
    with pytest.raises(ScenarioError, match=re.escape(said)):
        run(word, target, **dict(*settings))


def test_a_word_that_is_no_step_is_told_which_ones_there_are():
    with pytest.raises(SimulationError, match="a Python handler has no step works; did you mean work?"):
        run("works", "1ms")
    with pytest.raises(SimulationError, match="no step dance; one of ask, call, .*effect, fail, publish, .*undo"):
        run("dance")


@pytest.mark.parametrize("key", [None, {"uniform": 5}])
def test_a_handler_knows_the_key_of_its_request(key):
    met = {}

    def handler(ctx):
        yield from ctx.work("1ms")
        met[ctx.request] = ctx.key
        yield from ctx.publish("customer-registered", key=ctx.key)

    changes = {"workloads.register-page.key": key, "run.duration": "1s", "run.warmup": 0}
    run = evsim.load("registration-events").replace({"services.register.handle": handler} | changes).run()
    keys = run.requests.set_index("request")["key"]
    assert run.audit() and {request: f"{key}" for request, key in met.items()} == keys.astype(str).to_dict()
