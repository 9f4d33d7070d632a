"""The terms of an order, as they are shown before the button and stored with the order, word for word."""

from collections.abc import Iterable
from typing import NamedTuple

from accounts import consents
from accounts.models import Consent, Person
from billing.exceptions import TermsChanged
from billing.models import TierPrice
from billing.tier_terms import Price, TierTerms
from rights.money import format_money

VERSION = 2
"""Of the sentences below. Another number whenever they change."""
IMMEDIATE_START = (
    "Start today. I know that I can then no longer take it back within 14 days, because what I pay for has begun."
)
"""The express consent without which a paid service begins only after 14 days (EU)."""
SAID_CHANGED = "The terms are not what you saw any more, and nothing was ordered. Read them again, then decide."


class Term(NamedTuple):
    """A line of the terms."""

    about: str
    sentence: str


def write_price(price: TierPrice) -> str:
    """For example "€4.00 a month"."""
    return str(Price(price.interval, price.currency, price.amount))


def list_terms(price: TierPrice, *, trial_days: int = 0) -> list[Term]:
    """The terms of an order at this price, which has its version. `trial_days` are free at the start."""
    amount = format_money(price.amount, price.currency)
    return [*_list_dues(amount, price.interval, trial_days), *_list_what_stays(price)]


def list_change_terms(old: TierPrice, new: TierPrice, *, is_later: bool) -> list[Term]:
    """The terms of another price in place of the one that a fan has."""
    amount, period = format_money(new.amount, new.currency), new.interval
    if is_later:
        today = "Nothing. The change begins with your next period."
    elif old.interval == new.interval:
        today = "The difference for the rest of your period, tax included. You see it before you confirm."
    else:
        today = f"{amount} for a {period}, less what is left of your {old.interval}. You see it before you confirm."
    begins = "From the next period on" if is_later else "Then"
    due = Term(begins, f"{amount} every {period} until you cancel.")
    return [Term("Today", today), due, *_list_what_stays(new)]


def _list_dues(amount: str, period: str, trial_days: int) -> list[Term]:
    if trial_days:
        free = f"Nothing for {trial_days} days. Cancel before they are over and nothing is charged. You get this once."
        return [Term("Today", free), Term("Then", f"{amount} every {period} until you cancel, tax included.")]
    return [
        Term("Today", f"{amount} for the first {period}, tax included."),
        Term("Then", f"{amount} every {period} until you cancel."),
    ]


def _list_what_stays(price: TierPrice) -> list[Term]:
    """The terms that say nothing of what is due, and are the same for a first price and another one."""
    included = TierTerms.of(price.version)
    terms = [
        Term("You get", "; ".join(included.list_included()) + "."),
        Term("Cancel", f"Any day, no reason asked. It runs to the end of the {price.interval} you paid."),
        Term("If the price changes", "Not for you. New terms are offered, and you may stay on these."),
    ]
    if included.requests_a_month:
        terms.append(Term("A request that is turned down", "Does not count. You can use it for 30 days at least."))
    return terms


def write_paper(price: TierPrice, *, trial_days: int = 0) -> str:
    """Everything that the fan agrees to, as text."""
    return _write(price, list_terms(price, trial_days=trial_days), IMMEDIATE_START)


def write_change_paper(old: TierPrice, new: TierPrice, *, is_later: bool) -> str:
    """Everything that the fan agrees to who takes another price, as text."""
    listed = list_change_terms(old, new, is_later=is_later)
    return _write(new, listed, *([] if is_later else [IMMEDIATE_START]))


def require_shown(paper: str, words_hash: str) -> None:
    """Raises TermsChanged where the fan was shown other words than these."""
    if consents.digest(paper) != words_hash:
        raise TermsChanged(SAID_CHANGED)


def give_consent(person: Person, price: TierPrice, paper: str) -> Consent:
    """Record that a person agreed to the words of an order at this price, or of a change to it."""
    return consents.give(person, f"tier:{price.version.tier_id}", VERSION, paper)


def _write(price: TierPrice, listed: Iterable[Term], *ending: str) -> str:
    version = price.version
    heading = f"{version.tier.artist.name}: {version.name}, terms {version.version} ({version.terms_hash})"
    return "\n".join([heading, *(f"{term.about}: {term.sentence}" for term in listed), *ending])
