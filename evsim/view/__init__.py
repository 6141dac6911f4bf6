"""Pictures of a run. Each is a view of its records, never a second source of truth."""

from evsim.view.show import Picture, show

__all__ = ["Picture", "show"]
