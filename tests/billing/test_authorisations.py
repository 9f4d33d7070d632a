"""Paying for a request: held, then captured for a decision, let go or paid back. The provider alone says what is so."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Consent, Person
from audit.models import Entry
from billing import authorisations, caps, holds_sync, reconcile
from billing.exceptions import AboveCap, AlreadyBought, PaymentsOff, Unpayable
from billing.models import Authorisation, SpendingSettings, WebhookEvent
from billing.simulated import faults
from billing.simulated.refunds import fail_refund
from catalog.models import Artist
from ledger.balances import read_balances
from ledger.models import Transaction
from tests import factories
from tests.billing import factories as billing
from tests.billing.fan_scene import DAY, assert_books_agree
from tests.billing.hold_scene import REFERENCE, HoldScene, decide
from tests.billing.in_process import get

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(fake_provider: Any, artist: Artist) -> HoldScene:
    return HoldScene(fake_provider, factories.create_fan(), artist)


# Asking


def test_the_fan_is_led_to_a_page_that_holds_the_amount_on_a_card(scene: HoldScene) -> None:
    session = scene.start()

    row = Authorisation.objects.get()
    made = get(scene.fake, f"/v1/checkout/sessions/{session.id}")
    assert (row.status, row.session_id, row.amount, row.currency) == ("authorising", session.id, 500, "EUR")
    assert (made["amount_total"], made["client_reference_id"], made["payment_method_types"]) == (
        500,
        str(row.pk),
        ["card"],
    )
    assert made["metadata"] == {
        "authorisation": str(row.pk),
        "person": str(scene.fan.pk),
        "artist": str(scene.artist.pk),
        "reference": REFERENCE,
    }
    assert (row.consent.about, row.consent.words) == (REFERENCE, "€5.00 are held.")
    assert Entry.objects.filter(action="hold.started", subject=str(row), actor=scene.fan.actor).exists()


def test_a_held_amount_says_until_when_it_lasts_and_moves_no_money(scene: HoldScene) -> None:
    row = scene.hold()

    intent = scene.intent()
    charge = scene.fake.simulation.find("charge", intent["latest_charge"])
    before = charge["payment_method_details"]["card"]["capture_before"]
    assert (row.status, row.provider_id) == ("held", intent["id"])
    assert row.capture_before is not None
    assert int(row.capture_before.timestamp()) == before
    assert (scene.balance(), Transaction.objects.count()) == (0, 0)


def test_the_browser_that_comes_back_changes_nothing(scene: HoldScene) -> None:
    scene.pay(scene.start())

    assert scene.row().status == "authorising"


def test_asking_again_goes_on_with_what_is_open(scene: HoldScene) -> None:
    assert scene.start().id == scene.start().id
    assert Authorisation.objects.count() == 1


def test_what_is_held_is_not_paid_twice(scene: HoldScene) -> None:
    scene.hold()

    with pytest.raises(AlreadyBought):
        scene.start()
    assert Authorisation.objects.count() == 1


def test_what_was_paid_a_moment_ago_is_not_paid_twice_although_no_event_told_it(scene: HoldScene) -> None:
    scene.pay(scene.start())

    with pytest.raises(AlreadyBought):
        scene.start()
    assert scene.row().status == "held"


@pytest.mark.parametrize("band", ["13_15", "16_17"])
def test_nobody_under_18_pays_or_is_told_to_the_provider(scene: HoldScene, band: str) -> None:
    scene.fan = factories.create_fan("Young", age_band=band)

    with pytest.raises(Unpayable, match="start at 18"):
        scene.start()
    assert (Authorisation.objects.count(), get(scene.fake, "/v1/customers")["data"]) == (0, [])


def test_with_payments_off_nothing_is_held(scene: HoldScene, settings: Any) -> None:
    settings.PAYMENTS = "off"

    with pytest.raises(PaymentsOff):
        scene.start()


def test_a_fan_pays_in_one_currency_while_something_is_held(scene: HoldScene) -> None:
    scene.hold()

    with pytest.raises(Unpayable, match="You pay in EUR"):
        scene.start("request:2", currency="JPY")
    scene.want_release()
    scene.work()
    scene.start("request:2", currency="JPY")
    assert SpendingSettings.objects.get().currency == "JPY"


def test_open_holds_never_exceed_the_cap(scene: HoldScene) -> None:
    scene.hold(amount=9_000)

    with pytest.raises(AboveCap, match=r"limit is €100.00 a month, and €10.00 of it are left"):
        scene.start("request:2", amount=1_001)
    scene.start("request:2", amount=1_000)
    cap = caps.read(scene.fan)
    assert cap is not None
    assert (cap.held, cap.spent, cap.left) == (10_000, 0, 0)
    assert Consent.objects.filter(about="request:2").count() == 1


def test_a_session_that_nobody_pays_is_over_after_an_hour(scene: HoldScene) -> None:
    scene.start()
    scene.advance(3_700)
    scene.tell()

    assert scene.row().status == "expired"
    assert scene.start().status == "open"


def test_a_session_whose_end_no_event_told_is_asked_about(scene: HoldScene) -> None:
    scene.start()
    pass_time(scene, "expires_at")
    scene.work()

    assert scene.row().status == "expired"
    assert get(scene.fake, "/v1/checkout/sessions")["data"][0]["status"] == "expired"


def pass_time(scene: HoldScene, field: str) -> None:
    """Its time is over by the database's clock."""
    past = timezone.now() - timedelta(seconds=1)
    changes = {field: past} if field == "capture_before" else {}
    Authorisation.objects.filter(pk=scene.row().pk).update(due_at=past, **changes)
    if field == "expires_at":
        scene.advance(3_700)


