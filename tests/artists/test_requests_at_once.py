"""Two events of one request at once: one of them stands, and the other finds what it made."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import DatabaseError

from accounts.models import Person
from artists import delivery, expiry, leaving, review, withdrawal
from artists.exceptions import NotOffered, Refused
from artists.models import Draft, ExperienceRequest
from artists.requests import following
from catalog.models import Artist
from fans import opt_ins
from fans.models import Experience
from tests import factories
from tests.artists import requests_scene as scene
from tests.concurrency import run_at_once

pytestmark = pytest.mark.usefixtures("committing_db")

ENDED = {"taken_back", "opted_out", "erased", "declined", "silence", "artist_left"}
ROUNDS = 3


class Events:
    """What can happen to one request. Each is called in a thread of its own."""

    def __init__(self, draft: Draft, request: ExperienceRequest, principal: Person) -> None:
        self.draft, self.request, self.fan = draft, request, request.person
        self.approve = partial(review.approve, draft.pk, by=principal)
        self.decline = partial(review.decline, draft.pk, by=principal)
        self.take_back = partial(following.take_back, request, by=self.fan)
        self.erase = partial(following.close_account, self.fan, by=following.ACTOR)

    def opt_out(self) -> None:
        opt_ins.opt_out(self.fan, self.draft.artist)
        withdrawal.withdraw_next()

    def expire(self) -> None:
        factories.pass_deadline(self.draft)
        expiry.expire_next()

    def deliver(self) -> None:
        self.approve()
        delivery.deliver_next()


PAIRS: list[Callable[[Events], list[Callable[[], object]]]] = [
    lambda events: [events.approve, events.take_back],
    lambda events: [events.decline, events.take_back],
    lambda events: [events.approve, events.expire],
    lambda events: [events.deliver, events.opt_out],
    lambda events: [events.deliver, events.erase],
    lambda events: [events.expire, events.take_back],
]


def test_of_two_events_at_once_one_stands() -> None:
    artist = factories.create_artist()
    version, fan = scene.create_offer(artist, free_tries=20), factories.create_fan(opted_in=artist)
    factories.remove_undo_time(artist)
    for pair in PAIRS * ROUNDS:
        request = scene.ask(fan, version)
        draft = scene.write(request)
        results = run_at_once(*pair(Events(draft, request, factories.get_member(artist, "principal"))))
        assert [each for each in results if isinstance(each, Exception) and not isinstance(each, Refused)] == []
        scene.work()

        found, arrived = scene.read(request), Experience.objects.filter(draft=draft.pk).exists()
        draft.refresh_from_db()
        assert (found.state == "delivered") == arrived == (draft.state == "delivered"), (found.state, draft.state)
        assert arrived or found.ending in ENDED, (found.state, found.ending, draft.state)
        opt_ins.opt_in(fan, artist)


def leave(artist: Artist) -> None:
    leaving.leave(artist, by="system:command", reason="they asked for it")


@pytest.mark.parametrize("other", ["approve", "deliver", "take_back"])
def test_an_artist_leaves_while_a_request_is_decided(other: str) -> None:
    artist = factories.create_artist()
    version, fan = scene.create_offer(artist), factories.create_fan(opted_in=artist)
    factories.remove_undo_time(artist)
    request = scene.ask(fan, version)
    draft = scene.write(request)
    events = Events(draft, request, factories.get_member(artist, "principal"))

    results = run_at_once(getattr(events, other), partial(leave, artist))
    scene.work()

    assert [each for each in results if isinstance(each, Exception) and not isinstance(each, Refused)] == []
    found, arrived = scene.read(request), Experience.objects.filter(draft=draft.pk).exists()
    assert (found.state == "delivered") == arrived
    assert arrived or found.ending in ENDED


def test_whoever_asks_while_an_artist_leaves_is_refused_or_ended() -> None:
    artist = factories.create_artist()
    version, fan = scene.create_offer(artist), factories.create_fan(opted_in=artist)

    asked, left = run_at_once(partial(scene.ask, fan, version), partial(leave, artist))

    assert left is None
    assert isinstance(asked, ExperienceRequest | NotOffered | DatabaseError)
    assert set(ExperienceRequest.objects.values_list("ending", flat=True)) <= {"artist_left"}
