"""Find the recording that was played, where a source writes its credit or title in another way."""

import pytest

from catalog import registration, text_keys
from catalog.matching import RecordingIdentifiers, match_recordings
from catalog.models import Artist, Recording
from tests.catalog.test_matching import ISRC, OTHER_ISRC
from tests.listens.factories import make_fan

pytestmark = pytest.mark.django_db
STAFF = "system:operator"


@pytest.fixture
def ada() -> Artist:
    return registration.add_artist("Ada", "ada", by=make_fan("staff").actor)


def add_recording(artist: Artist, title: str, credit: str = "", isrc: str | None = None) -> Recording:
    return registration.add_recording(artist, title, credit, by=STAFF, isrc=isrc)


def match(title: str, credit: str = "Ada", *artist_names: str) -> int | None:
    """The id of the recording that a listen without any identifier matches."""
    loose = text_keys.compute_loose(title, credit, artist_names)
    [found] = match_recordings([RecordingIdentifiers("", "", "", text_keys.compute(title, credit), loose)])
    return found and found[0]


@pytest.mark.parametrize(
    ("title", "credit", "artist_names"),
    [
        ("Night Train", "Ada & Bo", ()),
        ("Night Train", "ADA, Bo", ()),
        ("Night Train", "Ada • Bo", ()),
        ("Night Train", "Ada; Bo", ()),
        ("Night Train", "Ada feat. Bo", ()),
        ("Night Train", "Ada ft Bo", ()),
        ("Night Train", "Bo & Ada", ()),
        ("Night Train", "Ada", ("Ada", "Bo")),
        ("Night Train", "Ada feat. Bo", ("Ada feat. Bo",)),
        ("Night Train (feat. Bo)", "Ada", ()),
        ("Night Train [Ft. Bo]", "Ada & Bo", ()),
        ("Night Train (feat. Bo)", "Ada", ("Ada", "Bo")),
    ],
)
@pytest.mark.parametrize(
    ("stored_title", "stored_credit"),
    [("Night Train", "Ada & Bo"), ("Night Train", "Ada feat. Bo"), ("Night Train (feat. Bo)", "Ada")],
)
def test_a_credit_is_a_set_of_names_however_it_is_written(
    ada: Artist, stored_title: str, stored_credit: str, title: str, credit: str, artist_names: tuple[str, ...]
) -> None:
    night = add_recording(ada, stored_title, stored_credit)

    assert match(title, credit, *artist_names) == night.pk


def test_a_title_matches_with_and_without_the_featured_names(ada: Artist) -> None:
    night = add_recording(ada, "Night Train (feat. Bo)")
    day = add_recording(ada, "Day Train")

    assert (match("Night Train"), match("Day Train (feat. Cy)")) == (night.pk, day.pk)


def test_other_names_or_another_version_of_the_song_match_nothing(ada: Artist) -> None:
    add_recording(ada, "Night Train", "Ada & Bo")
    add_recording(ada, "Day Train (feat. Bo)")

    assert [
        match("Night Train", "Ada & Cy"),
        match("Night Train", "Ada"),
        match("Night Train (live)", "Ada & Bo"),
        match("Day Train (feat. Cy)"),
        match("Day Train", "Bo"),
    ] == [None] * 5


def test_the_most_exact_match_wins(ada: Artist) -> None:
    alone = add_recording(ada, "Night Train")
    together = add_recording(ada, "Night Train", "Ada & Bo")
    featured = add_recording(ada, "Night Train (feat. Bo)", "Ada", ISRC)

    assert match("Night Train") == alone.pk
    assert match("Night Train", "Ada & Bo") == together.pk
    assert match("Night Train (feat. Bo)") == featured.pk
    assert match("Night Train", "Ada, Bo") == together.pk  # both fit; the older one is the default
    assert match("Night Train (feat. Cy)") == alone.pk


@pytest.mark.parametrize("title", ["Night Train", "Night Train (feat. Cy)"])
def test_what_fits_recordings_of_two_artists_matches_nothing(ada: Artist, title: str) -> None:
    bo = registration.add_artist("Bo", "bo", by=STAFF)
    add_recording(ada, title, "Ada & Bo")
    add_recording(bo, title, "Bo & Ada")

    assert match(title, "Ada, Bo") is None


def test_an_ambiguous_exact_text_is_not_decided_by_looser_keys(ada: Artist) -> None:
    namesake = registration.add_artist("Ada", "ada-of-lyon", by=STAFF)
    add_recording(ada, "Night Train (feat. Bo)", "Ada")
    add_recording(namesake, "Night Train (feat. Bo)", "Ada")
    add_recording(ada, "Night Train")

    assert match("Night Train (feat. Bo)") is None


def test_of_several_recordings_of_one_song_the_main_one_counts_and_the_oldest_without_one(ada: Artist) -> None:
    first, second, third = (add_recording(ada, "Night Train", isrc=isrc) for isrc in (ISRC, OTHER_ISRC, "GBAYE6800013"))
    before = match("Night Train")

    registration.mark_main(third, by=STAFF)
    marked = match("Night Train")
    registration.mark_main(second, by=STAFF)

    assert (before, marked, match("Night Train")) == (first.pk, third.pk, second.pk)
    assert list(Recording.objects.filter(is_main=True)) == [second]
    by_isrc = match_recordings([RecordingIdentifiers("", ISRC, "", text_keys.compute("Night Train", "Ada"))])
    assert by_isrc == [(first.pk, ada.pk)]


@pytest.mark.parametrize("number", [1, 3, 500])
def test_looser_keys_take_no_further_query(ada: Artist, number: int, django_assert_num_queries: object) -> None:
    for n in range(3):
        add_recording(ada, f"Song {n}", "Ada & Bo")
    keys = [
        (text_keys.compute(f"Song {n}", "Ada, Bo"), text_keys.compute_loose(f"Song {n}", "Ada, Bo"))
        for n in range(number)
    ]
    wanted = [RecordingIdentifiers("", "", "", text, loose) for text, loose in keys]

    with django_assert_num_queries(1):  # type: ignore[operator]
        matches = match_recordings(wanted)

    assert len([each for each in matches if each]) == min(number, 3)
