"""Read the provider's payment intents, charges, refunds and disputes."""

from datetime import datetime

from billing.provider.conversion import (
    Answer,
    amount,
    currency_of,
    id_of,
    metadata_of,
    movement,
    path,
    text,
    time,
    time_or_none,
)
from billing.provider_objects import ProviderCharge, ProviderDispute, ProviderPaymentIntent, ProviderRefund


def payment_intent(answer: Answer) -> ProviderPaymentIntent:
    error = answer.get("last_payment_error") or {}
    return ProviderPaymentIntent(
        id=answer["id"],
        customer=id_of(answer.get("customer")),
        status=answer["status"],
        currency=currency_of(answer),
        amount=amount(answer, "amount"),
        amount_capturable=amount(answer, "amount_capturable"),
        amount_received=amount(answer, "amount_received"),
        capture_before=_capture_before(answer.get("latest_charge")),
        latest_charge=id_of(answer.get("latest_charge")),
        last_error=text(error.get("decline_code") or error.get("code")),
        cancellation_reason=text(answer.get("cancellation_reason")),
        created=time(answer["created"]),
        metadata=metadata_of(answer),
        livemode=answer["livemode"],
    )


def charge(answer: Answer) -> ProviderCharge:
    return ProviderCharge(
        id=answer["id"],
        payment_intent=id_of(answer.get("payment_intent")),
        customer=id_of(answer.get("customer")),
        status=answer["status"],
        currency=currency_of(answer),
        amount=amount(answer, "amount"),
        amount_captured=amount(answer, "amount_captured"),
        amount_refunded=amount(answer, "amount_refunded"),
        is_paid=answer["paid"],
        is_captured=answer["captured"],
        is_disputed=answer["disputed"],
        capture_before=_capture_before(answer),
        movement=movement(answer.get("balance_transaction")),
        created=time(answer["created"]),
        metadata=metadata_of(answer),
        livemode=answer["livemode"],
    )


def refund(answer: Answer) -> ProviderRefund:
    return ProviderRefund(
        id=answer["id"],
        charge=id_of(answer.get("charge")),
        payment_intent=id_of(answer.get("payment_intent")),
        currency=currency_of(answer),
        amount=amount(answer, "amount"),
        status=text(answer.get("status")),
        movement=movement(answer.get("balance_transaction")),
        failure_movement=movement(answer.get("failure_balance_transaction")),
        created=time(answer["created"]),
        metadata=metadata_of(answer),
    )


def dispute(answer: Answer) -> ProviderDispute:
    return ProviderDispute(
        id=answer["id"],
        charge=id_of(answer["charge"]),
        payment_intent=id_of(answer.get("payment_intent")),
        currency=currency_of(answer),
        amount=amount(answer, "amount"),
        status=answer["status"],
        reason=answer["reason"],
        movements=tuple(filter(None, map(movement, answer["balance_transactions"]))),
        created=time(answer["created"]),
        livemode=answer["livemode"],
    )


def _capture_before(charge: object) -> datetime | None:
    return time_or_none(path(charge, "payment_method_details", "card", "capture_before"))
