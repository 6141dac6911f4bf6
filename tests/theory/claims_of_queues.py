"""What `evsim.theory` claims about one station, under the names of the published figures: case -> figures."""

import math

from evsim import theory
from tests.theory.levels import quantiles

EXPONENTIAL = theory.mm1(arrival_rate=8, service_rate=10)


def mm1_means(_):
    station = EXPONENTIAL
    return {
        "utilisation": station.utilisation,
        "L (in system)": station.in_system_mean,
        "Lq (waiting)": station.queue_mean,
        "W sojourn s": station.sojourn_mean,
        "Wq wait s": station.wait_mean,
        "P(empty)": station.idle_probability,
        "Var(N)": station.in_system_variance,
    }


def mm1_wait_quantiles(_):
    empty = EXPONENTIAL.in_system_probability(0)
    return {"P(Wq=0)": empty} | quantiles(EXPONENTIAL.wait_quantile, "p50", "p95", "p99")


def mm1_busy_period(_):
    return {
        "mean length s": EXPONENTIAL.busy_period_mean,
        "mean customers per busy period": EXPONENTIAL.busy_period_customers,
        "mean idle period s": EXPONENTIAL.idle_period_mean,
    }


def mm1_last_come(_):
    fifo, lifo = theory.mm1(7, 10), theory.mm1(7, 10, discipline="lifo")
    return {
        "FCFS mean Wq": fifo.wait_mean,
        "LCFS mean Wq": lifo.wait_mean,
        "FCFS E[Wq^2]": fifo.wait_second_moment,
        "LCFS E[Wq^2]": lifo.wait_second_moment,
    }


def mmc(arrival_rate, service_rate, servers):
    def claim(_):
        station = theory.mmc(arrival_rate, service_rate, servers)
        return {
            "P(wait) ErlangC": station.wait_probability,
            "Wq": station.wait_mean,
            "W": station.sojourn_mean,
            "Lq": station.queue_mean,
            "L": station.in_system_mean,
            **quantiles(station.wait_quantile, "Wq p95", "Wq p99"),
            **quantiles(station.sojourn_quantile, "T p50", "T p95", "T p99"),
        }

    return claim


def pool(_):
    split = theory.mm1(0.8, 1).sojourn_mean
    turns = theory.gm1(0.8, 1, arrival_phases=4).sojourn_mean
    shared = theory.mmc(3.2, 1, 4).sojourn_mean
    return {"(a) 4 x M/M/1": split, "(b) 4 x E4/M/1": turns, "(c) M/M/4": shared, "ratio a/c": split / shared}


def mm1k(p):
    station = theory.mm1k(p["lam"], p["mu"], p["K"])
    return {
        "loss probability": station.loss_probability,
        "accepted throughput": station.throughput,
        "L": station.in_system_mean,
        "W accepted": station.sojourn_mean,
        "utilisation": station.utilisation,
    }


def mmck(p):
    station = theory.mmck(p["lam"], p["mu"], p["c"], p["K"])
    return {
        "loss probability": station.loss_probability,
        "throughput": station.throughput,
        "Wq accepted": station.wait_mean,
        "L": station.in_system_mean,
    }


def erlang_b(p):
    return theory.erlang_b(p["servers"], p["offered_load"])


def concurrency_limit(p):
    full = theory.mmck(p["lam"], 1 / p["S"], servers=p["limit"], capacity=p["limit"])
    return {
        "Erlang B (steady state)": theory.erlang_b(p["limit"], p["lam"] * p["S"]),
        "Erlang B carried": full.in_system_mean,
    }


def mminf(p):
    room = theory.mminf(p["lam"], p["ES"])
    return {
        "mean concurrency": room.in_system_mean,
        "variance": room.in_system_variance,
        "P(N<=50)": room.in_system_cdf(50),
        "p95 of N": room.in_system_quantile(0.95),
        "p99 of N": room.in_system_quantile(0.99),
        "p99.9 of N": room.in_system_quantile(0.999),
    }


def mg1(p):
    station = theory.mg1(p["lam"], p["ES"], math.sqrt(max(p["SCV"], 0)))
    return {
        "Wq": station.wait_mean,
        "W": station.sojourn_mean,
        "Lq": station.queue_mean,
        "L": station.in_system_mean,
    }


def md1(p):
    station = theory.md1(p["lam"], p["D"])
    return {
        "P(Wq=0)": station.wait_cdf(0),
        "mean": station.wait_mean,
        **quantiles(station.wait_quantile, "p50", "p95", "p99"),
    }


def dm1(p):
    station = theory.gm1(p["lam"], p["mu"])
    kingman = theory.gg1(p["lam"], 1 / p["mu"], arrival_cv=0, service_cv=1)
    return {
        "sigma": station.wait_probability,
        "Wq": station.wait_mean,
        "W": station.sojourn_mean,
        "Kingman approx Wq": kingman.wait_mean,
        "Kingman upper bound Wq": kingman.wait_bound,
    }


def kingman(p):
    def figures(arrival_scv, service_scv):
        return theory.gg1(p["rho"], 1, math.sqrt(arrival_scv), math.sqrt(service_scv))

    return {
        "M/M/1 exact": theory.mm1(p["rho"], 1).wait_mean,
        "approx ca2=1,cs2=1": figures(1, 1).wait_mean,
        "approx ca2=4,cs2=1": figures(4, 1).wait_mean,
        "approx ca2=.25,cs2=.25": figures(0.25, 0.25).wait_mean,
        "bound ca2=1,cs2=1": figures(1, 1).wait_bound,
    }


