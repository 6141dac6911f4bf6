"""The price: what a service costs, by request and memory-second, or by the hour, whether used or not."""

SOCKET = "service"
