"""Take back what was paid out, and follow what was taken back at the provider."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from audit import trail
from billing import payout_notices, postings
from billing.exceptions import InvalidRequest, NotFound, OrderRefused, Refused
from billing.failures import describe_error, work_on_next
from billing.models import PayeeAccount, PayoutLine, PayoutReversal
from billing.provider import get_provider
from billing.provider_objects import ProviderReversal
from ledger.models import Book
from ledger.posting import post
from rights.owners import party_key
from worker import due

logger = logging.getLogger(__name__)

State = PayoutLine.State
OVERTAKEN = "taken back at the provider meanwhile"
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=6)


def want(line: PayoutLine, amount: int, *, by: str) -> PayoutReversal:
    """Ask for a part of a transfer back, or all. The provider is asked later. Raises Refused."""
    with transaction.atomic():
        locked = _lock(line.pk)
        if locked.method != PayeeAccount.Method.STRIPE or locked.state not in (State.SENT, State.PAID):
            raise Refused("Only what was sent through the payment provider can be taken back there.")
        _require_room(locked, amount)
        made = PayoutReversal.objects.create(
            line=locked, book=locked.book, amount=amount, state=PayoutReversal.State.WANTED, wanted_by=by
        )
        trail.record("payout.reversal_wanted", by=by, subject=str(locked), amount=amount)
    return made


def _require_room(line: PayoutLine, amount: int) -> None:
    wanted = line.reversals.exclude(state=PayoutReversal.State.REFUSED).values_list("amount", flat=True)
    left = line.amount - sum(wanted)
    if not 1 <= amount <= left:
        raise Refused(f"Of this payout {left} can come back, in minor units.")


def work_next() -> bool:
    """Ask the provider for one that is due. Returns whether there was one."""
    return work_on_next(_claim, _advance, _put_off)


def _claim() -> tuple[UUID, PayoutLine] | None:
    """One that is due, and its payout, locked. Another process may have ended it by then."""
    wanted = PayoutReversal.objects.filter(book=settings.PAYMENTS, state=PayoutReversal.State.WANTED)
    ready = wanted.filter(due_at__lte=Now()).order_by("due_at", "pk")
    found = ready.values_list("pk", "line").first()
    return (found[0], _lock(found[1])) if found is not None else None


def _advance(claimed: tuple[UUID, PayoutLine]) -> None:
    pk, line = claimed
    if PayoutReversal.objects.filter(pk=pk, state=PayoutReversal.State.WANTED).exists():
        _ask(PayoutReversal.objects.get(pk=pk), line)


def _ask(wanted: PayoutReversal, line: PayoutLine) -> None:
    """Unless the provider has it already: its answer may have been lost."""
    sync_line(line)
    if PayoutReversal.objects.filter(pk=wanted.pk, state=PayoutReversal.State.WANTED).exists():
        try:
            get_provider().transfers.reverse(
                line.transfer_id or "",
                wanted.amount,
                line.currency,
                metadata={"reversal": str(wanted.pk)},
                key=f"reversal:{wanted.pk}",
            )
        except InvalidRequest as error:
            raise OrderRefused(error) from error
        sync_line(line)


def _put_off(claimed: tuple[UUID, PayoutLine], error: Exception) -> None:
    """What is refused for certain ends. Everything else is tried again with the same key."""
    with transaction.atomic():
        one = PayoutReversal.objects.select_for_update(no_key=True).filter(pk=claimed[0], state="wanted").first()
        if one is None:
            return
        refusal = error.answer if isinstance(error, OrderRefused) else None
        sentence = describe_error(refusal or error)[:500]
        logger.warning("%s was not taken back: %s", one, sentence)
        pause = due.pause_after(one.attempts, FIRST_PAUSE, LONGEST_PAUSE)
        state = PayoutReversal.State.REFUSED if refusal else one.state
        PayoutReversal.objects.filter(pk=one.pk).update(
            state=state, attempts=F("attempts") + 1, error=sentence, due_at=Now() + pause
        )


def sync_transfer(transfer_id: str) -> bool:
    """Bring the payout of a transfer up to date. Returns whether it is one of ours."""
    with transaction.atomic():
        found = PayoutLine.objects.filter(transfer_id=transfer_id, book=settings.PAYMENTS).first()
        if found is None:
            return False
        sync_line(_lock(found.pk))
    return True


def sync_line(line: PayoutLine) -> None:
    """Write and post what came back of a locked payout. Doing it again changes nothing. Raises ProviderError."""
    try:
        listed = list(get_provider().transfers.list_reversals(line.transfer_id or ""))
    except NotFound:  # `billing.drifts` says so
        return
    known = set(line.reversals.exclude(provider_id=None).values_list("provider_id", flat=True))
    new = [reversal for reversal in listed if reversal.id not in known]
    for reversal in sorted(new, key=lambda each: (each.created, each.id)):
        _record(line, reversal)
    if line.state == State.SENT and line.book == Book.LIVE:  # the provider has the transfer: it answered
        PayoutLine.objects.filter(pk=line.pk).update(state=State.PAID)
        line.state = State.PAID
    if new:
        payout_notices.post(payout_notices.PAYOUT, [line.party_id])


def _record(line: PayoutLine, reversal: ProviderReversal) -> None:
    name = reversal.metadata.get("reversal", "")
    ours: QuerySet[PayoutReversal] = line.reversals.filter(state=PayoutReversal.State.WANTED, amount=reversal.amount)
    mine = ours.filter(pk=name).first() if len(name) == 36 else None
    if mine:
        ours.filter(pk=mine.pk).update(state=PayoutReversal.State.DONE, provider_id=reversal.id, error="")
    else:
        _refuse_overtaken(line, reversal.amount)
        PayoutReversal.objects.create(
            line=line,
            book=line.book,
            amount=reversal.amount,
            state=PayoutReversal.State.DONE,
            provider_id=reversal.id,
        )
    facts: dict[str, str | int] = {"run": line.run_id, "transfer": line.transfer_id or ""}
    back = postings.reverse_transfer(
        str(line.pk), reversal.id, party_key(line.party_id), reversal.amount, currency=line.currency, **facts
    )
    post(back, book=line.book)
    add_reversed(line, reversal.amount)


def _refuse_overtaken(line: PayoutLine, amount: int) -> None:
    """Drop the newest wishes for which nothing is left, because so much was taken back at the provider."""
    counted = line.reversals.exclude(state=PayoutReversal.State.REFUSED)
    left = line.amount - amount - sum(counted.values_list("amount", flat=True))
    for wanted in counted.filter(state=PayoutReversal.State.WANTED).order_by("-created_at", "-pk"):
        if left >= 0:
            return
        PayoutReversal.objects.filter(pk=wanted.pk).update(state=PayoutReversal.State.REFUSED, error=OVERTAKEN)
        left += wanted.amount


def add_reversed(line: PayoutLine, amount: int) -> None:
    """So much more of a locked payout came back."""
    line.amount_reversed += amount
    if line.amount_reversed == line.amount:
        line.state = State.REVERSED
    PayoutLine.objects.filter(pk=line.pk).update(amount_reversed=line.amount_reversed, state=line.state, told_at=None)


def _lock(pk: UUID) -> PayoutLine:
    return PayoutLine.objects.select_for_update(no_key=True).get(pk=pk)
