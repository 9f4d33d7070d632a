"""Ask for a message: check what was chosen, choose what pays for it, and store the request.

A free try goes first, then a request of the fan's tier, then the card.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.numbers import get_territory_currencies
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import consents
from accounts.models import AgeBand, Person
from ai.contacts import find_contact
from ai.names import safe_name
from artists import moments
from artists.exceptions import InvalidRequest, NotOffered
from artists.models import ExperienceRequest, Moment, Program, ProgramVersion
from artists.models.requests import MAX_NOTE, MAX_RECIPIENT
from artists.requests import consent_text
from artists.requests.terms import RequestTerms, load_terms
from artists.royalties.income import find_sale
from audit import trail
from billing import offers, request_credits
from billing.models import Authorisation
from catalog.hidden_characters import find_hidden_in_line
from catalog.models import Artist, Recording
from fans import opt_ins
from rights.models import Use
from rights.sales import IncompleteSale
from worker import wake

State = ExperienceRequest.State
PaidBy = ExperienceRequest.PaidBy
CHANNEL = "requests"
"""Notified when a request or its draft changed, so that `follow` looks."""
MAX_OPEN = 5
"""Requests of one fan to one artist that are open at a time."""
MAX_DAYS_BACK, MAX_DAYS_AHEAD = 366, 731


@dataclass(frozen=True, slots=True)
class Wish:
    """What a fan chose, before it is checked."""

    recipient: str
    occasion: str
    relation: str = ""
    event: str = ""
    day: date | None = None
    recording: int | None = None
    note: str = ""
    may_share_name: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """What pays for a fan's next request."""

    paid_by: PaidBy
    amount: int | None = None
    currency: str = ""
    left: int = 0
    """How many free tries, or requests of the tier, there are with this one."""


def list_offers(artist: Artist) -> list[ProgramVersion]:
    """What fans can ask this artist for now."""
    return list(ProgramVersion.objects.offers().filter(artist=artist).defer("wording").order_by("pk"))


def find_price(person: Person, version: ProgramVersion, *, currency: str = "") -> Price | None:
    """What would pay for a request now; None where nothing can. Stores nothing."""
    terms = load_terms(version.terms)
    if (left := terms.free_tries - _count_tries(person, version.artist_id)) > 0:
        return Price(PaidBy.FREE, left=left)
    if left := request_credits.count_left(person, version.artist_id):
        return Price(PaidBy.CREDIT, left=left)
    return _find_card_price(person, terms, currency)


def ask(person: Person, version: ProgramVersion, wish: Wish, *, agreed: bool, currency: str = "") -> ExperienceRequest:
    """Store a request. One that a card pays for waits for the hold; the others reach the team at once.

    Raises InvalidRequest, which says what to change, and NotOffered.
    """
    if not wish.may_share_name:
        raise InvalidRequest("Say that you may share the name: somebody else reads it.")
    chosen = _clean_wish(wish, version)
    with transaction.atomic():
        opt_ins.lock_person(person)
        _require_offered(person, version)
        _require_room(person, version.artist_id)
        number = _next_number()
        price = _choose_price(person, version, number, currency)
        if price.paid_by == PaidBy.CARD:
            _require_sale(version, chosen["recording"])
        if price.paid_by == PaidBy.CARD and not agreed:
            raise InvalidRequest("Tick the box to start today. Without it nothing is held and nothing is asked.")
        request = _store(person, version, number, price, chosen)
        trail.record("request.asked", by=person.actor, subject=str(request), program=version.program_id)
    return request


def begin(request: ExperienceRequest) -> None:
    """Give a request whose card is held now to the team. In the caller's transaction."""
    _notice(request)
    ExperienceRequest.objects.filter(pk=request.pk).update(moment=request.moment, state=request.state)


def _notice(request: ExperienceRequest) -> None:
    """Its moment, which is noticed as those of listens are. It stands outside their limits: one letter a listen."""
    request.state = State.WAITING
    request.moment = Moment.objects.create(
        program_id=request.program_id,
        version_id=request.version_id,
        person_id=request.person_id,
        point=request.pk,
        recording_id=request.recording_id,
    )
    wake.notify(moments.CHANNEL)


def erase_words(request: ExperienceRequest, *, by: str, note_only: bool = False) -> None:
    """Remove the line to the team and, unless `note_only`, whom the message greets. The request itself stays."""
    fields = {"note": None} if note_only else {"note": None, "recipient": None}
    with transaction.atomic():
        ExperienceRequest.objects.filter(pk=request.pk).update(**fields)
        trail.record("request.erased", by=by, subject=str(request), fields=sorted(fields))


def _find_card_price(person: Person, terms: RequestTerms, currency: str) -> Price | None:
    if settings.PAYMENTS == "off" or person.age_band != AgeBand.ADULT or not terms.prices:
        return None
    chosen = find_currency(person, terms, currency)
    return Price(PaidBy.CARD, terms.prices[chosen], chosen) if chosen in terms.prices else None


def find_currency(person: Person, terms: RequestTerms, wanted: str = "") -> str:
    """The currency in which this fan pays. One that cannot change now may have no price."""
    held = Authorisation.objects.held().filter(person=person).values_list("currency", flat=True).first()
    if fixed := offers.find_fixed_currency(person) or held:
        return fixed
    usual = get_territory_currencies(person.country) if person.country else []
    return next((each for each in (wanted, *usual) if each in terms.prices), next(iter(terms.prices)))


