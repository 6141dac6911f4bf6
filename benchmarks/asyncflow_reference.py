"""The work nearest to W1, W2 and W3 in AsyncFlow, a simulator on SimPy.

What differs: service times are constant, because AsyncFlow's are, so waits cannot be compared; the number of
users and hence the rate is drawn anew every two minutes; the run stops at a whole second, and what is
unfinished then is not counted; in W1 and W2 each edge has a latency of a nanosecond, because none may be
zero. Time is scaled to 100 messages a second, so that AsyncFlow's sampling (ten times a second, the least it
allows) costs little.
"""

from math import ceil

import numpy as np
import simpy
from asyncflow import AsyncFlow, SimulationRunner
from asyncflow.components import Client, Edge, Endpoint, Server
from asyncflow.settings import SimulationSettings
from asyncflow.workload import RqsGenerator

from .outcome import Outcome

RATE = 100.0
USERS = 6000


def run(workload, messages, seed):
    """Run for the time in which about `messages` messages arrive."""
    scale = workload.rate / RATE
    per_user = {"mean": 60 * RATE / USERS, "distribution": "poisson"}
    users = {"mean": USERS, "distribution": "normal", "variance": 1}
    source = RqsGenerator(
        id="source", avg_active_users=users, avg_request_per_minute_per_user=per_user, user_sampling_window=120
    )
    servers = [
        server(f"s{place}", capacity, service * scale)
        for place, (capacity, service) in enumerate(zip(workload.servers, workload.service))
    ]
    path = ["source", "customers", *(part.id for part in servers), "customers"]
    latency = {"mean": workload.hop * scale or 1e-9, "distribution": "exponential"}
    edges = [
        Edge(id=f"{here}-{there}", source=here, target=there, latency=latency, dropout_rate=0.0)
        for here, there in zip(path, path[1:])
    ]
    settings = SimulationSettings(total_simulation_time=max(5, ceil(messages / RATE)), sample_period_s=0.1)
    flow = AsyncFlow().add_generator(source).add_client(Client(id="customers")).add_servers(*servers)
    payload = flow.add_edges(*edges).add_simulation_settings(settings).build_payload()
    runner = SimulationRunner(env=simpy.Environment(), simulation_input=payload)
    runner.rng = np.random.default_rng(seed)
    results = runner.run()
    return Outcome(lambda: (int(results.get_latency_stats()["total_requests"]), []), comparable=False)


def server(name, capacity, service):
    """A server whose only step holds a core for the service time; it asks for no memory."""
    step = {"kind": "cpu_bound_operation", "step_operation": {"cpu_time": service}}
    endpoint = Endpoint(endpoint_name="work", steps=[step])
    return Server(id=name, server_resources={"cpu_cores": capacity, "ram_mb": 256}, endpoints=[endpoint])
