"""URLs of servers that are there already: read, and shown without who may enter."""

from urllib.parse import parse_qs, urlsplit

from evsim.scenario.errors import Problem, ScenarioError

__all__ = ["a_service_url", "has_secret", "without_credentials"]

TOKENS = ("nats", "tls")  # schemes in which a name alone is a token


def a_service_url(name, text):
    """A URL with a host, or an error that shows no password."""
    try:
        url = urlsplit(text)
        if url.hostname and (url.port is None or url.port > 0):
            return text
    except ValueError:
        pass
    hint = "write scheme://user:password@host:port"
    raise ScenarioError([Problem(name, "is no URL of a server", without_credentials(text), hint=hint)])


def has_secret(url):
    """Whether a URL says a password, or a token."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True  # it may
    alone = parts.scheme in TOKENS and parts.username
    return bool(parts.password or alone or parse_qs(parts.query).keys() & {"password", "sslpassword"})


def without_credentials(url):
    """A URL as it may be shown and kept: without user and password, and without what stands after the path."""
    scheme, _, rest = url.partition("://")
    rest = rest.split("?")[0].split("#")[0]
    return f"{scheme}://{rest.rpartition('@')[2]}"
