"""Verify a webhook and read its event. Whatever is not certain is refused."""

import json
import re
import time
from collections.abc import Sequence

import stripe

from billing.exceptions import InvalidWebhook
from billing.provider.events import read_event
from billing.provider_objects import ProviderEvent

TOLERANCE_SECONDS = 300
"""How old a signature may be, and how far ahead of our clock. The package itself looks at the past alone."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9_.]{1,255}")


def parse_webhook(body: bytes, header: str, secrets: Sequence[str]) -> ProviderEvent:
    """The event of a webhook that somebody signed who knows one of the secrets. Raises InvalidWebhook.

    Several secrets are of several endpoints: one for the platform's own events and one for those of payees.
    """
    for secret in secrets:
        if _is_signed(body, header, secret):
            return _read(body)
    raise InvalidWebhook("No secret of ours signed this, or not within the last minutes.")


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    if not header.isascii():  # the package compares it with what cannot be compared, and raises TypeError
        return False
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):  # ValueError: the body is no UTF-8
        return False
    return _signed_at(header) <= time.time() + TOLERANCE_SECONDS


def _signed_at(header: str) -> int:
    """The time that was verified: the package reads the header so, too."""
    parts = [part.split("=") for part in header.split(",")]
    return next(int(part[1]) for part in parts if part[0] == "t")


def _read(body: bytes) -> ProviderEvent:
    try:
        answer = json.loads(body)
        if answer["object"] != "event":
            raise InvalidWebhook(f"This is no event: {answer['object']!r}.")
        event = read_event(answer)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, OSError) as error:
        raise InvalidWebhook(f"The body is no event: {type(error).__name__}.") from None
    named = filter(None, [event.account, event.object_id, *event.related.values()])
    if not all(map(_IDENTIFIER.fullmatch, [event.id, event.type, event.object_type, *named])):
        raise InvalidWebhook("The ids of the event are none that can be stored.")
    return event
