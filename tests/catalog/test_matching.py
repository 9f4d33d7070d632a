"""Find the recording that was played."""

import uuid

import pytest

from catalog import registration, text_keys
from catalog.matching import RecordingIdentifiers, match_recordings
from catalog.models import Artist, Recording
from tests.listens.factories import make_fan

pytestmark = pytest.mark.django_db

ISRC, OTHER_ISRC = "GBAYE6800011", "GBAYE6800012"
MBID, OTHER_MBID = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def ada() -> Artist:
    return registration.add_artist("Ada", "ada", by=make_fan("staff").actor)


def add_recording(artist: Artist, title: str, isrc: str | None = None, mbid: uuid.UUID | None = None) -> Recording:
    return registration.add_recording(artist, title, by="system:operator", isrc=isrc, mbid=mbid)


def identifiers(
    *, catalog_id: str = "", isrc: str = "", mbid: str = "", title: str = "", credit: str = "Ada"
) -> RecordingIdentifiers:
    return RecordingIdentifiers(catalog_id, isrc, mbid, text_keys.compute(title, credit) if title else None)


def test_each_identifier_finds_the_recording(ada: Artist) -> None:
    night = add_recording(ada, "Night Train", ISRC, MBID)
    match = (night.pk, ada.pk)

    by_all = match_recordings(
        [
            identifiers(catalog_id=str(night.pk)),
            identifiers(isrc=ISRC),
            identifiers(mbid=str(MBID)),
            identifiers(mbid=str(MBID).upper()),
            identifiers(title="NIGHT  train"),
            identifiers(title="Morning Train"),
            identifiers(),
        ]
    )

    assert by_all == [match, match, match, match, match, None, None]


def test_where_identifiers_disagree_the_stronger_one_wins(ada: Artist) -> None:
    by_id, by_isrc, by_mbid, by_text = (
        add_recording(ada, "One"),
        add_recording(ada, "Two", OTHER_ISRC),
        add_recording(ada, "Three", None, OTHER_MBID),
        add_recording(ada, "Four"),
    )
    weaker = {"isrc": OTHER_ISRC, "mbid": str(OTHER_MBID), "title": "Four"}

    matches = match_recordings(
        [
            identifiers(catalog_id=str(by_id.pk), **weaker),
            identifiers(**weaker),
            identifiers(mbid=weaker["mbid"], title="Four"),
            identifiers(title="Four"),
        ]
    )

    assert [match and match[0] for match in matches] == [by_id.pk, by_isrc.pk, by_mbid.pk, by_text.pk]


def test_after_an_unknown_identifier_the_next_one_is_tried(ada: Artist) -> None:
    night = add_recording(ada, "Night Train")

    matches = match_recordings(
        [identifiers(catalog_id="999999", isrc="USRC17607839", mbid=str(uuid.uuid4()), title="Night Train")]
    )

    assert matches == [(night.pk, ada.pk)]


@pytest.mark.parametrize("catalog_id", ["recording:1", "-1", "1.0", "٣", "9" * 19, "9" * 128, "\0", " 1"])
def test_an_id_that_is_not_ours_matches_nothing(ada: Artist, catalog_id: str) -> None:
    add_recording(ada, "Night Train")

    assert match_recordings([identifiers(catalog_id=catalog_id)]) == [None]


def test_a_text_that_two_artists_share_matches_nothing(ada: Artist) -> None:
    other = registration.add_artist("Ada", "ada-of-lyon", by="system:operator")
    add_recording(ada, "Night Train")
    add_recording(other, "Night Train")
    day = add_recording(other, "Day Train")

    assert match_recordings([identifiers(title="Night Train"), identifiers(title="Day Train")]) == [
        None,
        (day.pk, other.pk),
    ]


@pytest.mark.parametrize("number", [1, 3, 500])
def test_any_number_of_listens_is_one_query(ada: Artist, number: int, django_assert_num_queries: object) -> None:
    for n in range(3):
        add_recording(ada, f"Song {n}")
    wanted = [identifiers(title=f"Song {n}", catalog_id=str(n)) for n in range(number)]

    with django_assert_num_queries(1):  # type: ignore[operator]
        match_recordings(wanted)


def test_no_listens_need_no_query(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert match_recordings([]) == []
