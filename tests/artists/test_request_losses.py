"""Requests whose money or draft goes away on the way: what is done, and what people read of it."""

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from accounts import ages
from artists import review
from artists.models import Draft
from artists.requests import following, mails
from billing import closing
from catalog.models import Artist
from tests import factories
from tests.artists import requests_scene as scene
from tests.artists.test_paid_requests import Story
from tests.billing.hold_scene import HoldScene

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(fake_provider: Any, artist: Artist) -> Story:
    return Story(HoldScene(fake_provider, factories.create_fan(), artist))


def test_who_is_found_to_be_young_is_not_told_that_a_bank_let_go(story: Story) -> None:
    story.ask()
    story.pay()
    with transaction.atomic():
        ages.lower(story.fan, "16_17", by=factories.get_staff(), reason="A parent wrote.")
    while closing.work_next():
        pass
    story.holds.work()
    story.work()

    assert (story.state(), story.hold()) == ("too_young", "released")
    assert "18" not in story.draft().reason


def test_the_fan_is_mailed_once_how_a_request_ended(story: Story, mailoutbox: list[EmailMessage]) -> None:
    story.ask()
    story.pay()
    review.decline(story.draft().pk, by=factories.get_member(story.artist, "principal"))
    Draft.objects.update(deliver_after=timezone.now())
    story.work()
    taken_back = scene.ask(story.fan, story.version)
    following.take_back(taken_back, by=story.fan)

    while mails.mail_next():
        pass

    [mail] = [each for each in mailoutbox if "request" in each.subject]
    assert (mail.subject, mail.to) == ("Your request to Mara Veil has ended", [story.fan.email])
    assert "The answer is no. No reason is owed.\nNothing is charged." in mail.body
    assert f"/requests/{story.request.pk}" in mail.body


def test_the_fan_is_mailed_that_a_message_is_here(artist: Artist, mailoutbox: list[EmailMessage]) -> None:
    factories.remove_undo_time(artist)
    scene.approve(scene.write(scene.ask(factories.create_fan(), scene.create_offer(artist))))
    scene.work()

    assert mails.mail_next()
    assert not mails.mail_next()
    assert [mail.subject for mail in mailoutbox if "request" in mail.subject] == ["Mara Veil answered your request"]


def test_a_draft_that_dies_while_the_card_is_charged_is_looked_at_after_the_charge(story: Story) -> None:
    story.ask()
    story.pay()
    factories.remove_undo_time(story.artist)
    story.approve()
    scene.work()
    assert story.state() == "capturing"
    Draft.objects.filter(moment__request=story.request).update(state="undeliverable", reason="uncleared: a song")

    for _ in range(3):
        story.holds.work()
        story.work()

    assert (story.state(), story.hold()) == ("uncleared", "refunded")
