"""The architect's page: designs judged side by side, as one file to show to others."""

from evsim.reporting.report import report
from evsim.reporting.report_page import Report

__all__ = ["Report", "report"]
