"""Recordings are changed: their keys follow, what others have is refused, listens stay."""

import uuid
from typing import Any

import pytest

from audit.models import Entry
from catalog import recordings, registration, text_keys
from catalog.exceptions import AlreadyInCatalog
from catalog.models import Artist, Recording
from listens.models import Listen
from tests import factories

pytestmark = pytest.mark.django_db
BY = "system:operator"
ISRC, OTHER_ISRC = "GBAYE6800011", "GBAYE6800012"


@pytest.fixture
def ada() -> Artist:
    return registration.add_artist("Ada", "ada", by=BY)


def edit(recording: Recording, **changes: Any) -> list[str]:
    names = ("title", "artist_credit", "isrc", "mbid", "duration_ms")
    return recordings.edit_recording(recording, by=BY, **{name: getattr(recording, name) for name in names} | changes)


def test_the_keys_follow_the_title_and_the_credit(ada: Artist) -> None:
    recording = registration.add_recording(ada, "Night Train", by=BY)

    changed = edit(recording, title="Day Train", artist_credit="Ada & Bo")

    recording.refresh_from_db()
    keys = text_keys.recording_keys("Day Train", "Ada & Bo")
    assert changed == ["artist_credit", "title"]
    assert [bytes(getattr(recording, name)) for name in ("text_key", "names_key", "leads_key")] == [
        keys["text_key"], keys["names_key"], keys["leads_key"],
    ]  # fmt: skip
    entry = Entry.objects.get(action="recording.edited")
    assert (entry.subject, entry.facts) == (f"recording:{recording.pk}", {"artist": ada.pk, "changed": changed})


def test_listens_stay_with_a_recording_that_is_renamed() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()
    recording = factories.create_recording(artist)
    factories.insert_listens(fan, artist, 2, recording=recording)

    edit(recording, title="Another Name")

    assert Listen.objects.filter(recording=recording).count() == 2


def test_nothing_is_written_where_nothing_changed(ada: Artist) -> None:
    recording = registration.add_recording(ada, "Night Train", by=BY)
    entries = Entry.objects.count()

    assert (edit(recording), Entry.objects.count()) == ([], entries)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"isrc": ISRC}, "isrc", "“Night Train” has this ISRC already."),
        ({"isrc": "USRC17607839"}, "isrc", "Another artist here has a recording with this ISRC."),
        ({"mbid": uuid.UUID(int=1)}, "mbid", "Another artist here has a recording with this MBID."),
        ({"title": "NIGHT  TRAIN"}, "title", "There is a recording of this title and credit already."),
        ({"title": "Old", "isrc": OTHER_ISRC}, "title", "There is a recording of this title and credit already."),
    ],
)
def test_what_another_recording_has_is_refused_at_its_field(
    ada: Artist, changes: dict[str, Any], field: str, words: str
) -> None:
    bo = registration.add_artist("Bo", "bo", by=BY)
    registration.add_recording(bo, "Song of Bo", by=BY, isrc="USRC17607839", mbid=uuid.UUID(int=1))
    registration.add_recording(ada, "Night Train", by=BY, isrc=ISRC)
    registration.add_recording(ada, "Old", by=BY)
    recording = registration.add_recording(ada, "Day Train", by=BY)

    with pytest.raises(AlreadyInCatalog) as refusal:
        edit(recording, **changes)

    assert (refusal.value.field, str(refusal.value).startswith(words)) == (field, True)
    assert "Bo" not in str(refusal.value)
    stored = Recording.objects.get(pk=recording.pk)
    assert (stored.title, stored.isrc, stored.mbid) == ("Day Train", None, None)


def test_a_main_recording_keeps_its_mark_unless_its_new_song_has_one(ada: Artist) -> None:
    first = registration.add_recording(ada, "Night Train", by=BY, isrc=ISRC)
    second = registration.add_recording(ada, "Day Train", by=BY, isrc=OTHER_ISRC)
    for recording in (first, second):
        registration.mark_main(recording, by=BY)
        recording.refresh_from_db()

    edit(first, title="Evening Train")
    edit(second, title="Evening Train")

    assert list(Recording.objects.order_by("pk").values_list("title", "is_main")) == [
        ("Evening Train", True),
        ("Evening Train", False),
    ]
