"""Housekeeping: what is deleted at which age, by whom, and how often."""

import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Model, QuerySet

from accounts import invitations, roles
from accounts.models import Invitation, Person, Role, Team
from audit.models import Entry
from catalog import audio_uploads
from catalog.models import AudioFile, AudioUpload, Picture
from config import housekeeping
from config.demo import database_clock
from config.management.commands.work import JOBS
from config.smoke.sessions import create_session
from events import dead_letters
from events.models import DeadLetter
from events.records import Incoming, Rejected
from events.topics import LISTENS
from fans.models import RemixPart, Render, StoredSound
from live import notices
from live.models import Notice
from live.notices import NewNotice
from tests import factories
from tests.accounts.factories import create_person
from tests.artists import remix_scene
from tests.rights import factories as owners
from tests.servers import Database, Processes, wait_until
from web import rate_limits
from web.models import RateWindow

OLD, RECENT = timedelta(days=30, minutes=1), timedelta(days=29, hours=23)
KINDS = {
    "notices": Notice,
    "dead_letters": DeadLetter,
    "invitations": Invitation,
    "rate_limits": RateWindow,
    "sessions": Session,
    "pictures": Picture,
    "audio_uploads": AudioUpload,
    "audio_files": AudioFile,
    "renders": Render,
    "remix_sounds": StoredSound,
    "remix_parts": RemixPart,
}


def set_back(rows: QuerySet[Model], *fields: str, by: timedelta) -> None:
    """Let these rows have their times so much earlier: nothing in the product waits a month."""
    for row in rows:
        for field in fields:
            setattr(row, field, getattr(row, field) - by)
        row.save(update_fields=fields)


def post_notices(person: Person) -> None:
    with transaction.atomic():
        notices.post([NewNotice(person.pk, "kind", "old:1"), NewNotice(person.pk, "kind", "recent:1")])
    set_back(Notice.objects.filter(reference="old:1"), "at", by=OLD)
    set_back(Notice.objects.filter(reference="recent:1"), "at", by=RECENT)


def store_dead_letters(person: Person) -> None:
    for offset in (1, 2):
        record = Incoming(LISTENS, UUID(int=1), 0, offset, b"key", b"not JSON", ())
        with transaction.atomic():
            dead_letters.store([Rejected(record, "not JSON")])
    set_back(DeadLetter.objects.filter(offset=1), "stored_at", by=OLD)
    set_back(DeadLetter.objects.filter(offset=2), "stored_at", by=RECENT)


def create_invitations(person: Person) -> None:
    """Two that ended and two that nobody answered."""
    team = Team.objects.create(name="Mara Veil")
    roles.add_member(team, person, Role.OWNER, by=create_person("staff-one", is_staff=True))
    for name in ("old-ended", "recent-ended", "old-expired", "recent-expired"):
        invitation, _ = invitations.create(team, f"{name}@example.com", Role.REVIEWER, by=person)
        if name.endswith("ended"):
            invitations.revoke(invitation, by=person)
    pks = list(Invitation.objects.order_by("pk").values_list("pk", flat=True))
    set_back(Invitation.objects.filter(pk=pks[0]), "ended_at", by=OLD)
    set_back(Invitation.objects.filter(pk=pks[1]), "ended_at", by=RECENT)
    set_back(Invitation.objects.filter(pk=pks[2]), "expires_at", by=OLD + invitations.VALID_FOR)
    set_back(Invitation.objects.filter(pk=pks[3]), "expires_at", by=RECENT + invitations.VALID_FOR)


def hit_rate_limits(person: Person) -> None:
    rate_limits.hit("ended", 3, 10)
    set_back(RateWindow.objects.all(), "expires_at", by=timedelta(seconds=11))
    rate_limits.hit("open", 3, 10)


def open_sessions(person: Person) -> None:
    create_session(person)
    set_back(Session.objects.all(), "expire_date", by=settings.SESSION_COOKIE_AGE * timedelta(seconds=1))
    create_session(person)


