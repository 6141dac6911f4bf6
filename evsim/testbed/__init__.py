"""The testbed: a scenario on real processes, with a broker, a database and a mail server, on this machine.

Each service is a process that takes the steps of its handler one after the other. Customers, keys and times of work
are the simulator's own draws, so that customers pair. What happened is read from journals, and becomes a run like any
other (:func:`evsim.testbed.live_execution.live`).
"""
