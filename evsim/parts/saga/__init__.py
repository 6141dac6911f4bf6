"""Sagas: what was done is undone by later steps, as no transaction spans the services that did it."""

SOCKET = {"undo": "step", "compensate": "on_error"}
