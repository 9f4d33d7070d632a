"""What the provider tells us is stored once, and what is not meant for us is not worked on."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from billing import webhooks
from billing.models import WebhookEvent
from billing.provider import API_VERSION
from billing.provider_objects import ProviderEvent

pytestmark = pytest.mark.django_db

PAID = ProviderEvent(
    id="evt_1",
    type="invoice.paid",
    created=datetime(2026, 11, 26, 20, tzinfo=UTC),
    livemode=False,
    api_version=API_VERSION,
    account="",
    object_type="invoice",
    object_id="in_1",
    related={"customer": "cus_1", "subscription": "sub_1"},
)


def stored() -> WebhookEvent:
    return WebhookEvent.objects.get()


def test_an_event_waits_with_the_ids_of_its_object() -> None:
    webhooks.store([PAID], book="test")

    row = stored()
    assert (row.state, row.doubt, row.attempts) == ("received", None, 0)
    assert (row.object_type, row.object_id, row.related) == ("invoice", "in_1", dict(PAID.related))
    assert row.created == PAID.created


def test_an_event_that_comes_again_changes_nothing() -> None:
    webhooks.store([PAID], book="test")
    WebhookEvent.objects.update(attempts=3)

    webhooks.store([PAID, PAID, replace(PAID, type="invoice.voided")], book="test")

    assert (stored().attempts, stored().type) == (3, "invoice.paid")


def test_an_id_is_of_its_account_and_of_its_book() -> None:
    of_payee = replace(PAID, account="acct_1", object_type="account", object_id="acct_1")
    webhooks.store([PAID, of_payee], book="test")
    webhooks.store([PAID], book="simulated")

    assert WebhookEvent.objects.count() == 3


@pytest.mark.parametrize(
    ("event", "book", "state", "doubt"),
    [
        (PAID, "simulated", "received", None),
        (PAID, "live", "quarantined", "mode"),
        (replace(PAID, livemode=True), "test", "quarantined", "mode"),
        (replace(PAID, livemode=True), "simulated", "quarantined", "mode"),
        (replace(PAID, livemode=True), "live", "received", None),
        (replace(PAID, api_version="2025-03-31.basil"), "test", "quarantined", "version"),
        (replace(PAID, api_version=""), "test", "quarantined", "version"),
        (replace(PAID, account="acct_of_somebody"), "test", "quarantined", "account"),
        (replace(PAID, account="acct_1", object_type="account", object_id="acct_1"), "test", "received", None),
        (replace(PAID, type="product.updated", object_type="product"), "test", "ignored", None),
    ],
)
def test_what_is_not_meant_for_us_is_put_aside(event: ProviderEvent, book: str, state: str, doubt: str | None) -> None:
    webhooks.store([event], book=book)

    assert (stored().state, stored().doubt) == (state, doubt)


def test_an_event_that_was_listed_is_of_the_version_of_the_account_and_believed() -> None:
    webhooks.store([replace(PAID, api_version="2025-03-31.basil")], book="test", is_listed=True)
    webhooks.store([replace(PAID, id="evt_2", livemode=True)], book="test", is_listed=True)

    assert list(WebhookEvent.objects.order_by("id").values_list("state", flat=True)) == ["received", "quarantined"]


def test_an_event_of_another_version_is_worked_on_once_it_is_listed() -> None:
    older = replace(PAID, api_version="2025-03-31.basil")
    of_somebody = replace(PAID, id="evt_2", account="acct_of_somebody")
    live = replace(PAID, id="evt_3", livemode=True)
    webhooks.store([older, of_somebody, live], book="test")

    webhooks.store([older, of_somebody, live], book="test", is_listed=True)

    rows = list(WebhookEvent.objects.order_by("event_id").values_list("state", "doubt"))
    assert rows == [("received", None), ("quarantined", "account"), ("quarantined", "mode")]


def test_many_events_are_stored_with_one_query(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        webhooks.store([replace(PAID, id=f"evt_{number}") for number in range(100)], book="test")

    assert WebhookEvent.objects.count() == 100
