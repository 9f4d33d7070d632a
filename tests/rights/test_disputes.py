"""Claims that are disputed: shares above the whole, and ISRCs of somebody else. Staff settle them."""

import pytest

from accounts.exceptions import NotAllowed
from artists import songs
from catalog.models import Artist, Recording
from rights import claims, clearance, parties
from rights.clearance_result import ClearanceRefusal
from rights.exceptions import AlreadyRegistered, AlreadySettled, Overclaimed
from rights.models import Claim, Party, Use
from tests import factories
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong
from tests.rights.test_owners import missing

pytestmark = pytest.mark.django_db


@pytest.fixture
def song(artist: Artist) -> OwnedSong:
    return owners.create_owned_song(artist)


def test_shares_above_the_whole_are_a_dispute_until_staff_settle_it(song: OwnedSong) -> None:
    rival = owners.create_party("label", "Second Shore")
    claim = owners.own(rival, song.recording, share=1)
    owners.permit(rival)

    assert missing(song) == ("Second Shore (label) owns Low Tide Choir: this is disputed",)
    claims.settle(claim, by=factories.get_staff(), note="The contract names Harbor Lane alone.", ending=[claim])
    assert missing(song) == ()
    with pytest.raises(NotAllowed):
        claims.settle(claim, by=owners.get_signer(rival), note="It is ours.")


def test_a_claim_does_not_stand_while_the_shares_are_above_the_whole(song: OwnedSong) -> None:
    claim = owners.own(owners.create_party("label", "Second Shore"), song.recording, share=1)
    third = owners.own(owners.create_party("label", "Third Bank"), song.recording, share=1)
    staff, first = factories.get_staff(), song.label.claims.get(recording=song.recording)

    with pytest.raises(Overclaimed) as refused:
        claims.settle(claim, by=staff, note="It is theirs.")

    assert str(refused.value) == (
        "With this claim the owners have 100.01\xa0%, so nobody could use the song. End the claim of Harbor Lane with "
        "it, or say that this one is wrong."
    )
    claim.refresh_from_db()
    assert claim.settled_at is None
    claims.settle(claim, by=staff, note="It is theirs.", ending=[first])
    claims.settle(third, by=staff, note="It is theirs.")
    assert "disputed" not in "".join(missing(song))


def test_a_dispute_that_somebody_else_settled_is_not_settled_again_and_ends_nothing(song: OwnedSong) -> None:
    claim = owners.own(owners.create_party("label", "Second Shore"), song.recording, share=1)
    seen, staff, first = Claim.objects.get(pk=claim.pk), factories.get_staff(), song.label.claims.get()
    claims.settle(claim, by=staff, note="It is theirs.", ending=[first])

    with pytest.raises(AlreadySettled, match="in the meantime"):
        claims.settle(seen, by=staff, note="It is a mistake.", ending=[seen])

    claim.refresh_from_db()
    assert (claim.note, claim.live_until) == ("It is theirs.", None)


@pytest.fixture
def holder() -> Party:
    """Kvöld Records, for whom staff registered PTABC."""
    holder = owners.create_party("label", "Kvöld Records")
    parties.register_isrc_prefix(holder, "PTABC", by=factories.get_staff())
    return holder


def create_with_isrc(artist: Artist) -> Recording:
    return factories.create_recording(artist, "Salt Radio", isrc="PTABC2600001")


def test_a_claim_on_the_isrc_of_another_is_a_dispute(artist: Artist, holder: Party) -> None:
    recording, label = create_with_isrc(artist), owners.create_party()

    claim = owners.own(label, recording)
    performs = owners.own(parties.get_artist_party(artist), recording, "featured_artist")

    assert (claim.disputed_at is not None, performs.disputed_at) == (True, None)
    answer = clearance.clear(Use.REMIX, artist, [recording])
    assert isinstance(answer, ClearanceRefusal)
    assert "Harbor Lane (label) owns Salt Radio: this is disputed" in answer.missing


def test_who_is_on_the_side_of_the_holder_is_not_disputed(artist: Artist, holder: Party) -> None:
    staff, label = factories.get_staff(), owners.create_party()
    parties.represent(label, holder, mandate="letter of 2 November 2026", by=staff)
    other = factories.create_recording(artist, "Night Bus", isrc="PTABC2600002")

    assert owners.own(holder, create_with_isrc(artist)).disputed_at is None
    assert owners.own(label, other).disputed_at is None


def test_what_the_holder_leaves_to_others_is_not_disputed(artist: Artist, holder: Party) -> None:
    recording = create_with_isrc(artist)
    owners.own(holder, recording, share=5_000)

    rest = owners.own(owners.create_party(), recording, share=5_000)

    assert rest.disputed_at is None


def test_a_recording_that_gets_the_isrc_of_another_is_a_dispute(artist: Artist, holder: Party) -> None:
    recording = factories.create_recording(artist, "Salt Radio")
    claim = owners.own(owners.create_party(), recording)

    songs.edit(recording, by=factories.get_member(artist, "editor"), isrc="PTABC2600009")

    claim.refresh_from_db()
    assert claim.disputed_at is not None


def test_a_prefix_is_registered_once(holder: Party) -> None:
    with pytest.raises(AlreadyRegistered):
        parties.register_isrc_prefix(owners.create_party(), "PTABC", by=factories.get_staff())
    with pytest.raises(NotAllowed):
        parties.register_isrc_prefix(holder, "PTABD", by=owners.get_signer(holder))
    with pytest.raises(NotAllowed):
        parties.end_isrc_prefix(holder, "PTABC", by=owners.get_signer(holder))
