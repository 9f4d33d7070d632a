"""Record what the adapter asks of the stripe package, and answer each request with one object that has every field."""

import inspect
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import stripe
from stripe._stripe_service import StripeService

from billing.provider import Provider
from billing.provider.client import connect_client

ITEM = {"id": "si_1", "price": "price_1", "quantity": 1, "current_period_start": 1, "current_period_end": 2}
ANSWER: dict[str, Any] = {
    "id": "thing_1",
    "object": "thing",
    "url": "https://provider.example/",
    "status": "open",
    "payment_status": "unpaid",
    "reason": "general",
    "type": "charge",
    "currency": "eur",
    "customer": "cus_1",
    "product": "prod_1",
    "charge": "ch_1",
    "transfer": "tr_1",
    "schedule": "sub_sched_1",
    "discounts": ["di_1"],
    "metadata": {"checkout": "1"},
    "trial_end": 2,
    "active": True,
    "paid": True,
    "captured": True,
    "disputed": False,
    "livemode": False,
    "cancel_at_period_end": False,
    "items": {"object": "list", "data": [ITEM], "has_more": False},
    "lines": {"object": "list", "data": [], "has_more": True},
    "payments": {"object": "list", "data": [], "has_more": True},
    "period": {"start": 1, "end": 2},
    "balance_transactions": [],
    "available": [],
    "pending": [],
    "data": {"object": {"object": "charge", "id": "ch_1"}},
    "api_version": "2026-10-28.endive",
    **dict.fromkeys(["unit_amount", "amount", "fee", "net", "total", "created", "available_on", "expires_at"], 100),
}


RAW: dict[str, type] = {
    "/v1/subscriptions/": stripe.params.SubscriptionRetrieveParams,
    "/v1/payment_intents/": stripe.params.PaymentIntentRetrieveParams,
    "/v1/invoices": stripe.params.InvoiceListParams,
    "/v1/events": stripe.params.EventListParams,
    "/v1/refunds": stripe.params.RefundListParams,
    "/v1/disputes": stripe.params.DisputeListParams,
}
"""What is asked without the package's objects (`billing.provider.client.get`, `list_all`)."""


@dataclass(frozen=True)
class Request:
    """One request before it is encoded: `types` names the TypedDict of its parameters, where it has any."""

    method: str
    path: str
    params: Mapping[str, Any]
    types: type | None
    key: str | None


class CannedClient(stripe.HTTPClient):
    """Answers everything, without a network."""

    name = "canned"

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[str, int, Mapping[str, str]]:
        path = url.split("://", 1)[1].partition("/")[2].partition("?")[0]
        is_list = method == "get" and not re.search(r"(_1|/balance)$", f"/{path}")
        listed = {"object": "list", "data": [ANSWER], "has_more": False, "url": f"/{path}"}
        return json.dumps(listed if is_list else ANSWER), 200, {}

    def close(self) -> None:
        """Nothing is open."""


def record(monkeypatch: pytest.MonkeyPatch) -> tuple[Provider, list[Request]]:
    """A provider, and the requests that it will have made."""
    requests: list[Request] = []
    send = StripeService._request

    def note(self: StripeService, method: str, url: str, params: Any = None, options: Any = None, **others: Any) -> Any:
        types = params_type(type(self), sys._getframe(1).f_code.co_name)
        requests.append(Request(method, url, params or {}, types, (options or {}).get("idempotency_key")))
        return send(self, method, url, params, options, **others)

    ask = stripe.StripeClient.raw_request

    def note_raw(self: stripe.StripeClient, method: str, url: str, **params: Any) -> Any:
        [types] = (types for start, types in RAW.items() if url.startswith(start))
        requests.append(Request(method, url, params, types, None))
        return ask(self, method, url, **params)

    monkeypatch.setattr(StripeService, "_request", note)
    monkeypatch.setattr(stripe.StripeClient, "raw_request", note_raw)
    return Provider.of(connect_client("sk_test_1", http_client=CannedClient())), requests


def params_type(service: type, method: str) -> type | None:
    """The TypedDict that a method of the package takes, generated for the pinned version."""
    annotation = inspect.signature(getattr(service, method)).parameters["params"].annotation
    name = re.search(r"\w+Params", str(annotation))
    assert name, f"{service.__name__}.{method} takes {annotation}"
    places = [stripe.params, stripe.params.checkout, stripe.params.billing_portal]
    domain = service.__module__.split(".")[1]
    place = getattr(stripe.params, domain, None) if not domain.startswith("_") else stripe.params
    assert place in places, service.__module__
    found: type = getattr(place, name[0])
    return found