# Capture


def test_what_was_decided_on_is_captured_and_posted(scene: HoldScene) -> None:
    scene.hold()

    assert scene.want_capture()
    assert (scene.row().status, scene.intent()["status"]) == ("capture_wanted", "requires_capture")
    scene.work()

    row = scene.row()
    assert (row.status, row.captured_amount, row.settled_currency, row.due_at) == ("captured", 500, "EUR", None)
    assert row.captured_at is not None
    assert scene.deferred() == 500
    assert read_balances(book="simulated", under="deferred").keys() == {
        (f"deferred:request-{row.pk}:{row.captured_at:%Y%m}", "EUR")
    }
    assert Transaction.objects.get().key == f"auth:{row.pk}:charge"
    assert_books_agree(scene)


def test_nothing_is_captured_that_is_not_held(scene: HoldScene) -> None:
    scene.start()

    assert not scene.want_capture()
    assert scene.row().status == "authorising"


def test_wanting_it_twice_captures_once(scene: HoldScene) -> None:
    scene.hold()
    decision = decide(scene.artist)

    assert authorisations.want_capture(REFERENCE, decision.pk)
    assert authorisations.want_capture(REFERENCE, decision.pk)
    scene.work()
    assert len(scene.fake.simulation.store.all("balance_transaction")) == 1


def test_a_hold_that_the_bank_dropped_silently_fails_at_the_capture_and_can_be_paid_again(scene: HoldScene) -> None:
    scene.hold("hold dropped silently")
    scene.want_capture()
    scene.work()

    row = scene.row()
    assert (row.status, scene.intent()["status"], row.due_at) == ("failed", "canceled", None)
    assert (scene.balance(), Transaction.objects.count()) == (0, 0)
    assert scene.start().status == "open"
    assert scene.row().status == "authorising"


def test_what_a_bank_declines_and_the_provider_still_holds_is_let_go(
    scene: HoldScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from billing.simulated import payment_intents

    scene.hold("hold dropped silently")
    monkeypatch.setattr(payment_intents, "capture_intent", decline_alone)
    scene.want_capture()
    scene.work()

    assert (scene.row().status, scene.intent()["status"]) == ("failed", "canceled")


def decline_alone(sim: Any, intent: Any, amount: int) -> Any:
    from billing.simulated import cards

    raise cards.declined(charge=intent["latest_charge"])


def test_a_hold_ends_when_the_provider_says_so(scene: HoldScene) -> None:
    scene.hold()
    scene.advance(7 * DAY)
    scene.tell()

    assert scene.row().status == "expired"


def test_a_capture_after_the_hold_ended_fails(scene: HoldScene) -> None:
    scene.hold()
    scene.advance(7 * DAY)
    scene.want_capture()
    scene.work()

    assert scene.row().status == "failed"


def test_a_hold_past_its_last_moment_is_let_go_although_no_event_came(scene: HoldScene) -> None:
    scene.hold()
    pass_time(scene, "capture_before")
    scene.work()

    assert (scene.row().status, scene.intent()["status"]) == ("released", "canceled")


def test_an_amount_without_a_last_moment_is_let_go(scene: HoldScene, monkeypatch: pytest.MonkeyPatch) -> None:
    from billing.provider import payment_answers

    monkeypatch.setattr(payment_answers, "_capture_before", lambda charge: None)
    scene.hold()

    assert (scene.row().status, scene.intent()["status"]) == ("released", "canceled")


def test_what_somebody_captured_elsewhere_goes_back_because_nobody_decided(scene: HoldScene) -> None:
    row = scene.hold()
    scene.fake.handle(
        "POST", f"/v1/payment_intents/{row.provider_id}/capture", {"Authorization": "Bearer sk_test_simulated"}
    )
    scene.tell()

    assert (scene.row().status, scene.row().back_reason) == ("refunded", "captured elsewhere")
    assert scene.deferred() == 0
    assert_books_agree(scene)


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


def test_a_fan_with_a_currency_of_another_order_keeps_it(scene: HoldScene) -> None:
    person: Person = scene.fan
    billing.choose_currency(person, "JPY")
    scene.start(amount=600, currency="JPY")

    assert SpendingSettings.objects.get().currency == "JPY"
