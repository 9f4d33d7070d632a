"""Raw SQL with the app role against tiers, prices and orders: the database refuses."""

import copy
import uuid
from typing import Any

import pytest

from accounts.models import Person
from billing import tiers
from billing.models import Checkout, TierPrice, TierVersion
from catalog.models import Artist
from rights import decisions
from rights.models import Decision
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.billing import factories as billing

pytestmark = pytest.mark.django_db

ADD_VERSION = (
    "INSERT INTO billing_tierversion (tier_id, artist_id, version, name, requests_a_month, has_downloads, programs,"
    " lines, prices, terms_hash, by, decision_id) VALUES (%s, %s, 9, %s, 0, false, %s::jsonb, '[]', '[]', %s, 'x', %s)"
)
SIGN = "UPDATE billing_tierversion SET decision_id = %s WHERE id = %s"
SELL = "UPDATE billing_tier SET current_id = %s WHERE id = %s"
ADD_PRICE = (
    "INSERT INTO billing_tierprice (version_id, artist_id, book, interval, currency, amount, provider_product,"
    " provider_price) VALUES (%s, %s, 'simulated', %s, %s, %s, 'prod', %s)"
)
ORDER = (
    "INSERT INTO billing_checkout (id, person_id, artist_id, price_id, book, currency, consent_id, expires_at, status,"
    " session_id) VALUES (%s, %s, %s, %s, %s, %s, %s, now() + '1 hour', %s, %s)"
)


@pytest.fixture(scope="module")
def module_version(module_artist: Artist) -> TierVersion:
    with billing.run_fake():
        return billing.create_tier(module_artist)


@pytest.fixture
def version(fake_provider: Any, module_version: TierVersion) -> TierVersion:
    return copy.deepcopy(module_version)


@pytest.fixture
def fan(version: TierVersion) -> Person:
    person = factories.create_fan()
    billing.choose_currency(person)
    return person


def order(fan: Person, price: TierPrice, **changes: Any) -> tuple[Any, ...]:
    values = {
        "id": uuid.uuid4(), "person": fan.pk, "artist": price.artist_id, "price": price.pk, "book": price.book,
        "currency": price.currency, "consent": None, "status": "open", "session": "",
    } | changes  # fmt: skip
    values["consent"] = values["consent"] or billing.agree_to_terms(fan, price.version)
    return tuple(values.values())


def sign(version: TierVersion, kind: str = "terms", content: str = "") -> Decision:
    signer = factories.get_member(version.artist, "principal")
    about = {"artist": version.artist, "by": signer.actor, "role": "principal"}
    return decisions.record_decision(kind, content or version.terms_hash, **about)


# What is sold


def test_terms_are_signed_as_they_are_by_a_decision_on_them(version: TierVersion) -> None:
    tier, artist = version.tier, version.artist
    newer = tiers.edit(tier, billing.write_terms(name="Night Shift"), by=factories.get_member(artist, "editor"))
    message = factories.create_program(artist).current.decision_id

    for decision in (version.decision_id, message, sign(newer, "shape").pk, sign(newer, content="0" * 64).pk):
        refused("signed as it is|billing_tierversion_decision_id", SIGN, decision, newer.pk)
    sql(SIGN, sign(newer).pk, newer.pk)
    refused("history is not changed", SIGN, None, newer.pk)


def test_a_signature_on_terms_covers_no_message(version: TierVersion) -> None:
    refused(
        "no signed wider decision",
        "INSERT INTO rights_decision (artist_id, kind, content_hash, why_hash, by, role, under_id)"
        " VALUES (%s, 'item', 'x', 'x', %s, 'reviewer', %s)",
        version.artist_id, factories.get_member(version.artist, "reviewer").actor, version.decision_id,
    )  # fmt: skip


def test_a_version_is_made_unsigned_for_its_tiers_artist_and_hashed_by_the_database(version: TierVersion) -> None:
    other = factories.create_artist("Ove Lind")
    tier, artist = version.tier_id, version.artist_id

    refused("signed after it was made", ADD_VERSION, tier, artist, "Harbour", "[]", "x", sign(version).pk)
    refused("a_version_is_of_its_tiers_artist", ADD_VERSION, tier, other.pk, "Harbour", "[]", "x", None)
    refused("what_a_tier_includes_are_lists", ADD_VERSION, tier, artist, "Harbour", "{}", "x", None)
    refused("a_tier_has_a_name", ADD_VERSION, tier, artist, "Har\nbour", "[]", "x", None)
    sql(ADD_VERSION, tier, artist, "Harbour", "[]", version.terms_hash, None)
    assert TierVersion.objects.get(version=9).terms_hash != version.terms_hash


