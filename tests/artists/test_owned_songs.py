"""What several owners permit goes through draft, approval and delivery. A stub stands in for a kind of program."""

import pytest

from artists import delivery
from artists.exceptions import Uncleared
from artists.models import Draft
from catalog.models import Artist
from fans.models import Experience
from rights import claims, clearance, grants
from rights.grants import Songs
from rights.models import Use
from tests import factories
from tests.artists.remix_notes import agree, approve, everybody, write_remix_note
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def song(artist: Artist) -> OwnedSong:
    return owners.create_owned_song(artist)


def undelivered_reason(draft: Draft) -> str:
    assert delivery.deliver_next()
    draft.refresh_from_db()
    assert not Experience.objects.filter(draft=draft.pk).exists()
    return draft.reason


def test_what_every_owner_permits_reaches_the_fan(song: OwnedSong) -> None:
    draft = approve(write_remix_note(song))

    assert delivery.deliver_next()

    experience = Experience.objects.get(draft=draft.pk)
    assert (draft.use, experience.use) == (Use.REMIX, Use.REMIX)
    behind = set(experience.clearance.grants.values_list("party", flat=True))
    assert behind == {party.pk for party in everybody(song)}
    assert list(experience.clearance.recordings.all()) == [song.recording]


def test_a_label_that_switches_the_song_off_is_named_at_the_approval(song: OwnedSong) -> None:
    draft = write_remix_note(song)
    grants.refuse(song.label, Use.REMIX, Songs(recording=song.recording), by=owners.get_signer(song.label))

    with pytest.raises(Uncleared, match=r"Harbor Lane \(label\): remixes are off for Low Tide Choir"):
        approve(draft)


def test_an_agreement_renewed_with_other_shares_after_the_approval_still_delivers(artist: Artist) -> None:
    song = owners.create_owned_song(artist, permitted=False)
    agree(song, "One half each.")
    draft = approve(write_remix_note(song))

    agree(song, "One third and two thirds.")

    assert delivery.deliver_next()
    assert Experience.objects.get().draft == draft.pk


def test_a_co_owner_added_after_the_approval_refuses(song: OwnedSong) -> None:
    draft = approve(write_remix_note(song))
    claims.end(song.label.claims.get(), by=factories.get_staff())
    owners.own(song.label, song.recording, share=5_000)
    owners.own(owners.create_party("label", "Second Shore"), song.recording, share=5_000)

    assert undelivered_reason(draft) == "uncleared: Second Shore (label): remixes are off"


def test_a_yes_that_ended_after_the_approval_refuses(song: OwnedSong) -> None:
    draft = approve(write_remix_note(song))
    grants.refuse(song.writer, Use.REMIX, Songs(), by=owners.get_signer(song.writer))

    assert undelivered_reason(draft) == "uncleared: Ida Koro (writer): remixes are off"


def test_what_was_delivered_is_asked_about_again_when_it_is_played(song: OwnedSong) -> None:
    approve(write_remix_note(song))
    delivery.deliver_next()
    experience = Experience.objects.get()
    assert clearance.still_clear([experience.clearance_id]) == {experience.clearance_id}

    grants.refuse(song.publisher, Use.REMIX, Songs(), by=owners.get_signer(song.publisher))

    assert clearance.still_clear([experience.clearance_id]) == set()


def test_a_message_about_the_song_asks_no_owner(artist: Artist) -> None:
    song = owners.create_owned_song(artist, permitted=False)
    program = factories.create_program(artist, recording=song.recording)
    factories.create_approved_draft(artist, program=program)

    assert delivery.deliver_next()
    assert Experience.objects.get().use == Use.PERSONAL_MESSAGE
