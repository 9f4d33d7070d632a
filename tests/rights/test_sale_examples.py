"""How a sale would be split, shown before anybody signs."""

import pytest

from catalog.models import Artist
from rights import claims, sales
from rights.models import Use
from rights.owners import read_owners
from rights.shares import Role
from tests import factories
from tests.rights.albums import add_scheme, create_album

pytestmark = pytest.mark.django_db


def test_an_example_shows_who_would_get_what_before_anybody_signs(artist: Artist) -> None:
    album = create_album(artist, agreed=False)
    claims.end(album.ben.claims.get(), by=factories.get_staff())

    example = sales.example(album.scheme, read_owners(album.songs), 1_000)

    assert example.missing == ("Shares of the writers of Salt Radio add up to 60\xa0%: 40\xa0% is missing",)
    assert [(line.role, line.party, line.share, line.money) for line in example.lines] == [
        ("platform", "Fanfare", "20\xa0%", "€2.00"),
        ("recording_owner", "Harbor Lane", "40\xa0%", "€4.00"),
        ("featured_artist", "Mara Veil", "20\xa0%", "€2.00"),
        ("publisher", "Kestrel Row", "6\xa0%", "€0.60"),
        ("publisher", "Lark", "6\xa0%", "€0.60"),
        ("writer", "Cleo Ruiz", "4\xa0%", "€0.40"),
        ("writer", "Ida Koro", "2.40\xa0%", "€0.24"),
        ("writer", "", "1.60\xa0%", "€0.16"),
    ]


@pytest.mark.parametrize(("currency", "written"), [("JPY", "¥500"), ("KWD", "KWD0.500"), ("EUR", "€5.00")])
def test_an_example_without_a_song_names_roles_in_any_currency(currency: str, written: str) -> None:
    lines = sales.example(add_scheme({Role.WRITER: 10_000}), read_owners([]), 500, currency=currency).lines

    assert [(line.role, line.party, line.points) for line in lines] == [("writer", "", 10_000)]
    assert lines[0].money.replace("\xa0", "") == written


def test_an_example_adds_up_to_the_amount(artist: Artist) -> None:
    album = create_album(artist, agreed=False)

    lines = sales.example(album.scheme, read_owners(album.songs), 999).lines

    assert (sum(line.amount for line in lines), sum(line.points for line in lines)) == (999, 10_000)


def test_an_example_of_one_song_names_its_owners_alone(artist: Artist) -> None:
    album = create_album(artist, agreed=False)
    owners = read_owners(album.songs)

    example = sales.example(album.scheme, owners.only(album.songs[1]), 1_000)

    assert [(line.party, line.money) for line in example.lines if line.role in ("publisher", "writer")] == [
        ("Kestrel Row", "€1.20"),
        ("Cleo Ruiz", "€0.80"),
    ]
    assert example.missing == ()


def test_an_example_of_subscription_income_names_the_artist_and_whom_no_song_names(artist: Artist) -> None:
    scheme = add_scheme({Role.PLATFORM: 2_000, Role.FEATURED_ARTIST: 7_000, Role.WRITER: 1_000}, Use.TIER)

    example = sales.example(scheme, read_owners([]), 1_000, artist=artist)

    assert [(line.role, line.party, line.money) for line in example.lines] == [
        ("platform", "Fanfare", "€2.00"),
        ("featured_artist", "Mara Veil", "€7.00"),
        ("writer", "", "€1.00"),
    ]
    assert example.missing == ("Nobody is named as writer: no song is named",)
