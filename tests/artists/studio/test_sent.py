"""The lists of what went out, and of what went no further."""

import pytest

from artists import review
from artists.studio.sent import list_settled_drafts
from catalog.models import Artist
from tests import factories


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def test_what_reached_fans_stands_in_the_order_in_which_it_did(artist: Artist) -> None:
    factories.remove_undo_time(artist)
    fans = [factories.create_fan(name, opted_in=artist) for name in ("Ana", "Bea", "Cem")]
    drafts = [factories.create_pending_draft(artist, fan) for fan in fans]
    for draft in (drafts[1], drafts[2], drafts[0]):
        review.approve(draft.pk, by=factories.get_member(artist, "principal"))

    first = list_settled_drafts(artist, limit=2)
    then = list_settled_drafts(artist, before=first[-1].pk)

    assert [[each.fan for each in part] for part in (first, then)] == [["Ana", "Cem"], ["Bea"]]


def test_a_reason_that_ends_as_a_sentence_gets_no_second_full_stop(artist: Artist) -> None:
    said_why = ["I write to them myself.", "not this one"]
    for reason, name in zip(said_why, ("Ana", "Bea"), strict=True):
        draft = factories.create_pending_draft(artist, factories.create_fan(name, opted_in=artist))
        review.decline(draft.pk, by=factories.get_member(artist, "principal"), reason=reason)

    whys = [each.why for each in list_settled_drafts(artist, out=False)]

    assert whys == ["Declined: not this one.", "Declined: I write to them myself."]
