"""Faults: services, channels and links stop, slow down, lose and repeat, and are well again."""

SOCKET = dict.fromkeys(
    (
        "outage", "crash", "pause", "slowdown", "error_rate", "poison",
        "partition", "latency", "loss", "duplication", "leader_failure",
        "restart", "purge", "shovel",
    ),
    "fault",
)  # fmt: skip
