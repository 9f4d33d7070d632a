"""Two workers on one database: the row's lock is held from before the fetch until the commit."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from billing import artist_leaving, sync, webhook_work
from billing.models import Checkout, EntitlementLog, Refund, Subscription, WebhookEvent
from billing.provider.payments import Payments
from billing.provider.subscriptions import Subscriptions
from billing.provider_objects import ProviderRefund
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from ledger.models import Transaction
from tests import factories
from tests.billing import fan_scene
from tests.billing.fan_scene import DAY, Scene, assert_books_agree, assert_leases_follow_the_provider, work_all
from tests.billing.in_process import ask
from tests.billing.test_artist_leaving import leave
from tests.concurrency import run_at_once, start_until_blocked
from tests.servers import Database, wait_until

pytestmark = pytest.mark.usefixtures("committing_db")


@pytest.fixture
def scene(committing_db: Database, fake_provider: FakeStripe) -> Scene:
    """The artist is made here: it has to be committed."""
    artist: Artist = factories.create_artist()
    return fan_scene.begin(fake_provider, artist)


class SlowProvider:
    """Holds back the first answer about a subscription until a second one was fetched, or nobody asks for one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.second, self.first_fetched, self.count, self.lock = (
            threading.Event(),
            threading.Event(),
            0,
            threading.Lock(),
        )
        fetch = Subscriptions.fetch

        def fetch_slowly(subscriptions: Subscriptions, name: str) -> Any:
            with self.lock:
                self.count += 1
                number, found = self.count, fetch(subscriptions, name)
            if number == 1:
                self.first_fetched.set()
                self.second.wait(2)
            return found

        monkeypatch.setattr(Subscriptions, "fetch", fetch_slowly)


def sync_old_and_new(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Subscription:
    """One worker fetches before the subscription is canceled, and another after; the first writes last if it can."""
    name = scene.subscribe()
    scene.deliver()
    work_all()
    slow = SlowProvider(monkeypatch)

    def work() -> None:
        with transaction.atomic():
            sync.sync_subscription(sync.lock_subscription(name, "simulated"))

    def cancel_and_work() -> None:
        wait_until(slow.first_fetched.is_set)
        with slow.lock:
            answer = ask(scene.fake, "DELETE", f"/v1/subscriptions/{name}")
        assert answer.status == 200
        work()
        slow.second.set()

    assert run_at_once(work, cancel_and_work) == [None, None]
    return scene.row(name)


def test_what_was_fetched_last_is_what_stands(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sync_old_and_new(scene, monkeypatch).status == "canceled"


def test_without_the_lock_an_old_answer_overwrites_a_new_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The protection above is the lock: what it keeps from happening happens without it."""

    def find(provider_id: str, book: str) -> Subscription:
        return Subscription.objects.get(provider_id=provider_id, book=book)

    monkeypatch.setattr(sync, "lock_subscription", find)

    assert sync_old_and_new(scene, monkeypatch).status == "active"


@pytest.mark.parametrize("seed", range(3))
def test_two_workers_do_everything_once(scene: Scene, seed: int, settings: Settings) -> None:
    name = scene.subscribe()
    scene.advance(31 * DAY)
    scene.deliver(fan_scene.shuffled(scene.events(), seed))

    results = run_at_once(work_all, work_all)

    assert all(isinstance(count, int) for count in results), results
    assert not WebhookEvent.objects.filter(state="received").exists()
    assert Transaction.objects.filter(kind="charge").count() == 2
    assert EntitlementLog.objects.count() <= 2
    assert scene.until(name) == scene.period_end(name)
    assert_books_agree(scene)
    assert_leases_follow_the_provider(scene)


def test_a_paid_session_and_its_subscription_do_not_wait_for_each_other(scene: Scene) -> None:
    """Each needs the rows of the subscription and of its order: both take them in this order."""
    name, is_locked = scene.subscribe(), threading.Event()
    scene.deliver([event for event in scene.events() if event["type"] == "checkout.session.completed"])
    event = WebhookEvent.objects.get()

    def compare() -> None:
        with transaction.atomic():
            row = sync.lock_subscription(name, "simulated")
            is_locked.set()
            time.sleep(0.5)  # the other comes as far as it can
            sync.sync_subscription(row)

    def work() -> None:
        is_locked.wait(5)
        with transaction.atomic():
            webhook_work.handle(event)

    assert run_at_once(compare, work) == [None, None]
    assert Checkout.objects.get().status == "paid"


def test_two_who_end_the_sales_of_an_artist_pay_back_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hour is in the key of a refund: two who ask at its end have two keys, and the provider pays each."""
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    artist, refund = leave(scene), Payments.refund
    others: list[Callable[[], Any]] = []
    keys = iter("ab")

    def refund_in_another_hour(self: Payments, *args: Any, key: str, **options: Any) -> ProviderRefund:
        if (mine := next(keys)) == "a":
            others.append(start_until_blocked(lambda: artist_leaving.end_sales(artist)))
        return refund(self, *args, key=f"{key}:{mine}", **options)

    monkeypatch.setattr(Payments, "refund", refund_in_another_hour)
    artist_leaving.end_sales(artist)
    others[0]()

    assert len(scene.fake.simulation.store.all("refund")) == Refund.objects.count() == 1
    assert artist_leaving.find_left(artist).is_nothing
    assert_books_agree(scene)
