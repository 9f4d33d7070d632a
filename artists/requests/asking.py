"""Ask for a message: check what was chosen, choose what pays for it, and store the request. `store` is for remixes too.

A free try goes first, then a request of the fan's tier, then the card.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts import consents
from accounts.models import Consent, Person
from ai.contacts import find_contact
from ai.names import safe_name
from artists import moments
from artists.exceptions import InvalidRequest, NotOffered, TermsChanged
from artists.models import ExperienceRequest, Moment, Program, ProgramVersion
from artists.models.requests import MAX_NOTE, MAX_RECIPIENT
from artists.requests import consent_text, prices
from artists.requests.consent_text import Words
from artists.requests.prices import Price
from artists.requests.terms import RequestTerms, load_terms
from artists.royalties.income import find_sale
from audit import trail
from catalog.hidden_characters import find_hidden_in_line
from catalog.models import Artist, Recording
from fans import opt_ins
from rights import places
from rights.sales import IncompleteSale
from worker import wake

State = ExperienceRequest.State
PaidBy = ExperienceRequest.PaidBy
CHANNEL = "requests"
"""Notified when a request or its draft changed, so that `follow` looks."""
MAX_OPEN = 5
"""Requests of one fan to one artist that are open at a time."""
SAID_CHANGED = "What it costs, or the terms, are not what you saw any more, and nothing was asked. Read them again."
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


def list_offers(artist: Artist) -> list[ProgramVersion]:
    """What fans can ask this artist for now."""
    return list(ProgramVersion.objects.offers().filter(artist=artist).defer("wording").order_by("pk"))


def ask(person: Person, version: ProgramVersion, wish: Wish, *, words_hash: str, starts_now: bool) -> ExperienceRequest:
    """Store a request. One that a card pays for waits for the hold; the others reach the team at once.

    `words_hash` is of the words that were shown. With `starts_now` the fan ticked the box that a card needs.
    Raises InvalidRequest, which says what to change, TermsChanged and NotOffered.
    """
    if not wish.may_share_name:
        raise InvalidRequest("Say that you may share the name: somebody else reads it.")
    chosen = _clean_wish(wish, version)
    if not opt_ins.may_write(version.artist, person):
        raise NotOffered("The artist takes no requests from your country at the moment.")
    return store(person, version, chosen, partial(Words.of, version), words_hash=words_hash, starts_now=starts_now)


def store(
    person: Person,
    version: ProgramVersion,
    chosen: Mapping[str, Any],
    write_words: Callable[[Price], Words],
    *,
    words_hash: str,
    starts_now: bool,
) -> ExperienceRequest:
    """Store a request of what was chosen and checked, and what pays for it. Raises what `ask` raises."""
    with transaction.atomic():
        opt_ins.lock_person(person)
        _require_offered(version)
        _require_room(person, version.artist_id)
        number = _next_number()
        price = prices.choose_price(person, version, f"request:{number}")
        words = write_words(price)
        if words.words_hash != words_hash:
            raise TermsChanged(SAID_CHANGED)
        if price.paid_by == PaidBy.CARD:
            _require_sale(version, chosen["recording"])
        if price.paid_by == PaidBy.CARD and not starts_now:
            raise InvalidRequest("Tick the box to start today. Without it nothing is held and nothing is asked.")
        consent = consents.give(person, f"request:{number}", consent_text.VERSION, words.paper)
        request = _insert(consent, version, number, price, chosen)
        trail.record("request.asked", by=person.actor, subject=str(request), program=version.program_id)
    return request


def begin(request: ExperienceRequest) -> None:
    """Give a request whose card is held now to the team. In the caller's transaction."""
    _notice(request)
    assert request.moment is not None
    places.move(str(request), request.moment.item)  # of a remix, since it was asked for
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


def _require_offered(version: ProgramVersion) -> None:
    """An offer that was paused or signed anew is not asked for: the fan saw another one."""
    program = Program.objects.filter(pk=version.program_id, state=Program.State.LIVE, current=version)
    if not program.exists() or not version.is_asked_for:
        raise NotOffered("This is not offered any more as you saw it. Look at the page again.")


def _require_sale(version: ProgramVersion, song: Recording | None) -> None:
    """Nobody pays for what could not be shared out."""
    sale = find_sale(version.artist, version.program.use, [song] if song else [])
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


def _insert(
    consent: Consent, version: ProgramVersion, number: int, price: Price, chosen: Mapping[str, Any]
) -> ExperienceRequest:
    request = ExperienceRequest(
        pk=number,
        person=consent.person,
        artist=version.artist,
        program_id=version.program_id,
        version=version,
        consent=consent,
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
