"""An agreement permits so many items a month. A place is reserved when a moment is drafted, and returned by its end."""

import pytest

from artists import delivery, expiry, review
from artists.exceptions import Uncleared
from artists.models import Draft
from catalog.models import Artist
from fans import experiences
from fans.models import Experience
from rights.models import Place
from tests import factories
from tests.artists.remix_notes import agree, approve, notice_moment, write_for, write_remix_note
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def song(artist: Artist) -> OwnedSong:
    """Two remixes a month."""
    song = owners.create_owned_song(artist, permitted=False)
    agree(song, monthly_limit=2)
    return song


def taken() -> int:
    return Place.objects.filter(free_from=None).count()


def refuse_moment(song: OwnedSong) -> str:
    moment = notice_moment(song)
    assert write_for(moment, song) is None
    moment.refresh_from_db()
    return moment.reason


def test_a_month_has_so_many_places_and_the_refusal_says_so(song: OwnedSong) -> None:
    write_remix_note(song)
    write_remix_note(song)

    assert refuse_moment(song) == "uncleared: This month’s 2 remixes are taken"
    assert taken() == 2


def test_every_end_but_delivery_returns_the_place(song: OwnedSong) -> None:
    declined, expired = write_remix_note(song), write_remix_note(song)
    review.decline(declined.pk, by=factories.get_member(declined.artist, "principal"))
    factories.pass_deadline(expired)
    assert expiry.expire_next()

    assert taken() == 0
    delivered = [approve(write_remix_note(song)) for _ in range(2)]
    assert delivery.deliver_next()
    assert taken() == 2
    assert refuse_moment(song) == "uncleared: This month’s 2 remixes are taken"
    assert {draft.state for draft in Draft.objects.filter(pk__in=[each.pk for each in delivered])} == {"delivered"}


def test_a_declined_draft_keeps_its_place_while_that_can_be_undone(song: OwnedSong) -> None:
    first, second = write_remix_note(song), write_remix_note(song)
    factories.set_undo_time(first.artist, 60)
    principal = factories.get_member(first.artist, "principal")

    review.decline(first.pk, by=principal)
    assert refuse_moment(song) == "uncleared: This month’s 2 remixes are taken"
    review.undo(first.pk, by=principal)

    assert taken() == 2
    assert approve(first).state == approve(second).state == Draft.State.APPROVED


def test_what_is_taken_back_from_a_fan_returns_nothing(song: OwnedSong) -> None:
    approve(write_remix_note(song))
    delivery.deliver_next()

    experiences.withdraw(Experience.objects.get().pk, by="system:command", reason="A mistake.")

    assert taken() == 1


def test_a_new_version_counts_for_itself(song: OwnedSong) -> None:
    first, second = write_remix_note(song), write_remix_note(song)
    agree(song, "One a month.", monthly_limit=1)

    assert approve(first).state == Draft.State.APPROVED
    with pytest.raises(Uncleared, match="This month’s one place for remixes is taken"):
        approve(second)

    assert delivery.deliver_next()
    assert Experience.objects.count() == 1
