"""The toll: who comes to a service has to pay first, which takes a worker's time; who cannot is refused."""

from evsim.registry import PartReason

SOCKET = "service"
REASONS = {"TOO_POOR": PartReason("it cannot pay", refusal=True, final=True)}
