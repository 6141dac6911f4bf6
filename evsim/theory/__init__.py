"""What mathematics says: closed forms of queueing and reliability, and when they do not apply.

Rates are per second, times in seconds, fractions from 0 to 1. Results carry the names that a run's results
have (`wait_mean`, `sojourn_mean`, `utilisation`, ...). A closed form and a long run of the same system must
agree; where they do not, read "does not apply" in the docstring first.
"""

from .closed import ClosedLoop, closed_loop
from .contention import Contended, contended, scalability, scalability_peak
from .fan_out import (
    ForkJoin,
    OrderStatistic,
    any_of,
    fork_join_2,
    fork_join_approximation,
    kth_of_exponentials,
    max_of_exponentials,
)
from .fluid import Bottleneck, CatchUp, Overload, bottleneck, catch_up, group_throughput, overload
from .general_service import GG1, MD1, MG1, gg1, md1, mg1
from .key_skew import PartitionLoad, draws_to_see_all, partition_load, zipf_share
from .little import LittlesLaw, littles_law
from .loss import MMcK, erlang_b, mm1k, mmck
from .multi_server import MMc, MMInf, erlang_c, mmc, mminf
from .networks import Jackson, Tandem, jackson, tandem
from .rate_limiting import shed_by_age, token_bucket
from .reliability import (
    Breakdowns,
    availability,
    best_checkpoint_interval,
    breakdowns,
    breakdowns_when_busy,
    redundant_availability,
    series_availability,
)
from .retries import RetryGeometric, backoff_total, retry_geometric, retry_layers
from .retry_storm import RetryStorm, retry_storm
from .selection import dudewicz_dalal, ocba_shares, rinott
from .single_queue import GM1, MM1, gm1, mm1
from .supermarket import supermarket_sojourn, supermarket_tail

__all__ = [
    "Bottleneck",
    "Breakdowns",
    "CatchUp",
    "ClosedLoop",
    "Contended",
    "ForkJoin",
    "GG1",
    "GM1",
    "Jackson",
    "LittlesLaw",
    "MD1",
    "MG1",
    "MM1",
    "MMInf",
    "MMc",
    "MMcK",
    "OrderStatistic",
    "Overload",
    "PartitionLoad",
    "RetryGeometric",
    "RetryStorm",
    "Tandem",
    "any_of",
    "availability",
    "backoff_total",
    "best_checkpoint_interval",
    "bottleneck",
    "breakdowns",
    "breakdowns_when_busy",
    "catch_up",
    "closed_loop",
    "contended",
    "draws_to_see_all",
    "dudewicz_dalal",
    "erlang_b",
    "erlang_c",
    "fork_join_2",
    "fork_join_approximation",
    "gg1",
    "gm1",
    "group_throughput",
    "jackson",
    "kth_of_exponentials",
    "littles_law",
    "max_of_exponentials",
    "md1",
    "mg1",
    "mm1",
    "mm1k",
    "mmc",
    "mmck",
    "mminf",
    "ocba_shares",
    "overload",
    "partition_load",
    "redundant_availability",
    "retry_geometric",
    "retry_layers",
    "retry_storm",
    "rinott",
    "scalability",
    "scalability_peak",
    "series_availability",
    "shed_by_age",
    "supermarket_sojourn",
    "supermarket_tail",
    "tandem",
    "token_bucket",
    "zipf_share",
]
