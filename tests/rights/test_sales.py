"""Who is paid for a sale: every role of the scheme resolves to the parties of these recordings at this moment."""

from datetime import timedelta
from fractions import Fraction
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Artist, Recording, RecordingWork
from rights import claims, grants, parties, sales, splits
from rights.grants import Songs
from rights.models import Claim, Use
from rights.owners import read_owners
from rights.sales import IncompleteSale, Sale
from rights.shares import Role
from tests import factories
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.albums import Album, add_scheme, agree, create_album

pytestmark = pytest.mark.django_db


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, new_album = share_scene(partial(create_album, agreed=False))
"""Nobody agreed on anything."""


@pytest.fixture
def album(new_album: Album) -> Album:
    agree("A-1", new_album.scheme, *new_album.everybody)
    return new_album


def sell(album: Album, *, use: str = Use.REMIX, songs: tuple[Recording, ...] = (), **about: object) -> Sale:
    sale = resolve(album, use=use, songs=songs, **about)
    assert isinstance(sale, Sale), sale.missing
    return sale


def resolve(
    album: Album, *, use: str = Use.REMIX, songs: tuple[Recording, ...] = (), **about: object
) -> Sale | IncompleteSale:
    artist = album.songs[0].artist
    return sales.resolve_sale(use, artist, songs or album.songs, **about)  # type: ignore[arg-type]


def missing(sale: Sale | IncompleteSale) -> tuple[str, ...]:
    return () if isinstance(sale, Sale) else sale.missing


def amounts(sale: Sale, amount: int = 10_000) -> dict[str, int]:
    """What each party gets, by its name."""
    names = sale.owners.party_names | {sales.PLATFORM: "Fanfare"}
    totals: dict[str, int] = {}
    for key, share in splits.split(amount, sale.fractions).items():
        totals[names[key.party]] = totals.get(names[key.party], 0) + share
    return totals


def test_two_songs_two_publishers_three_writers_and_one_agreement(album: Album) -> None:
    sale = sell(album)

    assert (sale.scheme, sum(sale.fractions.values())) == (album.scheme, 1)
    assert amounts(sale) == {
        "Fanfare": 2_000, "Harbor Lane": 4_000, "Mara Veil": 2_000, "Lark": 600, "Kestrel Row": 600, "Ida Koro": 240,
        "Ben Amsel": 160, "Cleo Ruiz": 400,
    }  # fmt: skip
    of_ida = {key.work: share for key, share in sale.fractions.items() if key.party == f"party:{album.ida.pk}"}
    assert of_ida == {f"work:{album.works[0].pk}": Fraction(240, 10_000)}


def test_the_weight_of_a_recording_counts(album: Album) -> None:
    of_three = {album.songs[0].pk: 3}

    assert amounts(sell(album, weights=of_three))["Lark"] == 900
    assert amounts(sell(album, weights=of_three))["Kestrel Row"] == 300


def test_the_weight_of_a_work_in_a_medley_counts(album: Album) -> None:
    medley, _ = album.songs
    RecordingWork.objects.create(recording=medley, work=album.works[1], weight=3, added_by=factories.get_staff().actor)

    sale = sell(album, songs=(medley,))

    assert {name: amounts(sale)[name] for name in ("Lark", "Kestrel Row", "Cleo Ruiz")} == {
        "Lark": 300, "Kestrel Row": 900, "Cleo Ruiz": 600,
    }  # fmt: skip


def test_the_owners_are_those_of_the_moment_of_the_sale(album: Album) -> None:
    before = sell(album)
    [claim] = album.lark.claims.all()
    claims.end(claim, by=factories.get_staff())
    owners.own(album.kestrel, album.works[0], Role.PUBLISHER)

    assert amounts(sell(album))["Kestrel Row"] == 1_200
    assert "Lark" not in amounts(sell(album))
    assert sell(album, at=before.at).fractions == before.fractions
    early = before.at - timedelta(days=1)
    assert not resolve(album, at=early)


