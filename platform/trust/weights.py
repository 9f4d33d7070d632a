"""What a report weighs, and at which weight the reports on a program stop it. ADR 16 says why.

Weights are whole numbers, in percent of the report of a regular fan.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import isqrt

from django.conf import settings

FULL_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the weight of a fan's report depends on, and nothing else."""

    days: int
    """The age of the fan's account when they reported."""
    listens: int
    """How often the fan had listened to the artist then."""
    upheld: int = 0
    """How many reports of this fan staff upheld, on whatever program."""
    dismissed: int = 0

    @property
    def weight(self) -> int:
        """From 0 to FULL_WEIGHT: the product of age, listening and record, rounded down.

        Age grows from 0 to 1 within REPORT_FULL_DAYS, listening from a quarter to 1 within REPORT_FULL_LISTENS. The
        record is (upheld + 1) / (upheld + dismissed + 1), so that confirmed reports alone leave it at 1.
        """
        full_days, full_listens = settings.REPORT_FULL_DAYS, settings.REPORT_FULL_LISTENS
        days, listens = max(0, min(self.days, full_days)), min(self.listens, full_listens)
        part = days * (full_listens + 3 * listens) * (self.upheld + 1)
        whole = full_days * 4 * full_listens * (self.upheld + self.dismissed + 1)
        return FULL_WEIGHT * part // whole

    @property
    def share(self) -> Decimal:
        """The weight as a share of a full report, as people read it."""
        return as_reports(self.weight)

    @property
    def reductions(self) -> list[str]:
        """Why it weighs less than a full report, for staff. Of the fan's listening it says only that it is little."""
        found = []
        if self.days < settings.REPORT_FULL_DAYS:
            found.append(f"an account of {self.days} day{'' if self.days == 1 else 's'}")
        if self.listens < settings.REPORT_FULL_LISTENS:
            found.append("little listening to this artist")
        if self.dismissed:
            found.append(f"{self.dismissed} of their reports dismissed")
        return found


def threshold(audience: int) -> int:
    """The weight that stops a program which reached so many fans: their square root, and at least REPORTS_TO_STOP."""
    root = isqrt(audience - 1) + 1 if audience > 0 else 0  # rounded up
    return FULL_WEIGHT * max(settings.REPORTS_TO_STOP, root)


def as_reports(weight: int) -> Decimal:
    """A weight in full reports, for example 2.45."""
    return Decimal(weight) / FULL_WEIGHT
