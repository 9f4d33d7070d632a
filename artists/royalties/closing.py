"""Close a month: earn it, share out the pools, and write the statement of every party whose accounts moved.

A statement has what the ledger's chain has between two of its links, so it can be computed anew at any time. Each step
commits by itself, and closing the same month again goes on where it stopped.
"""

from datetime import UTC, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from artists.models import ClosedMonth
from artists.royalties import pools, statements
from billing import earned_months
from billing.recognition import first_moment, next_month
from ledger import chain
from ledger.models import Book, Transaction
from worker import advisory_locks

ADVISORY_LOCK = 0x0FA_0012
"""One process closes months at a time."""
SETTLING = timedelta(days=2)
"""A month is closed so long after its end: until then late payments of it arrive."""


class NotOver(Exception):
    """The month is not over, or a later one is closed."""


class NothingToClose(Exception):
    """The ledger has nothing yet, so that no month can end at a link of its chain."""


class AlreadyClosing(Exception):
    """Another process closes a month at this moment."""


def close_if_due() -> bool:
    """Close the next month of the money that the site runs on, once it is over. A step of `work royalties`."""
    if settings.PAYMENTS == "off" or (month := find_due(settings.PAYMENTS)) is None:
        return False
    try:
        close_month(month, book=settings.PAYMENTS)
    except AlreadyClosing:
        return False
    return True


def find_due(book: str) -> str | None:
    """The oldest month that is over and not closed; one whose statements are not all written comes first."""
    last = ClosedMonth.objects.filter(book=book).order_by("-month").first()
    if last is not None and last.written_at is None:
        return last.month
    if last is not None:
        month = next_month(last.month)
    else:
        first = Transaction.objects.filter(book=book).order_by("pk").first()
        if first is None:
            return None
        month = f"{first.at.astimezone(UTC):%Y%m}"
    return month if _is_over(month) else None


def close_month(month: str, *, book: str, early: bool = False) -> ClosedMonth:
    """Close a month (YYYYMM) with all its statements. `early`: although it is not over, with practice money alone.

    Raises NotOver, NothingToClose and AlreadyClosing.
    """
    with advisory_locks.hold(ADVISORY_LOCK) as is_ours:
        if not is_ours:
            raise AlreadyClosing("Another process closes a month at this moment.")
        closed = ClosedMonth.objects.filter(book=book, month=month).first()
        if closed is None:
            _require_over(month, book, early=early)
            earned_months.earn_until(month, book=book)
            pools.close_all(book=book)
            closed = _close(month, book)
        statements.write_all(closed)
    return closed


def _require_over(month: str, book: str, *, early: bool) -> None:
    if not _is_over(month) and not (early and book == Book.SIMULATED):
        raise NotOver(f"{month} is not over, or not for long enough.")
    if later := ClosedMonth.objects.filter(book=book, month__gt=month).first():
        raise NotOver(f"{later.month} is closed, so no month before it is.")


def _is_over(month: str) -> bool:
    return timezone.now() >= first_moment(next_month(month), UTC) + SETTLING


def _close(month: str, book: str) -> ClosedMonth:
    """It ends at the head of the chain of this moment. What is posted later is of the next month."""
    head = chain.extend()
    if head is None:
        raise NothingToClose("Nothing was ever paid, so there is no month to close.")
    with transaction.atomic():
        last = ClosedMonth.objects.filter(book=book).order_by("-position").first()
        closed = ClosedMonth.objects.create(
            book=book,
            month=month,
            after=last.position if last else 0,
            position=head.position,
            head=head.hash,
        )
        closed.refresh_from_db()
    return closed
