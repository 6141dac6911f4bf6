"""What the rest of a scenario wants to know of a setting of a service that is a part, without asking for its name."""

from typing import ClassVar

from .part import Part

__all__ = ["ServiceSetting"]


class ServiceSetting(Part):
    """Settings of a part of the socket ``service``.

    ``refuses``: some who come are turned away. ``knows_again``: what was handled is not handled a second time.
    ``fetches``: each instance fetches messages for itself, and is not called up for those that others have fetched.
    ``own_inboxes``: each instance has an inbox of its own, and somebody picks one for each call.
    ``may_be_balanced``: somebody may pick an instance of those that it lets come and go.
    ``apart_from_work``: it changes nothing of who is served when.
    ``workers_share``: the workers of an instance share what does their work.
    ``most_instances``: how many there may be at a time, of what lets them come and go.
    ``refuses_when_full``: then callers for whom none may be added are turned away.
    ``most_a_second``: how many callers are let in at most.
    ``slowness``: what times of ``work`` are multiplied by, always.
    """

    fetches: ClassVar[bool] = True
    own_inboxes: ClassVar[bool] = False
    apart_from_work: ClassVar[bool] = False
    may_be_balanced: ClassVar[bool] = False
    workers_share: ClassVar[bool] = False
    most_instances: ClassVar[int | None] = None
    refuses_when_full: ClassVar[bool] = False
    most_a_second: ClassVar[float | None] = None
    slowness: ClassVar[float] = 1.0

    refuses: ClassVar[bool] = False
    knows_again: ClassVar[bool] = False

    def problems(self, path, service):
        """The problems of these settings, at `path`, in this `service`."""
        return ()
