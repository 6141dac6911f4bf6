"""The architect's page: designs judged side by side, as one file to show to others."""

from evsim.reporting.report import Report, report

__all__ = ["Report", "report"]
