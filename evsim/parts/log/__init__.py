"""The log: partitions, and every group reads all of it in their order, as with Kafka."""

SOCKET = "channel"
