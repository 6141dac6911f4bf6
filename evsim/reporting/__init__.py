"""The architect's page: designs judged side by side, as one file to show to others."""

from evsim.reporting.page import Report
from evsim.reporting.report import report

__all__ = ["Report", "report"]
