"""Who must say yes to a remix: the artist, every owner of each recording, and every owner of each of its works."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.countries import country_names
from accounts.exceptions import NotAllowed
from catalog.models import Artist, Recording
from rights import claims, clearance, grants, parties
from rights.clearance_result import Clearance, ClearanceRefusal, ClearanceRequest
from rights.grants import Songs
from rights.models import Claim, Grant, StoredClearance, Use
from tests import factories
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = pytest.mark.django_db


@pytest.fixture
def song(artist: Artist) -> OwnedSong:
    return owners.create_owned_song(artist)


def ask(song: OwnedSong, use: str = Use.REMIX, territory: str = "PT") -> Clearance | ClearanceRefusal:
    assert song.artist.artist
    return clearance.clear(use, song.artist.artist, [song.recording], territory=territory)


def missing(song: OwnedSong, use: str = Use.REMIX, territory: str = "PT") -> tuple[str, ...]:
    """Who has not said yes; nothing where everybody has."""
    answer = ask(song, use, territory)
    return () if isinstance(answer, Clearance) else answer.missing


def test_a_remix_is_cleared_by_the_artist_and_every_owner(song: OwnedSong) -> None:
    answer = ask(song)

    assert isinstance(answer, Clearance)
    stored = StoredClearance.objects.get(pk=answer.id)
    parties_behind = {grant.party for grant in stored.grants.select_related("party")}
    assert parties_behind == {song.artist, song.label, song.publisher, song.writer}
    assert list(stored.recordings.all()) == [song.recording]
    assert answer.recordings == (song.recording.pk,)


def test_every_missing_party_is_named(artist: Artist) -> None:
    song = owners.create_owned_song(artist, permitted=False)

    assert missing(song) == (
        "Mara Veil (artist): remixes are off",
        "Harbor Lane (label): remixes are off",
        "Kestrel Row (publisher): remixes are off",
        "Ida Koro (writer): remixes are off",
    )


def test_the_owner_of_the_work_must_say_yes_too(song: OwnedSong) -> None:
    grants.refuse(song.publisher, Use.REMIX, Songs(), by=owners.get_signer(song.publisher))

    assert missing(song) == ("Kestrel Row (publisher): remixes are off",)


def test_a_yes_for_some_countries_covers_only_those(song: OwnedSong) -> None:
    owners.permit(song.publisher, territories=["PT", "DE"])

    assert missing(song, territory="PT") == ()
    assert missing(song, territory="JP") == ("Kestrel Row (publisher): remixes are not allowed in Japan",)
    assert missing(song, territory="") == ("Kestrel Row (publisher): remixes are not allowed in every country",)


def test_a_yes_that_ends_by_itself_has_an_end(song: OwnedSong) -> None:
    assert song.artist.artist
    until = timezone.now() + timedelta(days=1)
    owners.permit(song.label, until=until)
    request = ClearanceRequest(Use.REMIX, song.artist.artist.pk, "PT", (song.recording.pk,))
    answer = ask(song)

    refusal = clearance.find_all_missing([request], at=until)[request]

    assert isinstance(answer, Clearance)
    assert answer.until == until
    assert refusal is not None
    assert refusal.missing == ("Harbor Lane (label): remixes are off",)
    assert clearance.still_clear([answer.id], until - timedelta(microseconds=1)) == {answer.id}
    assert clearance.still_clear([answer.id], until) == set()


def test_a_label_switches_one_song_off_and_on_again(artist: Artist, song: OwnedSong) -> None:
    other = factories.create_recording(artist, "Salt Radio")
    owners.own(song.label, other)
    owners.own(song.writer, owners.create_work(other))
    owners.permit(song.artist, songs=Songs(artist, other))
    one = Songs(recording=song.recording)

    grants.refuse(song.label, Use.REMIX, one, by=owners.get_signer(song.label))

    assert missing(song) == ("Harbor Lane (label): remixes are off for Low Tide Choir",)
    assert grants.permit(song.label, Use.REMIX, one, by=owners.get_signer(song.label), fresh=True) == []
    assert missing(song) == ()


def test_a_recorded_no_stands_above_every_yes(song: OwnedSong) -> None:
    one = Songs(recording=song.recording)
    grants.refuse(song.label, Use.REMIX, one, by=owners.get_signer(song.label))

    owners.permit(song.label)

    assert missing(song) == ("Harbor Lane (label): remixes are off for Low Tide Choir",)


def test_a_yes_for_all_songs_covers_later_ones_only_where_it_says_so(artist: Artist, song: OwnedSong) -> None:
    later = factories.create_recording(artist, "Salt Radio")
    owners.own(song.label, later)
    owners.own(song.writer, owners.create_work(later))
    asked = OwnedSong(later, song.work, song.artist, song.label, song.publisher, song.writer)

    assert missing(asked) == (
        "Mara Veil (artist): remixes are off",
        "Harbor Lane (label): remixes are off",
        "Ida Koro (writer): remixes are off",
    )
    for party in (song.artist, song.label, song.writer):
        owners.permit(party, covers_later=True)
    assert missing(asked) == ()


def test_nobody_knows_who_wrote_a_recording_without_a_work(artist: Artist) -> None:
    recording = factories.create_recording(artist, "Low Tide Choir")
    owners.own(owners.create_party(), recording)

    answer = clearance.clear(Use.REMIX, artist, [recording])

    assert isinstance(answer, ClearanceRefusal)
    assert answer.missing[-1] == "Nobody knows who wrote Low Tide Choir"


@pytest.mark.parametrize(("share", "gap"), [(9_999, "99.99\xa0%: 0.01\xa0%"), (5_000, "50\xa0%: 50\xa0%")])
def test_shares_that_are_not_complete_are_named(artist: Artist, share: int, gap: str) -> None:
    recording = factories.create_recording(artist, "Low Tide Choir")
    label, writer = owners.create_party(), owners.create_party("writer", "Ida Koro")
    owners.own(label, recording, share=share)
    owners.own(writer, owners.create_work(recording))
    for party in (parties.get_artist_party(artist), label, writer):
        owners.permit(party)

    answer = clearance.clear(Use.REMIX, artist, [recording])

    assert isinstance(answer, ClearanceRefusal)
    assert answer.missing == (f"The shares of the owners of Low Tide Choir add up to {gap} is missing",)


def test_what_an_owner_has_not_confirmed_does_not_count(song: OwnedSong) -> None:
    claims.end(song.label.claims.get(), by=owners.get_signer(song.label))
    claim = claims.claim(song.label, "recording_owner", recording=song.recording, by=factories.get_staff())

    assert missing(song) == ("Harbor Lane (label) has not confirmed that they own Low Tide Choir",)
    claims.confirm(claim, by=owners.get_signer(song.label), fresh=True)
    assert missing(song) == ()


@pytest.mark.parametrize(("share", "gap"), [(9_999, "99.99\xa0%: 0.01\xa0%"), (1, "0.01\xa0%: 99.99\xa0%")])
def test_shares_that_are_short_say_how_much_is_missing(artist: Artist, share: int, gap: str) -> None:
    song, writer = owners.create_owned_song(artist), owners.create_party("writer", "Second Hand")
    owners.permit(writer)
    [claim] = song.writer.claims.all()
    claims.end(claim, by=factories.get_staff())
    owners.own(writer, song.work, share=share)

    assert missing(song) == (f"The shares of the writers of Low Tide Choir add up to {gap} is missing",)


def test_a_writer_who_is_administered_says_yes_through_the_publisher(artist: Artist) -> None:
    song = owners.create_owned_song(artist, permitted=False)
    claims.end(song.writer.claims.get(), by=factories.get_staff())
    owners.own(song.writer, song.work, administered_by=song.publisher)
    for party in (song.artist, song.label, song.publisher):
        owners.permit(party)

    assert missing(song) == ()


def test_a_party_without_an_account_says_yes_through_its_representative() -> None:
    staff = factories.get_staff()
    label = parties.add_party("label", "Harbor Lane", by=staff)
    agent = owners.create_party("distributor", "Far Ferry")

    with pytest.raises(NotAllowed):
        grants.permit(label, Use.REMIX, Songs(), by=owners.get_signer(agent), fresh=True)
    parties.represent(label, agent, mandate="letter of 2 November 2026", by=staff)
    grants.permit(label, Use.REMIX, Songs(), by=owners.get_signer(agent), fresh=True)

    assert Grant.objects.filter(party=label).count() == 1


def test_a_personal_message_about_a_song_asks_the_artist_alone(artist: Artist) -> None:
    song = owners.create_owned_song(artist, permitted=False)

    assert missing(song, Use.PERSONAL_MESSAGE) == ()
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, recording=song.recording, by=factories.get_member(artist, "owner"))
    assert missing(song, Use.PERSONAL_MESSAGE) == ("Mara Veil (artist): personal messages are off for Low Tide Choir",)


def test_a_label_says_yes_to_no_message(artist: Artist) -> None:
    """A label's yes never stands in for the artist's."""
    song = owners.create_owned_song(factories.create_artist("Ove Lind", granted=False))
    owners.permit(song.label, Use.PERSONAL_MESSAGE)

    assert missing(song, Use.PERSONAL_MESSAGE) == ("Ove Lind (artist): personal messages are off",)


def test_a_co_owner_who_comes_later_ends_the_clearance_and_a_renewal_does_not(song: OwnedSong) -> None:
    answer = ask(song)
    assert isinstance(answer, Clearance)
    owners.permit(song.label)
    assert clearance.still_clear([answer.id]) == {answer.id}

    claims.end(song.label.claims.get(), by=factories.get_staff())
    owners.own(song.label, song.recording, share=5_000)
    owners.own(owners.create_party("label", "Second Shore"), song.recording, share=5_000)

    assert clearance.still_clear([answer.id]) == set()
    assert missing(song) == ("Second Shore (label): remixes are off",)


def test_a_thousand_requests_take_two_queries_and_one_draft_as_many(artist: Artist, song: OwnedSong) -> None:
    other = factories.create_recording(artist, "Salt Radio")
    recordings: list[tuple[Recording, ...]] = [(song.recording,), (song.recording, other)]
    requests = [
        ClearanceRequest(Use.REMIX, artist.pk, country, tuple(recording.pk for recording in used), tier)
        for country in sorted(country_names())[:250]
        for used in recordings
        for tier in ("", "gold")
    ]

    with CaptureQueriesContext(connection) as many:
        answers = clearance.clear_all(requests)
    with CaptureQueriesContext(connection) as one:
        ask(song, territory="")
    with CaptureQueriesContext(connection) as again:
        ask(song, territory="")

    assert len(answers) == 1_000
    assert sum(1 for answer in answers.values() if isinstance(answer, Clearance)) == 500
    assert (len(many), len(one), len(again)) == (2, 2, 1)


def test_the_narrowest_yes_gives_the_terms(song: OwnedSong) -> None:
    [narrow] = owners.permit(song.writer, songs=Songs(work=song.work), territories=["PT"]) or [None]
    assert narrow is None  # a yes for all songs holds already
    grants.refuse(song.writer, Use.REMIX, Songs(), by=owners.get_signer(song.writer))
    [narrow] = owners.permit(song.writer, songs=Songs(work=song.work), territories=["PT"])
    owners.permit(song.writer)

    answer = ask(song)

    assert isinstance(answer, Clearance)
    assert (narrow.pk, narrow.version) in answer.grants
    assert Claim.objects.filter(party=song.writer).count() == 1


def test_a_party_has_identifiers_whose_check_digits_are_right() -> None:
    staff = factories.get_staff()

    party = parties.add_party("label", "Harbor Lane", by=staff, isni="0000000121032683")

    assert party.isni == "0000000121032683"
    with pytest.raises(ValidationError):
        parties.add_party("label", "Second Shore", by=staff, isni="0000000121032684")
    with pytest.raises(NotAllowed):
        parties.add_party("label", "Second Shore", by=factories.create_person())
