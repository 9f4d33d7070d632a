"""A request that a card or a tier pays for: what is held, when it is charged, and how it comes back."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Person
from artists import delivery, review
from artists.exceptions import Expired, NotOffered
from artists.models import Draft, ExperienceRequest, ExperienceUse
from artists.requests import following, paying
from billing import authorisations
from billing.exceptions import Unpayable
from billing.models import Authorisation, RequestCredit
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from fans.models import Experience
from ledger.balances import read_balance, read_balances
from rights import grants
from rights.models import Use
from rights.money import format_money
from tests import factories
from tests.artists import requests_scene as scene
from tests.artists.paid_request import Story
from tests.billing import factories as billing
from tests.billing.fan_scene import BOOK, Scene, work_all
from tests.billing.hold_scene import HoldScene
from tests.fans.pages import get_page

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def module_story(module_artist: Artist) -> Story:
    with billing.run_fake() as fake:
        return Story(HoldScene(fake, factories.create_fan(), module_artist))


@pytest.fixture
def story(db: None, module_story: Story, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Story:
    settings.PAYMENTS = "simulated"
    story = copy.deepcopy(module_story)
    billing.connect_fake(monkeypatch, story.holds.fake)
    return story


def test_the_card_is_held_charged_after_the_time_to_undo_and_then_it_arrives(story: Story) -> None:
    factories.set_undo_time(story.artist, 3600)
    story.ask()
    assert story.state() == "paying"
    assert not Draft.objects.exists()
    story.pay()
    assert (story.state(), story.hold(), story.draft().state) == ("waiting", "held", "pending")
    draft = story.approve()
    story.work()
    assert (story.state(), story.hold()) == ("waiting", "held")
    assert not Experience.objects.exists()
    Draft.objects.filter(pk=draft.pk).update(deliver_after=timezone.now())
    story.work()
    assert (story.state(), story.hold()) == ("delivered", "captured")
    assert Experience.objects.get(person=story.fan).draft == draft.pk
    assert not any(read_balances(book=BOOK, under="deferred").values())
    assert read_balance("platform:revenue", "EUR", book=BOOK) == -100


def test_the_fan_reads_where_the_money_went_and_the_public_receipt_has_roles_alone(story: Story) -> None:
    factories.remove_undo_time(story.artist)
    client = factories.signed_in_client(story.fan)
    path = f"/requests/{story.ask().pk}"
    story.pay()
    assert "What you paid" not in get_page(client, path).words
    assert "None yet." in get_page(client, "/subscriptions").words
    story.approve()
    story.work()

    fee = format_money(Authorisation.objects.get().settled_fee or 0, "EUR")
    shown = get_page(client, path).words
    assert "Paid €5.00, tax included" in shown
    assert f"Mara Veil Featured artist €4.00 Fanfare It pays the card fee: {fee}. €1.00" in shown
    assert "A message of Mara Veil Mara Veil , " in (listed := get_page(client, "/subscriptions")).words
    assert listed.all("a", href=f"{path}#paid")
    experience = Experience.objects.get(person=story.fan)
    receipt = Client().get(f"/r/{experience.receipt_key}").content.decode()
    assert "Who was paid" in receipt
    assert "€" not in receipt
    assert Client().get(f"/r/{experience.receipt_key}.json").json()["paid"] == ["Platform", "Featured artist"]


def test_an_undo_touches_no_money(story: Story) -> None:
    """Mutation: capture at approve turns this red."""
    factories.set_undo_time(story.artist, 3600)
    story.ask()
    story.pay()
    draft = story.approve()
    story.work()
    review.undo(draft.pk, by=factories.get_member(story.artist, "principal"))
    story.work()
    assert (story.state(), story.hold()) == ("waiting", "held")
    calls = [event["type"] for event in story.holds.fake.simulation.store.all("event")]
    assert "charge.captured" not in calls


def test_nothing_is_delivered_before_the_charge(story: Story) -> None:
    factories.remove_undo_time(story.artist)
    story.ask()
    story.pay()
    story.approve()
    scene.work()
    assert (story.state(), story.hold()) == ("capturing", "capture_wanted")
    assert not Experience.objects.exists()
    story.work()
    assert Experience.objects.count() == 1


def test_a_no_lets_the_money_go_once_it_cannot_be_undone(story: Story) -> None:
    factories.set_undo_time(story.artist, 3600)
    story.ask()
    story.pay()
    draft = story.draft()
    review.decline(draft.pk, by=factories.get_member(story.artist, "principal"))
    story.work()
    assert (story.state(), story.hold()) == ("waiting", "held")
    Draft.objects.filter(pk=draft.pk).update(deliver_after=timezone.now())
    story.work()
    assert (story.state(), story.hold()) == ("declined", "released")


def test_silence_lets_the_money_go(story: Story) -> None:
    story.ask()
    story.pay()
    factories.pass_deadline(story.draft())
    story.work()
    assert (story.state(), story.hold()) == ("silence", "released")


def test_the_deadline_leaves_a_day_and_the_time_to_undo_before_the_hold_ends(story: Story) -> None:
    factories.set_undo_time(story.artist, 3600)
    story.ask()
    story.pay()
    draft = story.draft()
    held = Authorisation.objects.get()
    assert held.capture_before is not None
    assert draft.deadline == held.capture_before - timedelta(hours=25)
    Authorisation.objects.update(capture_before=held.capture_before + timedelta(days=9))
    draft.refresh_from_db()
    assert draft.deadline == held.capture_before - timedelta(hours=25)
    factories.pass_deadline(draft)
    with pytest.raises(Expired):
        story.approve()


def test_the_deadline_is_the_program_s_where_that_is_earlier(story: Story) -> None:
    story.version = scene.create_offer(story.artist, free_tries=0, prices={"EUR": 500}, seconds=3600)
    story.ask()
    story.pay()
    draft = story.draft()
    assert draft.deadline == draft.written_at + timedelta(hours=1)


def test_a_hold_that_the_bank_dropped_in_silence_makes_the_draft_undeliverable(story: Story) -> None:
    factories.remove_undo_time(story.artist)
    story.ask()
    story.pay("hold dropped silently")
    draft = story.approve()
    story.work()
    draft.refresh_from_db()
    assert (story.state(), story.hold()) == ("capture_failed", "failed")
    assert (draft.state, draft.reason) == ("undeliverable", "payment: the fan’s card could not be charged")
    assert not Experience.objects.exists()


def test_what_cannot_be_delivered_after_the_charge_is_paid_back(story: Story) -> None:
    factories.remove_undo_time(story.artist)
    story.ask()
    story.pay()
    story.approve()
    scene.work()
    story.holds.tell()
    assert (story.state(), story.hold()) == ("capturing", "captured")
    grants.switch_off(story.artist, Use.PERSONAL_MESSAGE, by=factories.get_member(story.artist, "principal"))
    story.work()
    assert (story.state(), story.hold()) == ("uncleared", "refunded")
    assert story.draft().state == "undeliverable"


def test_taking_it_back_lets_the_money_go_at_once(story: Story) -> None:
    request = story.ask()
    story.pay()
    following.take_back(request, by=story.fan)
    story.work()
    assert (story.state(), story.hold()) == ("taken_back", "released")


def test_a_session_that_nobody_pays_ends_the_request(story: Story) -> None:
    story.ask()
    story.holds.advance(2 * 3600)
    story.work()
    assert (story.state(), story.hold()) == ("unpaid", "expired")


def test_nobody_under_18_pays_and_payments_that_are_off_take_nothing(story: Story) -> None:
    with pytest.raises(NotOffered, match="start at 18"):
        scene.ask(factories.create_fan(age_band="16_17"), story.version)
    with override_settings(PAYMENTS="off"), pytest.raises(NotOffered, match="off"):
        scene.ask(story.fan, story.version)


def test_an_offer_without_a_price_in_the_fans_currency_cannot_be_bought(story: Story) -> None:
    story.ask()
    story.pay()
    other = scene.create_offer(story.artist, free_tries=0, prices={"JPY": 800})
    with pytest.raises(NotOffered, match="no price in the currency"):
        scene.ask(story.fan, other)


def test_what_nobody_agreed_to_share_is_not_sold(fake_provider: Any) -> None:
    artist = factories.create_artist("Ove Lind")
    version = scene.create_offer(artist, free_tries=0, prices={"EUR": 500})
    with pytest.raises(NotOffered, match="not sold at the moment"):
        scene.ask(factories.create_fan(), version)
    assert not ExperienceRequest.objects.exists()


def subscribe(fan: Person, artist: Artist, fake: FakeStripe) -> None:
    """The fan pays a tier of the artist that includes a request a month."""
    tier = billing.create_tier(artist, requests_a_month=1)
    payer = Scene(fake, fan, billing.get_price(tier))
    payer.subscribe()
    payer.deliver()
    work_all()


def test_a_request_of_the_tier_is_reserved_used_and_comes_back(fake_provider: FakeStripe) -> None:
    artist, fan = factories.create_artist("Ove Lind"), factories.create_fan()
    subscribe(fan, artist, fake_provider)
    version = scene.create_offer(artist, free_tries=0, prices={"EUR": 500})
    factories.remove_undo_time(artist)
    first = scene.ask(fan, version)
    assert (first.paid_by, first.state) == ("credit", "waiting")
    assert RequestCredit.objects.get().reference == f"request:{first.pk}"
    review.decline(scene.write(first).pk, by=factories.get_member(artist, "principal"))
    scene.work()
    assert scene.read(first).ending == "declined"
    credit = RequestCredit.objects.get()
    assert (credit.status, credit.reference) == ("free", "")
    assert credit.expires_at >= timezone.now() + timedelta(days=29, hours=23)
    second = scene.ask(fan, version)
    scene.approve(scene.write(second))
    scene.work()
    assert (scene.read(second).state, RequestCredit.objects.get().status) == ("delivered", "used")
    assert ExperienceUse.objects.count() == 1
    assert scene.ask(fan, version).paid_by == "card"


def test_what_is_approved_waits_without_work_while_its_hold_cannot_be_charged(story: Story) -> None:
    """Delivery looked at it again and again before: payments were switched off, or the hold is on its way back."""
    factories.remove_undo_time(story.artist)
    story.ask()
    story.pay()
    story.approve()
    with override_settings(PAYMENTS="off"):
        scene.work()
        assert delivery.seconds_until_due() is None
    with transaction.atomic():
        authorisations.want_release(f"request:{story.request.pk}", "closure:age")
    scene.work()
    assert (story.state(), delivery.seconds_until_due()) == ("waiting", None)
    story.work()
    assert (story.state(), story.hold()) == ("too_young", "released")


def test_nothing_is_held_for_a_request_that_ended_a_moment_before(story: Story) -> None:
    request = scene.ask(story.fan, story.version)
    following.take_back(request, by=story.fan)
    with pytest.raises(Unpayable, match="is over"):
        paying.start(request)  # as another page read it
    assert not Authorisation.objects.exists()
