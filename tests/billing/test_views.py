"""The address of the webhooks believes what is signed, stores it once and answers at once."""

import logging

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from billing.models import WebhookEvent
from billing.views import MAX_BODY_BYTES, REFUSALS_PER_MINUTE
from tests.billing.provider.events import encode, event, sign

pytestmark = pytest.mark.django_db

URL = "/webhooks/stripe/"


def secret() -> str:
    return django_settings.STRIPE_WEBHOOK_SECRETS[0]


def post(body: bytes, header: str | None = None) -> int:
    """The status of the answer to a body, which is signed as the simulated provider does unless a header is given."""
    signature = sign(body, secret()) if header is None else header
    client = Client(enforce_csrf_checks=True)
    answer = client.post(URL, body, content_type="application/json", headers={"stripe-signature": signature})
    return answer.status_code


def test_a_signed_event_is_stored_without_a_session() -> None:
    assert post(encode(event())) == 200

    row = WebhookEvent.objects.get()
    assert (row.book, row.event_id, row.state, row.object_id) == ("simulated", "evt_1", "received", "in_1")


def test_of_a_fan_only_ids_are_stored() -> None:
    post(encode(event()))

    assert "fan@fanfare.example" not in str(WebhookEvent.objects.values().get())


def test_an_event_that_comes_again_is_accepted_and_stored_once() -> None:
    assert [post(encode(event())), post(encode(event()))] == [200, 200]

    assert WebhookEvent.objects.count() == 1


def test_storing_an_event_takes_one_query(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        post(encode(event()))


@pytest.mark.parametrize(
    "header",
    ["", "t=1,v1=00", "t=1,v1=\xe9", sign(encode(event()), "whsec_of_somebody")],
    ids=["none", "wrong", "no ASCII", "of another secret"],  # two processes must name a test alike
)
def test_what_is_not_signed_with_our_secret_is_refused(header: str) -> None:
    assert post(encode(event()), header) == 400
    assert WebhookEvent.objects.count() == 0


def test_what_is_signed_and_no_event_is_refused() -> None:
    assert [post(b"nothing"), post(b"\xff"), post(encode({"object": "v2.core.event"}))] == [400, 400, 400]


def test_an_event_of_live_mode_is_accepted_and_never_worked_on() -> None:
    assert post(encode(event(livemode=True))) == 200
    assert WebhookEvent.objects.get().state == "quarantined"


def test_a_body_that_no_event_has_is_refused() -> None:
    room = MAX_BODY_BYTES - len(encode(event(more="")))

    assert post(encode(event(more="x" * room))) == 200
    assert post(encode(event(more="x" * (room + 1)))) == 413
    assert WebhookEvent.objects.count() == 1


def test_nobody_fills_the_log_and_what_is_signed_is_never_limited(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "billing"):
        statuses = [post(b"{}", "t=1,v1=00") for _ in range(REFUSALS_PER_MINUTE + 2)]

    assert statuses == [400] * REFUSALS_PER_MINUTE + [429, 429]
    assert len([record for record in caplog.records if record.name == "billing.views"]) == REFUSALS_PER_MINUTE
    assert post(encode(event())) == 200


def test_where_payments_are_off_there_is_no_such_address(settings: Settings) -> None:
    settings.PAYMENTS = "off"

    assert post(encode(event())) == 404


def test_the_address_takes_posts_alone() -> None:
    answer = Client().get(URL)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
