"""Read the provider's answers: ids, amounts and times out of its objects."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from stripe import StripeObject

from billing.provider.currencies import from_provider_units
from billing.provider_objects import BalanceMovement

type Answer = Mapping[str, Any]


def read(answer: StripeObject) -> Answer:
    """All of an object as dictionaries and lists, which say what is missing with `get`."""
    return answer.to_dict()


def id_of(value: Any) -> str:
    """The id of what is named or was expanded; empty if nothing is there."""
    if value is None or isinstance(value, str):  # nearly all are, and to ask for a Mapping takes ten times as long
        return value or ""
    found = value.get("id") if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""


def ids_of(values: list[Any] | None) -> tuple[str, ...]:
    return tuple(filter(None, map(id_of, values or [])))


def text(value: Any) -> str:
    """Text as it is, and empty for None."""
    return value or ""


def path(answer: Any, *names: str) -> Any:
    """What is at the end of the names, or None where one of them is missing."""
    for name in names:
        if not isinstance(answer, Mapping):
            return None
        answer = answer.get(name)
    return answer


def currency_of(answer: Answer) -> str:
    return str(answer["currency"]).upper()


def amount(answer: Answer, name: str) -> int:
    """An amount in the currency of the answer; 0 if there is none."""
    return from_provider_units(answer.get(name) or 0, currency_of(answer))


def time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def time_or_none(seconds: int | None) -> datetime | None:
    return None if seconds is None else time(seconds)


def metadata_of(answer: Answer) -> dict[str, str]:
    return dict(answer.get("metadata") or {})


def movement(value: Any) -> BalanceMovement | None:
    """A balance transaction that was expanded; None where there is none."""
    if not isinstance(value, Mapping):
        return None
    currency, rate = currency_of(value), value.get("exchange_rate")
    return BalanceMovement(
        id=value["id"],
        type=value["type"],
        currency=currency,
        amount=from_provider_units(value["amount"], currency),
        fee=from_provider_units(value["fee"], currency),
        net=from_provider_units(value["net"], currency),
        exchange_rate=None if rate is None else Decimal(str(rate)),  # JSON gives a float; its shortest text is exact
        created=time(value["created"]),
        available_on=time(value["available_on"]),
        source=id_of(value.get("source")),
    )
