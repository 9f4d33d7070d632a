"""Ask the provider for what is wished of holds: capture them, let them go, pay them back. Steps of `work billing`.

Each step fetches first, so that a process which dies between two of them repeats nothing: what was done is seen. The
key of each request is the authorisation's id with the verb, so an answer that was lost comes again.
"""

import logging
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from billing import holds_sync
from billing.exceptions import BillingError, CardDeclined, InvalidRequest, UnexpectedState
from billing.failures import describe_error, work_on_next
from billing.holds_sync import Fetched, Wish
from billing.models import Authorisation
from billing.provider import get_provider
from worker import due

logger = logging.getLogger(__name__)

Status = Authorisation.Status
KEY_ATTEMPTS = 5
"""After so many a key is given up: the provider may repeat the failure that it answered with at first, for a day."""
ALARM_ATTEMPTS = 15
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)


class Unfinished(BillingError):
    """The provider did not refuse what was asked, and did not do it either."""


def work_next() -> bool:
    """Ask about the authorisation that is due first. Returns whether there was one."""
    if settings.PAYMENTS == "off":
        return False
    return work_on_next(_claim, advance, _put_off)


def seconds_until_due() -> float | None:
    """Seconds until the provider is to be asked about one, 0 when it is to be asked now; None when nothing waits."""
    if settings.PAYMENTS == "off":
        return None
    return due.seconds_until(_waiting())


def _waiting() -> QuerySet[Authorisation]:
    return Authorisation.objects.filter(book=settings.PAYMENTS, due_at__isnull=False)


def _claim() -> Authorisation | None:
    ready = _waiting().filter(due_at__lte=Now()).order_by("due_at", "pk")
    return ready.select_for_update(skip_locked=True, no_key=True).first()


def advance(row: Authorisation) -> None:
    """Ask for what is wished of a locked authorisation until nothing is left. Raises ProviderError and Unfinished."""
    fetched = holds_sync.sync(row)
    asked = set()
    while wish := holds_sync.find_wish(row, fetched, holds_sync.read_clock()):
        if (wish, row.provider_id) in asked:
            raise Unfinished(f"{row} is {row.status} still.")
        asked.add((wish, row.provider_id))  # one that is paid while it is closed is let go in the next step
        _ask(row, wish, fetched)
        fetched = holds_sync.sync(row)


def _ask(row: Authorisation, wish: Wish, fetched: Fetched) -> None:
    if wish == Wish.CAPTURE:
        _capture(row)
    elif wish == Wish.RELEASE:
        _release(row)
    else:
        _refund(row, fetched)


def _capture(row: Authorisation) -> None:
    """What the bank does not give any more is let go, so that nothing of it stays held."""
    try:
        get_provider().payments.capture(row.provider_id, key=_key(row, Wish.CAPTURE))
    except CardDeclined as error:
        logger.warning("%s was not captured: %s", row, describe_error(error))
        _release(row)
    except UnexpectedState as error:  # it is over, or captured already: what is fetched next says it
        logger.warning("%s was not captured: %s", row, describe_error(error))


def _release(row: Authorisation) -> None:
    """Let a hold go, or let nobody pay any more. What is over already stays as it is."""
    provider = get_provider()
    if row.status == Status.AUTHORISING and row.session_id:
        with suppress(InvalidRequest):  # it is complete, or over already
            provider.checkouts.expire(row.session_id, key=_key(row, Wish.RELEASE) + ":session")
    try:
        if row.provider_id:
            provider.payments.release(row.provider_id, key=_key(row, Wish.RELEASE))
    except InvalidRequest as error:
        logger.info("%s was not let go: %s", row, describe_error(error))


def _refund(row: Authorisation, fetched: Fetched) -> None:
    """Pay back all that is left. The number is in the key, so that one that failed is tried again."""
    assert row.captured_amount is not None
    try:
        get_provider().payments.refund(
            row.provider_id,
            row.captured_amount - row.returned_amount,
            row.currency,
            metadata={"authorisation": str(row.pk)},
            key=f"{_key(row, Wish.REFUND)}:{len(fetched.refunds)}",
        )
    except UnexpectedState as error:  # a bank took it a moment before
        logger.warning("%s was not paid back: %s", row, describe_error(error))


def _key(row: Authorisation, wish: Wish) -> str:
    turn = row.attempts // KEY_ATTEMPTS
    return f"authorisation:{row.pk}:{wish}" + (f":{turn}" if turn else "")


def _put_off(row: Authorisation, error: Exception) -> None:
    """Try it again later. It is never given up: the provider ends a hold by itself, and what is owed stays owed."""
    attempts = row.attempts + 1
    level = logging.ERROR if attempts >= ALARM_ATTEMPTS else logging.WARNING
    logger.log(level, "%s failed %d times: %s", row, attempts, describe_error(error))
    pause = due.pause_after(row.attempts, FIRST_PAUSE, LONGEST_PAUSE)
    waiting = Authorisation.objects.filter(pk=row.pk, due_at__isnull=False, attempts=row.attempts)
    waiting.update(attempts=min(attempts, 30_000), error=describe_error(error)[:500], due_at=Now() + pause)
