"""Several subscriptions are brought up to date in one transaction, and one that fails does not hold up the others."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from billing import webhook_work
from billing.models import Subscription, WebhookEvent
from billing.provider import threads
from billing.provider.subscriptions import Subscriptions
from billing.provider_objects import ProviderSubscription
from catalog.models import Artist
from ledger.models import Transaction
from tests.billing import fan_scene
from tests.billing.fan_scene import Scene, assert_books_agree, assert_leases_follow_the_provider, work_all

pytestmark = pytest.mark.django_db

NUMBER, TRIES = 5, 3


@pytest.fixture
def scene(fake_provider: Any, artist: Artist) -> Scene:
    return fan_scene.begin(fake_provider, artist)


@pytest.fixture
def names(scene: Scene) -> list[str]:
    """Subscriptions at the provider, of which all events are stored.

    All were paid in one second, which began after the split was agreed on: the version of the split is looked up for
    each second, and once more for a payment of the very second in which it was agreed on.
    """
    scene.fake.simulation.wall_clock = None
    scene.advance(1)
    names = [scene.subscribe(), *(scene.second() for _ in range(NUMBER - 1))]
    scene.deliver()
    return names


@pytest.fixture
def long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put off is not due again during the test, however slow the machine is."""
    monkeypatch.setattr(webhook_work, "FIRST_PAUSE", timedelta(hours=1))


def test_a_batch_costs_hardly_more_queries_than_one_subscription(scene: Scene, names: list[str]) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert webhook_work.work_next()

    assert {name for name in names if scene.until(name)} == set(names)
    assert Transaction.objects.filter(kind="charge").count() == NUMBER
    assert len(queries) <= 60, len(queries)
    work_all()
    assert not WebhookEvent.objects.filter(state="received").exists()
    assert_leases_follow_the_provider(scene)
    assert_books_agree(scene)


def test_the_provider_is_asked_about_several_at_once(
    scene: Scene, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, asking = Subscriptions.fetch, threading.Barrier(2)  # broken where one waits for the other's answer
    monkeypatch.setattr(threads, "AT_ONCE", 2)

    def meet(self: Subscriptions, subscription: str) -> ProviderSubscription:
        if subscription in names[:4]:
            asking.wait(timeout=20)
        return fetch(self, subscription)

    monkeypatch.setattr(Subscriptions, "fetch", meet)
    assert webhook_work.work_next()

    assert {name for name in names if scene.until(name)} == set(names)
    assert_books_agree(scene)


def test_while_the_provider_is_away_nothing_else_is_tried_or_written(
    scene: Scene, names: list[str], long_pauses: None
) -> None:
    waiting, asked = WebhookEvent.objects.filter(state="received"), scene.fake.simulation.knobs
    scene.control("fault", kind="timeout", before=True, times=1_000, method="GET")

    assert webhook_work.work_next()  # a batch

    assert asked["faults"][0]["times"] == 1_000 - TRIES
    tried = waiting.filter(attempts=1, error__startswith="ProviderUnavailable").count()
    assert tried >= 2 * NUMBER
    waiting.update(due_at=Now())
    assert not webhook_work.work_next()
    assert 3_500 < (webhook_work.seconds_until_due() or 0) <= 3_600
    waiting.update(pause_until=None)
    while asked["faults"][0]["times"] == 1_000 - TRIES:  # one by one, until one needs an answer
        assert webhook_work.work_next()

    assert asked["faults"][0]["times"] == 1_000 - 2 * TRIES
    assert sum(waiting.values_list("attempts", flat=True)) == tried + 1
    assert waiting.filter(due_at__gt=Now()).count() == waiting.filter(pause_until__gt=Now()).count() == 1
    assert waiting.filter(due_at__lte=Now()).exists()
    assert not webhook_work.work_next()

    asked["faults"].clear()
    waiting.update(due_at=Now(), pause_until=None)
    work_all()
    assert {name for name in names if scene.until(name)} == set(names)
    assert not waiting.exists()
    assert_books_agree(scene)


def test_one_that_fails_is_put_off_and_the_others_of_its_batch_are_done(
    scene: Scene, names: list[str], long_pauses: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, bad = Subscriptions.fetch, names[2]

    def fail_for_one(self: Subscriptions, subscription: str) -> ProviderSubscription:
        if subscription == bad:
            raise ValueError("nobody can read it")
        return fetch(self, subscription)

    with monkeypatch.context() as patch:
        patch.setattr(Subscriptions, "fetch", fail_for_one)
        work_all()

    assert {row.provider_id for row in Subscription.objects.filter(entitlement__isnull=False)} == set(names) - {bad}
    waiting = WebhookEvent.objects.filter(state="received")
    assert waiting.filter(object_id=bad).exists()
    assert set(waiting.values_list("attempts", "error")) == {(1, "ValueError: nobody can read it")}
    waiting.update(due_at=waiting[0].received_at)
    work_all()
    assert scene.until(bad) == scene.period_end(bad)
    assert Transaction.objects.filter(kind="charge").count() == NUMBER
    assert_books_agree(scene)