def _choose_price(person: Person, version: ProgramVersion, number: int, currency: str) -> Price:
    price = find_price(person, version, currency=currency)
    if price is not None and price.paid_by == PaidBy.CREDIT:
        if request_credits.reserve(person, version.artist_id, f"request:{number}"):
            return price
        price = _find_card_price(person, load_terms(version.terms), currency)
    if price is None:
        raise NotOffered(explain_no_price(person, version))
    return price


def explain_no_price(person: Person, version: ProgramVersion) -> str:
    """Why nothing can pay for a request of this fan."""
    if settings.PAYMENTS == "off":
        return "Payments are off here, and there is no free try left."
    if person.age_band != AgeBand.ADULT:
        return "There is no free try left. Requests that are paid for start at 18."
    if load_terms(version.terms).prices:
        return "It has no price in the currency that you pay in, so it cannot be bought."
    return "There is no free try left, and it is not sold."


def _count_tries(person: Person, artist_id: int) -> int:
    """Free tries that were used. One that ended without a message does not count."""
    used = ExperienceRequest.objects.filter(person=person, artist=artist_id, paid_by=PaidBy.FREE)
    return used.exclude(state=State.ENDED).count()


def _require_offered(person: Person, version: ProgramVersion) -> None:
    """An offer that was paused or signed anew is not asked for: the fan saw another one."""
    program = Program.objects.filter(pk=version.program_id, state=Program.State.LIVE, current=version)
    if not program.exists() or not version.is_asked_for:
        raise NotOffered("This is not offered any more as you saw it. Look at the page again.")
    if not opt_ins.may_write(version.artist, person):
        raise NotOffered("The artist takes no requests from your country at the moment.")


def _require_sale(version: ProgramVersion, song: Recording | None) -> None:
    """Nobody pays for what could not be shared out."""
    sale = find_sale(version.artist, Use.PERSONAL_MESSAGE, [song] if song else [])
    if isinstance(sale, IncompleteSale):
        raise NotOffered(f"It is not sold at the moment. {'; '.join(sale.missing)}.")


def _require_room(person: Person, artist_id: int) -> None:
    mine = ExperienceRequest.objects.filter(person=person, artist=artist_id)
    if mine.exclude(state__in=[State.DELIVERED, State.ENDED]).count() >= MAX_OPEN:
        raise NotOffered(f"You have {MAX_OPEN} requests that wait for an answer. Ask again when one has its answer.")


def _next_number() -> int:
    """The number of a new request: the words of its consent name it before the row is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('artists_experiencerequest', 'id'))")
        return int(cursor.fetchone()[0])


def _store(
    person: Person, version: ProgramVersion, number: int, price: Price, chosen: Mapping[str, Any]
) -> ExperienceRequest:
    about = f"request:{number}"
    words = consent_text.write_words(version.artist.name)
    request = ExperienceRequest(
        pk=number,
        person=person,
        artist=version.artist,
        program_id=version.program_id,
        version=version,
        consent=consents.give(person, about, consent_text.VERSION, words),
        paid_by=price.paid_by,
        amount=price.amount,
        currency=price.currency,
        state=State.PAYING,
        **chosen,
    )
    if price.paid_by != PaidBy.CARD:
        _notice(request)
    request.save(force_insert=True)
    return request


def _clean_wish(wish: Wish, version: ProgramVersion) -> dict[str, Any]:
    """The columns of what was chosen. Raises InvalidRequest."""
    terms = load_terms(version.terms)
    recipient = safe_name(wish.recipient)
    if recipient is None or len(recipient) > MAX_RECIPIENT:
        raise InvalidRequest("Whom does it greet? A first name, as you would write it in a letter.")
    for slot, key, needed in (("occasion", wish.occasion, True), ("relation", wish.relation, False),
                              ("event", wish.event, False)):  # fmt: skip
        if key not in terms.find_keys(slot) and (key or needed):
            raise InvalidRequest(f"Choose the {slot} from the list.")
    return {
        "recipient": recipient,
        "occasion": wish.occasion,
        "relation": wish.relation,
        "event": wish.event,
        "day": _clean_day(wish.day, terms),
        "recording": _find_song(wish.recording, version, terms),
        "note": _clean_note(wish.note),
    }


def _clean_day(day: date | None, terms: RequestTerms) -> date | None:
    if day is None:
        return None
    today = timezone.now().date()
    if not terms.has_day or not -MAX_DAYS_BACK <= (day - today).days <= MAX_DAYS_AHEAD:
        raise InvalidRequest("Choose a day of the last year or the next two.")
    return day


def _find_song(pk: int | None, version: ProgramVersion, terms: RequestTerms) -> Recording | None:
    if pk is None:
        return None
    song = version.artist.recordings.filter(pk=pk).first() if terms.has_song else None
    if song is None:
        raise InvalidRequest("Choose a song of this artist.")
    return song


def _clean_note(note: str) -> str | None:
    """The line to the team, on one line and without a way to reach anybody."""
    note = " ".join(note.split())
    if len(note) > MAX_NOTE:
        raise InvalidRequest(f"The line to the team has at most {MAX_NOTE} letters.")
    if problem := find_hidden_in_line(note):
        raise InvalidRequest(problem)
    if found := find_contact(note):
        raise InvalidRequest(f"Leave links, addresses and numbers out of the line to the team: {found[1]!r}.")
    return note or None
