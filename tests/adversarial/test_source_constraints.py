"""Raw SQL with the app role against sources of remixes: a confirmed one is never edited, and names its stems."""

from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from catalog.models import Artist, AudioFile, Recording, RecordingSource
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.catalog import audio as files

pytestmark = pytest.mark.django_db
ADD = """INSERT INTO catalog_recordingsource (recording_id, version, content, digest, confirmed_by)
VALUES (%s, %s, %s, %s, %s)"""
ADD_STEM = "INSERT INTO catalog_sourcestem (source_id, stem, role, audio_id) VALUES (%s, %s, %s, %s)"
NOW = "SET CONSTRAINTS ALL IMMEDIATE"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    files.use_folder(settings, tmp_path)
    return tmp_path


@pytest.fixture
def recording(artist: Artist) -> Recording:
    return factories.create_recording(artist)


@pytest.fixture
def source(recording: Recording, folder: Path) -> RecordingSource:
    source = files.confirm_source(recording, folder)
    sql(NOW)
    return source


def refused_at_the_end(promise: str, recording: Recording, content: str, *stems: tuple[str, str, AudioFile]) -> None:
    """Insert a source with these stems, and let the constraints answer as they do at the commit."""
    with pytest.raises(DatabaseError, match=promise):
        insert(recording, content, *stems)


@transaction.atomic
def insert(recording: Recording, content: str, *stems: tuple[str, str, AudioFile]) -> None:
    by = factories.get_member(recording.artist, "principal").actor
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"{ADD} RETURNING id", [recording.pk, 1, content, "", by])
        [key] = cursor.fetchone()
        for stem, role, audio in stems:
            cursor.execute(ADD_STEM, [key, stem, role, audio.pk])
        cursor.execute(NOW)


def test_a_confirmed_source_is_neither_edited_nor_removed(source: RecordingSource) -> None:
    for change in ("content = '{}'", "digest = ''", "confirmed_by = ''", "recording_id = recording_id"):
        refused("permission denied", f"UPDATE catalog_recordingsource SET {change}")
    for table in ("catalog_recordingsource", "catalog_sourcestem"):
        refused("permission denied", f"DELETE FROM {table}")
        refused("permission denied", f"TRUNCATE {table} CASCADE")
    refused("permission denied", "UPDATE catalog_sourcestem SET audio_id = audio_id")


def test_the_database_writes_the_digest_and_the_time(source: RecordingSource, folder: Path) -> None:
    by = factories.get_member(source.recording.artist, "principal").actor
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(ADD, [source.recording_id, 2, source.content, "f" * 64, by])
        for stem in source.stems.all():
            cursor.execute(ADD_STEM, [source.pk + 1, stem.stem, stem.role, stem.audio_id])
        cursor.execute(NOW)

    assert RecordingSource.objects.get(version=2).digest == source.digest


def test_versions_follow_each_other_and_somebody_of_the_team_confirms(source: RecordingSource) -> None:
    reviewer = factories.get_member(source.recording.artist, "reviewer")
    principal = factories.get_member(source.recording.artist, "principal")
    stranger = factories.create_person()

    refused("follow each other", ADD, source.recording_id, 3, source.content, "", principal.actor)
    refused("follow each other", ADD, source.recording_id, 1, source.content, "", principal.actor)
    for person in (reviewer, stranger):
        refused("who may edit", ADD, source.recording_id, 2, source.content, "", person.actor)


def test_the_content_names_exactly_the_stems(recording: Recording, folder: Path) -> None:
    drums, voice = files.store_file(folder), files.store_file(folder, b"voice")
    content = files.source_content(("drums", "drums", drums), ("vocals", "vocals", voice))
    promise = "names its stems"

    refused_at_the_end(promise, recording, content)
    refused_at_the_end(promise, recording, "{}")
    refused_at_the_end(promise, recording, content, ("drums", "drums", drums))
    refused_at_the_end(promise, recording, content, ("drums", "drums", drums), ("vocals", "drums", voice))
    refused_at_the_end(promise, recording, content, ("drums", "drums", voice), ("vocals", "vocals", drums))
    more = ("bass", "bass", voice)
    refused_at_the_end(promise, recording, content, ("drums", "drums", drums), ("vocals", "vocals", voice), more)


def test_no_stem_comes_later(source: RecordingSource, folder: Path) -> None:
    refused("names its stems", ADD_STEM, source.pk, "bass", "bass", files.store_file(folder, b"bass").pk)


def test_stems_have_one_length_and_a_whole_song_stands_alone(recording: Recording, folder: Path) -> None:
    drums, short = files.store_file(folder), files.store_file(folder, b"short", frames=files.FRAMES - 1)
    pair = (("drums", "drums", drums), ("bass", "bass", short))
    whole = (("drums", "drums", drums), ("song", "master", files.store_file(folder, b"song")))

    refused_at_the_end("one length", recording, files.source_content(*pair), *pair)
    refused_at_the_end("stands alone", recording, files.source_content(*whole), *whole)


def test_an_audio_file_is_what_its_name_says_and_stays_while_it_is_used(source: RecordingSource) -> None:
    for change in ("frames = 1", "channels = 1", "size = 1", "peaks = ''"):
        refused("history is not changed", f"UPDATE catalog_audiofile SET {change}")
    refused("foreign key", "DELETE FROM catalog_audiofile")
    refused("named_by_a_hash", "INSERT INTO catalog_audiofile (sha256, frames, channels, size, peaks) VALUES "
            "('drums', 1, 1, 1, '')")  # fmt: skip
    refused("one_channel_or_two", "INSERT INTO catalog_audiofile (sha256, frames, channels, size, peaks) VALUES "
            "(repeat('a', 64), 1, 8, 1, '')")  # fmt: skip


def test_an_upload_is_whole_before_it_is_checked(recording: Recording, folder: Path) -> None:
    upload = files.send_file(recording, b"whole")
    audio = files.store_file(folder)
    change = "UPDATE catalog_audioupload SET {} WHERE id = %s"

    refused("has_its_audio", change.format("state = 'checked'"), upload.pk)
    refused("says_why", change.format("state = 'refused'"), upload.pk)
    refused("is_whole", change.format(f"state = 'checked', received = 1, audio_id = '{audio.pk}'"), upload.pk)
    refused("is_whole", change.format("state = 'sending', received = 9"), upload.pk)
    refused("has_a_size", change.format("size = 2000000000, received = 2000000000"), upload.pk)
