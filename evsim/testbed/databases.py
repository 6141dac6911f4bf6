"""The databases of live runs: a file of the run's own (SQLite), or a PostgreSQL that runs already, by its URL."""

from importlib.util import find_spec
from urllib.parse import urlsplit

from evsim.scenario.errors import Problem, ScenarioError
from evsim.testbed.service_urls import a_service_url, without_credentials

__all__ = ["a_database", "reach", "shown", "table_of"]

SCHEMES = ("postgresql", "postgres")


def a_database(text):
    """The URL of a PostgreSQL, or None for a SQLite file; an error says what it takes."""
    if text is None or text == "sqlite":
        return None
    url = a_service_url("database", text) if "://" in str(text) else ""
    hint = None
    if urlsplit(url).scheme not in SCHEMES:
        rule, hint = "there is no such database", "leave it out for SQLite, or write postgresql://user@host/name"
    elif find_spec("asyncpg") is None:
        rule, hint = "has no client here", 'pip install "evsim[live]"'
    if hint:
        raise ScenarioError([Problem("database", rule, without_credentials(url) if url else str(text), hint=hint)])
    return url


def shown(url):
    """What is said of a database: a URL without who may enter."""
    return "sqlite" if url is None else without_credentials(url)


def table_of(run_name):
    """The table of a run in a database that has others."""
    return f"evsim_{run_name}"


async def reach(url, most=1):
    """A pool of connections with PostgreSQL, of at most so many; an error shows no password."""
    import asyncpg

    try:
        return await asyncpg.create_pool(url, min_size=1, max_size=most)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise OSError(f"{without_credentials(url)} cannot be reached ({type(error).__name__})") from None
