"""A rightsholder and an artist are tied once both say so, and until one of them ends it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from audit.models import Entry
from catalog.models import Artist
from rights import roster
from rights.models import Party
from tests import factories
from tests.rights import factories as owners
from tests.rights.factories import propose

pytestmark = pytest.mark.django_db


def test_both_say_yes_and_one_of_them_ends_it(label: Party, artist: Artist) -> None:
    entry, principal = propose(label, artist), factories.get_member(artist, "principal")

    assert roster.answer(entry, accepted=True, by=principal, fresh=True)
    assert not roster.answer(entry, accepted=False, by=principal, fresh=True)
    assert roster.end(entry, by=principal)
    assert not roster.end(entry, by=owners.get_signer(label))

    assert entry.live_from
    assert entry.live_until
    told = Entry.objects.filter(subject=f"roster:{entry.pk}").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["roster.proposed", "roster.accepted", "roster.ended"]


def test_an_end_that_lies_ahead_comes_sooner_and_never_later(label: Party, artist: Artist) -> None:
    entry, principal = propose(label, artist), factories.get_member(artist, "principal")
    roster.answer(entry, accepted=True, by=principal, fresh=True)
    month, week = (timezone.now() + timedelta(days=days) for days in (30, 7))

    assert roster.end(entry, by=principal, at=month)
    assert roster.end(entry, by=owners.get_signer(label), at=week)
    assert not roster.end(entry, by=principal, at=month)

    assert entry.live_until == week


def test_the_artist_is_asked_once_at_a_time(label: Party, artist: Artist) -> None:
    entry = propose(label, artist)
    with pytest.raises(roster.AlreadyOnRoster, match="asked already"):
        propose(label, artist)
    roster.answer(entry, accepted=True, by=factories.get_member(artist, "owner"), fresh=True)
    with pytest.raises(roster.AlreadyOnRoster, match="on your roster already"):
        propose(label, artist)
    roster.end(entry, by=owners.get_signer(label))

    assert propose(label, artist).answered_at is None


def test_who_may_not_say_so_is_told_who_may(label: Party, artist: Artist) -> None:
    entry, editor = propose(label, artist), factories.get_member(artist, "editor")

    for person in (editor, owners.get_signer(label)):
        with pytest.raises(NotAllowed, match="Only a principal or an owner"):
            roster.answer(entry, accepted=True, by=person, fresh=True)
    with pytest.raises(NotAllowed):
        roster.propose(label, artist, by=factories.get_member(artist, "principal"), fresh=True)
    with pytest.raises(NotAllowed):
        roster.end(entry, by=factories.get_member(artist, "principal"))  # a proposal is the label's to take back
    with pytest.raises(ReauthenticationRequired):
        roster.answer(entry, accepted=True, by=factories.get_member(artist, "owner"), fresh=False)
    assert roster.answer(entry, accepted=False, by=factories.get_member(artist, "owner"), fresh=False)
