"""An artist leaves: what fans asked for ends, nothing more is sold, and the money goes back by the rule."""

import copy
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from artists import delivery, leaving, programs
from artists.exceptions import Stale
from artists.models import Draft, Program
from audit.models import Entry
from catalog.models import Artist
from ledger.balances import read_balance
from tests import factories
from tests.artists.paid_request import Story
from tests.billing import factories as billing
from tests.billing.fan_scene import BOOK, Scene, reconcile_all
from tests.billing.hold_scene import HoldScene

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


def close(artist: Artist) -> str:
    out = StringIO()
    call_command("artist", "close", artist.slug, "--reason", "they asked for it", stdout=out)
    return out.getvalue()


def test_what_was_asked_for_ends_and_what_is_held_goes_back(story: Story) -> None:
    story.ask()
    story.pay()
    assert (story.state(), story.hold(), story.draft().state) == ("waiting", "held", "pending")

    said = close(story.artist)
    story.work()

    assert (story.state(), story.hold(), story.draft().state) == ("artist_left", "released", "withdrawn")
    assert "requests that ended: 1; paid back: nothing" in said
    assert set(Program.objects.values_list("state", flat=True)) == {"paused"}
    with pytest.raises(Stale, match="has left"):
        programs.resume(story.version.program, by=factories.get_member(story.artist, "principal"))
    [left] = Entry.objects.filter(action="artist.left")
    assert (left.actor, left.facts["reason"]) == ("system:command", "they asked for it")


def test_what_is_being_charged_is_let_go_or_refunded(story: Story) -> None:
    factories.remove_undo_time(story.artist)
    story.ask()
    story.pay()
    story.approve()
    delivery.deliver_next()
    assert story.state() == "capturing"

    leaving.leave(story.artist, by="system:command", reason="they asked for it")
    story.work()

    assert story.state() == "artist_left"
    assert Draft.objects.get().state == "undeliverable"
    assert story.hold() in {"released", "refunded"}
    assert read_balance("stripe:clearing", "EUR", book=BOOK) == story.holds.balance()


def test_the_command_ends_a_tier_says_what_it_did_and_does_nothing_the_second_time(story: Story) -> None:
    tier = Scene(story.holds.fake, story.fan, billing.get_price(billing.create_tier(story.artist)))
    name = tier.subscribe()
    reconcile_all(tier)

    said = [close(story.artist), close(story.artist)]

    assert said[0] == said[1]
    counts = "Tiers that are sold no more: 1; requests that ended: 0; paid back: €3."
    assert said[0].startswith(f"{story.artist} has left. {counts}")
    assert tier.fake.simulation.find("subscription", name)["status"] == "canceled"
    assert Entry.objects.filter(action="artist.left").count() == 1


def test_nobody_leaves_who_is_not_there() -> None:
    with pytest.raises(CommandError, match="There is no artist nobody"):
        call_command("artist", "close", "nobody", "--reason", "x")
