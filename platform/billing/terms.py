"""The terms of an order, as they are shown before the button and stored with the order, word for word."""

from collections.abc import Iterable
from typing import NamedTuple

from accounts import consents
from accounts.models import Consent, Person
from billing.exceptions import TermsChanged
from billing.introductory_prices import IntroductoryPrice
from billing.models import Interval, TierPrice
from billing.tier_terms import Price, TierTerms
from rights.money import format_money

VERSION = 4
"""Of the sentences below. Another number whenever they change."""
IMMEDIATE_START = (
    "Start today. I know that I can then no longer take it back within 14 days, because what I pay for has begun."
)
"""The express consent without which a paid service begins only after 14 days (EU)."""
FULL_PRICE = IntroductoryPrice()
SAID_CHANGED = "The terms are not what you saw any more, and nothing was ordered. Read them again, then decide."


class Term(NamedTuple):
    """A line of the terms."""

    about: str
    sentence: str


def write_price(price: TierPrice, introductory: IntroductoryPrice = FULL_PRICE) -> str:
    """For example "€4.00 a month", or with a promotion "€2.80 a month for 3 months, then €4.00"."""
    promotion = introductory.promotion
    if promotion is None:
        return str(Price(price.interval, price.currency, price.amount))
    first, full = _format_first(price, introductory), format_money(price.amount, price.currency)
    if price.interval == Interval.MONTH and promotion.months > 1:
        return f"{first} a month for {promotion.months} months, then {full}"
    return f"{first} for the first {price.interval}, then {full}"


def list_terms(price: TierPrice, introductory: IntroductoryPrice = FULL_PRICE) -> list[Term]:
    """The terms of an order at this price, which has its version."""
    return [*_list_dues(price, introductory), *_list_what_stays(price)]


def list_change_terms(old: TierPrice, new: TierPrice, *, is_later: bool, is_lower: bool = False) -> list[Term]:
    """The terms of another price in place of the one that a fan has. `is_lower`: a promotion lowers that one now."""
    amount, period = format_money(new.amount, new.currency), new.interval
    if is_later:
        today = "Nothing. The change begins with your next period."
    elif old.interval == new.interval:
        today = "The difference for the rest of your period, tax included. You see it before you confirm."
    else:
        today = f"{amount} for a {period}, less what is left of your {old.interval}. You see it before you confirm."
    begins = "From the next period on" if is_later else "Then"
    due = Term(begins, f"{amount} every {period} until you cancel.")
    lost = [Term("Your promotion", "It is of your tier of now, and ends with the change.")] if is_lower else []
    return [Term("Today", today), due, *lost, *_list_what_stays(new)]


def _list_dues(price: TierPrice, introductory: IntroductoryPrice) -> list[Term]:
    amount, period = format_money(price.amount, price.currency), price.interval
    if days := introductory.trial_days:
        free = f"Nothing for {days} days. Cancel before they are over and nothing is charged. You get this once."
        return [Term("Today", free), Term("Then", f"{amount} every {period} until you cancel, tax included.")]
    first, promotion = _format_first(price, introductory), introductory.promotion
    then = f"{amount} every {period} until you cancel."
    if promotion is None:
        return [Term("Today", f"{first} for the first {period}, tax included."), Term("Then", then)]
    if period == Interval.MONTH and promotion.months > 1:
        then = f"{first} a month until you have paid {promotion.months} months. After that {then}"
    return [
        Term("Today", f"{first} for the first {period}, tax included."),
        Term("Then", then),
        Term("The promotion", _describe_promotion(price, promotion.percent)),
    ]


def _describe_promotion(price: TierPrice, percent: int) -> str:
    once = f"{percent} % off, for each fan once of all promotions of this artist. It ends if you change the tier."
    return f"{once} It takes the place of the free days." if price.version.trial_days else once


def _format_first(price: TierPrice, introductory: IntroductoryPrice) -> str:
    return format_money(introductory.compute_first_amount(price), price.currency)


def _list_what_stays(price: TierPrice) -> list[Term]:
    """The terms that say nothing of what is due, and are the same for a first price and another one."""
    included = TierTerms.of(price.version)
    terms = [
        Term("You get", "; ".join(included.list_included()) + "."),
        Term("Cancel", f"Any day, no reason asked. It runs to the end of the {price.interval} you paid."),
        Term("If the price changes", "Not for you. New terms are offered, and you may stay on these."),
    ]
    if included.programs:
        shown = "They come if you let the artist write to you. The team then sees that you have this tier."
        terms.append(Term("Messages for fans of this tier", shown))
    if included.requests_a_month:
        terms.append(Term("A request that is turned down", "Does not count. You can use it for 30 days at least."))
    return terms


def write_paper(price: TierPrice, introductory: IntroductoryPrice = FULL_PRICE) -> str:
    """Everything that the fan agrees to, as text."""
    return _write(price, list_terms(price, introductory), IMMEDIATE_START)


def write_change_paper(old: TierPrice, new: TierPrice, *, is_later: bool, is_lower: bool = False) -> str:
    """Everything that the fan agrees to who takes another price, as text."""
    listed = list_change_terms(old, new, is_later=is_later, is_lower=is_lower)
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
