"""Partitions of a log: which key goes where, and how many can be read at once."""

import numpy as np
import pytest

from evsim.engine.murmur import murmur2, partition_of
from tests.support.cases import case, expected
from tests.support.nightly import by_day
from tests.support.statistics import agrees, count_agrees, proportion_agrees
from tests.truth.measuring import checked, column, rows_of
from tests.truth.systems import arrivals_from, consumers, exponential, poisson, system


def published(arrivals, duration, logs, key=None, folder=None):
    """`front` publishes each request to all `logs` (name -> partitions); nobody reads them."""
    services = {"front": {"handle": [{"publish": name} for name in logs]}}
    customers = {"target": "front", "arrivals": arrivals, **({"key": key} if key else {})}
    channels = {name: {"log": {"partitions": count}} for name, count in logs.items()}
    return system(services, {"customers": customers}, duration, 0, folder, channels=channels)


def partitions(run, channel):
    """The partition of each message of a channel, in order."""
    messages = run.tables.messages
    return messages["partition"][messages["channel"] == list(run.scenario.channels).index(channel)]


# The hash.


def test_the_hash_is_that_of_kafkas_own_test():
    for key, value in expected("KAFKA-murmur2").items():
        assert murmur2(key.encode()) == value


def test_a_message_goes_to_the_partition_that_kafka_would_choose(tmp_path):
    keys, counts = case("KAFKA-partition")["parameters"]["keys"], case("KAFKA-partition")["parameters"]["n"]
    arrivals = arrivals_from(tmp_path, range(len(keys)), keys)
    logs = {f"log-{count}": count for count in counts}
    run = checked(published(arrivals, len(keys), logs, folder=tmp_path))
    for count in counts:
        truth = expected("KAFKA-partition", f"n={count}")
        assert partitions(run, f"log-{count}").tolist() == [truth[key] for key in keys]
        assert {key: partition_of(key, count) for key in keys} == truth


# Keys on partitions.


@pytest.mark.slow
def test_random_keys_need_as_many_messages_to_reach_all_partitions_as_coupons_do():
    logs = {f"log-{count}": count for count in case("COUPON")["parameters"]["n"]}
    run = checked(published({"constant": 1000}, 150, logs, key={"uniform": 10**9}), 1)

    def rounds(places, count):
        """How many messages each round took until every partition had one."""
        lengths, seen, length = [], set(), 0
        for place in places:
            seen.add(place)
            length += 1
            if len(seen) == count:
                lengths.append(length)
                seen, length = set(), 0
        return lengths

    for name, messages in expected("COUPON").items():
        found = rounds(partitions(run, f"log-{name}").tolist(), int(name))
        assert agrees(found, messages, notices=0.1)


def salted(tmp_path, salts, keys, partitions_of_log):
    """Each of `salts` names `keys` keys anew and sends each once; returns the occupancies by salt."""
    names = [f"{salt}-{key}" for salt in range(salts) for key in range(keys)]
    arrivals = arrivals_from(tmp_path, np.arange(len(names)) / 1000, names)
    logs = {f"log-{count}": count for count in partitions_of_log}
    run = checked(published(arrivals, len(names) / 1000, logs, folder=tmp_path))
    occupancies = {}
    for count in partitions_of_log:
        places = partitions(run, f"log-{count}").reshape(salts, keys)
        occupancies[count] = np.array([np.bincount(each, minlength=count) for each in places])
    return occupancies


@pytest.mark.slow
def test_a_dozen_keys_on_a_dozen_partitions_leave_a_third_of_them_empty(tmp_path):
    truth = expected("KEYS-bins")
    occupied = salted(tmp_path, 2000, 12, [12])[12]
    assert agrees((occupied > 0).sum(axis=1), truth["expected used partitions"], notices=0.05)
    assert agrees(occupied.max(axis=1), truth["expected max keys on a partition"], notices=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("keys", "salts"), [(100, 600), (1000, 120)])
def test_the_fullest_partition_has_clearly_more_keys_than_the_average(keys, salts, tmp_path):
    found = salted(tmp_path, by_day(salts), keys, [10] if keys == 100 else [10, 50])
    for count, occupied in found.items():
        most, mean = expected("KEYS-maxload", f"{keys} keys,{count} parts")
        assert agrees(occupied.max(axis=1), most, notices=0.05)
        assert (occupied.mean(axis=1) == mean).all()


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [0.8, 1.0, 1.2])
def test_the_hottest_keys_get_their_share_of_zipf(exponent):
    hottest, ten = expected("ZIPF-hot", f"s={exponent}")
    key = {"zipf": {"keys": case("ZIPF-hot")["parameters"]["N"], "s": exponent}}
    run = checked(published({"constant": 1000}, 50, {"log": 16}, key), 1)
    keys = run.tables.messages["key"]
    assert proportion_agrees((keys == 0).sum(), len(keys), hottest)
    assert proportion_agrees((keys < 10).sum(), len(keys), ten)


@pytest.mark.slow
def test_a_hot_key_bounds_the_rate_that_sixteen_consumers_can_take():
    """Offered more than the hottest key's share allows, its partition falls behind whatever the others do."""
    bound = expected("ZIPF-capacity")
    zipf = {"zipf": {"keys": 1000, "s": 1}}
    weights = np.arange(1, 1001, dtype=float) ** -1
    home = np.array([partition_of(key, 16) for key in range(1000)])
    share = (weights / weights.sum())[home == home[0]].sum()
    assert share >= 1 / bound
    rate, service_rate, duration = 8, 1, 6000
    assert rate > bound * service_rate
    work = [{"work": exponential(1 / service_rate)}]
    scenario = consumers({"log": {"partitions": 16}}, work, poisson(rate), duration, key=zipf, workers=16)
    run = checked(scenario, 1, conserving=False)
    mine = rows_of(run, "worker")
    here = partitions(run, "events")[run.tables.rows["parent"][mine]] == home[0]
    done = (run.tables.rows["ended"][mine][here] < duration).sum()
    backlog = here.sum() - done
    assert count_agrees(done, service_rate * duration)  # one worker, always busy
    assert count_agrees(backlog, (rate * share - service_rate) * duration,
                        dispersion=(rate * share + service_rate) / (rate * share - service_rate))  # fmt: skip
    assert run.services["worker"]["utilisation"] < rate / 16 / service_rate


# Parallelism.


@pytest.mark.parametrize("count", [1, 3, 6, 12, 20])
def test_a_group_reads_at_most_as_fast_as_it_has_partitions(count):
    """12 partitions with a backlog each; a consumer takes 10 ms a message. 20 consumers: 8 idle.

    Five consumers are left out: any worker takes the next partition that is due; where members own partitions
    (:mod:`tests.parts.log.test_groups`) five do 400 a second.
    """
    truth = expected("KAFKA-parallelism", f"n={count} (8 idle)" if count == 20 else f"n={count}")
    scenario = consumers({"log": {"partitions": 12}}, [{"work": "10ms"}], {"constant": 3000}, 3, 0, instances=count)
    run = checked(scenario, conserving=False)
    ended = column(run, "worker", "ended")
    assert ((ended >= 1) & (ended < 3)).sum() == pytest.approx(2 * truth, abs=count)
