"""The pipeline in one file: a scrobbler's listen becomes a message once somebody has approved it."""

import json
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Person, Token
from artists import delivery, drafts, expiry, review
from artists.models import Draft, Moment
from audit.models import Entry
from catalog.models import Artist
from config import events
from events.models import Outbox
from events.records import Incoming
from fans import opt_ins
from fans.models import Engagement, Experience
from listens.models import Listen
from live.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db
NTH = 3


class FanWithScrobbler:
    """A fan whose scrobbler submits listens to the ListenBrainz API."""

    def __init__(self, person: Person) -> None:
        self.person = person
        token, self.secret = Token.generate(person, name="player")
        token.save()
        self.offset = 0

    def play(self, title: str = "Salt Radio", *, at: int) -> None:
        track = {"track_name": title, "artist_name": "Mara Veil"}
        answer = Client().post(
            "/1/submit-listens",
            json.dumps({"listen_type": "single", "payload": [{"listened_at": at, "track_metadata": track}]}),
            content_type="text/plain",
            headers={"Authorization": f"Token {self.secret}"},
        )
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def consume_outbox() -> list[str]:
    """Handle the records of the outbox as one batch, as the consumer does. Returns the reasons of rejections."""
    waiting = Outbox.objects.filter(keep_until_counted=True).order_by("pk")
    batch = [
        Incoming(row.topic, uuid4(), 0, number, bytes(row.key), bytes(row.value), ())
        for number, row in enumerate(waiting)
    ]
    with transaction.atomic():
        rejected = events.handle_batch(batch)
        waiting.delete()
    return [reject.reason for reject in rejected]


@pytest.fixture
def artist() -> Artist:
    artist = factories.create_artist("Mara Veil")
    factories.create_recording(artist)
    factories.create_program(artist, nth=NTH)
    factories.remove_undo_time(artist)
    return artist


def play_until_moment(fan: FanWithScrobbler, *, listens: int = NTH) -> None:
    for number in range(listens):
        fan.play(at=1_790_000_000 + number * 300)
    assert consume_outbox() == []


def test_the_nth_listen_becomes_a_message_that_a_reviewer_approved(artist: Artist) -> None:
    fan = FanWithScrobbler(factories.create_fan("Ana", opted_in=artist))
    reviewer = factories.get_member(artist, "reviewer")

    play_until_moment(fan)
    drafts.write_next()
    draft = Draft.objects.get()
    notice_count = Notice.objects.filter(person=reviewer, kind="draft.pending", reference=f"draft:{draft.pk}").count()
    review.approve(draft.pk, by=reviewer, revision=draft.revision)
    delivery.deliver_next()

    experience = Experience.objects.get()
    assert Engagement.objects.get(person=fan.person, artist=artist).listens == NTH
    assert notice_count == 1
    assert (experience.person, experience.text) == (fan.person, draft.text)
    assert "Ana" in str(experience.text)
    assert experience.mark_words == "Mara Veil’s team’s words, filled in for you"
    assert Notice.objects.filter(person=fan.person).values_list("kind", "reference").get() == (
        "experience.delivered",
        f"experience:{experience.pk}",
    )
    assert experience.decision.under == draft.version.decision
    entries = Entry.objects.filter(subject=f"draft:{draft.pk}").order_by("pk").values_list("action", "actor")
    assert list(entries)[:2] == [("draft.written", "system:drafts"), ("draft.approved", reviewer.actor)]


def test_without_a_decision_nothing_is_delivered(artist: Artist) -> None:
    fan = FanWithScrobbler(factories.create_fan("Ana", opted_in=artist))

    play_until_moment(fan)
    drafts.write_next()
    delivered = delivery.deliver_next()

    assert not delivered
    assert Draft.objects.get().state == "pending"
    assert not Experience.objects.exists()


def test_the_same_listens_again_change_nothing(artist: Artist) -> None:
    fan = FanWithScrobbler(factories.create_fan("Ana", opted_in=artist))
    play_until_moment(fan)

    play_until_moment(fan)

    assert Listen.objects.count() == NTH
    assert Engagement.objects.get(person=fan.person, artist=artist).listens == NTH
    assert Moment.objects.count() == 1


def test_a_fan_who_never_opted_in_has_no_moment(artist: Artist) -> None:
    play_until_moment(FanWithScrobbler(factories.create_fan("Gil")))

    assert Listen.objects.count() == NTH
    assert not Moment.objects.exists()


def test_a_fan_who_opted_out_meanwhile_gets_nothing_and_the_reason_is_stored(artist: Artist) -> None:
    fan = FanWithScrobbler(factories.create_fan("Emre", opted_in=artist))
    play_until_moment(fan)
    drafts.write_next()
    review.approve(Draft.objects.get().pk, by=factories.get_member(artist, "reviewer"))

    opt_ins.opt_out(fan.person, artist)
    delivery.deliver_next()

    draft = Draft.objects.get()
    assert (draft.state, draft.reason) == ("undeliverable", "opted out: the fan ended it before delivery")
    assert not Experience.objects.exists()


def test_a_draft_that_nobody_decides_expires(artist: Artist) -> None:
    factories.create_program(artist, nth=1)
    play_until_moment(FanWithScrobbler(factories.create_fan("Dalia", opted_in=artist)), listens=1)
    drafts.write_next()
    draft = Draft.objects.get()
    factories.pass_deadline(draft)

    expiry.expire_next()

    draft.refresh_from_db()
    assert (draft.state, draft.reason) == ("expired", "expired: nobody decided in time")
    assert not Experience.objects.exists()
