"""The transactional outbox: a message is written with the row, in one transaction, and sent later until it arrives."""

SOCKET = "publish"
