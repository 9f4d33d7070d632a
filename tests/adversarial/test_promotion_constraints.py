"""Raw SQL with the app role against promotions and the orders that use them: the database refuses."""

import uuid
from typing import Any

import pytest

from accounts.models import Person
from billing.models import Checkout, Promotion, TierPrice
from catalog.models import Artist
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.billing import factories as billing

pytestmark = pytest.mark.django_db
ADD = (
    "INSERT INTO billing_promotion (artist_id, tier_id, percent, months, code, places, redeem_by, by, ended_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, now() + %s::interval, 'x', %s)"
)
ORDER = (
    "INSERT INTO billing_checkout (id, person_id, artist_id, price_id, book, currency, consent_id, promotion_id,"
    " trial_days, first_amount, expires_at) VALUES (%s, %s, %s, %s, 'simulated', 'EUR', %s, %s, %s, 1,"
    " now() + '1 hour')"
)


@pytest.fixture
def price(fake_provider: Any, artist: Artist) -> TierPrice:
    return billing.get_price(billing.create_tier(artist, trial_days=14))


def written(of: Artist, **changes: Any) -> tuple[Any, ...]:
    values = {
        "artist": of.pk, "tier": None, "percent": 30, "months": 3, "code": "", "places": None, "time": "1 day",
        "ended": None,
    } | changes  # fmt: skip
    return tuple(values.values())


def ordered(price: TierPrice, promotion: Promotion, fan: Person | None = None, trial: int = 0) -> tuple[Any, ...]:
    if fan is None:
        fan = factories.create_fan()
        billing.choose_currency(fan)
    consent = billing.agree_to_terms(fan, price.version)
    return uuid.uuid4(), fan.pk, price.artist_id, price.pk, consent, promotion.pk, trial


def test_a_promotion_runs_when_it_is_made_and_is_within_bounds(price: TierPrice, artist: Artist) -> None:
    for promise, change in (
        ("runs when it is made", {"time": "-1 second"}),
        ("runs when it is made", {"ended": "2020-01-01"}),
        ("a_promotion_leaves_something_to_pay", {"percent": 100}),
        ("a_promotion_leaves_something_to_pay", {"percent": 0}),
        ("a_promotion_is_of_a_year_at_most", {"months": 13}),
        ("a_promotion_has_a_place", {"places": 0}),
        ("a_code_can_be_typed", {"code": "no"}),
        ("a_code_can_be_typed", {"code": "lower case"}),
        ("a_promotion_is_of_its_tiers_artist", {"artist": factories.create_artist("Ove Lind").pk,
                                                "tier": price.version.tier_id}),
    ):  # fmt: skip
        refused(promise, ADD, *written(artist, **change))
    sql(ADD, *written(artist, code="SPRING"))
    refused("a_code_of_one_promotion", ADD, *written(artist, code="SPRING"))


def test_a_promotion_stays_as_it_was_and_ends_once(price: TierPrice, artist: Artist) -> None:
    billing.create_promotion(artist)
    for column in ("artist_id", "tier_id", "percent", "months", "code", "places", "redeem_by", "by", "created_at"):
        refused("permission denied", f"UPDATE billing_promotion SET {column} = {column}")
    for attack in ("DELETE FROM billing_promotion", "TRUNCATE billing_promotion CASCADE"):
        refused("permission denied", attack)

    sql("UPDATE billing_promotion SET ended_at = '2020-01-01'")
    promotion = Promotion.objects.get()
    assert promotion.ended_at is not None
    assert promotion.ended_at > promotion.created_at
    refused("history is not changed", "UPDATE billing_promotion SET ended_at = NULL")


def test_an_order_uses_a_promotion_that_runs_of_its_tier_and_pays_what_that_says(
    price: TierPrice, artist: Artist
) -> None:
    other = billing.create_tier(artist, name="Night Shift")
    foreign = billing.create_tier(factories.create_artist("Ove Lind"))
    of_other = billing.create_promotion(artist, tier=other.tier)
    refused("of the tier that runs", ORDER, *ordered(price, of_other))
    refused("a_checkout_is_of_its_promotions_artist", ORDER, *ordered(price, billing.create_promotion(foreign.artist)))

    promotion = billing.create_promotion(artist, places=1)
    refused("free_days_or_a_promotion", ORDER, *ordered(price, promotion, trial=14))
    sql(ORDER, *ordered(price, promotion))
    assert Checkout.objects.get().first_amount == 280
    refused("no more places", ORDER, *ordered(price, promotion))
    for column in ("promotion_id", "first_amount"):
        refused("permission denied", f"UPDATE billing_checkout SET {column} = NULL")
    sql("UPDATE billing_promotion SET ended_at = now()")
    refused("of the tier that runs", ORDER, *ordered(price, promotion))


def test_a_fan_orders_with_one_promotion_of_an_artist(price: TierPrice, artist: Artist) -> None:
    fan = factories.create_fan()
    billing.choose_currency(fan)
    sql(ORDER, *ordered(price, billing.create_promotion(artist), fan))
    sql("UPDATE billing_checkout SET session_id = 'cs_1', status = 'paid'")
    sql("UPDATE billing_checkout SET status = 'ended'")

    refused("one_promotion_of_an_artist", ORDER, *ordered(price, billing.create_promotion(artist), fan))
