"""What is held or was captured and goes back to the fan, disputes, what no event tells, and what fails on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing import holds_sync, reconcile
from billing.models import Authorisation, WebhookEvent
from billing.simulated import faults
from billing.simulated.refunds import fail_refund
from catalog.models import Artist
from ledger.models import Transaction
from tests import factories
from tests.billing.fan_scene import assert_books_agree
from tests.billing.hold_scene import HoldScene
from tests.billing.in_process import get

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(fake_provider: Any, artist: Artist) -> HoldScene:
    return HoldScene(fake_provider, factories.create_fan(), artist)


# Giving it back


def test_what_is_let_go_costs_nothing(scene: HoldScene) -> None:
    scene.hold()

    assert scene.want_release("the fan took it back")
    scene.work()

    row = scene.row()
    assert (row.status, row.back_reason, scene.intent()["status"]) == ("released", "the fan took it back", "canceled")
    assert (scene.balance(), Transaction.objects.count(), row.due_at) == (0, 0, None)


def test_what_is_taken_back_before_it_was_paid_cannot_be_paid_any_more(scene: HoldScene) -> None:
    session = scene.start()
    scene.want_release()
    scene.work()

    assert scene.row().status == "released"
    assert get(scene.fake, f"/v1/checkout/sessions/{session.id}")["status"] == "expired"


def test_what_is_taken_back_while_the_fan_pays_is_let_go(scene: HoldScene) -> None:
    session = scene.start()
    scene.want_release()
    scene.pay(session)
    scene.work()

    assert (scene.row().status, scene.intent()["status"]) == ("released", "canceled")


def test_what_is_paid_after_it_was_over_is_let_go(scene: HoldScene) -> None:
    """We took it for unpaid, and the fan's browser had the page all the time."""
    session = scene.start()
    Authorisation.objects.update(status="expired", due_at=None)
    scene.pay(session)
    scene.tell()

    assert (scene.row().status, scene.intent()["status"]) == ("expired", "canceled")


def test_taking_back_wins_over_a_capture_that_did_not_happen_yet(scene: HoldScene) -> None:
    scene.hold()
    scene.want_capture()
    scene.want_release()
    scene.work()

    assert (scene.row().status, scene.intent()["status"], scene.balance()) == ("released", "canceled", 0)


def test_nothing_is_captured_after_it_was_taken_back(scene: HoldScene) -> None:
    scene.hold()
    scene.want_release()

    assert not scene.want_capture()


def test_what_was_captured_is_refunded_and_comes_out_of_what_was_not_earned(scene: HoldScene) -> None:
    scene.capture()

    assert scene.want_refund()
    scene.work()

    row = scene.row()
    assert (row.status, row.returned_amount, row.back_reason) == ("refunded", 500, "the artist left")
    assert scene.deferred() == 0
    assert_books_agree(scene)


def test_a_release_that_comes_too_late_is_a_refund(scene: HoldScene) -> None:
    scene.capture()
    scene.want_release()
    scene.work()

    assert (scene.row().status, scene.deferred()) == ("refunded", 0)


def test_a_refund_that_fails_is_tried_again(scene: HoldScene) -> None:
    scene.capture()
    scene.want_refund()
    scene.work()
    [refund] = scene.fake.simulation.store.all("refund")
    fail_refund(scene.fake.simulation, refund["id"])
    scene.tell()

    assert [one["status"] for one in scene.fake.simulation.store.all("refund")] == ["failed", "succeeded"]
    assert (scene.row().status, scene.deferred()) == ("refunded", 0)
    assert_books_agree(scene)


def test_after_three_refunds_that_failed_an_operator_has_to_look(scene: HoldScene) -> None:
    scene.capture()
    scene.want_refund()
    for _ in range(3):
        scene.tell()
        fail_refund(scene.fake.simulation, scene.fake.simulation.store.all("refund")[-1]["id"])
    scene.tell()

    row = scene.row()
    assert (row.status, row.due_at, len(scene.fake.simulation.store.all("refund"))) == ("captured", None, 3)
    assert row.error == "3 refunds failed: pay it back by hand"
    assert_books_agree(scene)


def test_nothing_is_given_back_twice(scene: HoldScene) -> None:
    scene.hold()
    scene.want_release()
    scene.work()

    assert not scene.want_release()
    assert not scene.want_refund()


# Disputes


def test_a_dispute_of_what_was_captured_is_posted_and_told(scene: HoldScene) -> None:
    row = scene.capture()
    dispute = scene.control("dispute", charge=row.charge_id)
    scene.tell()

    assert (scene.row().is_disputed, scene.row().status) == (True, "captured")
    scene.control("close-dispute", dispute=dispute["id"], won=True)
    scene.tell()
    assert (scene.row().is_disputed, scene.row().status, scene.deferred()) == (False, "captured", 500)
    assert_books_agree(scene)