def truncated_normal_service(p):
    service_cv = math.sqrt(p["ES2"] / p["ES"] ** 2 - 1)
    return {"FIFO P-K": theory.mg1(p["lam"], p["ES"], service_cv).sojourn_mean}


def qmodels_mm1(_):
    station = theory.mm1(1 / 1.2, 1 / 0.8)
    return {"theory W": station.sojourn_mean, "theory L": station.in_system_mean}


def blocked_event_loop(p):
    mean = 0.99 * 1 + 0.01 * 100
    service_cv = math.sqrt((0.99 * 1 + 0.01 * 100**2) / mean**2 - 1)
    station = theory.mg1(p["lam_per_ms"], mean, service_cv)
    return {
        "utilisation": station.utilisation,
        "Wq": station.wait_mean,
        "mean latency of a 1 ms handler": station.wait_mean + 1,
        "Wq if none blocked (all 1 ms)": theory.md1(p["lam_per_ms"], 1).wait_mean,
    }


def breakdowns(p):
    server = theory.breakdowns(p["lam"], p["mu"], p["fail"], p["repair"])
    return {
        "L": server.in_system_mean,
        "W": server.sojourn_mean,
        "availability": server.availability,
        "L without failures": theory.mm1(p["lam"], p["mu"]).in_system_mean,
    }


def slow_breakdowns(p):
    return theory.breakdowns(p["lam"], p["mu"], p["fail"], p["repair"]).in_system_mean


def breakdowns_when_busy(p):
    server = theory.breakdowns_when_busy(p["lam"], p["mu"], p["fail"], p["repair"])
    return {"L": server.in_system_mean, "W": server.sojourn_mean}


def closed_loop(p):
    loop = theory.closed_loop(p["N"], p["think"], p["service"])
    return {
        "throughput": loop.throughput,
        "response R": loop.response_mean,
        "server utilisation": loop.utilisation,
        "mean clients waiting or in service": loop.in_system_mean,
    }


def closed_sweep(p):
    return {str(n): theory.closed_loop(n, p["think"], p["service"]).response_mean for n in p["N"]}


def open_and_closed(p):
    arrivals, alone = theory.mm1(8, p["mu"]), theory.closed_loop(1, 0.025, 1 / p["mu"])
    return {
        "open mean": arrivals.sojourn_mean,
        "open p99": arrivals.sojourn_quantile(0.99),
        "closed(1) mean": alone.response_mean,
        "closed(1) p99": alone.response_quantile(0.99),
    }


def bank(p):
    return {f"Erlang C c={c}": theory.mmc(p["lam"], p["mu"], c).wait_mean for c in p["c"]}


CLAIMS = {
    "MM1-mean": mm1_means,
    "MM1-sojourn-quantiles": lambda _: quantiles(EXPONENTIAL.sojourn_quantile, "p50", "p90", "p95", "p99", "p99.9"),
    "MM1-wait-quantiles": mm1_wait_quantiles,
    "MM1-qlen-dist": lambda _: {str(n): EXPONENTIAL.in_system_probability(n) for n in (0, 1, 2, 5, 10)},
    "MM1-busy-period": mm1_busy_period,
    "MM1-rho-table": lambda _: {
        load: theory.mm1(float(load), 1).sojourn_mean
        for load in ("0.1", "0.3", "0.5", "0.7", "0.8", "0.9", "0.95", "0.99")
    },
    "MM1-LCFS": mm1_last_come,
    "MMc-10-8": mmc(8, 1, 10),
    "MMc-3-2": mmc(2, 1, 3),
    "MMc-10-90": mmc(90, 10, 10),
    "POOL-4": pool,
    **dict.fromkeys(("MM1K-9-10", "MM1K-12-10", "MM1K-15-20"), mm1k),
    "MMcK-10-20": mmck,
    **dict.fromkeys(("ErlangB-5-5", "ErlangB-10-10", "ErlangB-50-50", "ErlangB-60-50", "ErlangB-100-85"), erlang_b),
    "SIMFAAS-limit": concurrency_limit,
    "MMinf": mminf,
    **dict.fromkeys(("MG1-D", "MG1-E4", "MG1-U", "MG1-H2cv2=4", "MG1-LNcv=2"), mg1),
    "MD1-wait-dist": md1,
    "DM1": dm1,
    "KINGMAN": kingman,
    "QMODELS-mg1": truncated_normal_service,
    "QMODELS-mm1": qmodels_mm1,
    "EVENTLOOP-block": blocked_event_loop,
    "BREAK-anytime": breakdowns,
    "BREAK-slow": slow_breakdowns,
    "BREAK-busy-only": breakdowns_when_busy,
    "CLOSED-10": closed_loop,
    "CLOSED-sweep": closed_sweep,
    "OPEN-vs-CLOSED": open_and_closed,
    "CIW-bank": bank,
    "LITTLE": lambda _: (
        theory.littles_law(EXPONENTIAL.in_system_mean, EXPONENTIAL.arrival_rate, EXPONENTIAL.sojourn_mean).gap
    ),
}

# What no formula gives: figures of other programs and of simulations, or a statement in words.
WITHOUT_FORMULA = {
    "SIMFAAS-limit": {"SimFaaS notebook printed (from empty, T=1000)", "running count printed"},
    "QMODELS-mg1": {
        "simulus printed here FIFO/LIFO/SIRO (T=50000, seed 13579)",
        "prio high Cobham",
        "prio low Cobham",
        "simulus printed here low/high",
        "simulus stdev FIFO/LIFO/SIRO",
    },
    "QMODELS-mm1": {"printed mean", "printed L"},
    "CIW-bank": {
        "Ciw published & reproduced c=3",
        "Ciw published & reproduced c=4",
        "SE of the 10-trial mean c=3",
    },
}
