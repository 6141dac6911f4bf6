"""The queue: consumers compete for its messages, as with RabbitMQ and SQS."""

SOCKET = "channel"
