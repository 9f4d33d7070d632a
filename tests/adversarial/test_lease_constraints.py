"""Raw SQL with the app role against entitlements and what the provider told of payments: the database refuses."""

import copy
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Person
from billing.models import Subscription, TierPrice
from catalog.models import Artist
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.billing import factories as billing
from tests.billing import mirrors

pytestmark = pytest.mark.django_db

EXTEND = "UPDATE billing_entitlement SET valid_until = %s"
AT_COMMIT = "SET CONSTRAINTS ALL IMMEDIATE"
TABLES = ["subscription", "invoice", "invoiceline", "payment", "refund", "dispute", "entitlement", "entitlementlog"]


@pytest.fixture(scope="module")
def module_price(module_artist: Artist) -> TierPrice:
    with billing.run_fake():
        return billing.get_price(billing.create_tier(module_artist))


@pytest.fixture
def price(fake_provider: Any, module_price: TierPrice) -> TierPrice:
    return copy.deepcopy(module_price)


@pytest.fixture
def fan() -> Person:
    return factories.create_fan()


@pytest.fixture
def subscription(fan: Person, price: TierPrice) -> Subscription:
    """Paid for a month from now, with a payment, a dispute that was won, and a small refund."""
    found = mirrors.add_subscription(fan, price)
    payment = mirrors.add_payment(mirrors.add_invoice(found))
    mirrors.add_dispute(payment, "won")
    mirrors.add_refund(payment, 1)
    mirrors.entitle(found, paid_until(found))
    return found


def paid_until(subscription: Subscription) -> datetime:
    assert subscription.created
    return subscription.created + mirrors.MONTH


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["DELETE FROM billing_{}", "TRUNCATE billing_{} CASCADE"])
def test_nothing_is_removed(subscription: Subscription, table: str, statement: str) -> None:
    refused("permission denied", statement.format(table))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("subscription", "book = 'live'"),
        ("subscription", "provider_id = 'sub_2'"),
        ("invoice", "subscription_id = 1"),
        ("invoice", "currency = 'USD'"),
        ("invoiceline", "period_end = '2099-01-01'"),
        ("payment", "amount = 1"),
        ("refund", "amount = 1"),
        ("dispute", "payment_id = 1"),
        ("entitlement", "person_id = gen_random_uuid()"),
        ("entitlement", "valid_from = '2020-01-01'"),
        ("entitlement", "source = 'gift:1'"),
        ("entitlementlog", "valid_until = '2099-01-01'"),
    ],
)
def test_what_was_told_is_not_changed(subscription: Subscription, table: str, change: str) -> None:
    refused("permission denied", f"UPDATE billing_{table} SET {change}")


def test_no_entitlement_outlives_what_was_paid(subscription: Subscription) -> None:
    refused("ends with what was paid", EXTEND, paid_until(subscription) + timedelta(hours=7))
    refused("ends with what was paid", EXTEND, datetime(2099, 1, 1, tzinfo=paid_until(subscription).tzinfo))
    sql(EXTEND, paid_until(subscription) + timedelta(hours=6))


def test_a_subscription_goes_on_at_a_price_of_its_own_artist(subscription: Subscription, price: TierPrice) -> None:
    other = billing.get_price(billing.create_tier(factories.create_artist("Ove Lind")))

    refused("goes_on_at_its_artist", "UPDATE billing_subscription SET next_price_id = %s", other.pk)
    sql("UPDATE billing_subscription SET next_price_id = %s", price.pk)


def test_grace_is_of_two_weeks_at_most_and_for_who_is_past_due(subscription: Subscription) -> None:
    sql("UPDATE billing_subscription SET status = 'past_due'")
    sql(EXTEND, paid_until(subscription) + timedelta(days=14))
    refused("ends with what was paid", EXTEND, paid_until(subscription) + timedelta(days=14, seconds=1))


@pytest.mark.parametrize("status", ["", "incomplete", "incomplete_expired", "unpaid", "paused"])
def test_a_status_that_gives_nothing_ends_the_lease_in_the_same_transaction(
    subscription: Subscription, status: str
) -> None:
    refused_at_commit("UPDATE billing_subscription SET status = %s", status)


def test_what_is_paid_back_or_lost_ends_the_lease_in_the_same_transaction(subscription: Subscription) -> None:
    payment = subscription.invoices.get().payments.get()
    rest = (
        "INSERT INTO billing_refund (payment_id, book, provider_id, status, currency, amount, created)"
        " SELECT id, book, 're_2', 'pending', currency, amount - 1, now() FROM billing_payment WHERE id = %s"
    )
    refused_at_commit(rest, payment.pk)
    sql(rest, payment.pk)
    sql("UPDATE billing_entitlement SET valid_until = valid_from")
    sql(AT_COMMIT)


def test_a_lost_dispute_ends_the_lease_in_the_same_transaction(subscription: Subscription) -> None:
    refused_at_commit("UPDATE billing_dispute SET status = 'lost'")


def refused_at_commit(statement: str, *values: object) -> None:
    @transaction.atomic
    def change() -> None:
        sql(statement, *values)
        sql(AT_COMMIT)

    with pytest.raises(IntegrityError, match="ends with what was paid"):
        change()


