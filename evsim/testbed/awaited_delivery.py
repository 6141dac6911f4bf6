"""A delivery whose handling is waited for, where the next message is asked for only after it."""

import asyncio

from evsim.testbed.delivery_groups import delivery_id

__all__ = ["handled"]


async def handled(deliver, frame, group, attempt):
    """Deliver the message of a `frame`; whether it was handled, once its handler has ended."""
    over = asyncio.get_running_loop().create_future()

    def settle(ok, reason):
        over.set_result(ok)

    deliver(delivery_id(frame["message"], group, attempt), frame["route"], frame["luck"], attempt, settle)
    return await over
