"""A rightsholder that holds a key approves each draft too. Nothing goes out before all are in."""

from functools import partial

import pytest

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from artists import delivery, expiry, review, second_key, withdrawal
from artists.exceptions import DraftNotFound, Stale, TooLate, Uncleared
from artists.models import Draft
from audit.models import Entry
from catalog.models import Artist
from fans import opt_ins
from fans.models import Experience
from rights.agreements import Key
from rights.models import ClearanceKeyHolder, Party, PartyDecision
from tests import factories
from tests.artists.remix_notes import agree, approve, notice_moment, write_for, write_remix_note
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, song = share_scene(partial(owners.create_owned_song, permitted=False))


@pytest.fixture
def draft(song: OwnedSong) -> Draft:
    """A draft that the label and the publisher approve too, once the artist has."""
    agree(song, keys=(Key(song.label), Key(song.publisher)))
    return write_remix_note(song)


def say_yes(draft: Draft, party: Party) -> Draft:
    return second_key.approve(draft.pk, party, by=owners.get_signer(party), fresh=True)


def say_no(draft: Draft, party: Party, reason: str = "") -> Draft:
    return second_key.decline(draft.pk, party, by=owners.get_signer(party), reason=reason)


def names(draft: Draft) -> list[str]:
    draft.refresh_from_db()
    return [party.name for party in second_key.find_missing(draft)]


def test_a_draft_is_approved_once_everybody_with_a_key_has_said_yes(draft: Draft, song: OwnedSong) -> None:
    assert approve(draft).state == Draft.State.AWAITING
    assert not delivery.deliver_next()
    assert names(draft) == ["Harbor Lane", "Kestrel Row"]

    assert say_yes(draft, song.label).state == Draft.State.AWAITING
    assert names(draft) == ["Kestrel Row"]
    assert say_yes(draft, song.publisher).state == Draft.State.APPROVED
    assert names(draft) == []

    assert delivery.deliver_next()
    assert Experience.objects.get().draft == draft.pk
    assert set(ClearanceKeyHolder.objects.values_list("holder__party", flat=True)) == {song.label.pk, song.publisher.pk}


def test_the_time_to_undo_begins_with_the_last_key(draft: Draft, song: OwnedSong) -> None:
    factories.set_undo_time(draft.artist, 60)

    assert approve(draft).deliver_after is None
    assert say_yes(draft, song.label).deliver_after is None
    approved = say_yes(draft, song.publisher)

    last = PartyDecision.objects.get(party=song.publisher)
    assert approved.deliver_after is not None
    assert 55 < (approved.deliver_after - last.at).total_seconds() < 65


def test_an_edit_makes_every_key_count_no_more(draft: Draft, song: OwnedSong) -> None:
    approve(draft)
    say_yes(draft, song.label)
    principal = factories.get_member(draft.artist, "principal")
    review.undo(draft.pk, by=principal)

    edited = review.edit(draft.pk, "Thank you for singing along, all of you.", by=principal, fresh=True)

    assert edited.state == Draft.State.AWAITING
    assert names(edited) == ["Harbor Lane", "Kestrel Row"]


def test_a_key_still_counts_for_the_same_words(draft: Draft, song: OwnedSong) -> None:
    approve(draft)
    say_yes(draft, song.label)
    review.undo(draft.pk, by=factories.get_member(draft.artist, "principal"))
    assert list(second_key.list_awaiting(song.publisher)) == []

    approve(draft)

    assert names(draft) == ["Kestrel Row"]
    assert list(second_key.list_awaiting(song.label)) == []
    assert list(second_key.list_awaiting(song.publisher)) == [draft]


def test_a_rightsholder_that_declines_says_why_and_nobody_can_override_it(draft: Draft, song: OwnedSong) -> None:
    approve(draft)

    declined = say_no(draft, song.label, "The stems are not cleared.")

    assert (declined.state, declined.reason) == (
        Draft.State.DECLINED,
        "declined by Harbor Lane: The stems are not cleared.",
    )
    with pytest.raises(TooLate, match="A rightsholder said no"):
        review.undo(draft.pk, by=factories.get_member(draft.artist, "principal"))
    with pytest.raises(Stale, match="does not wait for you any more"):
        say_yes(draft, song.publisher)
    assert not delivery.deliver_next()


def test_a_rightsholder_takes_its_yes_back_while_it_can_be_undone(draft: Draft, song: OwnedSong) -> None:
    factories.set_undo_time(draft.artist, 60)
    approve(draft)
    say_yes(draft, song.label)
    assert say_yes(draft, song.publisher).state == Draft.State.APPROVED

    assert say_no(draft, song.label).state == Draft.State.DECLINED


