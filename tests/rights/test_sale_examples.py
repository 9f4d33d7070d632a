"""How a sale would be split, shown before anybody signs."""

import pytest

from catalog.models import Artist
from rights import claims, sales
from rights.shares import Role
from tests import factories
from tests.rights.albums import add_scheme, create_album

pytestmark = pytest.mark.django_db


def test_an_example_shows_who_would_get_what_before_anybody_signs(artist: Artist) -> None:
    album = create_album(artist, agreed=False)
    claims.end(album.ben.claims.get(), by=factories.get_staff())

    lines = sales.example(album.scheme, album.songs, 1_000)

    assert [(line.role, line.party, line.share, line.money) for line in lines] == [
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
    lines = sales.example(add_scheme({Role.WRITER: 10_000}), [], 500, currency=currency)

    assert [(line.role, line.party, line.points) for line in lines] == [("writer", "", 10_000)]
    assert lines[0].money.replace("\xa0", "") == written


def test_an_example_adds_up_to_the_amount(artist: Artist) -> None:
    album = create_album(artist, agreed=False)

    lines = sales.example(album.scheme, album.songs, 999)

    assert (sum(line.amount for line in lines), sum(line.points for line in lines)) == (999, 10_000)
