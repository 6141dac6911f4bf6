"""What `evsim.theory` claims about services under load: case -> figures."""

from evsim import theory

NETWORK = 0.2  # seconds there and back, in Brooker's model
BROOKER = {"work": 1.01, "sigma": 0.01 / 1.01}  # 1 s and 0.01 s for each in hand, itself included


def scalability(p):
    law = {name: p[name] for name in ("sigma", "kappa")}
    figures = {f"C({number})": theory.scalability(number, **law) for number in (1, 8, 16, 32, 44, 64, 128)}
    return figures | {
        "N*": theory.scalability_peak(**law),
        "Amdahl limit (kappa=0)": theory.scalability(1e12, p["sigma"], 0) * (1 + 1 / p["sigma"] / 1e12),
    }


def collapse(p):
    healthy = theory.contended(p["base"], **BROOKER)
    return {
        "healthy concurrency lam/(1-.01 lam)": healthy.at_once,
        "healthy mean latency incl. network": healthy.work_mean + NETWORK,
        "collapsed timeouts/s": p["tries"] * p["base"],
    }


def threshold(_):
    """Whether everything is answered too late when all ask three times."""
    late = {base: theory.contended(3 * base, **BROOKER).work_mean + NETWORK > 3 for base in (15, 20, 25, 30)}
    return {f"base {base}": float(is_late) for base, is_late in late.items()}


def time_to_live(p):
    return {"expired fraction": theory.shed_by_age(p["lam"], p["mu"], p["ttl"])}


def checkpoints(p):
    return {"Young": theory.best_checkpoint_interval(p["C"], p["M"])}


TIMES_TO_LIVE = ("TTL-8-10-0.5", "TTL-0.8-1-5", "TTL-12-10-0.5")
CLAIMS = {
    "USL": scalability,
    "CHECKPOINT-young": checkpoints,
    "BROOKER-collapse": collapse,
    "BROOKER-threshold": threshold,
    **dict.fromkeys(TIMES_TO_LIVE, time_to_live),
}

WITHOUT_FORMULA = {
    "BROOKER-collapse": {
        "no backoff: fraction of runs collapsed (goodput <5/s in 60<=t<78)",
        "no backoff: 40/60 and 29/40 seeds",
        "backoff+jitter: fraction collapsed",
        "backoff+jitter with a bigger trigger (120/s for 10 s, T=200): fraction collapsed",
    },
    **{name: {"mean wait of delivered"} for name in TIMES_TO_LIVE},
}