def test_only_whoever_signs_decides_and_a_yes_needs_the_password(draft: Draft, song: OwnedSong) -> None:
    approve(draft)
    stranger = owners.create_party("label", "Second Shore")
    principal = factories.get_member(draft.artist, "principal")

    for by in (principal, factories.get_staff(), owners.get_signer(stranger)):
        with pytest.raises(NotAllowed):
            second_key.approve(draft.pk, song.label, by=by, fresh=True)
        with pytest.raises(NotAllowed):
            second_key.decline(draft.pk, song.label, by=by)
    with pytest.raises(ReauthenticationRequired):
        second_key.approve(draft.pk, song.label, by=owners.get_signer(song.label), fresh=False)
    for party in (stranger, song.writer):
        with pytest.raises(DraftNotFound):
            say_yes(draft, party)
        with pytest.raises(DraftNotFound):
            say_no(draft, party)
    assert not PartyDecision.objects.exists()


def test_a_rightsholder_decides_after_the_artist_and_on_the_revision_that_it_saw(draft: Draft, song: OwnedSong) -> None:
    with pytest.raises(DraftNotFound):
        say_yes(draft, song.label)
    assert list(second_key.list_undecided(song.label)) == [draft]

    approve(draft)

    signer = owners.get_signer(song.label)
    with pytest.raises(Stale, match="changed this meanwhile"):
        second_key.approve(draft.pk, song.label, by=signer, revision=9, fresh=True)
    say_yes(draft, song.label)
    with pytest.raises(Stale, match="does not wait for Harbor Lane"):
        say_yes(draft, song.label)


def test_a_key_above_a_number_is_asked_for_from_the_item_after_it_on(song: OwnedSong) -> None:
    agree(song, keys=(Key(song.label, above=2),))

    states = [approve(write_remix_note(song)).state for _ in range(3)]

    assert states == [Draft.State.APPROVED, Draft.State.APPROVED, Draft.State.AWAITING]
    while delivery.deliver_next():
        pass
    assert Experience.objects.count() == 2


def test_what_awaits_a_key_expires_and_ends_with_the_opt_in(draft: Draft, song: OwnedSong) -> None:
    other = write_remix_note(song)
    approve(draft)
    approve(other)
    factories.pass_deadline(draft)
    opt_ins.opt_out(other.person, other.artist)

    assert expiry.expire_next()
    assert withdrawal.withdraw_next()

    draft.refresh_from_db()
    other.refresh_from_db()
    missing = "expired: Harbor Lane, Kestrel Row did not decide in time"
    assert (draft.state, draft.reason) == (Draft.State.EXPIRED, missing)
    assert (other.state, other.reason) == (Draft.State.WITHDRAWN, withdrawal.REASON_OPTED_OUT)


def test_the_audit_trail_says_who_used_a_key(draft: Draft, song: OwnedSong) -> None:
    approve(draft)
    say_yes(draft, song.label)

    entry = Entry.objects.get(action="draft.key_given")
    assert (entry.actor, entry.subject) == (owners.get_signer(song.label).actor, f"draft:{draft.pk}")
    assert entry.facts == {"party": song.label.pk, "revision": 1}


def test_a_message_waits_for_nobody(artist: Artist, song: OwnedSong) -> None:
    agree(song, keys=(Key(song.label),))
    draft = factories.create_approved_draft(artist, program=factories.create_program(artist, recording=song.recording))

    assert draft.state == Draft.State.APPROVED
    assert not ClearanceKeyHolder.objects.exists()


def test_a_key_that_was_added_does_not_strand_the_draft_of_a_fan_on_older_words(
    song: OwnedSong, artist: Artist
) -> None:
    agree(song)
    fan = factories.create_fan("Bo")
    factories.opt_in_under(2, fan, artist)
    program = factories.create_program(artist, recording=song.recording)
    draft = write_for(notice_moment(song, program, fan), song)
    assert draft
    agree(song, "Remixes of all songs, with a key.", keys=(Key(song.label),))

    with pytest.raises(Uncleared, match="the fan did not agree that a rightsholder hears what is made"):
        approve(draft)
    draft.refresh_from_db()
    assert draft.state == Draft.State.PENDING

    opt_ins.opt_in(fan, artist)
    assert approve(draft).state == Draft.State.AWAITING
    assert list(second_key.list_awaiting(song.label)) == [draft]
