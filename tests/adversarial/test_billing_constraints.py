"""Raw SQL with the app role against what the payment provider told us, and against customers: the database refuses."""

import pytest
from django.db import connection

from accounts import ages
from accounts.models import Person
from billing import webhooks
from billing.models import Customer, WebhookEvent
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.billing.test_webhooks import PAID

pytestmark = pytest.mark.django_db

NEW_EVENT = """
INSERT INTO billing_webhookevent (book, account, event_id, type, livemode, api_version, object_type, object_id, related,
    created, state, doubt, attempts, error, finished_at)
VALUES (%s, '', %s, 'invoice.paid', %s, '', 'invoice', 'in_9', '{}', now(), %s, %s, 0, '', %s)
"""
NEW_CUSTOMER = "INSERT INTO billing_customer (person_id, book, provider_id) VALUES (%s, %s, %s)"


@pytest.fixture
def event() -> WebhookEvent:
    webhooks.store([PAID], book="simulated")
    return WebhookEvent.objects.get()


@pytest.fixture
def fan() -> Person:
    return factories.create_fan("Ana")


@pytest.mark.parametrize("table", ["billing_webhookevent", "billing_customer"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_is_removed(event: WebhookEvent, fan: Person, table: str, statement: str) -> None:
    sql(NEW_CUSTOMER, fan.pk, "simulated", None)

    refused("permission denied", statement.format(table))


@pytest.mark.parametrize(
    "change",
    ["event_id = 'evt_2'", "object_id = 'in_2'", "book = 'live'", "livemode = true", "related = '{}'"],
)
def test_what_the_provider_told_is_not_changed(event: WebhookEvent, change: str) -> None:
    refused("permission denied", f"UPDATE billing_webhookevent SET {change}")


def test_an_event_is_stored_once_whoever_stores_it(event: WebhookEvent) -> None:
    sql(
        NEW_EVENT, "simulated", "evt_2", False, "received", None, None
    )  # it can be stored: the others fail for their reason

    refused("an_event_is_stored_once", NEW_EVENT, "simulated", "evt_1", False, "received", None, None)


@pytest.mark.parametrize(
    ("promise", "values"),
    [
        ("an_event_is_in_a_book", ("elsewhere", "evt_2", False, "received", None, None)),
        ("an_event_has_a_state", ("test", "evt_2", False, "lost", None, None)),
        ("an_event_has_an_id", ("test", "", False, "received", None, None)),
        ("an_event_of_another_mode", ("test", "evt_2", True, "received", None, None)),
        ("an_event_of_another_mode", ("live", "evt_2", False, "ignored", None, None)),
        ("only_what_is_doubted", ("test", "evt_2", False, "received", "mode", None)),
        ("only_what_is_doubted", ("test", "evt_2", False, "quarantined", None, None)),
        ("what_is_done_has_its_time", ("test", "evt_2", False, "done", None, None)),
        ("what_is_done_has_its_time", ("test", "evt_2", False, "received", None, "2099-01-01")),
        ("an_event_ends_after_it_came", ("test", "evt_2", False, "done", None, "2020-01-01")),
    ],
)
def test_an_event_that_cannot_be_is_not_stored(promise: str, values: tuple[object, ...]) -> None:
    refused(promise, NEW_EVENT, *values)


def test_the_time_at_which_an_event_came_is_the_databases() -> None:
    dated = NEW_EVENT.replace("finished_at)", "finished_at, received_at)").replace("%s)", "%s, '2000-01-01')")
    sql(dated, "test", "evt_2", False, "received", None, None)

    with connection.cursor() as cursor:
        cursor.execute("SELECT received_at > now() - interval '1 minute' FROM billing_webhookevent")
        assert cursor.fetchone() == (True,)


def test_what_is_done_stays_done_and_what_was_given_up_is_tried_again(event: WebhookEvent) -> None:
    move = "UPDATE billing_webhookevent SET state = %s, finished_at = CASE WHEN %s THEN statement_timestamp() END"

    sql(move, "dead", True)
    refused("history is not changed", move, "done", True)
    sql(move, "received", False)
    refused("history is not changed", move, "ignored", False)
    sql(move, "done", True)
    for state, ended in [("received", False), ("dead", True), ("quarantined", False)]:
        refused("history is not changed", move, state, ended)


def test_what_is_not_believed_is_never_worked_on() -> None:
    sql(NEW_EVENT, "test", "evt_2", True, "quarantined", "mode", None)

    refused("history is not changed", "UPDATE billing_webhookevent SET state = 'received'")
    refused("history is not changed", "UPDATE billing_webhookevent SET state = 'received', doubt = NULL")
    refused("history is not changed", "UPDATE billing_webhookevent SET doubt = 'version'")


def test_an_event_of_another_version_alone_is_believed_later(event: WebhookEvent) -> None:
    refused("history is not changed", "UPDATE billing_webhookevent SET state = 'quarantined', doubt = 'version'")
    sql(NEW_EVENT, "test", "evt_2", False, "quarantined", "version", None)
    of_version = "UPDATE billing_webhookevent SET state = %s, doubt = NULL WHERE event_id = 'evt_2'"

    refused("history is not changed", of_version, "ignored")
    sql(of_version, "received")


@pytest.mark.parametrize("age_band", ["13_15", "16_17"])
def test_nobody_under_18_becomes_a_customer(age_band: str, fan: Person) -> None:
    child = factories.create_fan("Ben", age_band=age_band)

    refused("nobody under 18 pays", NEW_CUSTOMER, child.pk, "simulated", None)
    sql(NEW_CUSTOMER, fan.pk, "simulated", None)
    ages.lower(fan, age_band, by=factories.get_staff(), reason="A parent wrote.")
    refused("nobody under 18 pays", "UPDATE billing_customer SET provider_id = 'cus_1'")


def test_a_customer_stays_who_it_is(fan: Person) -> None:
    other = factories.create_fan("Ben")
    sql(NEW_CUSTOMER, fan.pk, "simulated", None)
    sql("UPDATE billing_customer SET provider_id = 'cus_1'")

    refused("history is not changed", "UPDATE billing_customer SET provider_id = 'cus_2'")
    refused("history is not changed", "UPDATE billing_customer SET provider_id = NULL")
    refused("permission denied", "UPDATE billing_customer SET person_id = %s", other.pk)
    refused("a_person_is_one_customer", NEW_CUSTOMER, fan.pk, "simulated", "cus_2")
    refused("a_customer_is_one_person", NEW_CUSTOMER, other.pk, "simulated", "cus_1")
    refused("a_customers_id_is_not_empty", NEW_CUSTOMER, other.pk, "simulated", "")
    assert Customer.objects.get().provider_id == "cus_1"
