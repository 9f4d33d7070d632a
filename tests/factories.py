"""Objects that tests begin with: people, artists with teams, programs, listens, moments, drafts and experiences.

Every function goes through the product's own functions, so that no test begins with rows that the product cannot make.
"""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client, override_settings

from accounts import consents, roles
from accounts.models import Person, Role
from artists import delivery, drafts, moments, programs, review
from artists.models import Draft, Moment, Program, ProgramVersion
from catalog import registration, text_keys
from catalog.models import Artist, Recording
from config.smoke.sessions import mark_fresh
from fans import engagement, opt_ins
from fans.models import Experience, OptIn
from listens.changes import NewListen
from listens.models import Listen, Source
from rights import grants
from rights.models import Use
from tests.ai import chat_server

PASSWORD = "a lantern on the quay"
MODEL_TEXT = "Thank you for the {plays} plays, {name}."
"""What the model of `run_model` answers; the slots are filled in afterwards."""
WORDING = {
    "locale": "en",
    "templates": ["Thank you[, {name}]. That was {plays} {plays, one: listen, other: listens}. {closing}"],
    "fragments": {"closing": ["It means a lot.", "See you at the next song."]},
}
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
_sequence = itertools.count(1)


def create_person(
    name: str = "Ana", *, country: str = "PT", password: str | None = None, confirmed: bool = False, **fields: Any
) -> Person:
    """A person with an account. The handle is made from the name and is new every time.

    With `password` the person can sign in by the form. `confirmed` confirms the address, as following the link does.
    """
    letters = re.sub(r"[^a-z0-9]", "", name.lower())[:20] or "somebody"
    handle = f"{letters}-{next(_sequence)}"
    fields = {"age_band": "18_plus", "name": name, "country": country, "handle": handle, **fields}
    person = Person.objects.create_user(f"{fields['handle']}@example.com", password, **fields)
    if confirmed:
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def signed_in_client(person: Person, **options: Any) -> Client:
    """`options` are those of Django's Client."""
    client = Client(**options)
    client.force_login(person)
    return client


def fresh_client(person: Person, **options: Any) -> Client:
    """A signed-in client whose person's password counts as typed just now. `options` are those of Django's Client."""
    client = signed_in_client(person, **options)
    session = client.session
    mark_fresh(session, person)
    session.save()
    return client


def reauthenticated_client(person: Person) -> Client:
    """A signed-in client whose person has just typed the password in the real form."""
    person.set_password(PASSWORD)
    person.save()
    client = signed_in_client(person)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


def get_staff() -> Person:
    return Person.objects.filter(is_staff=True).first() or create_person("Staff", is_staff=True)


def create_artist(name: str = "Mara Veil", *, slug: str = "", granted: bool = True) -> Artist:
    """An artist with a principal. Personal messages are switched on, unless `granted` is False."""
    slug = slug or re.sub(r"\W+", "-", name.lower())
    team_name = name[:80] if re.search(r"\w", name) else ""
    artist = registration.add_artist(name, slug, team_name, by=get_staff().actor)
    get_member(artist, Role.PRINCIPAL)
    if granted:
        grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=get_member(artist, Role.PRINCIPAL), fresh=True)
    return artist


def get_member(artist: Artist, role: str) -> Person:
    """The first person in this role of the artist's team. Adds one where nobody is."""
    member = artist.team.members.filter(role=role).select_related("person").order_by("pk").first()
    return member.person if member else add_member(artist, role)


def add_member(artist: Artist, role: str) -> Person:
    person = create_person(f"{artist.name.split()[0][:40]} {role}")
    if role == Role.PRINCIPAL:
        roles.name_principal(artist.team, person, by=get_staff())
    else:
        roles.add_member(artist.team, person, role, by=get_staff())
    return person


def create_recording(artist: Artist, title: str = "Salt Radio", *, isrc: str | None = None) -> Recording:
    return registration.add_recording(artist, title, by=get_staff().actor, isrc=isrc)


def create_version(program: Program, **changes: Any) -> ProgramVersion:
    """An unsigned version by the principal: thanks at the third listen, unless `changes` say otherwise."""
    terms = {"moment": "nth_listen", "nth": 3, "wording": WORDING, **changes}
    return programs.edit(program, by=get_member(program.artist, Role.PRINCIPAL), **terms)


