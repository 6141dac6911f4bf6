"""The event loop: one thread works for many requests, a piece at a time, and for nobody else meanwhile."""

SOCKET = {"cores": "service", "event_loop": "service", "blocking": "step"}  # loops run on cores
