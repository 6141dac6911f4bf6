"""A price changes nothing that runs."""

from evsim.engine.service_policy import ServicePolicy

__all__ = ["Price", "build"]


class Price(ServicePolicy):
    """No hook is filled."""

    def __init__(self, service, settings):
        self.service, self.settings = service, settings


build = Price
