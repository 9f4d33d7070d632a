"""Which recording was played."""

import uuid

import pytest

from catalog import entries, text
from catalog.matching import Wanted, match
from catalog.models import Artist, Recording
from tests.listens.given import person

pytestmark = pytest.mark.django_db

ISRC, OTHER_ISRC = "GBAYE6800011", "GBAYE6800012"
MBID, OTHER_MBID = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def ada() -> Artist:
    return entries.add_artist("Ada", "ada", by=person("staff").actor)


def add(artist: Artist, title: str, isrc: str | None = None, mbid: uuid.UUID | None = None) -> Recording:
    return entries.add_recording(artist, title, by="system:test", isrc=isrc, mbid=mbid)


def wanted(*, catalog_id: str = "", isrc: str = "", mbid: str = "", title: str = "", credit: str = "Ada") -> Wanted:
    return Wanted(catalog_id, isrc, mbid, text.key(title, credit) if title else None)


def test_each_identifier_finds_the_recording(ada: Artist) -> None:
    night = add(ada, "Night Train", ISRC, MBID)
    found = (night.pk, ada.pk)

    by_all = match(
        [
            wanted(catalog_id=str(night.pk)),
            wanted(isrc=ISRC),
            wanted(mbid=str(MBID)),
            wanted(mbid=str(MBID).upper()),
            wanted(title="NIGHT  train"),
            wanted(title="Morning Train"),
            wanted(),
        ]
    )

    assert by_all == [found, found, found, found, found, None, None]


def test_where_identifiers_disagree_the_stronger_one_wins(ada: Artist) -> None:
    by_id, by_isrc, by_mbid, by_text = (
        add(ada, "One"),
        add(ada, "Two", OTHER_ISRC),
        add(ada, "Three", None, OTHER_MBID),
        add(ada, "Four"),
    )
    said = {"isrc": OTHER_ISRC, "mbid": str(OTHER_MBID), "title": "Four"}

    found = match(
        [
            wanted(catalog_id=str(by_id.pk), **said),
            wanted(**said),
            wanted(mbid=said["mbid"], title="Four"),
            wanted(title="Four"),
        ]
    )

    assert [each and each[0] for each in found] == [by_id.pk, by_isrc.pk, by_mbid.pk, by_text.pk]


def test_an_identifier_nobody_knows_gives_way_to_the_next(ada: Artist) -> None:
    night = add(ada, "Night Train")

    found = match([wanted(catalog_id="999999", isrc="USRC17607839", mbid=str(uuid.uuid4()), title="Night Train")])

    assert found == [(night.pk, ada.pk)]


@pytest.mark.parametrize("catalog_id", ["recording:1", "-1", "1.0", "٣", "9" * 19, "9" * 128, "\0", " 1"])
def test_an_id_that_is_none_of_ours_finds_nothing(ada: Artist, catalog_id: str) -> None:
    add(ada, "Night Train")

    assert match([wanted(catalog_id=catalog_id)]) == [None]


def test_a_text_of_two_artists_is_nobodys(ada: Artist) -> None:
    other = entries.add_artist("Ada", "ada-of-lyon", by="system:test")
    add(ada, "Night Train")
    add(other, "Night Train")
    day = add(other, "Day Train")

    assert match([wanted(title="Night Train"), wanted(title="Day Train")]) == [None, (day.pk, other.pk)]


@pytest.mark.parametrize("number", [1, 3, 500])
def test_one_query_however_many_are_asked_for(ada: Artist, number: int, django_assert_num_queries: object) -> None:
    for n in range(3):
        add(ada, f"Song {n}")
    asked = [wanted(title=f"Song {n}", catalog_id=str(n)) for n in range(number)]

    with django_assert_num_queries(1):  # type: ignore[operator]
        match(asked)


def test_nothing_asked_costs_nothing(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert match([]) == []
