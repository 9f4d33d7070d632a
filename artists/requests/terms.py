"""What an offer says: what a request costs, how many are free, and what a fan may choose."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from django.conf import settings

from ai import request_words
from artists.exceptions import InvalidRequest
from billing.exceptions import UnsupportedAmount, UnsupportedCurrency
from billing.provider.currencies import to_provider_units
from rights.money import format_money

MAX_FREE_TRIES = 20


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What every offer says of payment."""

    prices: Mapping[str, int]
    """In minor units, by currency. Without any, nobody can pay for it by card."""
    free_tries: int = 0
    """Of each fan."""

    def to_dict(self) -> dict[str, Any]:
        return {name: _plain(getattr(self, name)) for name in sorted(self.__dataclass_fields__)}

    def canonical(self) -> str:
        """The JSON text that is signed."""
        return json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))

    def list_payment_lines(self) -> list[str]:
        """What the artist signs of it, a line for each."""
        prices = [format_money(amount, currency) for currency, amount in sorted(self.prices.items())]
        return [
            f"A request costs {' or '.join(prices)}" if prices else "Nobody pays for a request by card",
            f"Free tries for each fan: {self.free_tries}",
        ]


@dataclass(frozen=True, slots=True)
class RequestTerms(OfferTerms):
    """The terms of an offer of messages. A principal signs them with the sentences of the version."""

    occasions: tuple[str, ...] = tuple(request_words.OCCASIONS)
    relations: tuple[str, ...] = tuple(request_words.RELATIONS)
    events: tuple[str, ...] = tuple(request_words.EVENTS)
    has_day: bool = True
    has_song: bool = True

    @classmethod
    def parse(cls, data: Any) -> Self:
        """Raises InvalidRequest, which says what to change."""
        prices, free_tries = read_payment(cls, data)
        lists: dict[str, Any] = {
            name: _parse_keys(name, data[name]) for name in ("occasions", "relations", "events") if name in data
        }
        flags = {name: data[name] for name in ("has_day", "has_song") if name in data}
        if not all(isinstance(value, bool) for value in flags.values()):
            raise InvalidRequest("Whether a fan may name a day or a song is true or false.")
        terms = cls(prices, free_tries, **lists, **flags)
        if not terms.occasions:
            raise InvalidRequest("Allow an occasion: a fan says what the message is for.")
        return terms

    def find_keys(self, slot: str) -> tuple[str, ...]:
        """What may be chosen for `occasion`, `relation` or `event`."""
        return {"occasion": self.occasions, "relation": self.relations, "event": self.events}[slot]

    def list_lines(self) -> list[str]:
        """What the artist signs, a line for each."""
        chosen = [
            f"{title}: {', '.join(words for _, words in request_words.list_choices(slot, self.find_keys(slot)))}"
            for slot, title in (("occasion", "Occasions"), ("relation", "Relations"), ("event", "Events"))
            if self.find_keys(slot)
        ]
        also = [what for what, has in (("a day", self.has_day), ("a song of yours", self.has_song)) if has]
        return [
            *self.list_payment_lines(),
            *chosen,
            *([f"A fan may name {' and '.join(also)}"] if also else []),
        ]


@lru_cache(maxsize=256)
def load_payment(canonical: str) -> OfferTerms:
    """What the signed terms of any offer say of payment."""
    data = json.loads(canonical)
    return OfferTerms(data["prices"], data["free_tries"])


@lru_cache(maxsize=256)
def load_terms(canonical: str) -> RequestTerms:
    """Signed terms, read once a process. What was signed is not checked again, since limits may have changed."""
    data = json.loads(canonical)
    lists = {name: tuple(data[name]) for name in ("occasions", "relations", "events")}
    return RequestTerms(**{**data, **lists})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return sorted(value)
    return dict(value) if isinstance(value, Mapping) else value


def _parse_keys(name: str, keys: Any) -> tuple[str, ...]:
    known: Collection[str] = request_words.LISTS[name.removesuffix("s")]
    if not isinstance(keys, list | tuple) or not all(isinstance(key, str) and key in known for key in keys):
        raise InvalidRequest(f"The {name} are a list of some of {', '.join(known)}.")
    return tuple(sorted(set(keys)))


def read_payment(kind: type[OfferTerms], data: Any) -> tuple[dict[str, int], int]:
    """The prices and the free tries of terms of this kind. Raises InvalidRequest."""
    names = kind.__dataclass_fields__.keys()
    if not isinstance(data, Mapping) or data.keys() - names:
        raise InvalidRequest(f"The terms of an offer have {', '.join(names)}, and nothing else.")
    free_tries = data.get("free_tries", 0)
    if type(free_tries) is not int or not 0 <= free_tries <= MAX_FREE_TRIES:
        raise InvalidRequest(f"From 0 to {MAX_FREE_TRIES} free tries for each fan.")
    return _parse_prices(data.get("prices", {})), free_tries


def _parse_prices(prices: Any) -> dict[str, int]:
    if not isinstance(prices, Mapping):
        raise InvalidRequest("The prices are amounts in minor units by currency.")
    for currency, amount in prices.items():
        limits = settings.TIER_PRICES.get(currency)
        if limits is None:
            raise InvalidRequest(f"A price is in one of {', '.join(settings.TIER_PRICES)}.")
        if type(amount) is not int or not limits[0] <= amount <= limits[1]:
            least, most = (format_money(limit, currency) for limit in limits)
            raise InvalidRequest(f"A request costs {least} to {most}.")
        try:
            to_provider_units(amount, currency)
        except (UnsupportedAmount, UnsupportedCurrency) as error:
            raise InvalidRequest(str(error)) from error
    return dict(sorted(prices.items()))
