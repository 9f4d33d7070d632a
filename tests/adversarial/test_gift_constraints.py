"""Raw SQL with the app role against gifts: adults pay, one redeems in time, and nobody has more than was paid."""

import uuid
from typing import Any

import pytest

from accounts.models import Person
from billing.models import Gift, InvoiceLine, Subscription, TierPrice
from catalog.models import Artist
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.billing import factories as billing

pytestmark = pytest.mark.django_db
GIVE = (
    "INSERT INTO billing_gift (id, giver_id, artist_id, price_id, book, currency, months, amount, consent_id, status,"
    " session_id, redeem_by, expires_at) VALUES (%s, %s, %s, %s, 'simulated', 'EUR', %s, 1, %s, %s, '',"
    " now() + '1 year', now() + '1 hour')"
)
REDEEM = "UPDATE billing_gift SET redeemed_by_id = %s, redeemed_at = '2020-01-01'"
BEGIN = "UPDATE billing_subscription SET person_id = %s, artist_id = %s, price_id = %s, created = %s WHERE is_gift"
LINE = (
    "INSERT INTO billing_invoiceline (invoice_id, provider_id, price_id, amount, tax, period_start, period_end,"
    " is_proration) SELECT id, 'li', %s, 1200, 0, %s, %s::timestamptz + %s::interval, false FROM billing_invoice"
)


@pytest.fixture
def price(fake_provider: Any, artist: Artist) -> TierPrice:
    return billing.get_price(billing.create_tier(artist))


@pytest.fixture
def giver(price: TierPrice) -> Person:
    person = factories.create_fan()
    billing.choose_currency(person)
    return person


def given(giver: Person, price: TierPrice, **changes: Any) -> tuple[Any, ...]:
    values = {"months": 3, "consent": billing.agree_to_terms(giver, price.version), "status": "open"} | changes
    return uuid.uuid4(), giver.pk, price.artist_id, price.pk, *values.values()


def test_a_gift_is_begun_by_an_adult_who_agreed_within_the_limit(price: TierPrice, giver: Person) -> None:
    young = factories.create_fan(age_band="16_17")
    billing.choose_currency(young)
    year = billing.get_price(price.version, interval="year")
    stranger = billing.agree_to_terms(factories.create_fan(), price.version)

    refused("nobody under 18 pays", GIVE, *given(young, price))
    refused("on sale by the month", GIVE, *given(giver, year))
    refused("what its giver agreed to", GIVE, *given(giver, price, consent=stranger))
    refused("a_gift_is_of_some_months", GIVE, *given(giver, price, months=2))
    refused("open when it is made|only_a_paid", GIVE, *given(giver, price, status="paid"))
    sql("UPDATE billing_spendingsettings SET monthly_cap = 1300")
    refused("stays under the cap", GIVE, *given(giver, price, months=6))
    sql(GIVE, *given(giver, price))
    assert Gift.objects.get().amount == 1_200
    sql("UPDATE billing_tierprice SET closed_at = now()")
    refused("on sale by the month", GIVE, *given(giver, price, months=1))


def test_an_open_gift_is_nobodys(price: TierPrice, giver: Person) -> None:
    sql(GIVE, *given(giver, price))
    fan = factories.create_fan()

    refused("redeemed", REDEEM, fan.pk)
    refused("only_a_paid_gift", "UPDATE billing_gift SET status = 'paid'")
    refused("only_a_paid_gift", "UPDATE billing_gift SET back_wanted_at = now()")
    sql("INSERT INTO billing_subscription (book, provider_id) VALUES ('simulated', 'sub_1')")
    refused("a payment of its own", "UPDATE billing_gift SET status = 'paid', subscription_id = (SELECT max(id) FROM"
        " billing_subscription)")  # fmt: skip


def test_a_gift_stays_as_it_was_paid_and_is_redeemed_once(price: TierPrice, giver: Person) -> None:
    gift, fan, thief = billing.give_tier(price, giver), factories.create_fan(), factories.create_fan()
    for column in ("giver_id", "artist_id", "price_id", "book", "currency", "months", "amount", "consent_id",
                   "redeem_by", "expires_at", "created_at"):  # fmt: skip
        refused("permission denied", f"UPDATE billing_gift SET {column} = {column}")
    refused("permission denied", "DELETE FROM billing_gift")
    refused("permission denied", "UPDATE billing_subscription SET is_gift = false")
    refused("of whoever redeemed it", BEGIN, thief.pk, price.artist_id, price.pk, gift.created_at)
    refused("lasts as long as was paid", LINE, price.pk, gift.created_at, gift.created_at, "1 month")

    sql(REDEEM, fan.pk)
    gift.refresh_from_db()
    assert gift.redeemed_at is not None
    assert gift.redeemed_at > gift.created_at
    refused("once", REDEEM, thief.pk)
    refused("once|redeemed_or_taken_back", "UPDATE billing_gift SET back_wanted_at = now()")
    refused("once", "UPDATE billing_gift SET redeemed_by_id = NULL, redeemed_at = NULL")
    refused("of whoever redeemed it", BEGIN, thief.pk, price.artist_id, price.pk, gift.redeemed_at)
    refused("of whoever redeemed it", BEGIN, fan.pk, price.artist_id, price.pk, gift.created_at)
    sql(BEGIN, fan.pk, price.artist_id, price.pk, gift.redeemed_at)
    refused("lasts as long as was paid", LINE, price.pk, gift.redeemed_at, gift.redeemed_at, "4 months")
    sql(LINE, price.pk, gift.redeemed_at, gift.redeemed_at, "3 months")
    assert (Subscription.objects.get().person, InvoiceLine.objects.count()) == (fan, 1)


def test_what_was_taken_back_or_is_too_late_is_not_redeemed(price: TierPrice, giver: Person, settings: Any) -> None:
    gift = billing.give_tier(price, giver, months=1)
    Gift.objects.filter(pk=gift.pk).update(back_wanted_at="2020-01-01T00:00Z")
    refused("redeemed_or_taken_back", REDEEM, factories.create_fan().pk)
    refused("once", "UPDATE billing_gift SET back_wanted_at = NULL")

    settings.GIFT_TIME *= -1
    late = billing.give_tier(price, factories.create_fan(), months=1)
    refused("in time and while it is paid", f"{REDEEM} WHERE id = %s", factories.create_fan().pk, late.pk)
