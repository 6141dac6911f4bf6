"""What `evsim.theory` claims about messages, brokers, functions and networks: case -> figures."""

from evsim import theory

MILLION = 1e6
GB_SECOND = 0.0000166667  # dollars, as the case has it


def full_queue(p):
    queue = theory.mm1k(p["lam"], p["mu"], p["K"])
    return {
        "loss fraction (both)": queue.loss_probability,
        "throughput (both)": queue.throughput,
        "mean sojourn of delivered, reject-publish": queue.sojourn_mean,
    }


def shared(p):
    server = theory.shared_processor(p["lam"], p["ES"])
    return {
        "mean response": server.response_mean,
        "E[T|size 0.05]": server.response_of(0.05),
        "E[T|size 0.3]": server.response_of(0.3),
        "slowdown": server.slowdown,
    }


def priority(p):
    rates = [p["lam_high"], p["lam_low"]]
    high, low = (each.wait_mean for each in theory.prioritised(rates, p["mu"]))
    weighted = (rates[0] * high + rates[1] * low) / p["mu"]
    return {
        "Wq high": high,
        "Wq low": low,
        "aggregate Wq": weighted * p["mu"] / sum(rates),
        "FIFO Wq": theory.mm1(sum(rates), p["mu"]).wait_mean,
        "sum rho_i Wq_i (conservation)": weighted,
    }


def preemptive(p):
    classes = theory.prioritised([p["lam_high"], p["lam_low"]], p["mu"], preemptive=True)
    return {
        "T high": classes[0].sojourn_mean,
        "T low": classes[1].sojourn_mean,
        "overall mean N": sum(each.arrival_rate * each.sojourn_mean for each in classes),
    }


def equal_batches(p):
    station = theory.batch_arrivals(p["batch_rate"], p["mu"], p["batch"])
    return {
        "rho": station.utilisation,
        "L": station.in_system_mean,
        "W": station.sojourn_mean,
        "W if same load arrived singly": theory.mm1(station.arrival_rate, p["mu"]).sojourn_mean,
    }


def geometric_batches(p):
    station = theory.batch_arrivals(p["batch_rate"], p["mu"], p["mean_batch"], (1 - 1 / p["mean_batch"]) ** 0.5)
    return {"L": station.in_system_mean, "W": station.sojourn_mean}


def exponential_starts(p):
    station = theory.cold_starts(p["lam"], 1 / p["mu"], p["setup_mean"], start_cv=1)
    return {
        "W": station.sojourn_mean,
        "Wq": station.wait_mean,
        "fraction of requests that trigger a cold start": station.cold_probability,
    }


def constant_starts(p):
    station = theory.cold_starts(p["lam"], 1 / p["mu"], p["setup"])
    return {"W": station.sojourn_mean, "P(cold)": station.cold_probability}


def kept_alive(p):
    station = theory.cold_starts(p["lam"], 1 / p["mu"], p["setup"], p["keep_alive"])
    return {
        "W": station.sojourn_mean,
        "P(cold)": station.cold_probability,
        "P(idle period outlives keep-alive)": theory.cold_chance(p["lam"], p["keep_alive"]),
    }


def applications(_):
    """Of Azure: requests a second, and how long an instance is kept (s)."""
    hour, minute = 3600, 60
    cases = {
        "1/hour, 10 min": (1 / hour, 10 * minute),
        "1/hour, 20 min": (1 / hour, 20 * minute),
        "1/hour, 60 min": (1 / hour, 60 * minute),
        "1/min, 10 min": (1 / minute, 10 * minute),
        "1 per 10 min, 10 min": (1 / (10 * minute), 10 * minute),
    }
    return {name: theory.cold_chance(*each) for name, each in cases.items()}


def hedged(p):
    copies, alone = theory.hedged(1, p["delay"]), theory.mm1(1e-12, 1)
    return {
        "extra requests": copies.extra,
        "mean": copies.response_mean,
        "p99": copies.response_quantile(0.99),
        "p99.9": copies.response_quantile(0.999),
        "unhedged p99": alone.sojourn_quantile(0.99),
        "unhedged p99.9": alone.sojourn_quantile(0.999),
    }


def outbox(p):
    looks = [theory.next_look(interval) for interval in p["T"]]
    return {
        "mean": [each.wait_mean for each in looks],
        "p99": [each.wait_quantile(0.99) for each in looks],
        "max": [each.wait_max for each in looks],
    }


def linger(p):
    batch = theory.lingering(p["lam"], p["L"])
    return {
        "mean batch size": batch.batch_mean,
        "mean wait": batch.wait_mean,
        "first message waits": batch.first_wait_mean,
    }


def linger_or_full(p):
    batch = theory.lingering(p["lam"], p["L"], p["N"])
    return {"mean wait s": batch.wait_mean, "mean batch size": batch.batch_mean}


