"""The price: what a service or a channel costs, by use, or by the hour, whether used or not."""

SOCKET = ("service", "of_channel")
