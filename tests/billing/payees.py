"""Parties that are owed something and say where it goes, for tests of payouts."""

from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts.models import Role
from billing import payees, payout_runs, payouts, postings
from billing.models import PayeeAccount, PayoutLine, PayoutRun
from billing.simulated import accounts, balance
from billing.simulated.objects import Object
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from ledger.balances import read_balances
from ledger.posting import Leg, Posting, post
from rights import parties
from rights.models import Party
from rights.owners import party_key
from tests import factories

BOOK = "simulated"


def get_party(artist: Artist) -> Party:
    return parties.get_artist_party(artist)


def owe(
    party: Party, amount: int, currency: str = "EUR", *, book: str = BOOK, recoverable: int = 0, is_held: bool = False
) -> None:
    """A statement of the party was closed, and it says that so much is payable."""
    closed = postings.close_statement(
        f"test-{uuid4()}", party_key(party.pk), currency=currency, accrued=amount, recoverable=recoverable,
        held=max(amount - recoverable, 0) if is_held else 0,
    )  # fmt: skip
    with transaction.atomic():
        post(closed, book=book)


def open_account(artist: Artist, country: str = "DE") -> PayeeAccount:
    """The principal said that the artist is paid there. The provider still asks for everything."""
    principal = factories.get_member(artist, Role.PRINCIPAL)
    return payees.open_account(get_party(artist), country, by=principal, fresh=True)


def onboard(artist: Artist, fake: FakeStripe) -> PayeeAccount:
    """The artist's account, of which the provider knows all."""
    account = open_account(artist)
    answer(account, fake)
    account.refresh_from_db()
    return account


def answer(account: PayeeAccount, fake: FakeStripe, fields: tuple[str, ...] = ()) -> None:
    """The provider asks for these fields only, and we fetch that."""
    accounts.set_requirements(fake.simulation, str(account.provider_id), list(fields))
    payees.sync(str(account.provider_id))


def fund(fake: FakeStripe, amount: int, currency: str = "eur", available_on: int = 0) -> Object:
    """Money of the platform at the provider, that no fan paid."""
    source = {"id": f"ch_sim_{uuid4().hex}", "currency": currency}
    return balance.move(fake.simulation, source, amount, category="charge", kind="charge", available_on=available_on)


def run(name: str = "2026-11") -> PayoutRun:
    """A run that an operator approved."""
    made = payout_runs.prepare(name, by="system:operator")
    payout_runs.approve(made, by="system:operator")
    return made


def work_all() -> int:
    """Work until no payout is due. Returns how many steps there were."""
    count = 0
    while payouts.work_next():
        count += 1
        assert count < 100
    return count


def wake(line: PayoutLine) -> PayoutLine:
    """Time passes, so that the line is due again."""
    PayoutLine.objects.filter(pk=line.pk).update(due_at="2000-01-01T00:00:00Z")
    line.refresh_from_db()
    return line


def transfers(fake: FakeStripe) -> list[Object]:
    return list(fake.simulation.store.all("transfer"))


def only_line(**fields: Any) -> PayoutLine:
    return PayoutLine.objects.get(**fields)


def recover(party: Party, amount: int, currency: str = "EUR") -> None:
    """After a refund the party owes us so much."""
    legs = (Leg(f"{party_key(party.pk)}:recoverable", amount), Leg("stripe:clearing", -amount))
    with transaction.atomic():
        post(Posting(f"refund:test-{uuid4()}", "refund", currency, legs), book=BOOK)


def balances(party: int) -> dict[str, int]:
    """What is payable and so on, as credits."""
    found = read_balances(book="simulated", under=f"party:{party}").items()
    return {code.rpartition(":")[2]: -total for (code, _), total in found if total}


def states() -> list[tuple[str, str, int]]:
    """State, reason and amount of each payout, the oldest first."""
    return list(PayoutLine.objects.order_by("created_at", "amount").values_list("state", "reason", "amount"))
