"""What fails while a subscription is brought up to date: nothing is lost, and nothing is done twice."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from billing import webhook_work
from billing.models import Gift, Invoice, WebhookEvent
from billing.simulated import checkout as hosted
from ledger.models import Transaction
from tests.billing import test_gifts
from tests.billing.fan_scene import Scene, assert_books_agree, assert_leases_follow_the_provider, work_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(shared_scene: Scene) -> Scene:
    return shared_scene


def test_what_the_provider_fails_to_answer_is_tried_again_and_then_given_up_and_replayed(scene: Scene) -> None:
    name = scene.subscribe()
    scene.deliver([event for event in scene.events() if event["type"] == "invoice.paid"])
    scene.control("fault", kind="503", times=3, method="GET")

    assert webhook_work.work_next()
    event = WebhookEvent.objects.get()
    assert (event.state, event.attempts) == ("received", 1)
    assert "ProviderUnavailable" in event.error
    assert not webhook_work.work_next()
    assert 0 < (webhook_work.seconds_until_due() or 0) <= 5
    again = {"due_at": event.received_at, "pause_until": None}
    WebhookEvent.objects.update(attempts=webhook_work.MAX_ATTEMPTS - 1, **again)
    scene.control("fault", kind="503", times=3, method="GET")
    assert webhook_work.work_next()
    assert WebhookEvent.objects.get().state == "dead"
    assert event.event_id not in run("list", "--state", "received")
    assert "invoice.paid" in run("list")
    assert f"event_id: {event.event_id}" in run("show", str(event.pk))

    assert "1 are worked on again" in run("replay", "--all")
    work_all()
    assert scene.until(name) == scene.period_end(name)
    with pytest.raises(CommandError, match="Not given up"):
        run("replay", str(event.pk))


def run(*words: str) -> str:
    out = StringIO()
    call_command("webhooks", *words, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("place", ["charges.post_fetched", "sync.write_leases", "sync._tell"])
def test_a_crash_between_fetch_and_commit_loses_no_event_and_doubles_no_effect(
    scene: Scene, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = scene.subscribe()
    scene.deliver()

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"billing.{place}", die)
        with pytest.raises(Killed):
            work_all()
    assert not Invoice.objects.exists()
    assert not WebhookEvent.objects.filter(state="done", object_type__in=["subscription", "invoice"]).exists()

    work_all()
    assert scene.until(name) == scene.period_end(name)
    assert Transaction.objects.filter(kind="charge").count() == 1
    assert_books_agree(scene)
    assert_leases_follow_the_provider(scene)


def test_a_payment_that_is_not_on_our_balance_yet_is_asked_for_later_and_holds_up_nothing_else(scene: Scene) -> None:
    gift = test_gifts.start(scene, 1)
    sim = scene.fake.simulation
    hosted.complete(sim, sim.find("checkout.session", gift.session_id), "succeeds")
    charge = scene.find("charge")
    moved, charge["balance_transaction"] = charge["balance_transaction"], None
    scene.deliver()
    other = scene.subscribe()
    scene.deliver()

    work_all()

    assert scene.until(other) == scene.period_end(other)
    [event] = WebhookEvent.objects.filter(state="received")
    assert (event.object_id, event.error) == (gift.session_id, "NotOnBalance: no code")
    assert Gift.objects.get().status == "open"

    charge["balance_transaction"] = moved
    WebhookEvent.objects.update(due_at=event.received_at)
    work_all()
    assert Gift.objects.get().status == "paid"
    assert_books_agree(scene)
