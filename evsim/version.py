"""Which version of evsim this is."""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["installed_version"]


def installed_version():
    """The installed version; "unknown" in a checkout that was never installed."""
    try:
        return version("evsim")
    except PackageNotFoundError:
        return "unknown"
