"""What things are called here that have other names elsewhere."""

__all__ = ["native"]

# A word of another tool or trade -> the words for it here; the first one that is known where it was written counts.
_WORDS = {
    "normal": ("lognormal",), "gaussian": ("lognormal",), "gamma": ("erlang",), "exp": ("exponential",),
    "deterministic": ("constant",), "fixed": ("constant",), "sleep": ("wait",), "delay": ("wait", "latency"),
    "compute": ("work",), "cpu": ("work",), "process": ("work",), "produce": ("publish",), "emit": ("publish",),
    "enqueue": ("publish",), "rpc": ("call",), "http": ("call",), "request": ("call",), "invoke": ("call",),
    "respond": ("reply",), "response": ("reply",), "return": ("reply",), "rollback": ("undo",), "write": ("effect",),
    "insert": ("effect",), "if": ("maybe",), "branch": ("maybe",), "fork": ("parallel",), "topic": ("log", "exchange"),
    "stream": ("log",), "kafka": ("log",), "rabbitmq": ("queue",), "sqs": ("queue",), "pubsub": ("log",),
    "eventbus": ("bus",), "replicas": ("instances",), "pods": ("instances",), "threads": ("workers",),
    "concurrency": ("workers",), "servers": ("workers",), "consumers": ("instances",), "max_retries": ("attempts",),
    "retries": ("retry", "attempts"), "max_attempts": ("attempts",), "tries": ("attempts",), "deadline": ("timeout",),
    "rps": ("rate",), "qps": ("rate",), "dlq": ("dead_letter",), "dead_letter_queue": ("dead_letter",),
    "kill": ("crash",), "down": ("outage",), "freeze": ("pause",), "slow": ("slowdown",), "clients": ("users",),
    "length": ("duration",), "random_seed": ("seed",), "circuit_breaker": ("breaker",), "ratelimit": ("rate_limit",),
    "file": ("csv",), "from_file": ("csv",), "trace": ("csv",), "timestamps": ("csv",),
}  # fmt: skip


def native(word, known):
    """The word among the `known` ones for a foreign `word`, or None."""
    return next((each for each in _WORDS.get(str(word).lower(), ()) if each in known), None)
