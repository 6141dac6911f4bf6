"""What `evsim.theory` claims about networks, retries, failures and keys: case -> figures."""

from evsim import theory
from tests.theory.levels import quantiles


def feedback(p):
    network = theory.jackson([p["lam"]], [p["mu"]], [[p["p"]]])
    return {
        "effective load": network.utilisations[0],
        "mean passes": network.visits[0],
        "L": network.in_system_mean,
        "total W per message": network.sojourn_mean,
    }


def retry_geometric(p):
    retried = theory.retry_geometric(p["p"], p["max_attempts"])
    return {
        "mean attempts per call": retried.attempts_mean,
        "final success probability": retried.success_probability,
        "success without retry": theory.retry_geometric(p["p"], 1).success_probability,
    }


def retry_layers(_):
    return {"5 layers x 3 tries": theory.retry_layers(3, 5), "3 layers x 4 tries": theory.retry_layers(4, 3)}


def backoff(p):
    def total(jitter):
        return theory.backoff_total(p["base"], p["retries"], cap=p["cap"], jitter=jitter)

    return {
        "no jitter": total("none"),
        "full jitter mean": total("full"),
        "equal jitter mean": total("equal"),
    }


def lossy_link(p):
    through = theory.series_availability([1 - p["loss"]] * 2)
    retried = theory.retry_geometric(1 - through, 3)
    return {
        "P(try succeeds)": through,
        "P(call succeeds)": retried.success_probability,
        "mean server executions": retried.attempts_mean * (1 - p["loss"]),
        "P(executed although caller saw failure on that try)": (1 - p["loss"]) * p["loss"],
    }


def dead_letters(p):
    figures = {}
    for chance in p["p"]:
        retried = theory.retry_geometric(chance, p["max_receive"])
        figures[f"p={chance}"] = {
            "DLQ fraction": 1 - retried.success_probability,
            "mean receives": retried.attempts_mean,
        }
    return figures


def tandem(p):
    line = theory.tandem(p["lam"], p["mu"])
    ways = quantiles(line.sojourn_quantile, "p50", "p95", "p99")
    return {"mean": line.sojourn_mean, "per-stage W": list(line.sojourn_means)} | ways


def burke(p):
    station = theory.mg1(p["lam"], 1 / p["mu"], service_cv=1)
    return {"mean": 1 / station.throughput, "SCV": station.departure_scv}


def departures_md1(p):
    return theory.md1(p["lam"], p["D"]).departure_scv


def cafe(p):
    network = theory.jackson(p["ext"], p["mu"], p["routing"], p["servers"])
    first, second, third = network.in_system_means
    return {
        "node arrival rates": list(network.arrival_rates),
        "L1": first,
        "L2": second,
        "L3": third,
        "mean time in system": network.sojourn_mean,
    }


def loop(p):
    network = theory.jackson([p["ext"], 0], p["mu"], [[0, 1], [p["p_back"], 0]])
    return {
        "lambda API": network.arrival_rates[0],
        "lambda DB": network.arrival_rates[1],
        "L API": network.in_system_means[0],
        "L DB": network.in_system_means[1],
        "mean time in system": network.sojourn_mean,
    }


def fan_out(p):
    slowest = theory.max_of_exponentials(p["n"])
    return {"mean": slowest.mean} | quantiles(slowest.quantile, "p50", "p99")


def quorum(p):
    figures = {}
    for needed in (1, 2, 3):
        answer = theory.kth_of_exponentials(p["n"], needed)
        figures |= {f"{needed} of 3": answer.mean, f"p99 {needed}of3": answer.quantile(0.99)}
    return figures


def fork_join_2(p):
    return theory.fork_join_2(p["lam"], p["mu"]).sojourn_mean


def fork_join_10(p):
    approximate = theory.fork_join_approximation(p["lam"], p["mu"], p["n"])
    return {"Nelson-Tantawi approximation": approximate.sojourn_mean}


def tail(_):
    any_of = theory.any_of
    return {"n=100,p=.01": any_of(0.01, 100), "n=2000,p=1e-4": any_of(1e-4, 2000), "n=1": any_of(0.01, 1)}


def overload(_):
    rush = theory.overload(12, 10, duration=100, arrival_rate_after=5)
    return {
        "backlog at 100 s": rush.backlog,
        "drain time after": rush.drain_time,
        "delay of the last message that arrived in the overload": rush.delay_max,
    }


def catch_up(p):
    after = theory.catch_up(p["lam"], p["mu"], p["outage"])
    return {
        "peak lag": after.peak_backlog,
        "catch-up time": after.catch_up_time,
        "max message age at restart": after.age_max,
    }


