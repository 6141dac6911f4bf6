"""Autoscaling: instances come and go with the load, as a rule decides every so often."""

SOCKET = "service"