def store_pictures(person: Person) -> None:
    """Two that nothing shows: one of two days ago, and one of today."""
    Picture.objects.create(key="0" * 64, side=300)
    set_back(Picture.objects.all(), "stored_at", by=timedelta(days=1, minutes=1))
    Picture.objects.create(key="1" * 64, side=300)


def begin_uploads(person: Person) -> None:
    recording = factories.create_recording(factories.create_artist())
    for _ in range(2):
        audio_uploads.begin(recording, "drums.wav", 1, by=person.actor)
    set_back(AudioUpload.objects.filter(pk=AudioUpload.objects.latest("pk").pk), "touched_at", by=timedelta(days=15))


def store_audio(person: Person) -> None:
    for digest in ("0" * 64, "1" * 64):
        AudioFile.objects.create(sha256=digest, frames=1, channels=1, size=1, peaks=b"")
    set_back(AudioFile.objects.filter(pk="0" * 64), "stored_at", by=timedelta(days=1, minutes=1))


def want_corners(person: Person) -> None:
    """The sound of two corners of an envelope: one that nobody needs any more, and one that was wanted now."""
    remix_scene.save_limits(owners.create_owned_song(factories.create_artist(slug="bounded")).recording)
    old, recent = Render.objects.order_by("pk")[:2]
    Render.objects.exclude(pk__in=[old.pk, recent.pk]).delete()
    set_back(Render.objects.filter(pk=old.pk), "expires_at", by=OLD)


def keep_sounds(person: Person) -> None:
    """Two of remixes that no fan has any more."""
    for key in ("old", "recent"):
        StoredSound.objects.create(cache_key=key, sha256="0" * 64, frames=1)
    set_back(StoredSound.objects.filter(cache_key="old"), "stored_at", by=timedelta(days=90, minutes=1))


def hear_parts(person: Person) -> None:
    recording = factories.create_recording(factories.create_artist(slug="heard"))
    for section in ("old", "recent"):
        RemixPart.objects.create(person=person, recording=recording, family="0" * 64, section=section, seconds=20)
    set_back(RemixPart.objects.filter(section="old"), "heard_at", by=OLD)
    set_back(RemixPart.objects.filter(section="recent"), "heard_at", by=RECENT)


ROWS: dict[str, tuple[Callable[[Person], None], int, int]] = {
    "notices": (post_notices, 1, 1),
    "dead_letters": (store_dead_letters, 1, 1),
    "invitations": (create_invitations, 2, 2),
    "rate_limits": (hit_rate_limits, 1, 1),
    "sessions": (open_sessions, 1, 1),
    "pictures": (store_pictures, 1, 1),
    "audio_uploads": (begin_uploads, 1, 1),
    "audio_files": (store_audio, 1, 1),
    "renders": (want_corners, 1, 1),
    "remix_sounds": (keep_sounds, 1, 1),
    "remix_parts": (hear_parts, 1, 1),
}


def prune_by_command() -> None:
    call_command("prune", stdout=StringIO())


def prune_by_job() -> None:
    assert JOBS["housekeeping"].step() is False


@pytest.mark.django_db
@pytest.mark.parametrize("prune", [prune_by_command, prune_by_job])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_deleted_at_its_age_and_not_before(kind: str, prune: Callable[[], None]) -> None:
    create_rows, old, recent = ROWS[kind]
    create_rows(create_person("olga"))
    before = KINDS[kind].objects.count()

    prune()

    assert (before, KINDS[kind].objects.count()) == (old + recent, recent)
    [entry] = Entry.objects.filter(action="housekeeping.done")
    assert entry.actor == "system:housekeeping"
    assert entry.facts == {**dict.fromkeys(KINDS, 0), kind: old}


