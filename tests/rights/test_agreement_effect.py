"""The dry run of an agreement counts what would be usable and says who blocks the rest; signing then does the same."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Artist, Recording
from rights import agreement_effect, agreements, claims, clearance, grants, parties, split_schemes
from rights.agreement_effect import Effect, Proposal
from rights.agreements import Scope, Terms
from rights.grants import Songs
from rights.models import Party, Use
from tests import factories
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = pytest.mark.django_db


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, song = share_scene(partial(owners.create_owned_song, permitted=False))


def everybody(song: OwnedSong) -> list[Party]:
    return [song.label, song.artist, song.publisher, song.writer]


def measure(song: OwnedSong, *members: Party, viewer: Party | None = None, **scope: object) -> Effect:
    scopes = (Scope(Use.REMIX, artist=song.artist.artist, **scope),)  # type: ignore[arg-type]
    return agreement_effect.measure(Proposal(members or everybody(song), scopes), viewer or song.label)


def add_song(song: OwnedSong, artist: Artist, title: str, share: int = 10_000) -> Recording:
    """A song of the same label, writer and publisher."""
    recording = factories.create_recording(artist, title)
    owners.own(song.label, recording, share=share)
    work = owners.create_work(recording)
    owners.own(song.writer, work)
    owners.own(song.publisher, work, "publisher")
    return recording


def blocked_by(effect: Effect) -> list[tuple[str, str, int]]:
    return [(each.problem, each.party.name if each.party else "", each.recordings) for each in effect.blockers]


def test_everything_is_usable_where_all_are_parties(song: OwnedSong) -> None:
    effect = measure(song)

    assert (effect.recordings, effect.usable, effect.artists, effect.usable_artists) == (1, 1, 1, 1)
    assert effect.blockers == []


def test_it_names_who_was_not_asked(song: OwnedSong) -> None:
    effect = measure(song, song.label, song.artist, song.writer)

    assert (effect.usable, effect.blocked) == (0, 1)
    assert blocked_by(effect) == [("off", "Kestrel Row", 1)]
    assert [each.title for each in effect.blockers[0].examples] == ["Low Tide Choir"]


def test_an_artists_own_no_stands(song: OwnedSong) -> None:
    owners.permit(song.artist)
    by = owners.get_signer(song.artist)
    grants.refuse(song.artist, Use.REMIX, Songs(song.artist.artist, song.recording), by=by)

    (blocker,) = measure(song).blockers

    assert (blocker.problem, blocker.is_artist) == ("refused", True)


def test_owners_that_nobody_knows_and_shares_that_wait_block(song: OwnedSong, artist: Artist) -> None:
    unknown = factories.create_recording(artist, "Untitled 4")
    owners.own(song.label, unknown)

    assert blocked_by(measure(song)) == [("unknown", "", 1)]


def test_each_reader_counts_its_own_songs(song: OwnedSong, artist: Artist) -> None:
    factories.create_recording(artist, "Kitchen, 3 a.m.")

    assert measure(song).recordings == 1
    assert measure(song, viewer=song.artist).recordings == 2
    assert measure(song, viewer=owners.create_party(name="Stranger")).recordings == 0


def test_a_country_that_somebody_left_out_is_asked_for_itself(song: OwnedSong, artist: Artist) -> None:
    for party in (song.label, song.artist, song.writer):
        owners.permit(party)
    owners.permit(song.publisher, territories=["DE", "FR"])
    scopes = [Scope(Use.REMIX, artist=artist, country=code) for code in ("DE", "FR", "JP", "PT")]

    effect = agreement_effect.measure(Proposal([song.label], scopes), song.label)

    assert [(each.problem, each.countries) for each in effect.blockers] == [("country", ["JP", "PT"])]
    alike = [Scope(Use.DJ, artist=artist, country=code) for code in ("DE", "FR", "JP")]
    blockers = agreement_effect.measure(Proposal([song.label], alike), song.label).blockers
    assert {tuple(each.countries) for each in blockers} == {("",)}


def test_what_only_the_version_before_permits_is_not_counted(song: OwnedSong, artist: Artist) -> None:
    terms = Terms("Everybody.", (Scope(Use.REMIX, artist=artist),))
    first = agreements.propose("A-1", everybody(song), terms, by=factories.get_staff())
    for party in everybody(song):
        agreements.accept(first, party, by=owners.get_signer(party), fresh=True)
    without = [song.label, song.artist, song.writer]
    second = agreements.propose("A-1", without, terms, by=factories.get_staff())

    effect = agreement_effect.measure(Proposal.of(second), song.label)

    assert blocked_by(effect) == [("off", "Kestrel Row", 1)]
    assert agreement_effect.count_lost(first, song.label) == 1
    for party in without:
        agreements.accept(second, party, by=owners.get_signer(party), fresh=True)
    assert clearance.find_missing(Use.REMIX, artist, [song.recording]) is not None


def test_an_overlap_is_told_before_anybody_signs(song: OwnedSong, artist: Artist) -> None:
    terms = Terms("Everybody.", (Scope(Use.REMIX, artist=artist),))
    first = agreements.propose("A-1", everybody(song), terms, by=factories.get_staff())
    for party in everybody(song):
        agreements.accept(first, party, by=owners.get_signer(party), fresh=True)

    effect = measure(song)
    proposal = Proposal(everybody(song), terms.scopes)
    ends = timezone.now() - timedelta(days=1)

    assert (effect.own_overlaps, effect.other_overlaps) == (["A-1"], 3)
    assert agreement_effect.measure(proposal, song.label, ends_at=ends).own_overlaps == []


def test_the_dry_run_takes_as_many_queries_for_many_songs(
    song: OwnedSong, artist: Artist, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        owners.own(song.label, factories.create_recording(artist, f"Song {number}"))
    with django_assert_num_queries(3):
        effect = measure(song)

    assert (effect.recordings, effect.usable) == (5, 1)


def test_the_answer_is_what_signing_brings(song: OwnedSong, artist: Artist) -> None:
    other = factories.create_recording(artist, "Kitchen, 3 a.m.")
    owners.own(parties.get_artist_party(artist), other)
    terms = Terms("Everybody.", (Scope(Use.REMIX, artist=artist),))
    version = agreements.propose("A-1", everybody(song), terms, by=factories.get_staff())

    effect = agreement_effect.measure(Proposal.of(version), song.artist)
    for party in everybody(song):
        agreements.accept(version, party, by=owners.get_signer(party), fresh=True)

    cleared = [
        recording
        for recording in (song.recording, other)
        if clearance.find_missing(Use.REMIX, artist, [recording]) is None
    ]
    assert (effect.recordings, effect.usable, cleared) == (2, 1, [song.recording])


def test_what_is_missing_from_a_complete_split_is_named(song: OwnedSong, artist: Artist) -> None:
    shares = {
        "platform": 2_000,
        "recording_owner": 3_000,
        "featured_artist": 3_000,
        "publisher": 1_000,
        "writer": 1_000,
    }
    scheme = split_schemes.add_scheme(Use.REMIX, shares, by=factories.get_staff())
    owners.permit(song.writer)
    members = [song.label, song.artist, song.publisher]
    proposal = Proposal(members, [Scope(Use.REMIX, artist=artist)], scheme=scheme)

    gaps = agreement_effect.measure(proposal, song.label).split_gaps
    owners.own(song.artist, song.recording, "featured_artist")
    everybody_in = Proposal([*members, song.writer], proposal.scopes, scheme=scheme)

    assert [(gap.role, gap.party, gap.recordings) for gap in gaps] == [
        ("", song.writer, 1),
        ("featured_artist", None, 1),
    ]
    assert agreement_effect.measure(everybody_in, song.label).split_gaps == []


def test_of_very_many_kinds_of_recordings_the_newest_are_asked_about_and_it_says_so(
    song: OwnedSong, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        owners.own(song.label, factories.create_recording(artist, f"Song {number}"))
    monkeypatch.setattr(agreement_effect, "MAX_ASKED", 1)

    effect = measure(song)

    assert (effect.reached, effect.recordings, effect.usable, effect.blocked) == (4, 3, 0, 3)


def test_recordings_that_are_alike_are_counted_all_and_asked_about_once(
    song: OwnedSong, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        owners.own(song.label, factories.create_recording(artist, f"Song {number}"))
    monkeypatch.setattr(agreement_effect, "MAX_ASKED", 2)

    effect = measure(song)

    assert (effect.reached, effect.recordings, effect.usable) == (6, 6, 1)
    assert blocked_by(effect) == [("unknown", "", 5)]
    assert [each.title for each in effect.blockers[0].examples] == ["Song 0", "Song 1", "Song 2"]


def test_a_dry_run_of_all_says_the_same_as_one_of_each_recording_alone(song: OwnedSong, artist: Artist) -> None:
    everywhere = [song.artist, song.writer, song.publisher]
    for party in everywhere:
        owners.permit(party)
    later = [add_song(song, artist, f"Later {number}") for number in range(2)]
    refused, unconfirmed, medley = (add_song(song, artist, title) for title in ("Refused", "Unconfirmed", "Medley"))
    grants.refuse(
        song.publisher, Use.REMIX, Songs(artist, work=refused.works.get()), by=owners.get_signer(song.publisher)
    )
    pool = owners.create_party("session_pool", "Players")
    claims.claim(pool, "session_pool", by=factories.get_staff(), recording=unconfirmed)
    stranger = owners.create_party("writer", "Stranger")
    owners.own(stranger, owners.create_work(medley))
    half = add_song(song, artist, "Half", share=5000)
    songs = [song.recording, *later, refused, unconfirmed, medley, half]

    effect = measure(song, song.label)
    alone = [measure(song, song.label, recording=one) for one in songs]

    assert effect.recordings == len(songs)
    assert effect.usable == sum(each.usable for each in alone) == 1
    found: Counter[tuple[str, str]] = Counter()
    for each in alone:
        found.update((problem, name) for problem, name, _ in blocked_by(each))
    assert {(problem, name): number for problem, name, number in blocked_by(effect)} == found


def test_only_what_its_owners_still_permit_tells_songs_apart(
    song: OwnedSong, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement_effect, "MAX_ASKED", 1)
    stranger = owners.create_party("label", "Second Shore")

    for party in (stranger, song.label):
        owners.permit(party, songs=Songs())
        add_song(song, artist, f"Later than the yes of {party.name}")
    owners.permit(song.label, songs=Songs())  # ends the one before
    alike = measure(song)
    add_song(song, artist, "Later than the yes")
    apart = measure(song)

    assert (alike.reached, alike.recordings) == (3, 3)
    assert (apart.reached, apart.recordings) == (4, 1)