def bottleneck(_):
    chain = theory.bottleneck(100, [120, 80, 200])
    assert chain.growths[0] == chain.growths[2]
    return {
        "throughput": chain.throughput,
        "backlog growth per s at stage 2": chain.growths[1],
        "growth at stages 1,3": chain.growths[0],
    }


def thread_pool(_):
    held = {"2 s": 2, "50 ms": 0.05}
    threads = {name: theory.littles_law(in_system_mean=200, sojourn_mean=held[name]) for name in held}
    return {name: law.throughput for name, law in threads.items()}


def availability_series(p):
    return {str(n): theory.series_availability([p["a"]] * n) for n in (1, 3, 5, 10, 30, 100)}


def availability_parallel(_):
    return {
        "2 x .99 any": theory.redundant_availability(0.99, 2),
        "3 x .99 any": theory.redundant_availability(0.99, 3),
        "2-of-3 at .99": theory.redundant_availability(0.99, 3, needed=2),
        "3-of-5 at .99": theory.redundant_availability(0.99, 5, needed=3),
        "MTBF 720h MTTR 1h": theory.availability(720, 1),
    }


def availability_by_event(_):
    return {
        "sync": theory.series_availability([0.999] * 5),
        "event-driven": theory.series_availability([0.999, 0.9999]),
    }


def keys_bins(p):
    load = theory.partition_load(p["keys"], p["partitions"])
    return {
        "expected used partitions": load.used_mean,
        "P(no two keys share)": load.no_clash_probability,
        "expected max keys on a partition": load.largest_mean,
    }


def keys_largest(_):
    figures = {}
    for keys, partitions in ((100, 10), (1000, 10), (1000, 50)):
        largest = theory.partition_load(keys, partitions).largest_mean
        figures[f"{keys} keys,{partitions} parts"] = [largest, keys / partitions]
    return figures


def zipf(p):
    return {f"s={s}": [theory.zipf_share(p["N"], s), theory.zipf_share(p["N"], s, top=10)] for s in p["s"]}


def supermarket(p):
    pairs = [(2, load) for load in p["lam"]] + [(3, 0.9), (3, 0.99), (1, 0.9), (1, 0.99)]
    return {f"d={d} lam={load}": theory.supermarket_sojourn(load, choices=d) for d, load in pairs}


def group_throughput(_):
    names = {"n=20 (8 idle)": 20} | {f"n={n}": n for n in (1, 3, 5, 6, 12)}
    return {name: theory.group_throughput(12, n, 100) for name, n in names.items()}


CLAIMS = {
    "FEEDBACK": feedback,
    **dict.fromkeys(("RETRY-geom-0.1-3", "RETRY-geom-0.3-3", "RETRY-geom-0.5-4", "RETRY-geom-0.01-3"), retry_geometric),
    "RETRY-layers": retry_layers,
    "RETRY-backoff-sum": backoff,
    "NET-loss-retry": lossy_link,
    "DLQ-maxreceive": dead_letters,
    "TANDEM-3": tandem,
    "BURKE": burke,
    "DEPART-MD1": departures_md1,
    "JACKSON-cafe": cafe,
    "JACKSON-loop": loop,
    **dict.fromkeys(("FANOUT-exp-2", "FANOUT-exp-10", "FANOUT-exp-100"), fan_out),
    "QUORUM-3": quorum,
    **dict.fromkeys(("FORKJOIN2-0.5", "FORKJOIN2-0.8"), fork_join_2),
    "FORKJOIN10": fork_join_10,
    "TAIL-63": tail,
    "OVERLOAD-fluid": overload,
    "OUTAGE-catchup": catch_up,
    "BOTTLENECK": bottleneck,
    "THREADPOOL": thread_pool,
    "AVAIL-series": availability_series,
    "AVAIL-parallel": availability_parallel,
    "AVAIL-sync-vs-event": availability_by_event,
    "KEYS-bins": keys_bins,
    "KEYS-maxload": keys_largest,
    "COUPON": lambda p: {str(n): theory.draws_to_see_all(n) for n in p["n"]},
    "ZIPF-hot": zipf,
    "ZIPF-capacity": lambda _: 1 / theory.zipf_share(1000),
    "POD-2": supermarket,
    "POD-tail": lambda p: {str(k): theory.supermarket_tail(p["lam"], k, p["d"]) for k in range(1, 6)},
    "KAFKA-parallelism": group_throughput,
}

# What no formula gives: figures of other programs and of simulations, or a statement in words.
WITHOUT_FORMULA = {
    "BURKE": {"lag-1 autocorrelation"},
    "FORKJOIN10": {"simulated here 1e7"},
    "OUTAGE-catchup": {"age of message being read t s after restart"},
}
