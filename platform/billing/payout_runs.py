"""Prepare and approve payout runs: all that is payable, by party and currency, or why it is held.

What is held stays payable in the ledger, and the next run looks at it again.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit import trail
from audit.actors import SystemActor
from billing import earnings, payout_notices, payout_postings
from billing.exceptions import Refused
from billing.models import PayeeAccount, PayoutLine, PayoutRun
from billing.models.payouts import OPEN
from billing.provider import get_book
from ledger.accounts import PartyAccount
from ledger.balances import read_balances
from ledger.posting import Posting, post_all
from rights.money import exponent
from rights.owners import party_key

State, Reason = PayoutLine.State, PayoutLine.Reason
ADVISORY_LOCK = 0x0FA_0005
"""One run is prepared at a time: two would take the same debts from the same party."""
MINIMUM_UNITS = 10
"""What is paid out at least, in whole units, of a currency for which no setting says more."""


class Owed(NamedTuple):
    """What the ledger has of a party in one currency."""

    payable: int
    held: int
    recoverable: int


def get_minimum(currency: str) -> int:
    """The least amount that is paid out at once, in minor units."""
    least: int = settings.PAYOUT_MINIMUMS.get(currency, MINIMUM_UNITS * 10 ** exponent(currency))
    return least


def prepare_if_due() -> PayoutRun | None:
    """The run of this month, from its day on, once there is something to pay. Those that people make count for none."""
    today, book = timezone.now(), get_book()
    name = name_next(today)  # before the look for one: of two processes, one finds it or its name taken
    own = PayoutRun.objects.filter(name__startswith=f"{today:%Y-%m}", book=book, created_by=SystemActor.PAYOUTS)
    if today.day < settings.PAYOUT_DAY or own.exists():
        return None
    if not any(owed.payable > 0 for owed in read_owed(book).values()):
        return None
    return prepare(name, by=SystemActor.PAYOUTS)


def next_day(now: datetime) -> datetime:
    """When the next run of a month is prepared."""
    day = now.replace(day=settings.PAYOUT_DAY, hour=0, minute=0, second=0, microsecond=0)
    if now < day:
        return day
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def name_next(now: datetime) -> str:
    """A name for another run of this month."""
    month = f"{now:%Y-%m}"
    number = PayoutRun.objects.filter(book=get_book(), name__startswith=month).count()
    return f"{month}-{number + 1}" if number else month


def prepare(name: str, *, by: str) -> PayoutRun:
    """Make a draft of a run. A party whose earlier payout is still open has no line. Raises Refused."""
    book = get_book()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        if PayoutRun.objects.filter(name=name, book=book).exists():
            raise Refused(f"There is a run {name} already.")
        run = PayoutRun.objects.create(name=name, book=book, created_by=by)
        lines, recouped = _write_lines(run)
        post_all(recouped, book=book)
        PayoutLine.objects.bulk_create(lines)
        payout_notices.post(payout_notices.PAYOUT, [line.party_id for line in lines])
        trail.record("payouts.prepared", by=by, subject=str(run), name=name, lines=len(lines))
    return run


def approve(run: PayoutRun, *, by: str) -> int:
    """Let what a run pays leave. Returns how many lines. Raises Refused."""
    with transaction.atomic():
        if not PayoutRun.objects.filter(pk=run.pk, approved_at=None).update(approved_at=Now(), approved_by=by):
            raise Refused(f"The run {run.name} was approved before.")
        drafts = PayoutLine.objects.filter(run=run, state=State.DRAFT)
        parties = list(drafts.values_list("party_id", flat=True))
        count = drafts.update(state=State.APPROVED, due_at=Now())
        payout_notices.post(payout_notices.PAYOUT, parties)
        trail.record("payouts.approved", by=by, subject=str(run), name=run.name, lines=count)
    return count


def hold(line: PayoutLine, *, by: str) -> None:
    """Keep a payout from leaving. Its money stays payable, for the next run. Raises Refused."""
    with transaction.atomic():
        waits = PayoutLine.objects.filter(pk=line.pk, state__in=[State.DRAFT, State.APPROVED])
        if not waits.update(state=State.HELD, reason=Reason.OPERATOR):
            raise Refused("It does not wait any more.")
        payout_notices.post(payout_notices.PAYOUT, [line.party_id])
        trail.record("payout.held", by=by, subject=str(line))


def _write_lines(run: PayoutRun) -> tuple[list[PayoutLine], list[Posting]]:
    """Unsaved lines, and what is paid back first."""
    # Open payouts are read first: one that is sent in between is then left out, and not counted as payable again.
    busy = set(PayoutLine.objects.filter(book=run.book, state__in=OPEN).values_list("party_id", "currency"))
    owed = _read_owed_and_lock(run.book)
    parties = {party for party, _ in owed}
    accounts = {account.party_id: account for account in PayeeAccount.objects.filter(book=run.book, party__in=parties)}
    lines: list[PayoutLine] = []
    recouped: list[Posting] = []
    for (party, currency), amounts in owed.items():
        if amounts.held > 0:
            lines.append(_new_line(run, party, currency, amounts.held, State.HELD, Reason.DISPUTED))
        if amounts.payable <= 0 or (party, currency) in busy:
            continue
        back = min(amounts.payable, max(amounts.recoverable, 0))
        line = _decide(run, party, currency, amounts.payable - back, accounts.get(party))
        if back:
            key, facts = str(line.pk if line else uuid4()), {"run": run.pk}
            recouped.append(payout_postings.recoup(key, party_key(party), back, currency=currency, **facts))
        if line:
            line.recouped = back
            lines.append(line)
    return lines, recouped


def _read_owed_and_lock(book: str) -> dict[tuple[int, str], Owed]:
    """What everybody is owed. Whoever owes us is locked first, so that a statement does not recoup the same debt."""
    found = read_owed(book).items()
    earnings.lock_parties({party_key(party) for (party, _), owed in found if owed.payable > 0 and owed.recoverable > 0})
    return read_owed(book)


def _decide(run: PayoutRun, party: int, currency: str, amount: int, account: PayeeAccount | None) -> PayoutLine | None:
    """The line of what is left to pay, or None if that is nothing."""
    if amount <= 0:
        return None
    reason = ""
    if account is None:
        reason = Reason.NO_ACCOUNT
    elif not account.is_ready:
        reason = Reason.NOT_READY
    elif amount < get_minimum(currency):
        reason = Reason.MINIMUM
    state = State.HELD if reason else State.DRAFT
    return _new_line(run, party, currency, amount, state, reason, account)


def _new_line(
    run: PayoutRun,
    party: int,
    currency: str,
    amount: int,
    state: str,
    reason: str,
    account: PayeeAccount | None = None,
) -> PayoutLine:
    return PayoutLine(
        run=run,
        book=run.book,
        party_id=party,
        account=account,
        method=account.method if account else "",
        currency=currency,
        amount=amount,
        state=state,
        reason=reason,
    )


def read_owed(book: str, party: int | None = None) -> dict[tuple[int, str], Owed]:
    """What is payable, held and owed to us, by party and currency; of one party, or of all."""
    under = party_key(party) if party is not None else "party"
    found: dict[tuple[int, str], dict[str, int]] = {}
    for (code, currency), balance in read_balances(book=book, under=under).items():
        _, key, name = code.split(":")
        if key.isdigit():
            found.setdefault((int(key), currency), {})[name] = balance
    return {key: _owed(balances) for key, balances in sorted(found.items())}


def _owed(balances: Mapping[str, int]) -> Owed:
    return Owed(
        payable=-balances.get(PartyAccount.PAYABLE, 0),
        held=-balances.get(PartyAccount.HELD, 0),
        recoverable=balances.get(PartyAccount.RECOVERABLE, 0),
    )


def list_lines(run: PayoutRun) -> Iterator[PayoutLine]:
    """The lines of a run with their parties, in the order of names."""
    lines: Iterable[PayoutLine] = run.lines.select_related("party", "account").order_by("party__name", "currency", "pk")
    return iter(lines)