def test_terms_stay_as_they_were(version: TierVersion) -> None:
    columns = ("tier_id", "artist_id", "version", "name", "requests_a_month", "has_downloads", "programs", "lines",
        "prices", "terms_hash", "by", "created_at")  # fmt: skip
    for column in columns:
        refused("permission denied", f"UPDATE billing_tierversion SET {column} = {column}")


def test_only_a_newer_signed_version_of_the_tier_goes_on_sale(version: TierVersion) -> None:
    editor = factories.get_member(version.artist, "editor")
    unsigned = tiers.edit(version.tier, billing.write_terms(name="Night Shift"), by=editor)
    other = tiers.edit(billing.create_version(version.artist).tier, billing.write_terms(name="Other"), by=editor)
    sql(SIGN, sign(other).pk, other.pk)

    refused("newer version that is signed", SELL, unsigned.pk, version.tier_id)
    refused("its_own_version_is_on_sale", SELL, other.pk, version.tier_id)
    billing.put_on_sale(unsigned)
    refused("newer version that is signed", SELL, version.pk, version.tier_id)
    refused("newer version that is signed", SELL, None, version.tier_id)


def test_a_tier_is_new_when_it_is_made_and_an_archived_one_stays_so(version: TierVersion) -> None:
    add = "INSERT INTO billing_tier (artist_id, current_id, archived_at) VALUES (%s, %s, %s)"
    refused("a tier is new", add, version.artist_id, version.pk, None)
    refused("a tier is new", add, version.artist_id, None, "2020-01-01")

    sql("UPDATE billing_tier SET archived_at = '2020-01-01' WHERE id = %s", version.tier_id)
    version.tier.refresh_from_db()
    assert version.tier.archived_at > version.created_at
    refused("history is not changed", "UPDATE billing_tier SET archived_at = NULL")
    refused("permission denied", "UPDATE billing_tier SET tier_class = 'gold'")


def test_a_price_is_one_that_was_signed(version: TierVersion) -> None:
    artist, other = version.artist_id, factories.create_artist("Ove Lind")
    unsigned = billing.create_version(version.artist, name="Night Shift")

    for price in (("month", "EUR", 399), ("year", "JPY", 600), ("month", "USD", 400), ("month", "EUR", 1)):
        refused("a price is one that was signed", ADD_PRICE, version.pk, artist, *price, "price_new")
    refused("a price is one that was signed", ADD_PRICE, unsigned.pk, artist, "month", "EUR", 400, "price_new")
    refused("one_price_of_a_kind", ADD_PRICE, version.pk, artist, "month", "EUR", 400, "price_new")
    sql(SIGN, sign(unsigned).pk, unsigned.pk)
    refused("a_price_is_of_its_versions_artist", ADD_PRICE, unsigned.pk, other.pk, "month", "EUR", 400, "price_new")
    sql(ADD_PRICE, unsigned.pk, artist, "month", "EUR", 400, "price_new")


def test_a_price_never_changes_and_is_closed_once(version: TierVersion) -> None:
    for change in ("amount = 1", "currency = 'USD'", "interval = 'year'", "provider_price = 'x'", "book = 'live'"):
        refused("permission denied", f"UPDATE billing_tierprice SET {change}")

    sql("UPDATE billing_tierprice SET closed_at = '2020-01-01'")
    price = TierPrice.objects.first()
    assert price is not None
    assert price.closed_at > price.created_at
    refused("history is not changed", "UPDATE billing_tierprice SET closed_at = NULL")


# Who orders


@pytest.mark.parametrize("band", ["13_15", "16_17"])
def test_nobody_under_18_orders(version: TierVersion, band: str) -> None:
    young = factories.create_fan(age_band=band)
    billing.choose_currency(young)

    refused("nobody under 18 pays", ORDER, *order(young, billing.get_price(version)))


def test_nobody_who_is_switched_off_orders(version: TierVersion, fan: Person) -> None:
    Person.objects.filter(pk=fan.pk).update(is_active=False)

    refused("nobody under 18 pays", ORDER, *order(fan, billing.get_price(version)))


def test_an_order_is_open_and_of_its_price(version: TierVersion, fan: Person) -> None:
    price = billing.get_price(version)
    other = factories.create_artist("Ove Lind")

    for status in ("paid", "expired", "ended"):
        refused("open when it is made|only_a_session", ORDER, *order(fan, price, status=status))
    refused("open when it is made", ORDER, *order(fan, price, session="cs_1"))
    refused("a_checkout_is_of_its_price", ORDER, *order(fan, price, artist=other.pk))
    refused("one currency|a_checkout_is_of_its_price", ORDER, *order(fan, price, book="live"))
    refused("one currency|a_checkout_is_of_its_price", ORDER, *order(fan, price, currency="JPY"))


