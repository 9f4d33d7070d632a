"""Payments of requests by several processes at once, on a real database: one session, one capture, one room."""

import threading
from datetime import datetime

import pytest

from billing import authorisations, holds, holds_sync, request_credits, webhook_work, webhooks
from billing.models import Authorisation
from billing.provider.events import read_event
from billing.provider.payments import Payments
from billing.provider_objects import ProviderRefund
from billing.simulated.refunds import fail_refund
from billing.simulated.server import FakeStripe
from tests import factories
from tests.billing.fan_scene import assert_books_agree
from tests.billing.hold_scene import REFERENCE, HoldScene
from tests.billing.test_request_credits import reserve, subscribe
from tests.concurrency import run_at_once
from tests.servers import Database
from worker.wake import Listener


@pytest.fixture
def scene(committing_db: Database, fake_provider: FakeStripe) -> HoldScene:
    return HoldScene(fake_provider, factories.create_fan(), factories.create_artist())


def test_two_workers_capture_once(scene: HoldScene) -> None:
    scene.hold()
    scene.want_capture()

    results = run_at_once(*[holds.work_next] * 3)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert scene.row().status == "captured"
    assert [moved["amount"] for moved in scene.fake.simulation.store.all("balance_transaction")] == [500]
    assert_books_agree(scene)


def test_workers_of_events_and_of_holds_at_once_agree(scene: HoldScene) -> None:
    scene.hold()
    scene.want_capture()
    scene.work()
    scene.want_refund()
    webhooks.store(map(read_event, scene.events()), book="simulated")

    def work() -> None:
        while webhook_work.work_next() or holds.work_next():
            pass

    results = run_at_once(*[work] * 3)
    scene.tell()

    assert [result for result in results if isinstance(result, Exception)] == []
    assert scene.row().status == "refunded"
    assert [refund["amount"] for refund in scene.fake.simulation.store.all("refund")] == [500]
    assert_books_agree(scene)


def test_what_was_fetched_last_stands(scene: HoldScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker has fetched a refund and is slow, the refund fails meanwhile, and another worker fetches that."""
    row = scene.capture()
    scene.want_refund()
    scene.work()
    Authorisation.objects.filter(pk=row.pk).update(status="captured", returned_amount=0)
    sim = scene.fake.simulation
    fetched, second, list_refunds = threading.Event(), threading.Event(), Payments.list_refunds

    def list_slowly(payments: Payments, intent: str = "", *, since: datetime | None = None) -> list[ProviderRefund]:
        found = list(list_refunds(payments, intent, since=since))
        if not fetched.is_set():
            fetched.set()
            second.wait(2)
        return found

    monkeypatch.setattr(Payments, "list_refunds", list_slowly)

    def fail_and_sync() -> None:
        fetched.wait(5)
        fail_refund(sim, sim.store.all("refund")[0]["id"])
        holds_sync.bring_up_to_date(row)
        second.set()

    run_at_once(lambda: holds_sync.bring_up_to_date(row), fail_and_sync)

    assert (scene.row().status, scene.row().returned_amount) == ("captured", 0)


def test_two_payments_of_one_request_at_once_are_one(scene: HoldScene) -> None:
    sessions = run_at_once(*[scene.start] * 3)

    assert {session.id for session in sessions} == {Authorisation.objects.get().session_id}


def test_two_requests_at_once_do_not_take_the_same_room(scene: HoldScene) -> None:
    """Each fits under the cap of €100, and both do not."""
    results = run_at_once(*[lambda name=name: scene.start(f"request:{name}", amount=6_000) for name in (1, 2, 3)])

    assert sum(isinstance(result, Exception) for result in results) == 2
    assert Authorisation.objects.count() == 1


def test_a_capture_and_a_take_back_at_once_end_in_one_of_the_two(scene: HoldScene) -> None:
    scene.hold()
    scene.want_capture()

    run_at_once(holds.work_next, scene.want_release)
    scene.tell()

    assert scene.row().status in {"released", "refunded"}
    assert scene.deferred() == 0
    assert_books_agree(scene)


def test_a_wish_wakes_the_worker_and_each_change_tells_who_follows(scene: HoldScene) -> None:
    scene.hold()
    with Listener("webhooks") as work, Listener(authorisations.CHANNEL) as follow:
        scene.want_capture()
        assert work.wait(2)
        assert follow.wait(2)
        scene.work()
        assert follow.wait(2)


def test_a_credit_is_taken_in_the_transaction_of_what_it_is_for(committing_db: Database) -> None:
    with pytest.raises(RuntimeError):
        request_credits.use(REFERENCE)


def test_two_requests_at_once_take_two_credits_and_a_third_none(
    committing_db: Database, fake_provider: FakeStripe
) -> None:
    fan, artist = factories.create_fan(), factories.create_artist()
    subscribe(fan, artist)

    results = run_at_once(*[lambda number=number: reserve(fan, artist, number) for number in (1, 2, 3)])

    assert sorted(results) == [False, True, True]
