"""What pays for a fan's next request: a free try, then a request of the fan's tier, then the card."""

from dataclasses import dataclass

from babel.numbers import get_territory_currencies
from django.conf import settings

from accounts.models import AgeBand, Person
from artists.exceptions import NotOffered
from artists.models import ExperienceRequest, ProgramVersion
from artists.requests.terms import OfferTerms, load_payment
from billing import offers, request_credits
from billing.models import Authorisation

PaidBy = ExperienceRequest.PaidBy


@dataclass(frozen=True, slots=True)
class Price:
    """What pays for a fan's next request."""

    paid_by: PaidBy
    amount: int | None = None
    currency: str = ""
    left: int = 0
    """How many free tries, or requests of the tier, there are with this one."""


def find_price(person: Person, version: ProgramVersion) -> Price | None:
    """What would pay for a request now; None where nothing can. Stores nothing."""
    terms = load_payment(version.terms)
    if terms.free_tries and (left := terms.free_tries - _count_tries(person, version)) > 0:
        return Price(PaidBy.FREE, left=left)
    if left := request_credits.count_left(person, version.artist_id):
        return Price(PaidBy.CREDIT, left=left)
    return _find_card_price(person, terms)


def _find_card_price(person: Person, terms: OfferTerms) -> Price | None:
    if settings.PAYMENTS == "off" or person.age_band != AgeBand.ADULT or not terms.prices:
        return None
    chosen = _find_currency(person, terms)
    return Price(PaidBy.CARD, terms.prices[chosen], chosen) if chosen in terms.prices else None


def _find_currency(person: Person, terms: OfferTerms) -> str:
    """The currency in which this fan pays. One that cannot change now may have no price."""
    held = Authorisation.objects.held().filter(person=person).values_list("currency", flat=True)
    if fixed := offers.find_fixed_currency(person) or held.first():
        return fixed
    usual = get_territory_currencies(person.country) if person.country else []
    return next((each for each in usual if each in terms.prices), next(iter(terms.prices)))


def choose_price(person: Person, version: ProgramVersion, reference: str) -> Price:
    """What pays for this request, with a request of the tier reserved where one does. Raises NotOffered."""
    price = find_price(person, version)
    if price is not None and price.paid_by == PaidBy.CREDIT:
        if request_credits.reserve(person, version.artist_id, reference):
            return price
        price = _find_card_price(person, load_payment(version.terms))
    if price is None:
        raise NotOffered(explain_no_price(person, version))
    return price


def explain_no_price(person: Person, version: ProgramVersion) -> str:
    """Why nothing can pay for a request of this fan."""
    if settings.PAYMENTS == "off":
        return "Payments are off here, and there is no free try left."
    if person.age_band != AgeBand.ADULT:
        return "There is no free try left. Requests that are paid for start at 18."
    if load_payment(version.terms).prices:
        return "It has no price in the currency that you pay in, so it cannot be bought."
    return "There is no free try left, and it is not sold."


def _count_tries(person: Person, version: ProgramVersion) -> int:
    """Free tries of this kind that were used. One that ended before something came of it does not count."""
    of_kind = {"artist": version.artist_id, "program__kind": version.program.kind}
    used = ExperienceRequest.objects.filter(person=person, paid_by=PaidBy.FREE, **of_kind)
    return used.exclude(state=ExperienceRequest.State.ENDED).count()
