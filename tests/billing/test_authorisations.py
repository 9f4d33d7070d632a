"""Paying for a request: held, then captured for a decision, let go or paid back. The provider alone says what is so."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Consent, Person
from audit.models import Entry
from billing import authorisations, caps
from billing.exceptions import AboveCap, AlreadyBought, PaymentsOff, Unpayable
from billing.models import Authorisation, SpendingSettings
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


def test_a_fan_with_a_currency_of_another_order_keeps_it(scene: HoldScene) -> None:
    person: Person = scene.fan
    billing.choose_currency(person, "JPY")
    scene.start(amount=600, currency="JPY")

    assert SpendingSettings.objects.get().currency == "JPY"
