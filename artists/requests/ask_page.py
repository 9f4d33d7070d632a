"""What the pages show on which a fan asks: the price, who gets it, the words, and the place in line."""

from collections.abc import Callable, Sequence
from typing import Any

from accounts.models import Person
from artists.models import Draft, ExperienceRequest, Program, ProgramVersion
from artists.requests import consent_text, prices
from artists.requests.consent_text import Words
from artists.requests.prices import Price
from artists.royalties.income import find_sale
from billing import caps, shares
from catalog.models import Recording
from rights.money import format_money
from rights.sales import IncompleteSale


def build_context(
    person: Person,
    version: ProgramVersion,
    write_words: Callable[[ProgramVersion, Price], Words] = Words.of,
    songs: Sequence[Recording] = (),
) -> dict[str, Any]:
    """What the template takes, but for what is asked for. `songs` are those of a remix."""
    price = prices.find_price(person, version)
    context = {
        "artist": version.artist,
        "version": version,
        "price": price,
        "words": write_words(version, price) if price else None,
        "what": consent_text.WHAT[Program.Kind(version.program.kind)],
        "why_not": "" if price else prices.explain_no_price(person, version),
        "days": consent_text.find_days(version),
        "before": count_before(version),
        "section": "artists",
    }
    return context | (_describe_card(person, version, price, songs) if price and price.amount else {})


def count_before(version: ProgramVersion) -> int:
    """How many requests this artist has that nobody decided yet."""
    waiting = ExperienceRequest.objects.filter(artist=version.artist_id, state=ExperienceRequest.State.WAITING)
    decided = Draft.objects.filter(decision__isnull=False, moment__request__artist=version.artist_id)
    return waiting.exclude(moment__in=decided.values("moment")).count()


def _describe_card(person: Person, version: ProgramVersion, price: Price, songs: Sequence[Recording]) -> dict[str, Any]:
    """What a fan sees whose card pays: the amount, who gets it, and what is left of the monthly limit."""
    assert price.amount is not None
    sale = find_sale(version.artist, version.program.use, songs)
    context: dict[str, Any] = {"is_card": True, "amount": format_money(price.amount, price.currency)}
    if isinstance(sale, IncompleteSale):
        return context | {"why_not": f"It is not sold at the moment. {'; '.join(sale.missing)}."}
    cap = caps.read(person)
    left = cap.left if cap and cap.currency == price.currency else caps.get_default(price.currency)
    listed = shares.list_shares(price.amount, price.currency, version.artist, sale)
    return context | {"shares": listed, "left": format_money(left, price.currency)}
