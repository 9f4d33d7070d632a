"""Whatever happens, and whatever of it is told: after a comparison every lease is the provider's truth, and no cent is
lost. `make attack-billing` tries many more histories than `make test`."""

import copy
import os
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import webhook_work
from billing.models import Subscription, TierPrice, WebhookEvent
from billing.provider import Provider
from billing.provider import provider as provider_module
from billing.simulated import cards, control, disputes, refunds
from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.billing import factories as billing
from tests.billing import fan_scene
from tests.billing.fan_scene import DAY, Scene
from tests.billing.in_process import ask, sdk

RUNS = int(os.environ.get("BILLING_RUNS", "12"))
STEPS = int(os.environ.get("BILLING_STEPS", "14"))


class History:
    """One fan over a FakeStripe, and what happens to both. What FakeStripe refuses changes nothing."""

    def __init__(self, fake: FakeStripe, price: TierPrice) -> None:
        self.scene = Scene(fake, factories.create_fan(), price)
        self.scene.subscribe()
        self.waiting: list[Object] = []

    def post(self, url: str, body: str = "", method: str = "POST") -> None:
        ask(self.scene.fake, method, url, body)

    def pick(self, kind: str, number: int) -> str:
        found = self.scene.fake.simulation.store.all(kind)
        return str(found[number % len(found)]["id"]) if found else "none"

    def attempt(self, action: Callable[..., Any], *values: Any, **named: Any) -> None:
        try:
            action(self.scene.fake.simulation, *values, **named)
        except Refused:
            return

    def second(self, number: int) -> None:
        if len(self.scene.fake.simulation.store.all("subscription")) < 3:
            self.scene.second()

    def advance(self, number: int) -> None:
        self.scene.advance((1, 3_600, DAY, 8 * DAY, 31 * DAY)[number % 5])

    def card(self, number: int) -> None:
        name = [*cards.CARDS][number % len(cards.CARDS)]
        customer = self.pick("customer", 0)
        self.attempt(lambda sim: control.choose_card(sim, customer=customer, card=name))

    def refund(self, number: int) -> None:
        self.post("/v1/refunds", f"charge={self.pick('charge', number)}&amount={(1, 100, 400)[number % 3]}")

    def refund_late(self, number: int) -> None:
        self.scene.control("knobs", refunds=("succeed", "pending", "fail")[number % 3])

    def fail_refund(self, number: int) -> None:
        self.attempt(refunds.fail_refund, self.pick("refund", number))

    def dispute(self, number: int) -> None:
        self.attempt(disputes.open_dispute, self.pick("charge", number))

    def dispute_whole(self, number: int) -> None:
        self.attempt(disputes.open_dispute, self.pick("charge", number), 400)

    def rate(self, number: int) -> None:
        self.scene.control("knobs", rates={"eur": (10_000, 9_000, 11_500)[number % 3]})

    def decide(self, number: int) -> None:
        self.attempt(disputes.close_dispute, self.pick("dispute", number), won=number % 2 == 0)

    def cancel(self, number: int) -> None:
        self.post(f"/v1/subscriptions/{self.pick('subscription', number)}", method="DELETE")

    def cancel_at_end(self, number: int) -> None:
        ends = "true" if number % 3 else "false"
        self.post(f"/v1/subscriptions/{self.pick('subscription', number)}", f"cancel_at_period_end={ends}")

    def pause(self, number: int) -> None:
        pause = f"[behavior]={('void', 'keep_as_draft', 'mark_uncollectible')[number % 3]}" if number % 4 else "="
        self.post(f"/v1/subscriptions/{self.pick('subscription', number)}", f"pause_collection{pause}")

    def deliver(self, number: int) -> None:
        """Some events in another order and twice; some later, and some never."""
        self.waiting += self.scene.events()
        mixed = fan_scene.shuffled(self.waiting, number)
        self.scene.deliver(mixed[: max(len(mixed) - number % 5, 0)])
        self.waiting = self.waiting[:3] if number % 2 else []

    def work(self, number: int) -> None:
        for _ in range(number % 4 + 1):
            webhook_work.work_next()

    def fault(self, number: int) -> None:
        """The provider fails at one of the next answers, and the worker starts again later."""
        self.scene.control("fault", kind=("500", "503", "reset")[number % 3], times=1 + number % 4, method="GET")
        self.work(3)
        self.scene.fake.simulation.knobs.pop("faults", None)
        WebhookEvent.objects.filter(state="received").update(due_at=Now())

    def compare(self, number: int) -> None:
        fan_scene.reconcile_all(self.scene)
        self.check()

    def check(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        fan_scene.assert_leases_follow_the_provider(self.scene)
        fan_scene.assert_books_agree(self.scene)
        live = Subscription.objects.filter(person=self.scene.fan, status__in=["trialing", "active", "past_due"])
        assert live.count() <= 1


STEP_NAMES = [name for name in vars(History) if not name.startswith("_") and name not in {
    "post", "pick", "attempt", "check",
}]  # fmt: skip


@pytest.fixture
def price(fake_provider: FakeStripe, artist: Artist) -> TierPrice:
    return billing.get_price(billing.create_tier(artist))


@pytest.mark.django_db
def test_any_history_ends_in_the_providers_truth(
    fake_provider: FakeStripe, price: TierPrice, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.PAYMENTS == "simulated"

    @settings(max_examples=RUNS, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(STEP_NAMES), st.integers(0, 60)), min_size=3, max_size=STEPS))
    def tell(steps: list[tuple[str, int]]) -> None:
        fake = copy.deepcopy(fake_provider)
        provider = Provider.of(sdk(fake))
        monkeypatch.setattr(provider_module, "connect", lambda *_: provider)
        before = transaction.savepoint_create()
        try:
            history = History(fake, price)
            for name, number in steps:
                getattr(history, name)(number)
            fake.simulation.knobs.pop("faults", None)
            for _ in range(2):  # what the first comparison ends changes something again
                fan_scene.reconcile_all(history.scene)
            history.check()
        finally:
            transaction.savepoint_rollback(before)

    tell()
