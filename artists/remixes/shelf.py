"""Offer a delivered remix to the artist's shelf, and decide about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import consents, roles
from accounts.models import AgeBand, Consent, Person
from accounts.people import clean_name
from ai.names import MAX_NAME_LENGTH, safe_name
from artists.exceptions import InvalidRequest, NotOffered, Stale, TermsChanged, Uncleared
from artists.notifications import artist_team_notices
from artists.permissions import require_role
from audit import trail
from catalog.models import Recording
from fans import experiences, remixes, renders, shelf, shelf_terms
from fans.models import Experience, RemixOffer, Render, RenderFile, ShelfEntry
from live import notices
from live.notices import NewNotice
from rights import clearance, decisions, hashing, refusals
from rights.clearance_result import Clearance
from rights.models import Decision, Use
from web import rate_limits

SAID_CLOSED = "This remix cannot be offered to the shelf at the moment. Nothing was changed."
OFFERS_A_DAY, DAY_SECONDS = 10, 24 * 60 * 60
State = ShelfEntry.State


def find_own(person: Person, pk: UUID) -> Experience | None:
    """A remix of this person that can be offered, or was."""
    own = experiences.received_by(person).select_related("artist", "person")
    found = own.filter(pk=pk, kind=Experience.Kind.REMIX).first()
    return found if found and (shelf.find_latest(found) or shelf.may_offer(found)) else None


def offer(experience: Experience, *, by: Person, name: str, terms_hash: str) -> ShelfEntry:
    """Offer a remix to the shelf, with this name for others to read, or "" for a fan. Its copy is made then.

    `terms_hash` is of the terms that the maker saw. Raises InvalidRequest, NotOffered or TermsChanged.
    """
    name = _clean_name(name, by)
    _require_terms(experience, terms_hash)
    _limit_offers(by)
    with transaction.atomic():
        own = experiences.received_by(by).select_for_update(no_key=True, of=("self",)).get(pk=experience.pk)
        remix = remixes.find_playing(own)
        cleared = _clear(own, remix.render) if remix else None
        if remix is None or cleared is None:
            raise NotOffered(SAID_CLOSED)
        if ShelfEntry.objects.open().filter(experience=own).exists():
            raise Stale("You offered this one already.")
        entry = ShelfEntry.objects.create(
            experience=own,
            person=by,
            artist=own.artist,
            recording=remix.render.recording,
            consent=_accept_terms(own, by),
            render=renders.want_copy(remix.render, cleared),
            mark=own.mark,
            credit=own.credit,
            name=name,
        )
        trail.record("shelf.offered", by=by.actor, subject=str(entry), artist=own.artist_id, named=bool(name))
        notices.post(_notices(entry))
    return entry


def put_on(entry_id: int, *, by: Person) -> ShelfEntry:
    """Put what waits on the shelf. Raises NotAllowed, Stale or Uncleared."""
    with _change(entry_id, by, State.OFFERED) as entry:
        _decide(entry, by, refuse_name=False)
    return entry


def put_on_without_name(entry_id: int, *, by: Person) -> ShelfEntry:
    """Put what waits on the shelf, and refuse its name: it is by a fan. Raises what `put_on` raises."""
    with _change(entry_id, by, State.OFFERED) as entry:
        _decide(entry, by, refuse_name=True)
    return entry


def refuse_name(entry_id: int, *, by: Person) -> ShelfEntry:
    """Take the name off what stands on the shelf, by another decision. Raises what `put_on` raises."""
    with _change(entry_id, by, State.ON) as entry:
        if not entry.name:
            raise Stale("It is without a name already.")
        _decide(entry, by, refuse_name=True)
    return entry


def decline(entry_id: int, *, by: Person) -> ShelfEntry:
    """Decline what was offered. Its maker may offer it again. Raises NotAllowed or Stale."""
    with _change(entry_id, by, State.OFFERED) as entry:
        ShelfEntry.objects.filter(pk=entry.pk).update(state=State.DECLINED, decided_by=by.actor)
        trail.record("shelf.declined", by=by.actor, subject=str(entry), artist=entry.artist_id)
        shelf.end_consent(entry)
        renders.let_go([entry.render_id])
        notices.post(_notices(entry))
    return entry


def take_off(entry_id: int, *, by: Person) -> ShelfEntry:
    """Take it off the shelf, or back before somebody decided. The maker may, and every member of the team.

    Raises NotAllowed or Stale.
    """
    with transaction.atomic():
        entry = _lock(entry_id)
        reason = "maker" if entry.person_id == by.pk else "team"
        if reason == "team":
            require_role(entry.artist, by, roles.may_decide, "decide about the shelf")
        if not entry.is_open:
            raise Stale("It is not on the shelf any more.")
        notices.post([*shelf.end([entry], by=by.actor, reason=reason), *_team_notices(entry)])
    return ShelfEntry.objects.get(pk=entry_id)


def end_reported(entry_id: int, *, by: str) -> list[NewNotice]:
    """Take off what staff agreed with a hearer about, in the caller's transaction. Return notices, to be posted.

    Nothing is done, and its team is told alone, where it is off already.
    """
    entry = _lock(entry_id)
    ended = shelf.end([entry], by=by, reason="reported") if entry.is_open else []
    return [*ended, *_team_notices(entry)]


def _require_terms(experience: Experience, seen: str) -> None:
    """Raises TermsChanged, unless the hash is of the terms as they are now."""
    if seen != shelf_terms.hash_terms(experience.artist.name):
        raise TermsChanged("Accept the terms as they are now: they are another version than the one you saw.")


def _limit_offers(person: Person) -> None:
    """Raises NotOffered. Each offer makes a copy of the sound and tells the team."""
    if not rate_limits.hit(f"shelf-offers:{person.pk}", OFFERS_A_DAY, DAY_SECONDS).allowed:
        raise NotOffered("You offered many within a day. Nothing was changed: offer it tomorrow.")


def _decide(entry: ShelfEntry, by: Person, *, refuse_name: bool) -> None:
    """Record a decision on exactly this entry, and put it on the shelf. Raises Stale or Uncleared."""
    role = roles.role_of(by, entry.artist.team_id)
    offer = RemixOffer.objects.open().shared().filter(recording=entry.recording_id).select_related("decision").first()
    if offer is None or role is None:
        raise Stale("The limits that are signed for this song do not let other fans hear its remixes.")
    refusal = shelf.find_missing(entry.recording, country=entry.person.country)
    if refusal is not None:
        raise Uncleared(f"Not everyone has said yes: {refusals.describe_for_fan(refusal)}. It waits.")
    copy = RenderFile.objects.filter(render=entry.render_id, name=RenderFile.Name.STREAM).first()
    if copy is None or entry.salt is None or entry.render_id is None:
        raise Stale("Its copy for the shelf is not made yet.")
    # Whoever is known to be younger since the offer has no name there: `maker` is empty.
    is_refused = entry.is_name_refused or (bool(entry.name) and (refuse_name or not entry.maker))
    entry.name, entry.sha256, entry.is_name_refused = "" if is_refused else entry.name, copy.sha256, is_refused
    entry.decision = decisions.record_decision(
        Decision.Kind.SHELF, _hash(entry), artist=entry.artist, by=by.actor, role=role, under=offer.decision
    )
    entry.state, entry.decided_by = State.ON, by.actor
    entry.save(update_fields=["name", "sha256", "is_name_refused", "decision", "state", "decided_by"])
    facts = {"decision": entry.decision.pk, "named": bool(entry.name), "name_refused": is_refused}
    trail.record("shelf.put_on", by=by.actor, subject=str(entry), artist=entry.artist_id, role=role, **facts)
    notices.post(_notices(entry))


def _hash(entry: ShelfEntry) -> str:
    assert entry.salt is not None
    assert entry.render_id is not None
    assert entry.name is not None
    return hashing.shelf_hash(
        salt=entry.salt,
        person=entry.person_id,
        artist=entry.artist_id,
        render=entry.render_id,
        sha256=entry.sha256,
        mark=entry.mark,
        credit=entry.credit,
        name=entry.name,
    )


@contextmanager
def _change(entry_id: int, by: Person, state: State) -> Iterator[ShelfEntry]:
    """The entry in this state, locked, for a member of its team."""
    with transaction.atomic():
        entry = _lock(entry_id)
        require_role(entry.artist, by, roles.may_decide, "decide about the shelf")
        if entry.state != state:
            raise Stale(f"Somebody changed it meanwhile: {entry.get_state_display().lower()}.")
        yield entry
    entry.refresh_from_db()


def _lock(entry_id: int) -> ShelfEntry:
    """The entry, locked after its experience: whoever takes that back locks them in the same order."""
    Experience.objects.select_for_update(no_key=True, of=("self",)).get(shelf_entries=entry_id)
    related = ShelfEntry.objects.select_related("artist", "person", "recording")
    return related.select_for_update(no_key=True, of=("self",)).get(pk=entry_id)


def _lock_song(song: Recording) -> None:
    """Wait for who signs or ends its limits, and let the next one wait: an offer is read under the limits of now."""
    Recording.objects.select_for_update(no_key=True).get(pk=song.pk)


def _clear(experience: Experience, render: Render) -> Clearance | None:
    """The yes of everybody to sharing this remix where its maker is, if the signed limits allow it and share it."""
    _lock_song(render.recording)
    country = experience.person.country
    if not shelf.is_shared(render) or shelf.find_missing(render.recording, country=country) is not None:
        return None
    answer = clearance.clear(Use.SHARE, experience.artist, [render.recording], territory=country)
    return answer if isinstance(answer, Clearance) else None


def _accept_terms(experience: Experience, by: Person) -> Consent:
    words = shelf_terms.write_terms(experience.artist.name)
    return consents.give(by, f"shelf:{experience.pk}", shelf_terms.VERSION, words)


def _clean_name(name: str, person: Person) -> str:
    """The name as it was checked, so that others read exactly that; "" for a fan. Raises InvalidRequest."""
    try:
        name = clean_name(name)
    except ValidationError as error:
        raise InvalidRequest(error.messages[0]) from error
    if name and person.age_band != AgeBand.ADULT:
        raise InvalidRequest("Under 18 a remix on the shelf is by a fan.")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidRequest(f"Choose a name of at most {MAX_NAME_LENGTH} characters.")
    checked = safe_name(name) if name else ""
    if checked is None:
        raise InvalidRequest("Choose another name: others cannot be shown this one.")
    return checked


def _notices(entry: ShelfEntry) -> list[NewNotice]:
    return [NewNotice(entry.person_id, shelf.CHANGED, str(entry)), *_team_notices(entry)]


def _team_notices(entry: ShelfEntry) -> list[NewNotice]:
    told = artist_team_notices(shelf.CHANGED, entry.artist_id, str(entry))
    return [notice for notice in told if notice.person_id != entry.person_id]
