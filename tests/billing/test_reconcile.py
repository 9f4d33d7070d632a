"""The comparison with the provider: what fails is left alone, tried again soon, and hides nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from billing import reconcile
from billing.models import Customer, Invoice, Subscription, SyncMark, WebhookEvent
from tests import factories
from tests.billing import fan_scene, mirrors
from tests.billing.fan_scene import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(shared_scene: Scene) -> Scene:
    return shared_scene


def two_of_which_the_first_cannot_be_stored(scene: Scene) -> tuple[str, str]:
    """Subscriptions of two fans. The one that is compared first is in a state that our table does not know."""
    other = replace(scene, fan=factories.create_fan())
    first, second = sorted([scene.subscribe(), other.subscribe()])
    broken = scene.fake.simulation.find("subscription", first)
    broken["status"] = "suspended"
    scene.fake.simulation.save(broken)
    return first, second


def test_one_that_cannot_be_stored_does_not_keep_the_next_from_being_compared(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = two_of_which_the_first_cannot_be_stored(scene)

    reconcile.reconcile(is_full=True)

    assert (scene.until(first), scene.until(second)) == (None, scene.period_end(second))
    assert f"subscription {first} was not compared: IntegrityError: 23514, a_subscription_has_a_known_status" in (
        caplog.text
    )


def test_the_log_of_a_failure_quotes_no_row(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    two_of_which_the_first_cannot_be_stored(scene)

    reconcile.reconcile(is_full=True)

    assert "was not compared" in caplog.text
    assert "Failing row" not in caplog.text
    assert str(scene.fan.pk) not in caplog.text


def test_an_event_keeps_the_constraint_that_failed_and_no_row(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    two_of_which_the_first_cannot_be_stored(scene)
    scene.deliver()

    fan_scene.work_all()

    failed = WebhookEvent.objects.filter(state="received").values_list("error", flat=True)
    assert set(failed) == {"IntegrityError: 23514, a_subscription_has_a_known_status"}
    assert "Failing row" not in caplog.text


# What it asks for


def test_an_invoice_that_was_paid_elsewhere_is_not_asked_for_for_ever(scene: Scene) -> None:
    row = mirrors.add_subscription(scene.fan, scene.price)
    invoice = mirrors.add_invoice(row, "open")
    Invoice.objects.filter(pk=invoice.pk).update(status="paid", amount_paid=400, paid_at=timezone.now())
    other = mirrors.add_invoice(mirrors.add_subscription(factories.create_fan(), scene.price), "open")
    long_ago = timezone.now() - timedelta(days=4)
    Invoice.objects.filter(pk=other.pk).update(status="paid", amount_paid=400, paid_at=long_ago)

    assert list(reconcile.find_unposted()) == [row.provider_id]


# When it runs


def test_a_comparison_that_failed_is_due_again_in_some_minutes(scene: Scene) -> None:
    name = scene.subscribe()
    scene.control("fault", kind="503", times=6, method="GET", path="/v1/events")

    reconcile.run_if_due()  # by the hour and by the day
    reconcile.run_if_due()
    assert scene.until(name) is None
    SyncMark.objects.update(at=F("at") - reconcile.RETRY_TIME)
    reconcile.run_if_due()

    assert scene.until(name) == scene.period_end(name)


def test_a_subscription_whose_customer_was_unknown_is_ours_once_it_is_known(scene: Scene) -> None:
    name, customer = scene.subscribe(), Customer.objects.get().provider_id
    theirs = scene.find("subscription")
    theirs["customer"] = "cus_sim_stranger"
    scene.fake.simulation.save(theirs)
    reconcile.reconcile()
    assert Subscription.objects.get().person_id is None
    theirs["customer"] = customer
    scene.fake.simulation.save(theirs)

    reconcile.reconcile(is_full=True)

    assert scene.until(name) == scene.period_end(name)


def test_reconciliation_is_claimed_once_an_hour_and_once_a_day(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[bool] = []
    monkeypatch.setattr(reconcile, "reconcile", lambda is_full=False: runs.append(is_full))

    for _ in range(3):
        assert reconcile.run_if_due() is False

    assert runs == [False, True]