def test_a_dispute_that_is_lost_gives_the_fan_everything_back(scene: HoldScene) -> None:
    row = scene.capture()
    dispute = scene.control("dispute", charge=row.charge_id)
    scene.control("close-dispute", dispute=dispute["id"], won=False)
    scene.tell()

    assert (scene.row().status, scene.row().returned_amount, scene.deferred()) == ("refunded", 500, 0)
    assert_books_agree(scene)


def test_what_a_bank_has_is_refunded_only_once_the_dispute_is_won(scene: HoldScene) -> None:
    row = scene.capture()
    dispute = scene.control("dispute", charge=row.charge_id)
    scene.tell()
    scene.want_refund()
    scene.work()
    assert (scene.row().status, scene.row().due_at) == ("captured", None)

    scene.control("close-dispute", dispute=dispute["id"], won=True)
    charge = scene.fake.simulation.find("charge", row.charge_id)
    scene.fake.simulation.save(charge | {"disputed": False})
    scene.tell()
    assert (scene.row().status, scene.deferred()) == ("refunded", 0)
    assert_books_agree(scene)


# What no event tells


def test_without_any_event_a_day_brings_everything(scene: HoldScene) -> None:
    scene.pay(scene.start())
    Authorisation.objects.update(synced_at=timezone.now() - timedelta(days=2))
    reconcile.reconcile(is_full=True)
    assert scene.row().status == "held"

    scene.want_capture()
    scene.work()
    scene.control("dispute", charge=scene.row().charge_id)
    Authorisation.objects.update(synced_at=timezone.now() - timedelta(days=2))
    holds_sync.compare_all(is_full=True)
    assert scene.row().is_disputed


def test_all_events_of_one_hold_are_answered_by_one_fetch(scene: HoldScene) -> None:
    scene.hold()
    asked = len(client_requests(scene))
    scene.want_capture()
    scene.work()
    scene.tell()

    assert not WebhookEvent.objects.filter(state="received").exists()
    assert asked


def client_requests(scene: HoldScene) -> list[Any]:
    return scene.fake.simulation.store.all("event")


def test_an_event_about_somebody_elses_payment_changes_nothing(scene: HoldScene) -> None:
    scene.hold()
    other = HoldScene(scene.fake, factories.create_fan("Ben"), scene.artist)
    other.hold(reference="request:2")

    assert scene.row().provider_id != other.row("request:2").provider_id
    assert [row.status for row in Authorisation.objects.all()] == ["held", "held"]


# What fails on the way


@pytest.mark.parametrize("kind", ["500", "503", "reset", "timeout", "409"])
@pytest.mark.parametrize("before", [True, False])
def test_a_capture_whose_answer_is_lost_is_captured_once(scene: HoldScene, kind: str, before: bool) -> None:
    row = scene.hold()
    faults.add(
        scene.fake.simulation, kind, times=3, before=before, path=f"/v1/payment_intents/{row.provider_id}/capture"
    )
    scene.want_capture()
    scene.work()
    try_again(scene)

    assert scene.row().status == "captured"
    assert len(scene.fake.simulation.store.all("balance_transaction")) == 1
    assert_books_agree(scene)


def test_an_error_that_the_provider_repeats_for_a_day_does_not_keep_a_hold_from_being_captured(
    scene: HoldScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers a key that failed with the same failure, so after some attempts there is another key."""
    row = scene.hold()
    keys: list[str] = []
    from billing.exceptions import ProviderUnavailable
    from billing.provider.payments import Payments

    capture = Payments.capture

    def fail_first(self: Payments, intent: str, *, key: str) -> Any:
        keys.append(key)
        if key == f"authorisation:{row.pk}:capture":
            raise ProviderUnavailable("It failed before.")
        return capture(self, intent, key=key)

    monkeypatch.setattr(Payments, "capture", fail_first)
    scene.want_capture()
    scene.work()
    for _ in range(6):
        try_again(scene)

    assert scene.row().status == "captured"
    assert len(set(keys)) == 2


def try_again(scene: HoldScene) -> None:
    """What was put off is due."""
    Authorisation.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))
    scene.work()


def test_a_provider_that_does_not_answer_is_asked_again_later(scene: HoldScene) -> None:
    scene.hold()
    faults.add(scene.fake.simulation, "503", times=99, before=True, method="GET")
    scene.want_capture()
    scene.work()

    row = scene.row()
    assert (row.status, row.attempts, row.error) == ("capture_wanted", 1, "ProviderUnavailable: no code")
    assert row.due_at is not None
    assert timedelta(0) < row.due_at - timezone.now() < timedelta(seconds=6)
