"""Random systems whose services do one thing by a name, and could do another."""

from evsim.scenario import Scenario
from tests.books.systems import systems

__all__ = ["one_operation", "operation_systems"]


def operation_systems():
    return systems().map(one_operation).filter(lambda scenario: scenario is not None)


def one_operation(scenario):
    """The same system, in which each service does one thing by a name, and could do another; None where none can."""
    data = scenario.to_dict()
    for service in data["services"].values():
        subscriptions = service.get("subscribe", [])
        subscriptions = subscriptions if isinstance(subscriptions, list) else [subscriptions]
        subscriptions = [{"channel": each} if isinstance(each, str) else each for each in subscriptions]
        if any(each.get("batch", 1) > 1 for each in subscriptions):
            return None
        service["subscribe"] = [each | {"operation": "usual"} for each in subscriptions]
        other = [{"work": 9}, {"fail": 1}, {"effect": "other"}]
        service["handle"] = [{"operations": {"usual": _asking(service["handle"]), "other": other}}]
    for workload in data["workloads"].values():
        workload["operation"] = "usual"
    return Scenario.from_dict(data)


def _asking(node):
    """Steps in which every call asks for what is usual."""
    if isinstance(node, list):
        return [_asking(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "call" in node:
        call = node["call"] if isinstance(node["call"], dict) else {"service": node["call"]}
        return {"call": _asking(call) | {"operation": "usual"}}
    return {name: _asking(each) for name, each in node.items()}
