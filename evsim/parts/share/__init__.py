"""The share group: its consumers compete for each message of a log, so there may be more of them than partitions."""

SOCKET = "subscription"
