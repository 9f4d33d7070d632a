"""Connect to Stripe's API, with timeouts and retries, and turn its errors into ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import stripe
from stripe._base_address import BaseAddresses

from billing import exceptions
from billing.exceptions import ProviderError

API_VERSION = "2026-10-28.endive"
"""What requests, answers and webhooks look like. An endpoint at Stripe is made for the same version."""
MAX_RETRIES = 2
TIMEOUT_SECONDS = (3, 20)
"""To connect, and for each answer. Stripe's own default waits 80 seconds."""

_STATE_CODES = frozenset(
    {
        "amount_too_large",
        "charge_already_captured",
        "charge_already_refunded",
        "charge_disputed",
        "charge_expired_for_capture",
        "charge_not_refundable",
        "payment_intent_unexpected_state",
        "transfer_source_balance_parameters_mismatch",
    }
)


def connect_client(secret_key: str, url: str = "", http_client: stripe.HTTPClient | None = None) -> stripe.StripeClient:
    """A client of Stripe, or of the server at `url`. A test may bring its own way to send requests."""
    stripe.enable_telemetry = False  # it would report times to Stripe, and write a file into the home folder
    addresses: BaseAddresses = {"api": url, "connect": url, "files": url, "meter_events": url} if url else {}
    return stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        max_network_retries=MAX_RETRIES,
        http_client=http_client or stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        base_addresses=addresses,
    )


def get(client: stripe.StripeClient, path: str, params: Mapping[str, object]) -> Mapping[str, Any]:
    """What the provider has, as it stands in the answer.

    For what is fetched for each event: to make the package's objects takes longer than to ask.
    """
    answer: Mapping[str, Any] = client.raw_request("get", path, **params).data
    return answer


def list_all(client: stripe.StripeClient, path: str, params: Mapping[str, object]) -> Iterator[Mapping[str, Any]]:
    """All of a list, page by page. See `get`."""
    page = get(client, path, params)
    yield from page["data"]
    while page["has_more"]:
        page = get(client, path, {**params, "starting_after": page["data"][-1]["id"]})
        yield from page["data"]


@contextmanager
def errors_translated() -> Iterator[None]:
    """Raise our exception for what the package raises. The answer's body stays out of it: it can hold personal data."""
    try:
        yield
    except stripe.StripeError as error:
        raise _translate(error) from None


def _translate(error: stripe.StripeError) -> ProviderError:
    sentence, code, request = error.user_message or type(error).__name__, error.code or "", error.request_id or ""
    if isinstance(error, stripe.CardError):
        decline_code = str(getattr(error.error, "decline_code", None) or "")
        return exceptions.CardDeclined(sentence, code=code, request=request, decline_code=decline_code)
    return _exception_for(error, code)(sentence, code=code, request=request)


def _exception_for(error: stripe.StripeError, code: str) -> type[ProviderError]:
    if isinstance(error, stripe.IdempotencyError):
        return exceptions.IdempotencyConflict
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return exceptions.AccessRefused
    if isinstance(error, stripe.InvalidRequestError):
        return _refusal(error, code)
    return exceptions.ProviderUnavailable


def _refusal(error: stripe.InvalidRequestError, code: str) -> type[ProviderError]:
    if code == "resource_missing" or error.http_status == 404:
        return exceptions.NotFound
    if code == "balance_insufficient":
        return exceptions.InsufficientBalance
    return exceptions.UnexpectedState if code in _STATE_CODES else exceptions.InvalidRequest
