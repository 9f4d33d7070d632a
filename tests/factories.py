"""The world of the tests: artists with teams, fans who listen, and how far each got. Everything by the functions that
the house itself uses, so that no test begins with rows that could not be."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import roles
from accounts.models import Person, Role
from artists import delivery, drafts, moments, programs, review
from artists.models import Draft, Moment, Practice, Program, ProgramVersion
from catalog import registration, text_keys
from catalog.models import Artist, Recording
from fans import engagement, opt_ins
from fans.models import Experience
from listens.ingest import NewListen
from listens.models import Listen, Source
from rights import grants
from rights.models import Use

WORDING = {
    "locale": "en",
    "templates": ["Thank you[, {name}]. That was {plays} {plays, one: listen, other: listens}. {closing}"],
    "fragments": {"closing": ["It means a lot.", "See you at the next song."]},
}
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
_sequence = itertools.count(1)


def create_person(name: str = "Ana", *, country: str = "PT", **about: Any) -> Person:
    """Somebody with an account. The handle is the name, made fit, and its own every time."""
    fit = re.sub(r"[^a-z0-9]", "", name.lower())[:20] or "somebody"
    handle = f"{fit}-{next(_sequence)}"
    about = {"age_band": "18_plus", "name": name, "country": country, **about}
    return Person.objects.create_user(f"{handle}@example.com", None, handle=handle, **about)


def get_staff() -> Person:
    return Person.objects.filter(is_staff=True).first() or create_person("Staff", is_staff=True)


def create_artist(name: str = "Mara Veil", *, granted: bool = True) -> Artist:
    """With a principal, and personal messages switched on unless `granted` is False."""
    artist = registration.add_artist(name, slug=re.sub(r"\W+", "-", name.lower()), by=get_staff().actor)
    get_member(artist, Role.PRINCIPAL)
    if granted:
        grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=get_member(artist, Role.PRINCIPAL), fresh=True)
    return artist


def get_member(artist: Artist, role: str) -> Person:
    """The person in this role of the artist's team; a new one where nobody is."""
    there = artist.team.members.filter(role=role).select_related("person").order_by("pk").first()
    return there.person if there else add_member(artist, role)


def add_member(artist: Artist, role: str) -> Person:
    person = create_person(f"{artist.name.split()[0]} {role}")
    if role == Role.PRINCIPAL:
        roles.name_principal(artist.team, person, by=get_staff())
    else:
        roles.add_member(artist.team, person, role, by=get_staff())
    return person


def create_recording(artist: Artist, title: str = "Salt Radio") -> Recording:
    return registration.add_recording(artist, title, by=get_staff().actor)


def create_version(program: Program, **changes: Any) -> ProgramVersion:
    """An edit by the principal, unsigned."""
    words = {"moment": "nth_listen", "nth": 3, "wording": WORDING, **changes}
    return programs.edit(program, by=get_member(program.artist, Role.PRINCIPAL), **words)


def create_program(artist: Artist, *, signed: bool = True, **changes: Any) -> Program:
    """Thanks at the third listen, unless `changes` say otherwise; signed and live."""
    principal = get_member(artist, Role.PRINCIPAL)
    program = programs.create(artist, name="Thank you", by=principal)
    version = create_version(program, **changes)
    if signed:
        programs.sign(version, by=principal, fresh=True)
    return Program.objects.select_related("current", "artist").get(pk=program.pk)


def create_fan(name: str = "Ana", *, opted_in: Artist | None = None, **about: Any) -> Person:
    fan = create_person(name, **about)
    if opted_in:
        opt_ins.opt_in(fan, opted_in)
    return fan


def insert_listens(
    fan: Person,
    artist: Artist,
    times: int = 1,
    *,
    recording: Recording | None = None,
    origin: str = "live",
    set_aside: bool = False,
) -> list[NewListen]:
    """Listens that are in the table and not yet counted, in the order of arrival."""
    return [_insert_listen(fan, artist, recording, origin=origin, set_aside=set_aside) for _ in range(times)]


def _insert_listen(
    fan: Person, artist: Artist, recording: Recording | None, *, origin: str, set_aside: bool
) -> NewListen:
    number = next(_sequence)
    started_at = NOON + timedelta(seconds=number)
    title = recording.title if recording else "Night Bus"
    row = Listen.objects.create(
        person=fan,
        started_at=started_at,
        second=int(started_at.timestamp()),
        text_key=text_keys.compute(title, artist.name),
        source=Source.objects.get(uri="/doors/listenbrainz"),
        event_id=f"event-{number}",
        recording=recording,
        title=title,
        artist_credit=artist.name,
        time_basis="start",
        origin=origin,
        accepted_at=started_at,
        set_aside=set_aside,
    )
    return NewListen(row.pk, fan.pk, artist.pk, recording and recording.pk, started_at, origin, set_aside)


def detect_moments(*batches: list[NewListen]) -> list[Moment]:
    """Count them as one batch, as the consumer does, and see which moments are new."""
    with transaction.atomic():
        ids = moments.notice(engagement.record([listen for batch in batches for listen in batch]))
    return list(Moment.objects.filter(pk__in=ids).order_by("pk"))


def create_moment(program: Program, fan: Person | None = None) -> Moment:
    """A fan of this program's artist got as far as the program waits for."""
    fan = fan or create_fan(opted_in=program.artist)
    assert program.current
    counted = insert_listens(fan, program.artist, program.current.nth, recording=program.current.recording)
    [moment] = [moment for moment in detect_moments(counted) if moment.program_id == program.pk]
    return moment


def create_pending_draft(artist: Artist, fan: Person | None = None, *, program: Program | None = None) -> Draft:
    """Written by the composer, waiting for a decision."""
    program = program or artist.programs.filter(state=Program.State.LIVE).first() or create_program(artist)
    moment = create_moment(Program.objects.select_related("current", "artist").get(pk=program.pk), fan)
    drafts.write_next()
    return Draft.objects.select_related("artist", "person", "version__program").get(moment=moment)


def mark_model_written(draft: Draft) -> Draft:
    """As if a model had written it."""
    maker = "model:tiny-1"
    Draft.objects.filter(pk=draft.pk).update(maker=maker)
    draft.refresh_from_db()
    return draft


def remove_undo_time(artist: Artist) -> None:
    Practice.objects.update_or_create(artist=artist, defaults={"grace_seconds": 0})


def create_approved_draft(artist: Artist, fan: Person | None = None) -> Draft:
    """By the principal, with no time to undo."""
    remove_undo_time(artist)
    draft = create_pending_draft(artist, fan)
    return review.approve(draft.pk, by=get_member(artist, Role.PRINCIPAL))


def create_experience(artist: Artist, fan: Person | None = None) -> Experience:
    """Approved by the principal and delivered."""
    draft = create_approved_draft(artist, fan)
    delivery.deliver_next()
    return Experience.objects.select_related("person", "artist").get(draft=draft.pk)
