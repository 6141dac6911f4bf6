"""Ways by which work comes to a service: a customer's request, a call of another service, a delivery from a channel."""

__all__ = ["CALL", "DELIVERY", "REQUEST", "Way"]

REQUEST, CALL, DELIVERY = "request", "call", "delivery"


class Way:
    """What has a ``kind``, one of the three."""

    __slots__ = ()
    kind: str

    @property
    def is_request(self):
        return self.kind == REQUEST

    @property
    def is_call(self):
        return self.kind == CALL

    @property
    def is_delivery(self):
        return self.kind == DELIVERY
