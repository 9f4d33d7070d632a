"""Random histories of one payee's payouts: what is owed, runs, lost answers, crashes, reversals, debts and holds."""

import random
from collections.abc import Callable
from unittest.mock import patch

from django.conf import settings
from django.db.models import Sum

from billing import payout_runs, payouts, reversals
from billing.exceptions import Refused
from billing.models import PayoutLine, PayoutReversal
from billing.models.payouts import DONE, OPEN
from billing.simulated import accounts, control
from billing.simulated.objects import Object
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from ledger.balances import read_balances
from tests.billing import payees
from tests.billing.fan_scene import DAY
from tests.billing.in_process import ask

BY = "system:operator"
LONG_AGO = "2000-01-01T00:00:00Z"


class Crash(BaseException):
    """The process ends at this point."""


def lose_answers(fake: FakeStripe, path: str, *, kind: str = "reset") -> None:
    """Work until nothing is due, while the provider does what is asked there and no answer of it arrives."""
    control.add_fault(fake.simulation, kind=kind, times=3, path=path)
    payees.work_all()
    fake.simulation.knobs.get("faults", []).clear()


class PayoutHistory:
    """Each public method but `check` and `end` is a step; its number says which of the possible ones."""

    def __init__(self, fake: FakeStripe, artist: Artist) -> None:
        self.fake, self.account = fake, payees.onboard(artist, fake)
        self.party, self.owed, self.debts, self.runs = self.account.party, 0, 0, 0

    def owe(self, number: int) -> None:
        amount = (100, 1_500, 4_200)[number % 3]
        payees.owe(self.party, amount)
        self.owed += amount

    def debt(self, number: int) -> None:
        """A refund after the payout: the party owes us."""
        payees.recover(self.party, amount := (1, 700, 5_000)[number % 3])
        self.debts += amount

    def run(self, number: int) -> None:
        self.runs += 1
        made = payout_runs.prepare(f"2026-11-{self.party.pk}{self.runs:03}", by=BY)
        if number % 4:
            payout_runs.approve(made, by=BY)

    def approve(self, number: int) -> None:
        for line in PayoutLine.objects.filter(party=self.party, state="draft").select_related("run"):
            payout_runs.approve(line.run, by=BY)

    def work(self, number: int) -> None:
        payees.work_all()

    def lose(self, number: int) -> None:
        """The provider does it, and its answer is lost."""
        path = ("/v1/transfers", f"/v1/transfers/{self._transfer(number)}/reversals")[number % 2]
        lose_answers(self.fake, path, kind=("500", "reset", "timeout")[number % 3])

    def crash(self, number: int) -> None:
        """The process ends after the provider did it and before we wrote that."""
        with patch.object(payouts, ("record_sent", "require_same")[number % 2], side_effect=Crash):
            try:
                payees.work_all()
            except Crash:
                return

    def hold(self, number: int) -> None:
        for line in PayoutLine.objects.filter(party=self.party, state__in=["draft", "approved"]):
            payout_runs.hold(line, by=BY)

    def reverse(self, number: int) -> None:
        line = PayoutLine.objects.filter(party=self.party, state="sent").order_by("?" if number % 2 else "pk").first()
        if line is not None:
            try:
                reversals.want(line, (1, line.amount // 2 or 1, line.amount)[number % 3], by=BY)
            except Refused:
                return

    def provider_reverses(self, number: int) -> None:
        """Somebody takes it back in the provider's own pages, and we hear of it now or later."""
        if transfer := self._transfer(number):
            ask(self.fake, "POST", f"/v1/transfers/{transfer}/reversals", f"amount={(1, 900)[number % 2]}")
            if number % 3:
                reversals.sync_transfer(transfer)

    def restrict(self, number: int) -> None:
        fields = ["individual.verification.document"] if number % 2 else []
        accounts.set_requirements(self.fake.simulation, str(self.account.provider_id), fields)

    def wait(self, number: int) -> None:
        """So long that the provider has forgotten the keys, and that everything is due."""
        self.fake.simulation.advance(2 * DAY)
        self._wake()

    def _wake(self) -> None:
        PayoutLine.objects.filter(party=self.party, state__in=["approved", "submitting"]).update(due_at=LONG_AGO)
        PayoutReversal.objects.filter(line__party=self.party, state="wanted").update(due_at=LONG_AGO)

    # What must hold

    def check(self) -> None:
        """After every step: no payout has two transfers, and no more left than was ever owed."""
        made = self._transfers()
        groups = [one["transfer_group"] for one in made]
        assert len(groups) == len(set(groups)), "a payout has two transfers"
        assert sum(one["amount"] - one["amount_reversed"] for one in made) <= self.owed
        assert all(one["amount_reversed"] <= one["amount"] for one in made)
        assert self._credit("payable") >= 0
        open_lines = PayoutLine.objects.filter(party=self.party, state__in=OPEN).values_list("amount", flat=True)
        assert sum(open_lines) <= self._credit("payable")

    def end(self) -> None:
        """Once everything was told: nothing is under way, and not a cent is lost between us and the provider."""
        self.restrict(0)
        payees.answer(self.account, self.fake)
        for transfer in self._transfers():
            reversals.sync_transfer(transfer["id"])
        for _ in range(6):
            self.approve(0)
            self.wait(0)
            payees.work_all()
        self.check()
        assert not PayoutLine.objects.filter(party=self.party, state__in=OPEN).exists()
        for transfer in self._transfers():
            reversals.sync_transfer(transfer["id"])
        at_provider = sum(one["amount"] - one["amount_reversed"] for one in self._transfers())
        assert at_provider == self._sent()
        assert self.owed - self.debts == at_provider + self._credit("payable") + self._credit("recoverable")

    def _sent(self) -> int:
        sent = PayoutLine.objects.filter(party=self.party, state__in=DONE)
        sums = sent.aggregate(amount=Sum("amount", default=0), back=Sum("amount_reversed", default=0))
        return int(sums["amount"] - sums["back"])

    def _credit(self, account: str) -> int:
        found = read_balances(book=settings.PAYMENTS, under=f"party:{self.party.pk}:{account}")
        return -sum(found.values())

    def _transfers(self) -> list[Object]:
        mine = self.account.provider_id
        return [one for one in payees.transfers(self.fake) if one["destination"] == mine]

    def _transfer(self, number: int) -> str:
        made = self._transfers()
        return str(made[number % len(made)]["id"]) if made else ""


STEPS = (
    "owe", "owe", "owe", "debt", "run", "run", "approve", "work", "work", "lose", "crash", "hold", "reverse",
    "provider_reverses", "restrict", "wait",
)  # fmt: skip


def play(history: PayoutHistory, seed: int, *, steps: int = 25) -> None:
    """Random steps, each checked. The steps are part of what a failure says."""
    chance = random.Random(seed)
    played: list[tuple[str, int]] = []
    for _ in range(steps):
        played.append((chance.choice(STEPS), chance.randrange(100)))
        try:
            step: Callable[[int], None] = getattr(history, played[-1][0])
            step(played[-1][1])
            history.check()
        except AssertionError as error:
            error.add_note(f"seed {seed}: {played}")
            raise
    history.end()


def begin(fake: FakeStripe, artist: Artist) -> PayoutHistory:
    payees.fund(fake, 1_000_000)
    return PayoutHistory(fake, artist)
