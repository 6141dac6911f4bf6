"""Changes: a setting is another from a moment on, while the system runs."""

SOCKET = "fault"