def session(p):
    found = theory.event_session(p["lam"], p["gap"])
    return {"mean events": found.events_mean, "mean window length (last-first+gap)": found.length_mean}


def tumbling(_):
    count = theory.tumbling_count(3, 10)
    return {"mean": count.mean, "variance": count.variance, "P(empty)": count.empty_probability}


def since(rate, interval):
    def claim(_):
        again = theory.since_last(rate, interval)
        return {"mean": again.mean, "max": again.most}

    return claim


def visibility(p):
    return {
        "P(dup)": theory.redelivery_chance(p["mean"], p["visibility"]),
        "visibility 6x mean": theory.redelivery_chance(p["mean"], 6 * p["mean"]),
    }


def saga(p):
    found = theory.saga_chance(p["n"], p["p"])
    return {
        "P(complete)": found.complete_probability,
        "mean steps attempted": found.attempted_mean,
        "mean compensations": found.compensations_mean,
    }


def pipe(p):
    found = theory.pipeline_time(p["N"], p["stages"])
    return {"makespan": found.makespan, "sequential": found.one_after_the_other, "speedup": found.speedup}


def blocking(_):
    cases = ((2, 0), (2, 1), (2, 3), (2, 10), (3, 0), (3, 1), (4, 0))
    return {f"k={stages},B={buffer}": theory.blocking_stages(stages, buffer) for stages, buffer in cases}


def rounded(_):
    seconds = theory.billed(0.0012, memory=0.125, invocations=MILLION)
    return {
        "billed ms": theory.billed(0.0012, memory=1) * 1000,
        "GB-s": seconds,
        "USD compute": seconds * GB_SECOND,
    }


def growth(_):
    refilled = theory.time_to_grow(5000, at_once=1000, rate=100)
    return {"continuous refill 100/s": refilled, "discrete refill every 10 s": refilled}


def calls(_):
    trips = theory.many_calls(20, round_trip=0.030, work=0.001)
    return {
        "sequential": trips.one_after_the_other * 1000,
        "parallel (no variance)": trips.at_once * 1000,
        "one batched call (20x1ms work)": trips.in_one * 1000,
    }


def line(_):
    message = theory.line_time(MILLION, bandwidth=100e6, latency=0.040)
    return {
        "transfer": message.sending * 1000,
        "arrival": message.arrival * 1000,
        "max 1MB messages/s": message.rate_max,
        "BDP bytes (RTT 80ms)": message.in_flight,
    }


def lossy(_):
    names = {"p=1e-4": 1e-4, "p=1e-2": 1e-2}
    return {name: theory.throughput_under_loss(1460, 0.1, loss) / MILLION for name, loss in names.items()}


CLAIMS = {
    "MAXLEN-overflow": full_queue,
    "PS-insensitive": shared,
    "PRIO-NP": priority,
    "PRIO-PR": preemptive,
    "BATCH-fixed5": equal_batches,
    "BATCH-geom": geometric_batches,
    "SETUP-exp": exponential_starts,
    "SETUP-det": constant_starts,
    "SETUP-keepalive": kept_alive,
    "COLD-exp(-lam tau)": lambda _: {str(n): theory.cold_chance(1, n) for n in (0.1, 0.5, 1, 2, 5)},
    "AZURE-derived": applications,
    "HEDGE-p95": hedged,
    "POLL-outbox": outbox,
    "POLL-vacation": lambda p: theory.sleeping_reader(p["lam"], 1 / p["mu"], p["sleep"]).wait_mean,
    "LINGER-time-only": linger,
    "LINGER-size-or-time": linger_or_full,
    "SESSION": session,
    "TUMBLING": tumbling,
    "CHECKPOINT-replay": since(500, 60),
    "KAFKA-autocommit-dup": since(200, 5),
    "KAFKA-acks1-loss": lambda _: {"acks=1 mean": theory.lost_with_leader(1000, 0.05)},
    "VISIBILITY-dup": visibility,
    "SAGA": saga,
    "BREAKER-trip": lambda p: {f"p={each}".replace("0.", "."): theory.calls_to_open(each, p["k"]) for each in p["p"]},
    "PIPE-makespan": pipe,
    "BLOCKING-tandem": blocking,
    "LAMBDA-round": rounded,
    "LAMBDA-scale": growth,
    "NET-latency": calls,
    "NET-bandwidth": line,
    "NET-mathis": lossy,
    "AVAIL-downtime": lambda _: {
        name: theory.downtime(float(name)) / 60 for name in (".99", ".999", ".9999", ".99999")
    },
}

# A figure of a simulation; and one that is 0 as its channel waits for the copies.
WITHOUT_FORMULA = {
    "MAXLEN-overflow": {"mean sojourn of delivered, drop-head"},
    "KAFKA-acks1-loss": {"acks=all & min.insync.replicas=2"},
}
