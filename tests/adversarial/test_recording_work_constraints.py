"""Raw SQL with the app role against what recordings are of: it is dated by the clock, never edited, and only ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from artists import ownership
from artists.exceptions import InvalidRequest
from catalog import registration
from catalog.models import Artist, RecordingWork
from rights import clearance, parties
from rights.models import Use
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = pytest.mark.django_db

PAST = "2020-01-01"
TIE = "INSERT INTO catalog_recordingwork (recording_id, work_id, live_from, added_by) VALUES (%s, %s, %s, %s)"
END = "UPDATE catalog_recordingwork SET live_until = statement_timestamp(), ended_by = %s WHERE id = %s"


@pytest.fixture
def song(artist: Artist) -> OwnedSong:
    return owners.create_owned_song(artist)


@pytest.fixture
def tie(song: OwnedSong) -> RecordingWork:
    return RecordingWork.objects.get()


@pytest.fixture
def open_tie(artist: Artist) -> RecordingWork:
    """Of a work in which nobody has a share yet."""
    recording = factories.create_recording(artist)
    return RecordingWork.objects.get(work=owners.create_work(recording))


def test_what_a_recording_is_of_is_neither_edited_nor_removed(tie: RecordingWork) -> None:
    for change in ("weight = 2", "work_id = work_id", "recording_id = recording_id", "live_from = now()"):
        refused("permission denied", f"UPDATE catalog_recordingwork SET {change}")
    refused("permission denied", "DELETE FROM catalog_recordingwork")
    refused("permission denied", "TRUNCATE catalog_recordingwork")
    staff = factories.get_staff().actor
    sql(END, staff, tie.pk)
    refused("history is not changed", "UPDATE catalog_recordingwork SET live_until = NULL, ended_by = NULL")
    refused("history is not changed", END, staff, tie.pk)


def test_nothing_is_said_or_ended_in_the_past(song: OwnedSong, tie: RecordingWork) -> None:
    other = owners.create_work(factories.create_recording(song.recording.artist), title="Other")
    staff = factories.get_staff().actor
    sql(TIE, song.recording.pk, other.pk, PAST, staff)
    change = "UPDATE catalog_recordingwork SET live_until = %s, ended_by = %s WHERE id = %s"
    sql(change, PAST, staff, tie.pk)

    assert RecordingWork.objects.get(recording=song.recording, work=other).live_from.year > 2020
    tie.refresh_from_db()
    assert tie.live_until
    assert tie.live_until > tie.live_from
    refused(
        "ends after it was said",
        "INSERT INTO catalog_recordingwork (recording_id, work_id, live_until, ended_by, added_by)"
        " VALUES (%s, %s, now(), 'x', %s)",
        *(song.recording.pk, song.work.pk, staff),
    )


def test_a_recording_that_is_there_is_of_a_work_that_is_there(song: OwnedSong) -> None:
    staff = factories.get_staff().actor
    refused("of a work that is there", TIE, song.recording.pk, 2**40, PAST, staff)
    refused("of a work that is there", TIE, 2**40, song.work.pk, PAST, staff)


def test_a_recording_is_of_a_work_once_at_a_time(song: OwnedSong, tie: RecordingWork) -> None:
    staff = factories.get_staff().actor
    refused("a_work_once_a_recording", TIE, song.recording.pk, song.work.pk, PAST, staff)
    refused("a_work_once_a_recording", TIE, song.recording.pk, song.work.pk, "2999-01-01", staff)
    sql(END, staff, tie.pk)

    sql(TIE, song.recording.pk, song.work.pk, PAST, staff)

    assert RecordingWork.objects.live().get().pk != tie.pk


def test_a_tie_that_ends_later_leaves_room_only_behind_it(song: OwnedSong, tie: RecordingWork) -> None:
    staff = factories.get_staff().actor
    sql("UPDATE catalog_recordingwork SET live_until = '2999-01-01', ended_by = %s WHERE id = %s", staff, tie.pk)
    for since in (PAST, "2998-12-31"):
        refused("a_work_once_a_recording", TIE, song.recording.pk, song.work.pk, since, staff)

    sql(TIE, song.recording.pk, song.work.pk, "2999-01-01", staff)

    assert RecordingWork.objects.filter(recording=song.recording).count() == 2


def test_only_staff_end_it_where_somebody_else_owns_a_part_of_the_work(song: OwnedSong, tie: RecordingWork) -> None:
    """Without the tie nobody would ask the writer and the publisher of the work any more."""
    artist = song.recording.artist
    others = [factories.get_member(artist, role).actor for role in ("principal", "owner", "editor")]
    for by in (*others, owners.get_signer(song.label).actor, owners.get_signer(song.writer).actor, "person:nobody"):
        refused("staff say that", END, by, tie.pk)

    sql(END, factories.get_staff().actor, tie.pk)

    assert clearance.find_missing(Use.REMIX, artist, [song.recording]) is not None


def test_the_side_of_an_artist_says_what_its_songs_are_of(artist: Artist) -> None:
    recording, work = (
        factories.create_recording(artist),
        owners.create_work(factories.create_recording(artist, "Other")),
    )
    label, stranger = owners.create_party(), owners.create_party(name="Second Shore")
    owners.add_to_roster(label, artist)
    reviewer, signer = factories.get_member(artist, "reviewer").actor, owners.get_signer(stranger).actor
    for by in (reviewer, signer, "person:nobody", "system:command", ""):
        refused("by the side of its artist", TIE, recording.pk, work.pk, PAST, by)

    for person in (factories.get_member(artist, "editor"), owners.get_signer(label), factories.get_staff()):
        sql(TIE, factories.create_recording(artist, f"Song of {person.handle}").pk, work.pk, PAST, person.actor)


def test_only_staff_add_a_work_where_somebody_else_owns_a_part_of_the_first(song: OwnedSong) -> None:
    """Of two works each is half of the song, so the writer of the first would be paid half."""
    artist = song.recording.artist
    other = owners.create_work(factories.create_recording(artist), title="Other")
    side = [factories.get_member(artist, role).actor for role in ("principal", "owner", "editor")]
    owners.add_to_roster(song.label, artist)
    for by in (*side, owners.get_signer(song.label).actor):
        refused("staff add another work", TIE, song.recording.pk, other.pk, PAST, by)

    sql(TIE, song.recording.pk, other.pk, PAST, factories.get_staff().actor)


def test_an_artist_adds_a_work_to_a_song_that_nobody_else_owns_a_part_of(open_tie: RecordingWork) -> None:
    artist = open_tie.recording.artist
    other = owners.create_work(factories.create_recording(artist, "Other"))

    sql(TIE, open_tie.recording.pk, other.pk, PAST, factories.get_member(artist, "editor").actor)

    assert RecordingWork.objects.live().filter(recording=open_tie.recording).count() == 2


@pytest.mark.parametrize("role", ["principal", "owner", "editor"])
def test_an_artists_team_ends_what_it_wrote_wrongly(open_tie: RecordingWork, role: str) -> None:
    artist = open_tie.recording.artist
    stranger = factories.get_member(factories.create_artist("Ove Lind"), "principal")
    for by in (factories.get_member(artist, "reviewer").actor, stranger.actor, "system:command"):
        refused("staff say that", END, by, open_tie.pk)

    sql(END, factories.get_member(artist, role).actor, open_tie.pk)

    assert not RecordingWork.objects.live().exists()


def test_the_past_stays_as_it_was(song: OwnedSong) -> None:
    """Who wrote what is said anew: the question about before still has the old answer."""
    artist, recording = song.recording.artist, song.recording
    before = timezone.now()
    registration.end_work(recording, song.work, by=factories.get_staff().actor)
    work = owners.create_work(recording, title="Another")
    writer = owners.create_party("writer", "Ben Hale")
    owners.own(writer, work)
    after = timezone.now()

    assert clearance.find_missing(Use.REMIX, artist, [recording], at=before) is None
    missing = clearance.find_missing(Use.REMIX, artist, [recording], at=after)
    assert missing is not None
    assert missing.missing == ("Ben Hale (writer): remixes are off",)
    assert clearance.find_missing(Use.REMIX, artist, [recording], at=before - timedelta(days=1)) is not None


def test_a_share_that_somebody_else_administers_is_of_somebody_else(artist: Artist, open_tie: RecordingWork) -> None:
    own, publisher = parties.get_artist_party(artist), owners.create_party("publisher", "Kestrel Row")
    owners.own(own, open_tie.work, administered_by=publisher)
    editor = factories.get_member(artist, "editor")

    refused("where nobody else owns it", END, editor.actor, open_tie.pk)
    with pytest.raises(InvalidRequest, match="Somebody else confirmed a share"):
        ownership.end_work(open_tie.recording, open_tie.work, by=editor)
