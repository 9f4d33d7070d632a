"""The client waits and repeats as we say, and what goes wrong becomes an exception of ours."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests
import stripe

from billing import exceptions
from billing.exceptions import ProviderError
from billing.provider import API_VERSION, Provider
from billing.provider.client import MAX_RETRIES, TIMEOUT_SECONDS, connect_client

type Reply = tuple[int, dict[str, Any]] | Exception


class ScriptedClient(stripe.HTTPClient):
    """Gives the replies in turn, and remembers the requests."""

    name = "scripted"

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self.replies = list(replies)
        self.requests: list[tuple[str, str, Mapping[str, str]]] = []

    def request(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[str, int, Mapping[str, str]]:
        self.requests.append((method, url, dict(headers)))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return json.dumps(reply[1]), reply[0], {"request-id": "req_1"}

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda self, *arguments, **options: 0)


def error(status: int, **fields: str) -> Reply:
    return status, {"error": {"message": "The provider says no.", **fields}}


def failure(*replies: Reply) -> ProviderError:
    provider = Provider.of(connect_client("sk_test_1", http_client=ScriptedClient(*replies)))
    with pytest.raises(ProviderError) as caught:
        provider.payments.capture("pi_1", key="k")
    return caught.value


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error(402, type="card_error", code="card_declined", decline_code="lost_card"), exceptions.CardDeclined),
        (error(404, type="invalid_request_error", code="resource_missing"), exceptions.NotFound),
        (error(400, type="invalid_request_error", code="payment_intent_unexpected_state"), exceptions.UnexpectedState),
        (error(400, type="invalid_request_error", code="charge_expired_for_capture"), exceptions.UnexpectedState),
        (error(400, type="invalid_request_error", code="balance_insufficient"), exceptions.InsufficientBalance),
        (error(400, type="invalid_request_error", code="parameter_unknown"), exceptions.InvalidRequest),
        (error(400, type="idempotency_error"), exceptions.IdempotencyConflict),
        (error(401, type="invalid_request_error"), exceptions.AccessRefused),
        (error(403, type="invalid_request_error"), exceptions.AccessRefused),
        (error(429, type="invalid_request_error", code="rate_limit"), exceptions.ProviderUnavailable),
    ],
)
def test_a_refusal_becomes_an_exception_of_ours(reply: Reply, kind: type[ProviderError]) -> None:
    found = failure(reply)

    assert (type(found), str(found), found.request) == (kind, "The provider says no.", "req_1")
    assert found.__cause__ is None  # the package's own exception holds the whole body


def test_why_a_card_was_declined_is_kept() -> None:
    found = failure(error(402, type="card_error", code="card_declined", decline_code="lost_card"))

    assert isinstance(found, exceptions.CardDeclined)
    assert (found.code, found.decline_code) == ("card_declined", "lost_card")


@pytest.mark.parametrize(
    "reply",
    [error(500, type="api_error"), error(503, type="api_error"), stripe.APIConnectionError("reset", should_retry=True)],
)
def test_what_may_have_happened_is_asked_again_with_the_same_key(reply: Reply) -> None:
    client = ScriptedClient(*[reply] * (MAX_RETRIES + 1))
    provider = Provider.of(connect_client("sk_test_1", http_client=client))

    with pytest.raises(exceptions.ProviderUnavailable):
        provider.payments.capture("pi_1", key="capture:7")

    assert [headers["Idempotency-Key"] for _, _, headers in client.requests] == ["capture:7"] * (MAX_RETRIES + 1)


def test_a_retry_that_succeeds_is_a_success() -> None:
    client = ScriptedClient(error(500, type="api_error"), (200, {"id": "cus_1", "object": "customer", "deleted": True}))
    provider = Provider.of(connect_client("sk_test_1", http_client=client))

    assert provider.customers.fetch("cus_1").is_deleted


def test_an_error_further_on_in_a_list_is_one_of_ours() -> None:
    page = {"object": "list", "url": "/v1/transfers", "has_more": True, "data": [transfer()]}
    client = ScriptedClient((200, page), error(401, type="invalid_request_error"))
    transfers = Provider.of(connect_client("sk_test_1", http_client=client)).transfers.list_of("payout-9")

    assert next(transfers).id == "tr_1"
    with pytest.raises(exceptions.AccessRefused):
        next(transfers)


def transfer() -> dict[str, Any]:
    amounts = {"amount": 900, "amount_reversed": 0, "currency": "eur"}
    return {"id": "tr_1", "object": "transfer", "created": 1, "livemode": False, **amounts}


def test_each_request_says_the_version_and_reports_nothing_about_us(monkeypatch: pytest.MonkeyPatch) -> None:
    client = ScriptedClient(*[(200, {"id": "cus_1", "object": "customer"})] * 2)
    provider = Provider.of(connect_client("sk_test_1", http_client=client))
    provider.customers.fetch("cus_1")
    provider.customers.fetch("cus_1")

    assert [headers["Stripe-Version"] for _, _, headers in client.requests] == [API_VERSION] * 2
    assert [headers.get("X-Stripe-Client-Telemetry") for _, _, headers in client.requests] == [None, None]


def test_the_answer_is_not_awaited_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts = []

    def send(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
        timeouts.append((url, options["timeout"]))
        raise requests.Timeout

    monkeypatch.setattr(requests.Session, "request", send)
    provider = Provider.of(connect_client("sk_test_1", "http://127.0.0.1:1"))

    with pytest.raises(exceptions.ProviderUnavailable):
        provider.customers.fetch("cus_1")
    assert timeouts == [("http://127.0.0.1:1/v1/customers/cus_1", TIMEOUT_SECONDS)] * (MAX_RETRIES + 1)


def test_a_subscription_that_has_ended_already_stays_ended() -> None:
    ended = {"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "canceled", "currency": "eur"}
    ended |= {"items": {"object": "list", "data": []}, "created": 1, "cancel_at_period_end": False, "livemode": False}
    client = ScriptedClient(error(404, type="invalid_request_error", code="resource_missing"), (200, ended))

    found = Provider.of(connect_client("sk_test_1", http_client=client)).subscriptions.cancel_now("sub_1")

    assert found.status == "canceled"
