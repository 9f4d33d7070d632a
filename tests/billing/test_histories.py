"""Any history of charges, months, refunds, disputes, statements and transfers adds up."""

from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import postings
from billing.recognition import month_share
from billing.refunds import Paid, Taken, take_back
from ledger import accounts, balances, chain, check, posting
from ledger.accounts import PartyAccount
from ledger.posting import Posting
from rights import splits
from rights.sales import PLATFORM
from rights.splits import ShareKey

PARTIES = ("party:1", "party:2", "party:3")
LINES = [
    ShareKey(PLATFORM, "platform"),
    *(ShareKey(party, role) for party in PARTIES for role in ("writer", "publisher")),
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["month", "refund", "undo", "dispute", "lose", "win", "statement", "transfer"]),
        st.integers(0, 10_000) | st.integers(0, 9),
    ),
    max_size=25,
)
WEIGHTS = st.fixed_dictionaries({line: st.integers(0, 5000) for line in LINES}).filter(lambda of: any(of.values()))


@dataclass
class History:
    """One yearly payment, and everything that happens to it, with the balances that the postings lead to."""

    gross: int
    tax: int
    fee: int
    is_fee_shared: bool
    weights: dict[ShareKey, int]
    posted: list[Posting] = field(default_factory=list)
    balances: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    months_left: int = 12
    refunds: dict[str, Taken] = field(default_factory=dict)
    disputed: int = 0
    left: Paid = field(init=False)
    deferred: str = accounts.deferred("sub_1", "2026")

    def __post_init__(self) -> None:
        amounts = {"gross": self.gross, "tax": self.tax, "fee": self.fee}
        self.post(postings.charge("in_1", self.deferred, currency="EUR", is_fee_shared=self.is_fee_shared, **amounts))
        shared = self.fee if self.is_fee_shared else 0
        self.left = Paid(self.tax, shared, self.gross - self.tax - shared)

    def post(self, new: Posting) -> None:
        self.posted.append(new)
        for account, amount in new.legs:
            self.balances[account] += amount

    def credit(self, party: str, account: PartyAccount) -> int:
        return -self.balances[accounts.party(party, account)]

    @property
    def accrued(self) -> dict[str, int]:
        return {party: self.credit(party, PartyAccount.ACCRUED) for party in PARTIES}

    def step(self, what: str, size: int) -> None:
        getattr(self, what)(size)
        self.check()

    def month(self, size: int) -> None:
        if not self.months_left:
            return
        earned = month_share(self.left.deferred, self.months_left)
        self.months_left -= 1
        if earned:
            shares = splits.split(earned, self.weights, rotate_by=f"in_1:{self.months_left}")
            self.post(postings.recognise("in_1", str(self.months_left), self.deferred, shares, currency="EUR"))
            self.move(deferred=-earned, shares=shares)

    def refund(self, size: int) -> None:
        if not (amount := min(size, self.left.remaining - self.disputed)):
            return
        taken, name = take_back(amount, self.left), f"re_{len(self.posted)}"
        self.post(postings.refund(name, taken, currency="EUR", deferred=self.deferred, accrued=self.accrued))
        self.refunds[name] = taken
        self.take(taken, 1)

    def undo(self, size: int) -> None:
        if self.refunds:
            name = sorted(self.refunds)[size % len(self.refunds)]
            taken = self.refunds.pop(name)
            [of] = [one for one in self.posted if one.key == f"refund:{name}"]
            self.post(
                Posting(f"{of.key}:undo", "reversal", "EUR", [leg._replace(amount=-leg.amount) for leg in of.legs])
            )
            self.take(taken, -1)

    def dispute(self, size: int) -> None:
        if not self.disputed and (amount := min(size, self.left.remaining)):
            self.disputed = amount
            self.post(postings.withdraw_dispute(f"dp_{len(self.posted)}", amount, 15, currency="EUR"))

    def lose(self, size: int) -> None:
        if self.disputed:
            taken, name = take_back(self.disputed, self.left), f"dp_{len(self.posted)}"
            self.post(postings.lose_dispute(name, taken, currency="EUR", deferred=self.deferred, accrued=self.accrued))
            self.take(taken, 1)
            self.disputed = 0

    def win(self, size: int) -> None:
        if self.disputed:
            self.post(postings.win_dispute(f"dp_{len(self.posted)}", self.disputed, 0, currency="EUR"))
            self.disputed = 0

    def statement(self, size: int) -> None:
        party = PARTIES[size % 3]
        accrued, owed = self.credit(party, PartyAccount.ACCRUED), -self.credit(party, PartyAccount.RECOVERABLE)
        if accrued > 0:
            name = str(len(self.posted))
            sums = {"accrued": accrued, "recoverable": max(owed, 0)}
            self.post(postings.close_statement(name, party, currency="EUR", held=0, **sums))

    def transfer(self, size: int) -> None:
        party = PARTIES[size % 3]
        if (payable := self.credit(party, PartyAccount.PAYABLE)) > 0:
            self.post(postings.transfer(str(len(self.posted)), party, payable, currency="EUR"))

    def move(self, *, deferred: int, shares: dict[ShareKey, int]) -> None:
        earned = {line: self.left.shares.get(line, 0) + share for line, share in shares.items()}
        self.left = Paid(self.left.tax, self.left.fee, self.left.deferred + deferred, earned, self.left.taken)

    def take(self, taken: Taken, sign: int) -> None:
        left, lines = self.left, {line: self.left.taken.get(line, 0) for line in self.left.shares}
        lines |= {line: lines.get(line, 0) + sign * share for line, share in taken.shares.items()}
        self.left = Paid(
            left.tax - sign * taken.tax,
            left.fee - sign * taken.fee,
            left.deferred - sign * taken.deferred,
            left.shares,
            lines,
        )

    def check(self) -> None:
        """What is left of the payment, part by part, is what the accounts say."""
        assert sum(self.balances.values()) == 0
        assert (self.balances["rounding"], self.balances["suspense"]) == (0, 0)
        assert -self.balances["tax:payable"] == self.left.tax
        assert -self.balances[self.deferred] == self.left.deferred >= 0
        assert self.balances["stripe:pending"] == self.disputed
        lost_fee = (self.fee if self.is_fee_shared else 0) - self.left.fee
        assert self.balances["fees:stripe"] == (lost_fee if self.is_fee_shared else self.fee)
        kept: defaultdict[str, int] = defaultdict(int)
        for line, share in self.left.shares.items():
            assert 0 <= self.left.taken.get(line, 0) <= share
            kept[line.party] += share - self.left.taken.get(line, 0)
        assert -self.balances["platform:revenue"] == kept[PLATFORM]
        transferred = sum(
            -leg.amount for one in self.posted if one.kind == "transfer" for leg in one.legs if leg.amount < 0
        )
        assert sum(self.net(party) for party in PARTIES) + transferred == sum(kept[party] for party in PARTIES)

    def net(self, party: str) -> int:
        return sum(self.credit(party, account) for account in PartyAccount)


