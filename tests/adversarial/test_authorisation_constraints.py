"""Raw SQL with the app role against authorisations, request credits and caps: the database refuses."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import consents
from accounts.models import Person
from billing import caps
from billing.models import Authorisation, Entitlement, RequestCredit, SpendingSettings
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from fans import orders
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.billing import factories as billing
from tests.billing import mirrors
from tests.billing.hold_scene import decide

pytestmark = pytest.mark.django_db

ASK = (
    "INSERT INTO billing_authorisation (id, person_id, artist_id, reference, book, currency, amount, description,"
    " consent_id, expires_at, status, session_id) VALUES"
    " (%s, %s, %s, %s, %s, %s, %s, 'A message', %s, now() + %s::interval, %s, %s)"
)
SET = "UPDATE billing_authorisation SET "
HOLD = SET + "session_id = 'cs_1', provider_id = 'pi_1', status = 'held', capture_before = now() + '7 days'"
WANT = SET + "status = 'capture_wanted', decision_id = %s"
BACK = SET + "back_wanted_at = now(), back_reason = 'declined'"
CAPTURED = (
    SET + "status = 'captured', charge_id = 'ch_1', captured_at = now(), captured_amount = 500,"
    " settled_currency = 'EUR', settled_amount = 500, settled_fee = 30, available_on = now()"
)


@pytest.fixture
def fan(db: None) -> Person:
    person = factories.create_fan()
    billing_currency(person)
    return person


def billing_currency(person: Person) -> None:
    billing.choose_currency(person)


def ask(fan: Person, artist: Artist, **changes: Any) -> tuple[Any, ...]:
    values = {
        "id": uuid.uuid4(), "person": fan.pk, "artist": artist.pk, "reference": "request:1", "book": "simulated",
        "currency": "EUR", "amount": 500, "consent": None, "expires": "1 hour", "status": "authorising", "session": "",
    } | changes  # fmt: skip
    values["consent"] = values["consent"] or consents.give(fan, values["reference"], 1, "€5.00 are held.").pk
    return tuple(values.values())


# Who asks


@pytest.mark.parametrize("band", ["13_15", "16_17"])
def test_nobody_under_18_lets_us_hold_anything(artist: Artist, band: str) -> None:
    young = factories.create_fan(age_band=band)
    billing.choose_currency(young)

    refused("nobody under 18 pays", ASK, *ask(young, artist))


def test_nobody_who_is_switched_off_does(artist: Artist, fan: Person) -> None:
    Person.objects.filter(pk=fan.pk).update(is_active=False)

    refused("nobody under 18 pays", ASK, *ask(fan, artist))


def test_an_authorisation_is_new_and_an_amount_for_something(artist: Artist, fan: Person) -> None:
    for status in ("held", "capture_wanted", "captured", "failed", "released", "expired", "refunded"):
        refused("is new when it is made", ASK, *ask(fan, artist, status=status))
    refused("is new when it is made", ASK, *ask(fan, artist, session="cs_1"))
    refused("is new when it is made", ASK, *ask(fan, artist, expires="-1 second"))
    refused("an_authorisation_is_an_amount", ASK, *ask(fan, artist, amount=0))
    refused("an_authorisation_is_an_amount", ASK, *ask(fan, artist, amount=-5))
    refused("an_authorisation_is_for_something", ASK, *ask(fan, artist, reference="request"))
    refused("a fan pays in one currency", ASK, *ask(fan, artist, book="live"))
    refused("a fan pays in one currency", ASK, *ask(fan, artist, currency="JPY"))


def test_it_rests_on_what_its_own_fan_agreed_to(artist: Artist, fan: Person) -> None:
    stranger = factories.create_fan("Stranger")

    for consent in (
        consents.give(stranger, "request:1", 1, "x"),
        consents.give(fan, "request:2", 1, "x"),
        consents.withdraw(fan, "request:1", 1, "x"),
    ):
        refused("what its fan agreed to", ASK, *ask(fan, artist, consent=consent.pk))


def test_one_is_live_for_each_request(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    refused("one_live_authorisation", ASK, *ask(fan, artist))
    sql(ASK, *ask(fan, artist, reference="request:2"))

    sql(SET + "status = 'expired' WHERE reference = 'request:1'")
    sql(ASK, *ask(fan, artist))


def test_what_is_held_stays_under_the_cap(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist, amount=6_000))

    refused("stays under the cap", ASK, *ask(fan, artist, reference="request:2", amount=4_001))
    sql(ASK, *ask(fan, artist, reference="request:2", amount=4_000))


def test_charges_orders_and_renewals_count_under_the_cap_as_holds_do(
    fake_provider: FakeStripe, artist: Artist, fan: Person
) -> None:
    """A charge of this month, a renewal before it is over, and an order: €4.00 each."""
    price = billing.get_price(billing.create_tier(artist))
    other = billing.get_price(billing.create_tier(factories.create_artist("Ove Lind")))
    subscription = mirrors.add_subscription(fan, price, period_end=timezone.now() + timedelta(seconds=1))
    invoice = mirrors.add_invoice(subscription, status="open")
    mirrors.add_payment(invoice)
    sql("UPDATE billing_invoice SET status = 'paid', amount_paid = total, paid_at = now()")
    orders.start(fan, other, **billing.read_terms(fan, other))
    cap = caps.read(fan)
    assert cap is not None
    assert (cap.spent, cap.held) == (400, 400)

    refused("stays under the cap", ASK, *ask(fan, artist, amount=10_000 - cap.spent - cap.held - cap.renewing + 1))
    sql(ASK, *ask(fan, artist, amount=10_000 - cap.spent - cap.held - cap.renewing))


# What becomes of it


def test_only_the_provider_holds(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))

    refused("only_the_provider_holds", SET + "status = 'held'")
    refused("only_the_provider_holds", SET + "status = 'held', session_id = 'cs_1', provider_id = 'pi_1'")
    sql(HOLD)


def test_nothing_is_captured_without_a_decision_on_an_item_of_this_artist(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    decision = decide(artist)
    refused("goes on as it must|captured for a decision", WANT, decision.pk)
    sql(HOLD)

    refused("goes on as it must|without_a_decision", SET + "status = 'capture_wanted'")
    refused("goes on as it must", CAPTURED)
    refused("captured for a decision", CAPTURED + ", decision_id = %s", decision.pk)
    refused("captured for a decision", WANT, decision.under_id)
    refused("captured for a decision", WANT, decide(factories.create_artist("Ove Lind")).pk)
    refused("captured for a decision", SET + "decision_id = %s", decision.pk)
    sql(WANT, decision.pk)
    sql(CAPTURED)


def test_a_decision_captures_once(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    sql(HOLD)
    decision = decide(artist)
    sql(WANT, decision.pk)
    sql(ASK, *ask(fan, artist, reference="request:2"))
    sql(HOLD.replace("_1'", "_2'") + " WHERE reference = 'request:2'")

    refused("billing_authorisation_decision_id", WANT + " WHERE reference = 'request:2'", decision.pk)
    refused("captured for a decision", SET + "decision_id = NULL WHERE reference = 'request:1'")


def test_nothing_is_captured_that_is_to_go_back(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    sql(HOLD)
    sql(BACK)

    refused("captured for a decision", WANT, decide(artist).pk)


def test_what_goes_back_goes_back(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    sql(HOLD)
    sql(BACK)

    sql(SET + "back_wanted_at = NULL, back_reason = 'never mind'")
    row = Authorisation.objects.get()
    assert row.back_wanted_at is not None
    assert row.back_reason == "declined"


def test_the_time_of_the_wish_is_the_databases(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    sql(SET + "back_wanted_at = '2000-01-01'")

    wanted = Authorisation.objects.get().back_wanted_at
    assert wanted is not None
    assert timezone.now() - wanted < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("steps", "allowed"),
    [
        ((), {"held", "expired", "released"}),
        ((HOLD,), {"released", "expired"}),
        ((HOLD, WANT), {"captured", "failed"}),
        ((HOLD, WANT, BACK), {"captured", "failed", "released"}),
        ((HOLD, BACK), {"captured", "released", "expired"}),
        ((HOLD, WANT, CAPTURED), {"refunded"}),
        ((HOLD, WANT, SET + "status = 'failed'"), set()),
        ((SET + "status = 'expired'",), set()),
        ((HOLD, SET + "status = 'released'"), set()),
        ((HOLD, WANT, CAPTURED, SET + "status = 'refunded'"), {"captured"}),
    ],
)
def test_it_goes_on_as_it_must(artist: Artist, fan: Person, steps: tuple[str, ...], allowed: set[str]) -> None:
    sql(ASK, *ask(fan, artist))
    decision = decide(artist)
    for step in steps:
        sql(step, *([decision.pk] if "%s" in step else []))
    now = Authorisation.objects.get().status

    for status in Authorisation.Status.values:
        if status != now and status not in allowed:
            refused("goes on as it must", move_to(status))
    assert allowed <= set(Authorisation.Status.values)


def move_to(status: str) -> str:
    """With everything that the state needs, so that only the step itself is wrong."""
    if status == "held":
        return HOLD
    return CAPTURED if status == "captured" else f"{SET} status = '{status}'"


@pytest.mark.parametrize("status", ["held", "expired", "released"])
def test_it_goes_on(artist: Artist, fan: Person, status: str) -> None:
    sql(ASK, *ask(fan, artist))

    sql(move_to(status))


def test_ids_and_what_was_captured_stay(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    sql(HOLD)
    refused("keeps its ids", SET + "session_id = 'cs_2'")
    refused("keeps its ids", SET + "provider_id = ''")
    sql(WANT, decide(artist).pk)
    sql(CAPTURED)

    for change in ("charge_id = 'ch_2'",):
        refused("keeps its ids", SET + change)
    for change in ("captured_amount = 1", "settled_amount = 1", "settled_fee = 0", "captured_at = now() + '1 day'"):
        refused("what was captured stays so", SET + change)
    refused("no_more_comes_back", SET + "returned_amount = 501")
    sql(SET + "returned_amount = 500, status = 'refunded'")


def test_an_amount_is_captured_or_it_is_not(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    refused("what_is_captured_is_an_amount", SET + "captured_amount = 500")
    sql(HOLD)
    sql(WANT, decide(artist).pk)

    refused("what_is_captured_is_an_amount", SET + "status = 'captured'")
    refused("what_is_captured_is_an_amount", CAPTURED.replace("captured_amount = 500", "captured_amount = 0"))


def test_nothing_of_it_is_removed_or_rewritten(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    for statement in ("DELETE FROM billing_authorisation", "TRUNCATE billing_authorisation CASCADE"):
        refused("permission denied", statement)
    for column in ("person_id", "artist_id", "reference", "book", "currency", "amount", "consent_id", "created_at",
        "expires_at", "description"):  # fmt: skip
        refused("permission denied", f"{SET}{column} = {column}")


# Caps


def test_a_higher_cap_counts_from_the_next_day(fan: Person) -> None:
    change = "UPDATE billing_spendingsettings SET "
    refused("a higher cap counts from the next day", change + "monthly_cap = 10001")
    refused("a higher cap counts from the next day", change + "next_cap = 20000, next_cap_from = now()")
    refused("only_a_higher_cap_waits", change + "next_cap = 10000, next_cap_from = now() + '1 day'")
    refused("only_a_higher_cap_waits", change + "next_cap = 20000")
    refused("a_cap_is_an_amount", change + "monthly_cap = -1")
    sql(change + "next_cap = 20000, next_cap_from = now() + '1 day'")
    refused(
        "a higher cap counts from the next day", change + "monthly_cap = 20000, next_cap = NULL, next_cap_from = NULL"
    )

    sql(change + "monthly_cap = 0, next_cap = NULL, next_cap_from = NULL")
    assert SpendingSettings.objects.get().monthly_cap == 0


def test_the_currency_stays_while_something_is_held(artist: Artist, fan: Person) -> None:
    sql(ASK, *ask(fan, artist))
    refused("while nothing is held", "UPDATE billing_spendingsettings SET currency = 'JPY'")

    sql(SET + "status = 'expired'")
    sql("UPDATE billing_spendingsettings SET currency = 'JPY'")


# Request credits

ADD = (
    "INSERT INTO billing_requestcredit (person_id, artist_id, entitlement_id, month, number, expires_at, status)"
    " SELECT person_id, artist_id, id, %s, %s, valid_from + %s::interval, %s FROM billing_entitlement"
)


@pytest.fixture
def lease(fake_provider: Any, artist: Artist, fan: Person) -> Entitlement:
    """A tier with two requests a month, in its first month."""
    price = billing.get_price(billing.create_tier(artist, requests_a_month=2))
    subscription = mirrors.add_subscription(fan, price)
    invoice = mirrors.add_invoice(subscription)
    mirrors.add_payment(invoice)
    return mirrors.entitle(subscription, invoice.created + mirrors.MONTH)


def test_a_tier_includes_so_many_requests_and_no_more(lease: Entitlement) -> None:
    refused("one that a tier includes now", ADD, 0, 3, "1 month", "free")
    refused("one that a tier includes now", ADD, 1, 1, "2 months", "free")
    refused("one that a tier includes now", ADD, 0, 1, "2 months", "free")
    refused("one that a tier includes now", ADD, 0, 1, "1 month", "used")
    refused("a_credit_is_one_of_few|one that a tier includes now", ADD, 0, 0, "1 month", "free")
    sql(ADD, 0, 1, "1 month", "free")
    refused("one_credit_of_a_number", ADD, 0, 1, "1 month", "free")
    refused(
        "a_credit_is_of_its_entitlements_fan",
        ADD.replace("SELECT person_id", f"SELECT '{factories.create_fan('Ben').pk}'"), 0, 2, "1 month", "free",
    )  # fmt: skip


@pytest.mark.parametrize(
    "change", ["may_generate = false", "reason = 'grace'", "reason = 'renewal'", "valid_until = valid_from"]
)
def test_a_lease_that_is_not_paid_now_includes_none(lease: Entitlement, change: str) -> None:
    sql(f"UPDATE billing_entitlement SET {change}")

    refused("one that a tier includes now", ADD, 0, 1, "1 month", "free")


def test_a_credit_goes_on_as_it_must(lease: Entitlement) -> None:
    sql(ADD, 0, 1, "1 month", "free")
    change = "UPDATE billing_requestcredit SET "
    refused("goes on as it must|only_a_credit_that_is_taken", change + "status = 'used', reference = 'request:1'")
    refused("goes on as it must", change + "status = 'lapsed'")
    refused("only_a_credit_that_is_taken", change + "status = 'reserved'")
    refused("goes on as it must|lasts as long", change + "expires_at = expires_at + '1 year'")
    sql(change + "status = 'reserved', reference = 'request:1'")
    refused("goes on as it must", change + "reference = 'request:2'")
    refused("goes on as it must", change + "status = 'used', reference = 'request:2'")
    before = RequestCredit.objects.get().expires_at
    sql(change + "status = 'free', reference = '', expires_at = now(), returned_at = NULL")

    credit = RequestCredit.objects.get()
    assert credit.returned_at is not None
    assert credit.expires_at >= before
    assert credit.expires_at - timezone.now() > timedelta(days=29)
    sql(change + "status = 'reserved', reference = 'request:1'")
    sql(change + "status = 'used'")
    refused("goes on as it must", change + "status = 'free', reference = ''")


def test_one_credit_is_taken_for_a_request(lease: Entitlement) -> None:
    sql(ADD, 0, 1, "1 month", "free")
    sql(ADD, 0, 2, "1 month", "free")

    refused("one_credit_a_request", "UPDATE billing_requestcredit SET status = 'reserved', reference = 'request:1'")


def test_a_credit_is_used_while_the_tier_lasts_or_after_it_came_back(lease: Entitlement) -> None:
    sql(ADD, 0, 1, "1 month", "free")
    sql(ADD, 0, 2, "1 month", "free")
    take = "UPDATE billing_requestcredit SET status = 'reserved', reference = %s WHERE number = %s"
    sql(take, "request:1", 1)
    sql("UPDATE billing_requestcredit SET status = 'free', reference = '' WHERE number = 1")
    sql("UPDATE billing_entitlement SET valid_until = valid_from, reason = 'ended'")

    refused("used while the tier lasts", take, "request:2", 2)
    sql(take, "request:3", 1)


def test_credits_are_not_removed_or_rewritten(lease: Entitlement) -> None:
    sql(ADD, 0, 1, "1 month", "free")
    for statement in ("DELETE FROM billing_requestcredit", "TRUNCATE billing_requestcredit CASCADE"):
        refused("permission denied", statement)
    for column in ("person_id", "artist_id", "entitlement_id", "month", "number", "created_at"):
        refused("permission denied", f"UPDATE billing_requestcredit SET {column} = {column}")
