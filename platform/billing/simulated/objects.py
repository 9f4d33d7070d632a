"""The shape of each object that FakeStripe answers: its fields, all empty, and the prefix of its ids."""

import json
from pathlib import Path
from typing import Any

import msgspec

type Object = dict[str, Any]

API_VERSION = "2026-10-28.endive"
BLANK_OBJECTS: dict[str, Object] = json.loads(Path(__file__).with_name("blank_objects.json").read_text())
"""Every required or nullable field of each kind, from the provider's official schema. Tests compare both."""
_BLANK_TEXTS = {kind: msgspec.json.encode(fields) for kind, fields in BLANK_OBJECTS.items()}

PREFIXES = {
    "customer": "cus",
    "product": "prod",
    "price": "price",
    "coupon": "coupon",
    "discount": "di",
    "checkout.session": "cs",
    "billing_portal.configuration": "bpc",
    "billing_portal.session": "bps",
    "subscription": "sub",
    "subscription_item": "si",
    "subscription_schedule": "sub_sched",
    "invoice": "in",
    "line_item": "il",
    "invoice_payment": "inpay",
    "payment_method": "pm",
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "dispute": "dp",
    "transfer": "tr",
    "transfer_reversal": "trr",
    "account": "acct",
    "balance_transaction": "txn",
    "payout": "po",
    "event": "evt",
}
KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def blank(kind: str) -> Object:
    """A new object of this kind whose fields are all empty."""
    made: Object = msgspec.json.decode(_BLANK_TEXTS[kind])  # faster than a deep copy
    return made


def copy(made: Object) -> Object:
    """A copy that shares nothing with it."""
    copied: Object = msgspec.json.decode(msgspec.json.encode(made))
    return copied


def find_kind(identifier: str) -> str | None:
    """The kind of object that an id such as `sub_sim_…` names."""
    prefix, found, _ = identifier.partition("_sim_")
    return KINDS.get(prefix) if found else None


def list_of(data: list[Object], url: str, *, has_more: bool = False) -> Object:
    """A list as Stripe answers it."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
