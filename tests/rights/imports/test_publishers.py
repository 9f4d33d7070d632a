"""Files that publishers bring: they own a part of the works, and no recordings."""

import pytest

from catalog import registration
from catalog.models import Artist
from rights import claims
from rights.models import Claim, Party
from tests import factories
from tests.rights import factories as owners
from tests.rights.imports.factories import bring_in, read, verdicts
from tests.rights.imports.test_named_owners import HEADING, ISRC, ISWC, claimed, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def ida() -> Party:
    return owners.create_party("writer", "Ida Koro")


@pytest.fixture
def kestrel(artist: Artist) -> Party:
    kestrel = owners.create_party("publisher", "Kestrel Row")
    owners.add_to_roster(kestrel, artist)
    return kestrel


def test_a_publisher_that_brings_a_file_has_confirmed_what_is_its_own(kestrel: Party, ida: Party) -> None:
    bring_in(kestrel, row(writers="Ida Koro", publishers="Kestrel Row"), heading=HEADING)

    assert claimed() == [
        ("publisher", "Kestrel Row", 10_000, True, False),
        ("writer", "Ida Koro", 10_000, False, False),
    ]


def test_a_publisher_owns_no_recording_by_its_file(artist: Artist, label: Party, kestrel: Party) -> None:
    song = registration.add_recording(artist, "Tide", by=factories.get_staff().actor)
    owners.own(label, song)
    owners.own(kestrel, owners.create_work(song), "publisher")
    mine = {"publishers": "Kestrel Row"}
    rows = [
        row("Nothing"),
        row("Whole", owners="Kestrel Row", **mine),
        row("Tide", isrc=ISRC, **mine),
        row("New", **mine),
    ]

    brought = bring_in(kestrel, *rows, row("Asked", owners="Harbor Lane", **mine), heading=HEADING)

    said = "You are a publisher here, which owns no recordings, and this line gives you no share of the work. "
    wrong = "“Kestrel Row” is a publisher here, and cannot be named as owner of the recording. "
    wrong += "Ask our staff to add whoever is meant, then bring this line again."
    assert verdicts(brought) == [
        (2, "no", f"{said}Name yourself among its writers or publishers."),
        (3, "no", wrong),
        (4, "same", "Already here, nothing differs."),
        (5, "new", "No ISRC. You have a share of its work."),
        (6, "new", "No ISRC. You have a share of its work. Harbor Lane will be asked to confirm its share."),
    ]  # fmt: skip
    assert not Claim.objects.filter(party=kestrel).exclude(role="publisher").exists()
    assert Claim.objects.get(recording__title="Asked").confirmed_at is None


def test_a_publisher_has_a_share_of_what_was_here_before_once_the_artist_says_so(
    artist: Artist, label: Party, kestrel: Party
) -> None:
    song = registration.add_recording(artist, "Salt Radio", by=factories.get_staff().actor)
    bare = registration.add_recording(artist, "Bare", by=factories.get_staff().actor)
    work = registration.add_work(song, iswc="T0345246801", by=factories.get_staff().actor)
    for one in (song, bare):
        owners.own(label, one)
    rows = [row(publishers="Kestrel Row"), row("Live", iswc=ISWC, publishers="Kestrel Row"),
            row("Bare", publishers="Kestrel Row")]  # fmt: skip

    before = bring_in(kestrel, *rows, heading=HEADING)
    claims.claim(kestrel, "publisher", by=factories.get_member(artist, "editor"), work=work)
    after = read(kestrel, *rows, heading=HEADING)

    said = "This song or its work was here before. The artist must say on the song’s page which share of the work is "
    assert verdicts(before) == [(number, "waits", f"{said}yours.") for number in (2, 3, 4)]
    assert [found for _, found, _ in verdicts(after)] == ["same", "new", "waits"]
    assert Claim.objects.get(party=kestrel).confirmed_at is None