@pytest.mark.django_db
def test_what_is_left_is_what_is_recent() -> None:
    person = create_person("olga")
    post_notices(person)
    store_dead_letters(person)

    housekeeping.prune()

    assert [notice.reference for notice in Notice.objects.all()] == ["recent:1"]
    assert [letter.offset for letter in DeadLetter.objects.all()] == [2]


@pytest.mark.django_db
def test_more_than_one_batch_is_deleted_in_one_run() -> None:
    person = create_person("olga")
    notices.post([NewNotice(person.pk, "kind", f"x:{number}") for number in range(2500)])
    Notice.objects.update(at=datetime.now(UTC) - OLD)

    assert housekeeping.prune().deleted["notices"] == 2500
    assert notices.newest_sequences([person.pk]) == {person.pk: 2500}  # the numbers go on from there


@pytest.mark.django_db
def test_the_command_prints_what_was_removed() -> None:
    post_notices(create_person("olga"))
    printed = StringIO()

    call_command("prune", stdout=printed)

    assert [line.split(maxsplit=1) for line in printed.getvalue().splitlines()] == [
        ["1", "notices"],
        ["0", "dead letters"],
        ["0", "invitations"],
        ["0", "rate limits"],
        ["0", "sessions"],
        ["0", "pictures"],
        ["0", "audio uploads"],
        ["0", "audio files"],
        ["0", "renders"],
        ["0", "remix sounds"],
        ["0", "remix parts"],
    ]


@pytest.mark.django_db
def test_the_job_runs_once_a_day_and_the_command_counts_as_a_run() -> None:
    call_command("prune", stdout=StringIO())
    post_notices(create_person("olga"))

    JOBS["housekeeping"].step()

    assert (Notice.objects.count(), Entry.objects.filter(action="housekeeping.done").count()) == (2, 1)


@pytest.mark.parametrize(("hours", "runs"), [(23, 1), (25, 2)])
def test_the_next_run_is_a_day_after_the_last_one_also_after_a_restart(
    committing_db: Database, hours: int, runs: int
) -> None:
    with database_clock.settable_clock() as clock:
        clock.set_now(datetime.now(UTC) - timedelta(hours=hours))
        housekeeping.prune()

    JOBS["housekeeping"].step()

    assert Entry.objects.filter(action="housekeeping.done").count() == runs


def test_of_two_processes_one_does_it(committing_db: Database) -> None:
    with psycopg.connect(committing_db.url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [housekeeping.ADVISORY_LOCK])

        JOBS["housekeeping"].step()
        with pytest.raises(CommandError, match="Another process"):
            call_command("prune")
        other.execute("SELECT pg_advisory_unlock(%s)", [housekeeping.ADVISORY_LOCK])

    assert not Entry.objects.filter(action="housekeeping.done").exists()
    assert JOBS["housekeeping"].step() is False
    assert Entry.objects.filter(action="housekeeping.done").count() == 1


def test_a_kind_that_fails_does_not_keep_the_others(committing_db: Database, caplog: pytest.LogCaptureFixture) -> None:
    person = create_person("olga")
    post_notices(person)
    store_dead_letters(person)
    with psycopg.connect(committing_db.owner_url) as owner:
        owner.execute("REVOKE DELETE ON live_notice FROM fanfare_app")

    with pytest.raises(CommandError, match="Not deleted: notices"):
        call_command("prune", stdout=StringIO())

    assert (Notice.objects.count(), DeadLetter.objects.count()) == (2, 1)
    assert Entry.objects.get(action="housekeeping.done").facts["failed"] == ["notices"]
    assert [record.levelno for record in caplog.records if record.name == "config.housekeeping"] == [logging.ERROR]


def test_a_process_of_its_own_does_it_when_it_starts_and_ends_on_sigterm(processes: Processes) -> None:
    post_notices(create_person("olga"))

    worker = processes.start("work", "housekeeping")
    wait_until(lambda: Entry.objects.filter(action="housekeeping.done").exists(), seconds=30)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 0
    assert Notice.objects.count() == 1
