"""The exchange: it hands each message on to the queues bound for it, as RabbitMQ's does, or SNS before SQS."""

SOCKET = "channel"
