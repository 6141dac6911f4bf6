"""The workloads of the benchmark, written down once; every implementation reads them here.

A *message* is what the sources make: a customer in W1 to W3, a published event in W4 and W4L (four
deliveries). A *row* is one attempt at a piece of work with the times it was ready, started and ended. Times
are seconds, rates per second.

**W1, W2**: one station, no network.

**W3**, the registration chain: the customer calls s1 and is answered when s1 is done; s1 publishes to
queue q2, s2 consumes and publishes to q3, s3 consumes. Eight exponential hops a message:
customer to s1, s1 to customer, s1 to q2, q2 to s2, s2's acknowledgement to q2, s2 to q3, q3 to s3, s3's
acknowledgement to q3. Publishers wait for nobody (`acks: 0`). Credit is ample (prefetch), so that each
station is M/M/c.

**W4**, one log and four groups: two Poisson producers publish without waiting for the log's answer; the log
appends and sends the event to four groups of two workers each; 5 % of attempts fail at the end of their
work and are tried again after a backoff, five attempts at most, then the delivery is dead. Hops: producer
to log; log to group, for every attempt; the group's acknowledgement of a success (a failure travels with no
delay). There are so many partitions that none ever matters.

**W4L**: W4 on 32 partitions with a key a message: a group works on one message of a partition at a time,
from the hand-over to the end of its last attempt (the backoff included), and a success writes an effect.

Order: hops between a program and a channel keep their order for each pair, as TCP does; hops between a
customer and a service do not. In W3 and W4 a row is ready when its message reaches the channel (s1: the
service), so its wait includes the hop to the consumer.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """One workload. `servers` and `service` (mean of an exponential time) have one entry a station."""

    name: str
    about: str
    messages: int
    rate: float
    servers: tuple[int, ...]
    service: tuple[float, ...]
    hop: float = 0.0
    producers: int = 1
    groups: int = 0
    failure: float = 0.0
    backoff: float = 0.0
    attempts: int = 1
    partitions: int = 0
    keys: int = 0
    batch: int = 1000  # messages in a batch of waits, ten relaxation times or more

    @property
    def rows(self) -> float:
        """Expected rows a message: stations, or deliveries times expected attempts."""
        if not self.groups:
            return float(len(self.servers))
        return self.groups * sum(self.failure**n for n in range(self.attempts))

    @property
    def theory(self) -> float | None:
        """The mean wait that mathematics gives, where there is one station and nothing else."""
        if self.hop:
            return None
        return erlang_wait(self.rate, self.service[0], self.servers[0])

    @property
    def rows_variance(self) -> float:
        """Variance of the rows of one message (geometric attempts; the limit on attempts is negligible)."""
        return self.groups * self.failure / (1 - self.failure) ** 2


def erlang_wait(rate: float, service: float, servers: int) -> float:
    """Mean wait in M/M/c (Erlang C, by the stable recursion for Erlang B)."""
    load, blocking = rate * service, 1.0
    for n in range(1, servers + 1):
        blocking = load * blocking / (n + load * blocking)
    delayed = servers * blocking / (servers - load * (1 - blocking))
    return delayed * service / (servers - load)


LOG = dict(
    rate=76.0,
    servers=(2,),
    service=(0.020,),
    hop=0.001,
    producers=2,
    groups=4,
    failure=0.05,
    backoff=0.050,
    attempts=5,
    batch=800,
)

WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("W1", "M/M/1 at 0.8", 100_000, 0.8, (1,), (1.0,)),
        Workload("W2", "M/M/4 at 0.9", 100_000, 3.6, (4,), (1.0,), batch=5000),
        Workload(
            "W3",
            "three M/M/c stations with hops, through queues",
            40_000,
            100.0,
            (2, 2, 4),
            (0.015, 0.014, 0.032),
            hop=0.001,
        ),
        Workload("W4", "2 producers, a log, 4 groups, failures and backoff", 20_000, partitions=1024, **LOG),
        Workload("W4L", "W4 on 32 partitions, with keys and effects", 20_000, partitions=32, keys=100_000, **LOG),
    )
}
