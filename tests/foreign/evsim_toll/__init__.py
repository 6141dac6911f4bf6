"""The toll: who comes to a service has to pay first, which takes a worker's time."""

SOCKET = "service"
