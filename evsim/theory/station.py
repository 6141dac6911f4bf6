"""What every closed form of one station tells, under the names that a run's results have."""

from dataclasses import dataclass

__all__ = ["Station"]


@dataclass(frozen=True, kw_only=True)
class Station:
    """Steady-state means of one station: a queue and the workers that serve it.

    `wait_mean` (s) is from arrival to the start of work, `sojourn_mean` (s) from arrival to its end;
    `queue_mean` and `in_system_mean` are time averages of the numbers waiting, and waiting or at work;
    `utilisation` is the fraction of worker time in use; `throughput` (1/s) is the rate of departures.
    """

    arrival_rate: float
    throughput: float
    utilisation: float
    wait_mean: float
    sojourn_mean: float
    queue_mean: float
    in_system_mean: float

    @staticmethod
    def means(arrival_rate, service_mean, wait_mean, servers=1):
        """All fields from the mean wait, by Little's law; nobody is lost."""
        sojourn_mean = wait_mean + service_mean
        return {
            "arrival_rate": arrival_rate,
            "throughput": arrival_rate,
            "utilisation": arrival_rate * service_mean / servers,
            "wait_mean": wait_mean,
            "sojourn_mean": sojourn_mean,
            "queue_mean": arrival_rate * wait_mean,
            "in_system_mean": arrival_rate * sojourn_mean,
        }
