"""Presets: data with sources, merged below what is written."""

from math import inf

import pytest
from pydantic import TypeAdapter

from evsim.registry import part as a_part
from evsim.scenario import Scenario, ScenarioError
from evsim.scenario.channels import CHANNELS
from evsim.scenario.presets import load_preset, preset_names
from evsim.scenario.subscription import Subscription


def scenario(channel, **subscribe):
    return Scenario.from_dict(
        {
            "name": "one",
            "workloads": {"customers": {"target": "front", "arrivals": {"constant": 1}}},
            "services": {
                "front": {"handle": [{"publish": {"channel": "jobs", **({"size": 100} if "pipe" in channel else {})}}]},
                "worker": {"subscribe": {"channel": "jobs", **subscribe}, "handle": [{"work": 1}]},
            },
            "channels": {"jobs": channel},
            "run": {"duration": 10},
        }
    )


OF_SERVICES = [name for name in preset_names() if load_preset(name).kind not in CHANNELS]


@pytest.mark.parametrize("name", OF_SERVICES)
def test_a_preset_of_a_service_names_a_product_and_the_source_of_each_constant(name):
    preset = load_preset(name)
    assert all((preset.product, preset.version, preset.date, preset.about))
    needed = {"to": "results"} if preset.kind == "window" else {}
    complete = TypeAdapter(a_part(preset.kind).settings).validate_python({"like": name, **needed}).complete
    for setting, (_, source) in preset.service.items():
        assert setting in type(complete).model_fields and len(source) > 10 and getattr(complete, setting) is not None, (
            setting
        )
    assert not preset.channel and not preset.subscribe


@pytest.mark.parametrize("name", [name for name in preset_names() if name not in OF_SERVICES])
def test_a_preset_names_a_product_and_the_source_of_each_constant_which_its_channel_knows(name):
    preset = load_preset(name)
    assert all((preset.product, preset.version, preset.date, preset.about))
    kind = CHANNELS[preset.kind]
    for part, settings in ((kind, preset.channel), (Subscription, preset.subscribe)):
        for setting, (_, source) in settings.items():
            assert setting in part.model_fields and len(source) > 10, setting
    assert set(preset.subscribe) <= {"retry", *kind.read_with}
    complete = scenario({preset.kind: {"like": name}}).complete
    for part, settings in (
        (complete.channels["jobs"], preset.channel),
        (complete.services["worker"].subscribe[0], preset.subscribe),
    ):
        assert all(getattr(part, setting) is not None for setting in settings)


def test_what_is_written_beats_the_preset_and_the_preset_beats_the_plain_channel():
    complete = scenario({"queue": {"like": "rabbitmq"}}, prefetch=3).complete
    assert complete.channels["jobs"].delivery_limit == 20
    assert complete.services["worker"].subscribe[0].prefetch == 3
    complete = scenario({"queue": {"like": "rabbitmq", "delivery_limit": "unlimited"}}).complete
    assert complete.channels["jobs"].delivery_limit == inf
    assert complete.services["worker"].subscribe[0].prefetch == 2000
    assert scenario("queue").complete.channels["jobs"].delivery_limit is None


def test_a_scenario_is_written_as_it_was_read_and_not_with_what_its_presets_say():
    written = scenario({"queue": {"like": "rabbitmq-classic"}}, prefetch="unlimited")
    assert written.to_dict()["channels"] == {"jobs": {"queue": {"like": "rabbitmq-classic"}}}
    assert written.to_dict()["services"]["worker"]["subscribe"] == {"channel": "jobs", "prefetch": "unlimited"}
    assert Scenario.from_yaml(written.to_yaml()) == written
    assert written.complete.complete is written.complete


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ({"queue": {"like": "rabitmq"}}, "rabitmq is no preset; did you mean rabbitmq?"),
        ({"log": {"like": "rabbitmq"}}, "rabbitmq is a queue"),
    ],
)
def test_a_preset_that_does_not_exist_or_is_of_another_kind_is_refused(channel, says):
    with pytest.raises(ScenarioError, match="like") as refused:
        scenario(channel)
    assert says in str(refused.value)
