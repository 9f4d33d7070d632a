"""Agreements in versions: what every party accepted is permitted from its start to its end, and never edited."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import roles
from accounts.exceptions import NotAllowed, ReauthenticationRequired
from catalog.models import Artist
from rights import agreement_versions, agreements, clearance, grants, split_schemes
from rights.agreements import Key, Scope, Terms
from rights.clearance_result import Clearance
from rights.exceptions import Overlap, ProposalOver
from rights.grants import Songs
from rights.models import Acceptance, AfterEnd, AgreementVersion, Grant, Party, SplitScheme, Use
from tests import factories
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = pytest.mark.django_db

REMIXES = Terms("Remixes of all songs.", (Scope(Use.REMIX),))


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, song = share_scene(partial(owners.create_owned_song, permitted=False))


def everybody(song: OwnedSong) -> list[Party]:
    return [song.artist, song.label, song.publisher, song.writer]


def propose(song: OwnedSong, terms: Terms = REMIXES, number: str = "A-1") -> AgreementVersion:
    return agreements.propose(number, everybody(song), terms, by=factories.get_staff())


def accept(version: AgreementVersion, *parties: Party) -> list[bool]:
    return [agreements.accept(version, party, by=owners.get_signer(party), fresh=True) for party in parties]


def missing(song: OwnedSong) -> tuple[str, ...]:
    assert song.artist.artist
    refusal = clearance.find_missing(Use.REMIX, song.artist.artist, [song.recording])
    return () if refusal is None else refusal.missing


def test_an_agreement_permits_once_every_party_accepted_it(song: OwnedSong) -> None:
    version = propose(song)

    assert accept(version, song.artist, song.label, song.publisher) == [False, False, False]
    assert len(missing(song)) == 4
    assert accept(version, song.writer) == [True]
    assert missing(song) == ()
    assert Grant.objects.filter(agreement_version=version).count() == 4
    assert set(version.acceptances.values_list("wording_hash", flat=True)) == {version.wording_hash}


def test_a_new_version_continues_the_one_before_without_a_gap(song: OwnedSong, artist: Artist) -> None:
    first, second = propose(song), propose(song, Terms("Other shares.", REMIXES.scopes))
    accept(first, *everybody(song))
    answer = clearance.clear(Use.REMIX, artist, [song.recording])
    assert isinstance(answer, Clearance)

    accept(second, *everybody(song))

    first.refresh_from_db()
    assert (second.version, first.ended_at) == (2, second.live_from)
    assert clearance.still_clear([answer.id]) == {answer.id}
    assert clearance.still_clear([answer.id], second.live_from) == {answer.id}
    assert clearance.still_clear([answer.id], second.live_from - timedelta(microseconds=1)) == {answer.id}


def test_a_version_that_starts_later_ends_the_one_before_then(song: OwnedSong) -> None:
    start = timezone.now() + timedelta(days=3)
    first = propose(song)
    accept(first, *everybody(song))

    later = propose(song, Terms("No later songs.", REMIXES.scopes, starts_at=start, ends_at=start + timedelta(days=1)))
    accept(later, *everybody(song))

    first.refresh_from_db()
    assert (first.ended_at, later.live_from) == (start, start)
    assert song.artist.artist
    for at, is_clear in ((start, True), (start + timedelta(hours=25), False)):
        refusal = clearance.find_missing(Use.REMIX, song.artist.artist, [song.recording], at=at)
        assert (refusal is None) == is_clear


def test_a_yes_for_one_tier_is_none_for_another(song: OwnedSong) -> None:
    accept(propose(song, Terms("Remixes for gold.", (Scope(Use.REMIX, tier_class="gold"),))), *everybody(song))
    assert song.artist.artist

    gold, silver = [
        clearance.find_missing(Use.REMIX, song.artist.artist, [song.recording], tier_class=tier)
        for tier in ("gold", "silver")
    ]

    assert gold is None
    assert silver is not None
    assert len(silver.missing) == 4


def test_a_newer_version_in_force_closes_the_older_proposals(song: OwnedSong) -> None:
    older, newer = propose(song), propose(song)
    accept(older, song.artist)
    accept(newer, *everybody(song))
    older.refresh_from_db()

    assert older.ended_at == newer.live_from
    assert not agreement_versions.list_waiting(Party.objects.filter(pk=song.label.pk)).exists()
    with pytest.raises(ProposalOver, match="replaced by a newer version"):
        accept(older, song.label)
    said = {"version": older, "wording_hash": older.wording_hash, "party": song.label}
    with pytest.raises(DatabaseError, match="accepted by nobody"), transaction.atomic():
        Acceptance.objects.create(**said, by=owners.get_signer(song.label).actor)
    assert missing(song) == ()


def test_a_party_leaves_an_agreement_and_everything_under_it_ends(song: OwnedSong) -> None:
    version = propose(song)
    accept(version, *everybody(song))

    with pytest.raises(NotAllowed):
        agreements.end(version, by=factories.create_person())
    agreements.end(version, by=owners.get_signer(song.writer))

    assert len(missing(song)) == 4


def test_a_party_switches_off_what_it_agreed_to(song: OwnedSong) -> None:
    accept(propose(song), *everybody(song))

    grants.refuse(song.label, Use.REMIX, Songs(), by=owners.get_signer(song.label))

    assert missing(song) == ("Harbor Lane (label): remixes are off",)


def test_a_switch_that_ends_later_by_an_agreement_can_be_switched_off_at_once(song: OwnedSong) -> None:
    accept(propose(song), *everybody(song))
    later = Terms("Later.", REMIXES.scopes, starts_at=timezone.now() + timedelta(days=3))
    accept(propose(song, later), *everybody(song))

    grants.refuse(song.label, Use.REMIX, Songs(), by=owners.get_signer(song.label))

    assert missing(song) == ("Harbor Lane (label): remixes are off",)
    assert not Grant.objects.filter(party=song.label, ended_at=None).exists()


def test_two_agreements_do_not_permit_the_same_at_once(song: OwnedSong) -> None:
    accept(propose(song), *everybody(song))
    other = propose(song, number="B-2")

    with pytest.raises(Overlap), transaction.atomic():
        accept(other, *everybody(song))


def test_only_whoever_signs_accepts_with_a_password_just_typed(song: OwnedSong) -> None:
    version = propose(song)

    with pytest.raises(NotAllowed):
        agreements.accept(version, song.label, by=owners.get_signer(song.writer), fresh=True)
    with pytest.raises(ReauthenticationRequired):
        agreements.accept(version, song.label, by=owners.get_signer(song.label), fresh=False)
    with pytest.raises(NotAllowed):
        agreements.propose("C-3", [song.label], REMIXES, by=factories.create_person())


@pytest.mark.parametrize(
    ("shares", "adds_up"), [({"platform": 2_000, "writer": 8_000}, True), ({"writer": 9_999}, False)]
)
def test_the_lines_of_a_scheme_add_up(shares: dict[str, int], adds_up: bool) -> None:
    def add() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            split_schemes.add_scheme(Use.REMIX, shares, by=factories.get_staff())
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    if adds_up:
        add()
        assert [line.share for line in SplitScheme.objects.get().lines.order_by("share")] == [2_000, 8_000]
    else:
        with pytest.raises(DatabaseError, match="add up to 10,000"):
            add()


def test_a_grant_says_what_fans_keep_as_its_agreement_does(song: OwnedSong) -> None:
    scopes = (Scope(Use.REMIX, after_end=AfterEnd.STOPS, monthly_limit=500), Scope(Use.PLAYLIST))

    version = propose(song, Terms("Remixes stop.", scopes))
    accept(version, *everybody(song))

    kept = set(version.grants.values_list("use", "after_end"))
    assert kept == {(Use.REMIX, AfterEnd.STOPS), (Use.PLAYLIST, AfterEnd.PLAYS_ON)}
    assert set(version.scopes.values_list("use", "monthly_limit")) == {(Use.REMIX, 500), (Use.PLAYLIST, None)}


def test_an_agreement_says_who_holds_a_key(song: OwnedSong) -> None:
    version = propose(song, Terms("With keys.", REMIXES.scopes, keys=(Key(song.label), Key(song.publisher, above=500))))

    keys = version.parties.filter(holds_key=True).values_list("party", "key_above").order_by("party")
    assert list(keys) == [(song.label.pk, 0), (song.publisher.pk, 500)]
    for party in (song.artist, owners.create_party("label", "Second Shore")):
        with pytest.raises(ValueError, match="a rightsholder that is one of the parties"):
            propose(song, Terms("With keys.", REMIXES.scopes, keys=(Key(party),)), "A-2")


def leave(party: Party) -> None:
    """Whoever signs for the party leaves, and somebody else signs from now on."""
    signer = owners.get_signer(party)
    assert party.team
    roles.remove_member(party.team, signer, by=factories.get_staff())
    roles.name_signatory(party.team, factories.create_person(f"{party.name} heir"), by=factories.get_staff())


def test_a_next_version_begins_though_everybody_who_accepted_it_first_has_left(song: OwnedSong) -> None:
    """Their acceptances hold. The version before, and what the label said by itself, end with the new one."""
    old, new = [song.label, song.publisher], [song.label, song.publisher, song.writer]
    first = agreements.propose("A-1", old, REMIXES, by=factories.get_staff())
    accept(first, *old)
    owners.permit(song.writer)
    scopes = (*REMIXES.scopes, Scope(Use.PLAYLIST))
    owners.permit(song.label, Use.PLAYLIST)
    second = agreements.propose("A-1", new, Terms("With the writer.", scopes), by=factories.get_staff())
    accept(second, *old)
    acceptors = {given.by for given in second.acceptances.all()}
    leave(song.label)
    leave(song.publisher)

    assert accept(second, song.writer) == [True]

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.ended_at, first.ended_by in acceptors) == (second.live_from, True)
    assert Grant.objects.filter(agreement_version=second, ended_at=None).count() == 6
    assert not Grant.objects.filter(agreement_version=None, ended_at=None, party__in=new).exists()


def test_a_next_version_has_one_of_the_parties_before(song: OwnedSong) -> None:
    propose(song)
    stranger = owners.create_party("label", "Second Shore")

    with pytest.raises(NotAllowed, match="at least one of its parties"):
        agreements.propose("A-1", [stranger], REMIXES, by=factories.get_staff())