def test_only_what_is_on_sale_is_ordered(version: TierVersion, fan: Person) -> None:
    price = billing.get_price(version)
    principal = factories.get_member(version.artist, "principal")
    billing.put_on_sale(tiers.edit(version.tier, billing.write_terms(name="Night Shift"), by=principal))
    refused("only what is on sale", ORDER, *order(fan, price))

    newer = billing.get_price(TierVersion.objects.get(version=2))
    sql("UPDATE billing_tier SET archived_at = now()")
    refused("only what is on sale", ORDER, *order(fan, newer))


def test_an_order_rests_on_what_its_own_fan_agreed_to(version: TierVersion, fan: Person) -> None:
    price, stranger = billing.get_price(version), factories.create_fan("Stranger")

    for consent in (
        billing.agree_to_terms(stranger, version),
        billing.agree_to_terms(fan, version, about=f"artist:{version.artist_id}"),
        billing.agree_to_terms(fan, version, about=f"tier:{version.tier_id + 1}"),
    ):
        refused("what its fan agreed to", ORDER, *order(fan, price, consent=consent))


def test_a_fan_pays_in_one_currency(version: TierVersion, fan: Person) -> None:
    refused("a fan pays in one currency", ORDER, *order(fan, billing.get_price(version, "JPY")))
    sql(ORDER, *order(fan, billing.get_price(version)))

    refused("changes while nothing is ordered", "UPDATE billing_spendingsettings SET currency = 'JPY'")
    sql("UPDATE billing_checkout SET status = 'expired'")
    sql("UPDATE billing_spendingsettings SET currency = 'JPY'")
    refused("permission denied", "UPDATE billing_spendingsettings SET person_id = person_id")


def test_one_order_of_an_artist_is_open_or_paid(version: TierVersion, fan: Person) -> None:
    month, year = billing.get_price(version), billing.get_price(version, interval="year")
    sql(ORDER, *order(fan, month))
    refused("one_open_or_paid_checkout", ORDER, *order(fan, year))

    sql("UPDATE billing_checkout SET session_id = 'cs_1', status = 'paid'")
    refused("one_open_or_paid_checkout", ORDER, *order(fan, year))
    sql("UPDATE billing_checkout SET status = 'ended'")
    sql(ORDER, *order(fan, year))
    refused("a_session_of_one_checkout", "UPDATE billing_checkout SET session_id = 'cs_1' WHERE status = 'open'")


def test_an_order_is_paid_with_a_session_and_over_once(version: TierVersion, fan: Person) -> None:
    sql(ORDER, *order(fan, billing.get_price(version)))
    refused("only_a_session_can_be_paid", "UPDATE billing_checkout SET status = 'paid'")
    refused("over once", "UPDATE billing_checkout SET session_id = 'cs_1', status = 'ended'")

    sql("UPDATE billing_checkout SET session_id = 'cs_1'")
    refused("keeps its session", "UPDATE billing_checkout SET session_id = 'cs_2'")
    sql("UPDATE billing_checkout SET status = 'expired'")
    for status in ("open", "paid", "ended"):
        refused("over once", f"UPDATE billing_checkout SET status = '{status}'")


def test_orders_prices_and_tiers_are_not_removed_or_rewritten(version: TierVersion, fan: Person) -> None:
    sql(ORDER, *order(fan, billing.get_price(version)))
    for table in ("tier", "tierversion", "tierprice", "checkout", "spendingsettings"):
        refused("permission denied", f"DELETE FROM billing_{table}")
        refused("permission denied", f"TRUNCATE billing_{table} CASCADE")
    for column in ("person_id", "artist_id", "price_id", "book", "currency", "consent_id", "created_at", "expires_at"):
        refused("permission denied", f"UPDATE billing_checkout SET {column} = {column}")


def test_an_order_is_dated_by_the_clock(version: TierVersion, fan: Person) -> None:
    columns = "id, person_id, artist_id, price_id, book, currency, consent_id, expires_at, created_at"
    values = order(fan, billing.get_price(version))[:7]
    sql(
        f"INSERT INTO billing_checkout ({columns}) VALUES (%s, %s, %s, %s, %s, %s, %s, now() + '1 hour', '2020-01-01')",
        *values,
    )

    assert Checkout.objects.get().created_at > version.created_at
