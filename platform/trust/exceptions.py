"""Exceptions of trust. Each message says what to change and is shown to people."""

from datetime import datetime

from trust.models import Report
from web.times import write_time


class ReportError(Exception):
    """A report cannot be filed or handled. Nothing was changed."""


class ReportRefused(ReportError):
    """The words or the reason must change before the report or the verdict can be stored."""


class AlreadyReported(ReportError):
    """This fan reported this experience before, in `report`."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"You reported this on {write_time(report.at)}. Once is enough: nothing was changed.")
        self.report = report


class AlreadyHandled(ReportError):
    """The report is already handled: by `name`, at `handled_at`, into `state`."""

    def __init__(self, name: str, handled_at: datetime, state: str) -> None:
        super().__init__(f"Already {state} by {name} on {write_time(handled_at)}.")