@st.composite
def histories(draw: st.DrawFn) -> History:
    gross = draw(st.integers(1, 100_000) | st.integers(1, 99))
    tax = draw(st.integers(0, gross))
    fee = draw(st.integers(0, gross - tax))
    history = History(gross, tax, fee, draw(st.booleans()), draw(WEIGHTS))
    for _ in range(draw(st.integers(0, 12))):
        history.step("month", 0)
    return history


@settings(max_examples=200)
@given(histories(), STEPS)
def test_after_every_step_the_accounts_say_what_is_left(history: History, steps: list[tuple[str, int]]) -> None:
    for what, size in steps:
        history.step(what, size)


@settings(max_examples=200)
@given(histories(), STEPS)
def test_a_full_refund_nets_every_party_to_nothing(history: History, steps: list[tuple[str, int]]) -> None:
    for what, size in steps:
        if what != "transfer":
            history.step(what, size)
    history.step("win", 0)
    history.step("refund", history.left.remaining)

    assert [history.net(party) for party in PARTIES] == [0, 0, 0]
    assert (history.balances["platform:revenue"], history.balances[history.deferred]) == (0, 0)
    assert history.balances["tax:payable"] == 0


@settings(max_examples=200)
@given(histories())
def test_a_year_is_earned_by_the_platform_and_the_parties_and_nobody_else(history: History) -> None:
    for _ in range(12):
        history.step("month", 0)

    earned = -history.balances["platform:revenue"] + sum(history.accrued.values())
    assert history.gross == history.tax + earned + (history.fee if history.is_fee_shared else 0)
    assert history.balances[history.deferred] == 0


@pytest.mark.django_db
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories(), STEPS)
def test_the_ledger_stores_any_history_and_its_check_passes(history: History, steps: list[tuple[str, int]]) -> None:
    for what, size in steps:
        history.step(what, size)

    with transaction.atomic():
        for _ in range(2):  # every event is told twice
            for one in history.posted:
                posting.post(one, book="simulated")
        chain.extend()
        assert list(check.find_faults()) == []
        stored = balances.read_balances(book="simulated", currency="EUR")
        assert {code: amount for (code, _), amount in stored.items()} == {
            code: history.balances[code] for code, _ in stored
        }
        transaction.set_rollback(True)