def create_program(artist: Artist, *, signed: bool = True, **changes: Any) -> Program:
    """A program with one version of `create_version`; signed and live, unless `signed` is False."""
    principal = get_member(artist, Role.PRINCIPAL)
    program = programs.create(artist, name="Thank you", by=principal)
    version = create_version(program, **changes)
    if signed:
        programs.sign(version, by=principal, fresh=True)
    return Program.objects.select_related("current", "artist").get(pk=program.pk)


def create_fan(name: str = "Ana", *, opted_in: Artist | None = None, **fields: Any) -> Person:
    """A person who has opted in to this artist, where one is given. `fields` as for `create_person`."""
    fan = create_person(name, **fields)
    if opted_in:
        opt_ins.opt_in(fan, opted_in)
    return fan


def opt_in_under(version: int, fan: Person, artist: Artist) -> OptIn:
    """An opt-in of the time when these words were the newest. By rows: nobody agrees to older words now."""
    consent = consents.give(fan, f"artist:{artist.pk}", version, opt_ins.consent_text(artist, version))
    return OptIn.objects.create(person=fan, artist=artist, consent=consent)


def insert_listens(
    fan: Person,
    artist: Artist,
    times: int = 1,
    *,
    recording: Recording | None = None,
    origin: str = "live",
    set_aside: bool = False,
) -> list[NewListen]:
    """Listens of a fan in the table, in the order of arrival, before they are counted."""
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
        source=Source.objects.get(uri="/api/listenbrainz"),
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
    """Count the listens as one batch, as the consumer does. Returns the moments that are new."""
    with transaction.atomic():
        ids = moments.notice(engagement.record([listen for batch in batches for listen in batch]))
    return list(Moment.objects.filter(pk__in=ids).order_by("pk"))


def create_moment(program: Program, fan: Person | None = None) -> Moment:
    """A fan who opted in reaches the number of listens that the program answers."""
    fan = fan or create_fan(opted_in=program.artist)
    assert program.current
    listens = insert_listens(fan, program.artist, program.current.nth, recording=program.current.recording)
    [moment] = [moment for moment in detect_moments(listens) if moment.program_id == program.pk]
    return moment


@contextmanager
def run_model(text: str = MODEL_TEXT) -> Iterator[chat_server.ChatServer]:
    """Within the block drafts are written by a model named tiny-1, on a local server that answers `text`."""
    with chat_server.run_chat_server() as server:
        server.answers = [chat_server.text_answer(text)]
        with override_settings(LLM_BASE_URL=server.base_url, LLM_MODEL="tiny-1"):
            yield server


def create_pending_draft(
    artist: Artist, fan: Person | None = None, *, program: Program | None = None, by_model: bool = False
) -> Draft:
    """A draft that waits for a decision, written by the composer or by a model."""
    program = program or artist.programs.filter(state=Program.State.LIVE).first() or create_program(artist)
    moment = create_moment(Program.objects.select_related("current", "artist").get(pk=program.pk), fan)
    with run_model() if by_model else nullcontext():
        drafts.write_next()
    return Draft.objects.select_related("artist", "person", "version__program").get(moment=moment)


def set_undo_time(artist: Artist, seconds: int) -> None:
    """For how long the team can undo a decision from now on."""
    if programs.get_review_settings(artist).grace_seconds != seconds:
        programs.set_review_settings(artist, by=get_member(artist, Role.PRINCIPAL), grace_seconds=seconds)


def remove_undo_time(artist: Artist) -> None:
    """A decision takes effect at once."""
    set_undo_time(artist, 0)


def pass_deadline(*drafts: Draft) -> None:
    """The deadline of these drafts was a second ago. By an update: the product never moves a deadline."""
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).update(deadline=Now() - timedelta(seconds=1))


def erase_text(draft: Draft) -> None:
    """The text and facts of the draft are erased. By an update: the product erases experiences, and no drafts yet."""
    Draft.objects.filter(pk=draft.pk).update(salt=None, text=None, original_text=None, facts=None, why=None)


def create_approved_draft(artist: Artist, fan: Person | None = None, *, program: Program | None = None) -> Draft:
    """A draft that the principal approved, with no time to undo: it is due for delivery."""
    remove_undo_time(artist)
    draft = create_pending_draft(artist, fan, program=program)
    return review.approve(draft.pk, by=get_member(artist, Role.PRINCIPAL))


def create_experience(artist: Artist, fan: Person | None = None) -> Experience:
    """An experience that the principal approved and that reached its fan."""
    draft = create_approved_draft(artist, fan)
    delivery.deliver_next()
    return Experience.objects.select_related("person", "artist").get(draft=draft.pk)
