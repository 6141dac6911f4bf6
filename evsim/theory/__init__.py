"""What mathematics says: closed forms of queueing and reliability, and when they do not apply.

Rates are per second, times in seconds, fractions from 0 to 1. Results carry the names that a run's results
have (`wait_mean`, `sojourn_mean`, `utilisation`, ...). A closed form and a long run of the same system must
agree; where they do not, read "does not apply" in the docstring first.
"""

from .batch_arrivals import Lingering, batch_arrivals, lingering
from .closed import ClosedLoop, closed_loop
from .cold_starts import ColdStarts, billed, cold_chance, cold_starts, time_to_grow
from .contention import Contended, contended, scalability, scalability_peak
from .crash_losses import SinceLast, lost_with_leader, redelivery_chance, since_last
from .distances import LineTime, ManyCalls, line_time, many_calls, throughput_under_loss
from .event_windows import EventSession, TumblingCount, event_session, tumbling_count
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
from .hedged_requests import Hedged, hedged
from .independent_designs import dudewicz_dalal, ocba_shares, rinott
from .key_skew import PartitionLoad, draws_to_see_all, partition_load, zipf_share
from .little import LittlesLaw, littles_law
from .looking import NextLook, next_look, sleeping_reader
from .loss import MMcK, erlang_b, mm1k, mmck
from .multi_server import MMc, MMInf, erlang_c, mmc, mminf
from .networks import Jackson, Tandem, jackson, tandem
from .priorities import PrioritisedClass, SharedProcessor, prioritised, shared_processor
from .rate_limiting import shed_by_age, token_bucket
from .reliability import (
    Breakdowns,
    availability,
    best_checkpoint_interval,
    breakdowns,
    breakdowns_when_busy,
    downtime,
    redundant_availability,
    series_availability,
)
from .retries import RetryGeometric, backoff_total, calls_to_open, retry_geometric, retry_layers
from .retry_storm import RetryStorm, retry_storm
from .single_queue import GM1, MM1, gm1, mm1
from .steps_in_order import PipelineTime, SagaChance, blocking_stages, pipeline_time, saga_chance
from .supermarket import supermarket_sojourn, supermarket_tail

__all__ = [
    "Bottleneck",
    "Breakdowns",
    "CatchUp",
    "ClosedLoop",
    "ColdStarts",
    "Contended",
    "EventSession",
    "ForkJoin",
    "GG1",
    "GM1",
    "Hedged",
    "Jackson",
    "LineTime",
    "Lingering",
    "LittlesLaw",
    "MD1",
    "MG1",
    "MM1",
    "MMInf",
    "MMc",
    "MMcK",
    "ManyCalls",
    "NextLook",
    "OrderStatistic",
    "Overload",
    "PartitionLoad",
    "PipelineTime",
    "PrioritisedClass",
    "RetryGeometric",
    "RetryStorm",
    "SagaChance",
    "SharedProcessor",
    "SinceLast",
    "Tandem",
    "TumblingCount",
    "any_of",
    "availability",
    "backoff_total",
    "batch_arrivals",
    "best_checkpoint_interval",
    "billed",
    "blocking_stages",
    "bottleneck",
    "breakdowns",
    "breakdowns_when_busy",
    "calls_to_open",
    "catch_up",
    "closed_loop",
    "cold_chance",
    "cold_starts",
    "contended",
    "downtime",
    "draws_to_see_all",
    "dudewicz_dalal",
    "erlang_b",
    "erlang_c",
    "event_session",
    "fork_join_2",
    "fork_join_approximation",
    "gg1",
    "gm1",
    "group_throughput",
    "hedged",
    "jackson",
    "kth_of_exponentials",
    "line_time",
    "lingering",
    "littles_law",
    "lost_with_leader",
    "many_calls",
    "max_of_exponentials",
    "md1",
    "mg1",
    "mm1",
    "mm1k",
    "mmc",
    "mmck",
    "mminf",
    "next_look",
    "ocba_shares",
    "overload",
    "partition_load",
    "pipeline_time",
    "prioritised",
    "redelivery_chance",
    "redundant_availability",
    "retry_geometric",
    "retry_layers",
    "retry_storm",
    "rinott",
    "saga_chance",
    "scalability",
    "scalability_peak",
    "series_availability",
    "shared_processor",
    "shed_by_age",
    "since_last",
    "sleeping_reader",
    "supermarket_sojourn",
    "supermarket_tail",
    "tandem",
    "throughput_under_loss",
    "time_to_grow",
    "token_bucket",
    "tumbling_count",
    "zipf_share",
]
