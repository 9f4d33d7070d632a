"""Whatever happens to paid requests, and whatever of it is told: each ends as the provider says, and no cent is lost.

The properties are those of holds: nothing is captured without a decision (H1), no hold stays open past its time (H2),
what is captured is kept for a delivery or goes back (H3), and what is held and paid stays under the cap (H4).
"""

import copy
import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from billing import authorisations, caps, holds, holds_sync, reconcile, webhook_work, webhooks
from billing.exceptions import BillingError
from billing.leases import DECIDED
from billing.models import Authorisation, WebhookEvent
from billing.provider import Provider
from billing.provider import provider as provider_module
from billing.provider.events import read_event
from billing.simulated import cards, checkout, disputes, refunds
from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from ledger.models import Entry, Transaction
from tests import factories
from tests.billing.fan_scene import DAY, assert_books_agree
from tests.billing.histories import random_steps
from tests.billing.hold_scene import HoldScene, decide
from tests.billing.in_process import sdk
from tests.billing.test_hold_crashes import Killed, Moments

RUNS = int(os.environ.get("BILLING_RUNS", "8"))
LEAST, MOST = (20, 60) if RUNS > 100 else (20, 30)
SEED = int(os.environ.get("BILLING_SEED") or (random.randrange(10**9) if RUNS > 100 else 0))
"""Of the first history. A failure names its own: BILLING_SEED repeats it."""
REQUESTS, AMOUNT = 5, 3_000
"""Three of them fit under the cap of €100."""
NAMES = [
    "ask", "ask", "pay", "pay", "pay", "capture", "capture", "capture", "release", "refund", "refund", "refund",
    "tell", "tell", "tell_badly", "lose", "work", "work", "work", "die", "advance", "drop", "dispute", "decide",
    "fail_refund", "pass_time", "compare",
]  # fmt: skip


