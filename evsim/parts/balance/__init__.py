"""Balancing: the instances of a service have an inbox each, and a load balancer picks one for each call."""

SOCKET = "service"
