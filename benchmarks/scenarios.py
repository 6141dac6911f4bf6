"""The workloads as evsim scenarios: plain dicts in the grammar of the YAML files."""

AMPLE = 1_000_000  # a prefetch that never binds


def scenario(workload, messages):
    """The scenario of `workload` in which `messages` messages are expected."""
    if workload.groups:
        parts = log(workload)
    elif workload.hop:
        parts = chain(workload)
    else:
        parts = station(workload)
    run = {"duration": messages / workload.rate, "max_rows": int(2 * messages * (workload.rows + 1)) + 10_000}
    return {"name": workload.name.lower(), **parts, "run": run}


def exponential(mean):
    return {"exponential": mean}


def station(workload):
    """W1, W2."""
    handle = [{"work": exponential(workload.service[0])}]
    return {
        "workloads": {"customers": {"target": "station", "arrivals": {"poisson": workload.rate}}},
        "services": {"station": {"workers": workload.servers[0], "handle": handle}},
    }


def chain(workload):
    """W3."""
    services = {}
    last = len(workload.servers)
    for place, (workers, mean) in enumerate(zip(workload.servers, workload.service), start=1):
        handle = [{"work": exponential(mean)}]
        if place < last:
            handle.append({"publish": {"channel": f"q{place + 1}", "acks": 0}})
        services[f"s{place}"] = {"workers": workers, "handle": handle}
        if place > 1:
            services[f"s{place}"]["subscribe"] = {"channel": f"q{place}", "prefetch": AMPLE}
    return {
        "workloads": {"customers": {"target": "s1", "arrivals": {"poisson": workload.rate}}},
        "services": services,
        "channels": {f"q{place}": {"queue": {}} for place in range(2, last + 1)},
        "network": {"latency": exponential(workload.hop)},
    }


def log(workload):
    """W4, W4L. A producer's requests reach it with no delay; it does nothing but publish."""
    workloads, services, links = {}, {}, {}
    for number in range(1, workload.producers + 1):
        source, producer = f"source-{number}", f"producer-{number}"
        rate = workload.rate / workload.producers
        workloads[source] = {"target": producer, "arrivals": {"poisson": rate}}
        if workload.keys:
            workloads[source]["key"] = {"uniform": workload.keys}
        services[producer] = {"handle": [{"publish": {"channel": "events", "acks": 0}}]}
        links[f"inside-{number}"] = {"between": [source, producer], "latency": 0}
    handle = [{"work": exponential(workload.service[0])}, {"fail": workload.failure}]
    if workload.keys:
        handle.append({"effect": "done"})
    retry = {"attempts": workload.attempts, "backoff": workload.backoff}
    for number in range(1, workload.groups + 1):
        services[f"group-{number}"] = {
            "workers": workload.servers[0],
            "subscribe": {"channel": "events", "retry": retry},
            "handle": handle,
        }
    return {
        "workloads": workloads,
        "services": services,
        "channels": {"events": {"log": {"partitions": workload.partitions}}},
        "network": {"latency": exponential(workload.hop), "links": links},
    }