def test_a_claim_that_begins_later_counts_from_then(album: Album) -> None:
    claims.end(album.lark.claims.get(), by=factories.get_staff())
    start = timezone.now() + timedelta(hours=1)
    later = Claim.objects.create(
        work=album.works[0],
        role=Role.PUBLISHER,
        party=album.kestrel,
        share=10_000,
        claimed_by=factories.get_staff().actor,
        live_from=start,
    )
    claims.confirm(later, by=owners.get_signer(album.kestrel), fresh=True)

    assert missing(resolve(album)) == ("Nobody is named as publisher of Salt Radio",)
    assert amounts(sell(album, at=start))["Kestrel Row"] == 1_200


def test_a_share_that_nobody_has_is_named_with_what_is_known(album: Album) -> None:
    claims.end(album.ben.claims.get(), by=factories.get_staff())
    claims.end(album.kestrel.claims.get(), by=factories.get_staff())

    assert missing(resolve(album)) == (
        "Shares of the writers of Salt Radio add up to 60\xa0%: 40\xa0% is missing",
        "Nobody is named as publisher of Night Bus",
    )


def test_a_claim_that_is_disputed_or_not_confirmed_does_not_count(album: Album) -> None:
    [first, second] = album.mara.claims.order_by("recording")
    claims.dispute(first, by=factories.get_staff())
    claims.end(second, by=factories.get_staff())
    claims.claim(album.mara, Role.FEATURED_ARTIST, recording=album.songs[1], by=factories.get_staff())

    assert missing(resolve(album)) == (
        "Mara Veil (artist) performs on Salt Radio: this is disputed",
        "Mara Veil (artist) has not confirmed that they perform on Night Bus",
    )
    claims.settle(first, by=factories.get_staff(), note="The contract names Mara Veil.")
    assert missing(resolve(album)) == ("Mara Veil (artist) has not confirmed that they perform on Night Bus",)


def test_nothing_is_sold_while_a_claim_beside_the_whole_is_disputed(album: Album) -> None:
    other = parties.get_artist_party(factories.create_artist("Suha", slug="suha"))
    rival = claims.claim(other, Role.FEATURED_ARTIST, recording=album.songs[0], by=factories.get_staff())
    problem = "Suha (artist) performs on Salt Radio: this is disputed"

    assert missing(resolve(album)) == (problem,)
    assert sales.example(album.scheme, read_owners(album.songs), 1_000).missing == (problem,)
    claims.settle(rival, by=factories.get_staff(), note="It is Mara Veil’s.", ending=[rival])
    assert sum(sell(album).fractions.values()) == 1


def test_a_session_pool_without_a_party_is_named(new_album: Album) -> None:
    album = new_album
    agree("A-1", add_scheme({Role.RECORDING_OWNER: 9_000, Role.SESSION_POOL: 1_000}), *album.everybody)

    assert missing(resolve(album)) == (
        "Nobody is named as session pool of Salt Radio",
        "Nobody is named as session pool of Night Bus",
    )


def test_a_recording_without_a_work_is_not_sold(album: Album, artist: Artist) -> None:
    bare = factories.create_recording(artist, "Bare")
    owners.own(album.label, bare)
    owners.own(album.mara, bare, Role.FEATURED_ARTIST)

    said = missing(resolve(album, songs=(bare,)))

    assert "Nobody is named as writer of Bare" in said
    assert "Nobody is named as publisher of Bare" in said


def test_a_yes_without_a_split_is_not_enough(album: Album) -> None:
    grants.refuse(album.lark, Use.REMIX, Songs(), by=owners.get_signer(album.lark))
    assert missing(resolve(album)) == ("Lark (publisher): remixes are off",)

    owners.permit(album.lark)

    assert missing(resolve(album)) == ("Lark (publisher) has not accepted how income from remixes is split",)