@dataclass
class History:
    """One fan with some requests, and everything that happens to them."""

    scene: HoldScene
    moments: Moments
    sessions: list[str] = field(default_factory=list)

    def step(self, name: str, size: int) -> None:
        getattr(self, name)(size)
        self.check()

    def ask(self, size: int) -> None:
        with suppress(BillingError):
            self.sessions.append(self.scene.start(f"request:{size % REQUESTS}", amount=AMOUNT).id)

    def pay(self, size: int) -> None:
        sim, names = self.scene.fake.simulation, list(cards.CARDS)
        if self.sessions and (session := self.sessions.pop(size % len(self.sessions))):
            with suppress(Refused):
                checkout.complete(sim, sim.find("checkout.session", session), names[size % len(names)])

    def capture(self, size: int) -> None:
        decision = decide(self.scene.artist)
        with transaction.atomic():
            authorisations.want_capture(self._pick("held", size), decision.pk)

    def release(self, size: int) -> None:
        with transaction.atomic():
            authorisations.want_release(self._pick("held", size), "declined")

    def refund(self, size: int) -> None:
        with transaction.atomic():
            authorisations.want_release(self._pick("captured", size), "not delivered")

    def tell(self, size: int) -> None:
        webhooks.store(map(read_event, self.scene.events()), book="simulated")
        self.work(size)

    def tell_badly(self, size: int) -> None:
        """Twice, and in another order."""
        events = self.scene.events() * 2
        random.Random(size).shuffle(events)
        webhooks.store(map(read_event, events), book="simulated")

    def lose(self, size: int) -> None:
        self.scene.events()

    def work(self, size: int) -> None:
        for _ in range(100):
            if not (webhook_work.work_next() or holds.work_next()):
                return
        raise AssertionError("There is work without end.")

    def die(self, size: int) -> None:
        self.moments.begin(size % 12 + 1)
        with suppress(Killed):
            self.work(size)
        self.moments.begin()

    def advance(self, size: int) -> None:
        self.scene.advance(size * 3_600)

    def pass_time(self, size: int) -> None:
        """What was put off is due."""
        Authorisation.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))
        WebhookEvent.objects.filter(state="received").update(
            due_at=timezone.now() - timedelta(seconds=1), pause_until=None
        )

    def compare(self, size: int) -> None:
        Authorisation.objects.filter(synced_at__isnull=False).update(synced_at=timezone.now() - timedelta(days=2))
        reconcile.reconcile(is_full=True)

    def drop(self, size: int) -> None:
        self._with("payment_intent", size, lambda one: self.scene.control("drop-hold", payment_intent=one["id"]))

    def dispute(self, size: int) -> None:
        sim = self.scene.fake.simulation
        self._with("charge", size, lambda one: disputes.open_dispute(sim, one["id"], None))

    def decide(self, size: int) -> None:
        sim = self.scene.fake.simulation
        self._with("dispute", size, lambda one: disputes.close_dispute(sim, one["id"], won=size % 2 == 0))

    def fail_refund(self, size: int) -> None:
        self._with("refund", size, lambda one: refunds.fail_refund(self.scene.fake.simulation, one["id"]))

    def _pick(self, status: str, size: int) -> str:
        """A request in this state, or now and then any."""
        rows = Authorisation.objects.filter(status=status).order_by("reference")
        found = list(rows.values_list("reference", flat=True)) if size % 4 else []
        return found[size % len(found)] if found else f"request:{size % REQUESTS}"

    def _with(self, kind: str, size: int, do: Callable[[Object], Any]) -> None:
        """One of the provider's objects of a kind, if there are any and it allows this."""
        found = self.scene.fake.simulation.store.all(kind)
        if found:
            with suppress(Refused):
                do(found[size % len(found)])

    # What must hold

    def check(self) -> None:
        rows = {row.provider_id: row for row in Authorisation.objects.exclude(provider_id="")}
        for charge in self.scene.fake.simulation.store.all("charge"):
            if charge["captured"]:
                assert rows[charge["payment_intent"]].decision_id is not None
        cap = caps.read(self.scene.fan)
        assert cap is None or cap.held + cap.spent <= cap.limit
        for one in Transaction.objects.all():
            assert sum(entry.amount for entry in one.entries.all()) == 0

    def end(self) -> None:
        """Everything is compared, and then the last hold is over."""
        self.settle()
        for row in Authorisation.objects.exclude(provider_id=""):
            self.compare_row(row)
        assert_books_agree(self.scene)
        self.scene.advance(8 * DAY)
        self.settle()
        assert not Authorisation.objects.held().exists()
        held = [one for one in self.scene.fake.simulation.store.all("payment_intent") if one["amount_capturable"]]
        assert held == []
        assert_books_agree(self.scene)

    def settle(self) -> None:
        for size in range(4):
            self.pass_time(size)
            self.compare(size)
            self.work(size)

    def compare_row(self, row: Authorisation) -> None:
        sim = self.scene.fake.simulation
        intent = sim.find("payment_intent", row.provider_id)
        if intent["status"] == "requires_capture":
            assert (row.status, row.back_wanted_at) == ("held", None)
        elif intent["status"] == "canceled":
            assert row.status in {"expired", "released", "failed"}
        elif intent["status"] == "succeeded":
            self.compare_captured(row, sim.find("charge", intent["latest_charge"]))
        else:
            assert row.status in {"authorising", "expired", "released"}

    def compare_captured(self, row: Authorisation, charge: Object) -> None:
        """What is to go back is back, or a bank has it, or too many refunds of it failed."""
        store = self.scene.fake.simulation.store
        found = [one for one in store.all("refund") if one["charge"] == charge["id"] and one["balance_transaction"]]
        of_bank = [one["status"] for one in store.all("dispute") if one["charge"] == charge["id"]]
        failed = sum(one["status"] in {"failed", "canceled"} for one in found)
        returned = sum(one["amount"] for one in found if one["status"] not in {"failed", "canceled"})
        is_back = returned >= AMOUNT or "lost" in of_bank
        assert row.status == ("refunded" if is_back else "captured")
        assert row.is_disputed == any(status not in DECIDED for status in of_bank)
        if row.back_wanted_at is not None and not is_back:
            assert of_bank or failed >= holds_sync.MAX_REFUNDS
        deferred = Entry.objects.filter(
            transaction__facts__authorisation=str(row.pk), account__code__startswith="deferred:"
        )
        assert sum(entry.amount for entry in deferred) == (0 if is_back else -AMOUNT)


@pytest.mark.django_db
def test_any_history_of_requests_ends_as_the_provider_says(
    fake_provider: FakeStripe, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    fan, moments, reached = factories.create_fan(), Moments(monkeypatch), set[str]()
    for seed in range(SEED, SEED + RUNS):
        fake = copy.deepcopy(fake_provider)
        provider = Provider.of(sdk(fake))
        monkeypatch.setattr(provider_module, "connect", lambda *_, provider=provider: provider)
        before = transaction.savepoint_create()
        history = History(HoldScene(fake, fan, artist), moments)
        try:
            for number, card in enumerate(("succeeds", "hold dropped silently", "succeeds")):
                history.scene.hold(card, reference=f"request:{number}", amount=AMOUNT)
            for name, size in random_steps(NAMES, seed, LEAST, MOST):
                history.step(name, size)
            history.end()
        except BaseException as error:
            error.add_note(f"BILLING_SEED={seed}")
            raise
        finally:
            reached |= set(Authorisation.objects.values_list("status", flat=True))
            transaction.savepoint_rollback(before)

    assert reached >= {"captured", "expired", "failed", "refunded", "released"}
