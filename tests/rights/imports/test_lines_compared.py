"""Lines of one file that are of one recording or of one work."""

import time

import pytest

from catalog import registration
from catalog.models import Artist, Recording, RecordingWork, Work
from rights.models import Party
from tests import factories
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in, counts, read, verdicts

pytestmark = pytest.mark.django_db
HEADING = "title,artist,isrc,mbid,iswc,writers"
MBID, ISWC = "9d2a3c1e-7f0b-4f5a-8f4e-2c6b1a3d4e5f", "T-034.524.680-1"


@pytest.fixture
def label(label: Party, artist: Artist) -> Party:
    owners.add_to_roster(label, artist)
    return label


@pytest.fixture
def ida() -> Party:
    return owners.create_party("writer", "Ida Koro")


def row(title: str, **cells: str) -> str:
    return ",".join({"title": title, "artist": "Mara Veil", **cells}.get(name, "") for name in HEADING.split(","))


def test_two_lines_of_one_mbid_are_of_one_recording(label: Party) -> None:
    rows = [row("Salt", isrc="PTPLR2500001", mbid=MBID), row("Tide", isrc="PTPLR2500002", mbid=MBID), row("Good")]

    brought = bring_in(label, *rows, heading=HEADING)

    assert brought.state == "done"
    assert [found for _, found, _ in verdicts(brought)] == ["new", "no", "new"]
    assert verdicts(brought)[1][2] == "The same recording as in line 2."


@pytest.mark.parametrize("batch", [1, 5000])
def test_two_lines_that_find_one_recording_by_different_ways_are_of_it(
    label: Party, artist: Artist, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr("rights.imports.dry_run.BATCH_SIZE", batch)
    song = registration.add_recording(artist, "Salt", by=factories.get_staff().actor, mbid=MBID)
    owners.own(label, song)
    rows = [row("Salt (live)", isrc="PTPLR2500001", mbid=MBID), row("Salt", isrc="PTPLR2500002"), row("Good")]

    read_only = read(label, *rows, heading=HEADING)
    brought = bring_in(label, *rows, heading=HEADING)

    assert [found for _, found, _ in verdicts(read_only)] == ["changed", "no", "new"]
    assert (brought.state, verdicts(brought)[1][2]) == ("done", "The same recording as in line 2.")
    assert sorted(Recording.objects.values_list("title", flat=True)) == ["Good", "Salt (live)"]


def test_lines_that_differ_about_a_work_without_an_iswc_are_told_apart(
    label: Party, artist: Artist, ida: Party
) -> None:
    staff = factories.get_staff().actor
    songs = [registration.add_recording(artist, title, by=staff) for title in ("Salt", "Salt (live)")]
    for song in songs:
        owners.own(label, song)
    owners.create_work(*songs)

    brought = read(label, row("Salt", writers="Ida Koro"), row("Salt (live)", writers="Mara Veil"), heading=HEADING)

    assert [found for _, found, _ in verdicts(brought)] == ["changed", "no"]
    assert verdicts(brought)[1][2] == "Line 2 says something else about the writers and publishers of the same work."


def test_a_file_whose_lines_are_all_of_one_work_is_read_in_seconds(label: Party, ida: Party) -> None:
    """Twenty thousand lines take about as long whether they are of one work or of many."""
    rows = [row(f"Song {number}", iswc=ISWC, writers="Ida Koro") for number in range(20_000)]
    started = time.monotonic()

    brought = read(label, *rows, heading=HEADING)

    assert counts(brought) == {"new": 20_000}
    assert time.monotonic() - started < 60
    assert not Work.objects.exists()


def test_a_song_of_another_work_gets_no_second_one_from_a_file(label: Party, artist: Artist) -> None:
    bring_in(label, row("Salt", isrc="PTPLR2500001", iswc=ISWC), heading=HEADING)
    bare = registration.add_recording(artist, "Tide", by=factories.get_staff().actor)
    owners.own(label, bare)
    owners.create_work(bare, title="Low Tide")
    other = "T-000.000.001-0"

    rows = [row("Salt", isrc="PTPLR2500001", iswc=other), row("Tide", iswc=ISWC), row("Salt", isrc="PTPLR2500001")]
    brought = bring_in(label, *rows[:2], heading=HEADING)
    same = read(label, rows[2], heading=HEADING)

    where = "Its artist says on its page what it is of."
    assert verdicts(brought) == [
        (2, "waits", f"This song is of “Salt” (ISWC {ISWC}) here. {where}"),
        (3, "waits", f"This song is of “Low Tide” here. {where}"),
    ]
    assert RecordingWork.objects.count() == 2
    assert counts(same) == {"same": 1}


def test_a_work_gets_one_iswc_from_a_file(label: Party, artist: Artist) -> None:
    staff = factories.get_staff().actor
    songs = [registration.add_recording(artist, title, by=staff) for title in ("Salt", "Salt (live)")]
    for song in songs:
        owners.own(label, song)
    work = owners.create_work(*songs)

    rows = [row("Salt", iswc=ISWC), row("Salt (live)", iswc="T-000.000.001-0")]
    brought = bring_in(label, *rows, heading=HEADING)

    work.refresh_from_db()
    assert work.iswc == "T0345246801"
    assert [found for _, found, _ in verdicts(brought)] == ["changed", "no"]
    assert verdicts(brought)[1][2] == "Line 2 gives another ISWC for the same work."
    assert RecordingWork.objects.count() == 2