def test_the_label_and_the_publisher_accepted_different_splits(new_album: Album) -> None:
    album = new_album
    other = add_scheme()
    agree("A-1", album.scheme, album.mara, album.label)
    agree("B-1", other, album.lark, album.kestrel, album.ida, album.ben, album.cleo)

    of_works = "Lark (publisher), Ida Koro (writer), Ben Amsel (writer), Kestrel Row (publisher) and Cleo Ruiz (writer)"
    assert "; ".join(missing(resolve(album))).split("; ") == [
        "Mara Veil (artist) and Harbor Lane (label) accepted version 1 of the split",
        f"{of_works} accepted version 2 of the split",
    ]
    agree("B-1", album.scheme, album.lark, album.kestrel, album.ida, album.ben, album.cleo)
    assert sell(album).scheme == album.scheme


def test_agreements_of_both_sides_that_accept_one_scheme_sell(new_album: Album) -> None:
    album = new_album
    agree("A-1", album.scheme, album.mara, album.label)
    agree("B-1", album.scheme, album.lark, album.kestrel, album.ida, album.ben, album.cleo)

    assert sum(sell(album).fractions.values()) == 1


def test_the_scheme_of_another_use_splits_nothing(new_album: Album) -> None:
    album = new_album
    agree("A-1", add_scheme(use=Use.PLAYLIST), *album.everybody)

    assert "Harbor Lane (label) has not accepted how income from remixes is split" in missing(resolve(album))


def test_subscription_income_is_the_artists_own(artist: Artist) -> None:
    mara = parties.get_artist_party(artist)
    assert missing(sales.resolve_sale(Use.TIER, artist)) == (
        "Mara Veil (artist) has not agreed to share subscription income",
    )

    agree("T-1", add_scheme({Role.PLATFORM: 3_000, Role.FEATURED_ARTIST: 7_000}, Use.TIER), mara, use=Use.TIER)

    sale = sales.resolve_sale(Use.TIER, artist)
    assert isinstance(sale, Sale)
    assert {(key.party, key.role, key.recording): share for key, share in sale.fractions.items()} == {
        ("platform", "platform", ""): Fraction(3, 10),
        (f"party:{mara.pk}", "featured_artist", ""): Fraction(7, 10),
    }


def test_subscription_income_that_names_no_song_has_no_writer(artist: Artist) -> None:
    mara = parties.get_artist_party(artist)
    agree("T-1", add_scheme({Role.WRITER: 3_000, Role.FEATURED_ARTIST: 7_000}, Use.TIER), mara, use=Use.TIER)

    assert missing(sales.resolve_sale(Use.TIER, artist)) == ("Nobody is named as writer: no song is named",)


def test_any_number_of_recordings_takes_four_queries(album: Album) -> None:
    with CaptureQueriesContext(connection) as one:
        sell(album, songs=album.songs[:1])
    with CaptureQueriesContext(connection) as two:
        sell(album)

    assert (len(one), len(two)) == (4, 4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.integers(0, 10**7), weights=st.tuples(st.integers(1, 9), st.integers(1, 9)), turned=st.booleans(),
    rotate_by=st.sampled_from(["", "sale:1"]),
)  # fmt: skip
def test_a_sale_adds_up_whatever_the_order_of_the_recordings(
    album: Album, amount: int, weights: tuple[int, int], turned: bool, rotate_by: str
) -> None:
    """The examples read one album, and change nothing of it."""
    by_song = dict(zip((song.pk for song in album.songs), weights, strict=True))
    songs = album.songs[::-1] if turned else album.songs

    sale, again = sell(album, songs=songs, weights=by_song), sell(album, weights=by_song)

    shares = splits.split(amount, sale.fractions, rotate_by=rotate_by)
    assert sum(shares.values()) == amount
    assert shares == splits.split(amount, again.fractions, rotate_by=rotate_by)
    [of_lark] = [share for key, share in sale.fractions.items() if key.party == f"party:{album.lark.pk}"]
    assert of_lark == Fraction(weights[0], sum(weights)) * Fraction(12, 100)
