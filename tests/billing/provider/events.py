"""Webhooks as the provider sends them, signed with the package's own function."""

import json
from typing import Any

import stripe

from billing.provider import API_VERSION

SECRET = "whsec_of_this_test"


def event(event_id: str = "evt_1", **changes: Any) -> dict[str, Any]:
    """A snapshot event about a paid invoice of a subscription."""
    invoice = {
        "id": "in_1",
        "object": "invoice",
        "customer": "cus_1",
        "customer_email": "fan@fanfare.example",
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}},
    }
    return {
        "id": event_id,
        "object": "event",
        "type": "invoice.paid",
        "created": 1_793_491_200,
        "livemode": False,
        "api_version": API_VERSION,
        "data": {"object": invoice},
        **changes,
    }


def encode(content: object) -> bytes:
    return json.dumps(content).encode()


def sign(body: bytes, secret: str = SECRET, *, at: int | None = None) -> str:
    return stripe.WebhookSignature.generate_signature_header(body.decode(errors="replace"), secret, at)
