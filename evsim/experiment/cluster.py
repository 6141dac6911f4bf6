"""Runs on the workers of a Dask cluster: the same results as here, on more machines."""

from evsim.experiment.run_store import code
from evsim.scenario.errors import Problem, ScenarioError

__all__ = ["on_cluster"]

ANSWER = "10s"  # until a scheduler that is there has answered


def on_cluster(address, task, items, jobs=None, in_order=False):
    """``task(item)`` of each item, as they are finished, by the workers of the Dask scheduler at ``address``.

    What a worker had begun when it ended is begun again by another. All workers must have the code that is here.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise _refusal(address, "needs the library of Dask", 'pip install "evsim[dask]"') from None
    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        hint = f"start `dask scheduler` and `dask worker`; the reason: {error}"
        raise _refusal(address, "no Dask scheduler answers", hint) from None
    with client:
        other = [name for name, its in client.run(code).items() if its != code()]
        if other:
            rule = f"{len(other)} of its workers have other code than is here, as {other[0]}"
            raise _refusal(address, rule, "install the same versions of evsim and numpy there")
        futures = client.map(task, items, pure=False)
        try:
            for _, result in as_completed(futures, with_results=True, loop=client.loop):
                yield result
        finally:
            client.cancel(futures)


def _refusal(address, rule, hint):
    return ScenarioError([Problem("dask", rule, address, hint=hint)])
