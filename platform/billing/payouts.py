"""Send approved payouts to the provider, each at most once: its transfer group is looked up before every request.

A line is marked as submitting and committed before anything is asked. What is not certain stays submitting and is
asked again with the same key; what the provider refused for certain gets another key, or ends.
"""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from billing import payees, payout_notices, postings, reversals
from billing.exceptions import BillingError, InsufficientBalance, InvalidRequest, OrderRefused
from billing.failures import describe_error, one_at_a_time, work_on_next
from billing.models import PayeeAccount, PayoutLine
from billing.provider import get_provider
from billing.provider_objects import ProviderTransfer
from ledger.models import Book
from ledger.posting import post
from rights.owners import party_key
from worker import due

logger = logging.getLogger(__name__)

State, Reason = PayoutLine.State, PayoutLine.Reason
CHANNEL = "payouts"
"""A trigger notifies it of lines whose state changed."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=6)
MAX_REFUSALS = 40
"""So often a balance that is too small is waited for, about ten days: what fans paid is available after seven."""
UNABLE = "insufficient_capabilities_for_transfer"


class OtherTransfer(BillingError):
    """The provider has a transfer in the group of this payout that is not the payout's. Operators look at it."""


def work_next() -> bool:
    """Take one step with one payout or one reversal that is due. Returns whether there was one."""
    if settings.PAYMENTS == "off":
        return False
    return work_on_next(_claim, _advance, _put_off) or reversals.work_next()


def seconds_until_due() -> float | None:
    """Seconds until a payout is due, 0 when one is; None when none waits."""
    if settings.PAYMENTS == "off":
        return None
    return due.seconds_until(_waiting())


def _waiting() -> QuerySet[PayoutLine]:
    """Those that a process sends. Payouts by hand wait for people."""
    return PayoutLine.objects.filter(
        book=settings.PAYMENTS, method=PayeeAccount.Method.STRIPE, state__in=[State.APPROVED, State.SUBMITTING]
    )


def _claim() -> PayoutLine | None:
    ready = _waiting().filter(due_at__lte=Now()).order_by("due_at", "pk").select_related("account")
    return ready.select_for_update(skip_locked=True, of=("self",), no_key=True).first()


def _advance(line: PayoutLine) -> None:
    if line.state == State.APPROVED:
        _begin(line)
    else:
        _submit(line)


def _begin(line: PayoutLine) -> None:
    """Mark it as submitting, unless its account cannot be paid any more. Nothing is asked before that commits."""
    if line.account is None or not line.account.transfers_active:
        _end(line, State.HELD, Reason.NOT_READY)
    else:
        PayoutLine.objects.filter(pk=line.pk).update(state=State.SUBMITTING)


def _submit(line: PayoutLine) -> None:
    """Find its transfer, or make it; then write that, and post it, in one commit."""
    transfers = get_provider().transfers
    assert line.account is not None
    found = list(transfers.list_of(line.group))
    if len(found) > 1:
        raise OtherTransfer(f"{line} has {len(found)} transfers.")
    transfer = found[0] if found else _make(line, line.account)
    require_same(line, transfer)
    record_sent(line, transfer)


def _make(line: PayoutLine, account: PayeeAccount) -> ProviderTransfer:
    """Raises OrderRefused, after which there is no transfer for certain."""
    try:
        return get_provider().transfers.create(
            account.provider_id or "",
            line.amount,
            line.currency,
            group=line.group,
            metadata={"payout": str(line.pk), "party": str(line.party_id)},
            key=f"{line.group}:{line.refusals}",
        )
    except InvalidRequest as error:
        raise OrderRefused(error) from error


def require_same(line: PayoutLine, transfer: ProviderTransfer) -> None:
    """Raise OtherTransfer unless the transfer is what the line says."""
    asked = (line.amount, line.currency, line.account.provider_id if line.account else "", line.book == Book.LIVE)
    if (transfer.amount, transfer.currency, transfer.account, transfer.livemode) != asked:
        raise OtherTransfer(f"{transfer.id} is not what {line} says.")


def record_sent(line: PayoutLine, transfer: ProviderTransfer) -> None:
    """The transfer exists, so the ledger has it and the line says so. Called with the line locked."""
    facts: dict[str, str | int] = {"run": line.run_id, "transfer": transfer.id}
    sent = postings.transfer(str(line.pk), party_key(line.party_id), line.amount, currency=line.currency, **facts)
    post(sent, book=line.book)
    PayoutLine.objects.filter(pk=line.pk).update(
        state=State.SENT, transfer_id=transfer.id, sent_at=Now(), error="", told_at=None
    )
    payout_notices.post(payout_notices.PAYOUT, [line.party_id])


def _put_off(claimed: PayoutLine, error: Exception) -> None:
    """Try again later, or end it where the provider refused for certain. The error is kept for operators."""
    with transaction.atomic():
        line = _waiting().select_for_update(no_key=True).filter(pk=claimed.pk).first()
        if line is None:
            return
        refusal = error.answer if isinstance(error, OrderRefused) else None
        sentence = describe_error(refusal or error)[:500]
        logger.warning("%s was not sent: %s", line, sentence)
        values = {"attempts": F("attempts") + 1, "error": sentence}
        pause = due.pause_after(line.attempts, FIRST_PAUSE, LONGEST_PAUSE)
        PayoutLine.objects.filter(pk=line.pk).update(**values, due_at=Now() + pause)
        if isinstance(refusal, InsufficientBalance) and line.refusals < MAX_REFUSALS:
            PayoutLine.objects.filter(pk=line.pk).update(refusals=F("refusals") + 1)
        elif refusal is not None:
            is_unable = refusal.code == UNABLE
            _end(line, *((State.HELD, Reason.NOT_READY) if is_unable else (State.FAILED, Reason.REFUSED)))
    if refusal is not None and refusal.code == UNABLE:
        _ask_again(line.pk)


def _ask_again(pk: UUID) -> None:
    """We thought that the account takes transfers."""
    for account in PayeeAccount.objects.filter(pk__in=PayoutLine.objects.filter(pk=pk).values("account")):
        with one_at_a_time(f"{account} was not fetched"):
            payees.sync(account.provider_id or "")


def _end(line: PayoutLine, state: str, reason: str) -> None:
    """Nothing was sent, so what it would have paid is payable still."""
    PayoutLine.objects.filter(pk=line.pk).update(state=state, reason=reason)
    payout_notices.post(payout_notices.PAYOUT, [line.party_id])


def list_of_party(party: int, limit: int) -> list[PayoutLine]:
    """The newest payouts of a party with the money that the site runs on."""
    lines = PayoutLine.objects.filter(party=party, book=settings.PAYMENTS).select_related("run")
    return list(lines.order_by("-created_at", "currency", "pk")[:limit])