@pytest.mark.parametrize("status", ["draft", "open", "void", "uncollectible"])
def test_nobody_is_entitled_without_a_paid_invoice(fan: Person, price: TierPrice, status: str) -> None:
    unpaid = mirrors.add_subscription(fan, price)
    mirrors.add_invoice(unpaid, status)

    refused_entitlement(unpaid, "to what was paid", paid_until(unpaid))


@pytest.mark.parametrize(
    ("amount", "discount", "pays"), [(0, 0, False), (-1, 400, False), (0, 400, True), (1, 0, True)]
)
def test_a_free_period_entitles_where_a_discount_made_it_free(
    fan: Person, price: TierPrice, amount: int, discount: int, pays: bool
) -> None:
    free = mirrors.add_subscription(fan, price)
    invoice = mirrors.add_invoice(free, "open")
    sql("UPDATE billing_invoice SET status = 'paid', total = 0, paid_at = now() WHERE id = %s", invoice.pk)
    mirrors.add_line(invoice, amount=amount, discount=discount)

    if pays:
        mirrors.entitle(free, paid_until(free))
    else:
        refused_entitlement(free, "to what was paid", paid_until(free))


def test_a_trial_entitles_until_its_end(fan: Person, price: TierPrice) -> None:
    ends = timezone.now() + timedelta(days=7)
    trial = mirrors.add_subscription(fan, price, "trialing", trial_end=ends)

    refused_entitlement(trial, "ends with what was paid", ends + timedelta(seconds=1))
    mirrors.entitle(trial, ends)


def test_an_entitlement_is_to_the_version_that_was_paid(subscription: Subscription, shared_artist: Artist) -> None:
    dearer = billing.create_tier(shared_artist, name="Night Shift")

    refused(
        "to what was paid",
        "UPDATE billing_entitlement SET tier_id = %s, version_id = %s",
        dearer.tier_id,
        dearer.pk,
    )


def test_an_entitlement_is_of_the_fan_the_artist_and_the_book_that_paid(fan: Person, price: TierPrice) -> None:
    paid = mirrors.add_subscription(fan, price)
    mirrors.add_invoice(paid)

    until = paid_until(paid)
    refused_entitlement(paid, "of_its_subscriptions_fan", until, person=factories.create_fan())
    refused_entitlement(paid, "in_the_book|of_its_subscriptions_fan", until, book="live")
    refused_entitlement(paid, "begins with its subscription", until, valid_from=until)


def refused_entitlement(subscription: Subscription, promise: str, until: datetime, **fields: Any) -> None:
    price = subscription.price
    assert price
    values = {
        "person": subscription.person,
        "book": subscription.book,
        "valid_from": subscription.created,
    } | fields
    refused(
        promise,
        "INSERT INTO billing_entitlement (person_id, artist_id, tier_id, version_id, book, source, subscription_id,"
        " valid_from, valid_until, may_generate, reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, true, 'paid')",
        values["person"].pk,
        price.artist_id,
        price.version.tier_id,
        price.version_id,
        values["book"],
        str(subscription),
        subscription.pk,
        values["valid_from"],
        until,
    )


def test_a_subscription_stays_whose_it_is(subscription: Subscription) -> None:
    other = factories.create_fan()

    refused("history is not changed", "UPDATE billing_subscription SET person_id = %s", other.pk)
    refused("ours_or_is_not|history", "UPDATE billing_subscription SET artist_id = NULL")


def test_a_second_subscription_stays_marked(subscription: Subscription) -> None:
    sql("UPDATE billing_subscription SET is_second = true")

    refused("history is not changed", "UPDATE billing_subscription SET is_second = false")


def test_a_paid_invoice_stays_paid(subscription: Subscription) -> None:
    refused("history is not changed", "UPDATE billing_invoice SET status = 'void'")
    refused("history is not changed", "UPDATE billing_invoice SET total = 1")


@pytest.mark.parametrize("table", ["invoice", "payment", "refund", "dispute"])
def test_a_row_is_in_the_book_of_what_it_is_of(subscription: Subscription, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
            " WHERE table_name = %s AND column_name NOT IN ('id', 'book')",
            [f"billing_{table}"],
        )
        [columns] = cursor.fetchone()
    refused(
        "in_the_book_of_its",
        f"INSERT INTO billing_{table} (book, {columns}) SELECT 'test', {columns} FROM billing_{table} LIMIT 1",
    )


def test_the_log_is_the_databases_and_has_each_change(subscription: Subscription) -> None:
    sql(EXTEND, paid_until(subscription) - timedelta(days=1))

    with connection.cursor() as cursor:
        cursor.execute("SELECT valid_until FROM billing_entitlementlog ORDER BY id")
        assert [until for (until,) in cursor.fetchall()] == [
            paid_until(subscription),
            paid_until(subscription) - timedelta(days=1),
        ]
    refused(
        "permission denied",
        "INSERT INTO billing_entitlementlog (entitlement_id, tier_id, version_id, valid_from, valid_until,"
        " may_generate, reason) SELECT id, tier_id, version_id, valid_from, valid_until, true, 'paid'"
        " FROM billing_entitlement",
    )


def test_what_writes_the_log_runs_on_no_other_table(subscription: Subscription) -> None:
    sql("CREATE TEMP TABLE mine (LIKE billing_entitlement)")

    refused(
        "permission denied",
        "CREATE TRIGGER forged AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION billing_check_entitlement()",
    )
