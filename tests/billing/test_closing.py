"""Everything that costs a person money ends when the account is closed, or when staff learn that they are young."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts import ages
from accounts.exceptions import NotAllowed
from accounts.models import AgeChange, Person
from audit.models import Entry
from billing import closing, paybacks, subscription_changes
from billing.models import Checkout, Closure, Entitlement, Refund, Subscription
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.billing import fan_scene, hold_scene
from tests.billing.fan_scene import DAY, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(shared_scene: Scene) -> Scene:
    """The fan has paid for a month of one artist, and ordered a tier of another."""
    scene = shared_scene
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    fan_scene.begin(scene.fake, factories.create_artist("Ove Lind"), scene.fan).order()
    return scene


def work_all() -> None:
    while closing.work_next():
        pass


def close(person: Person) -> closing.Left:
    with transaction.atomic():
        return closing.close_account(person)


def test_an_account_closes_once_its_orders_and_subscriptions_have_ended(scene: Scene) -> None:
    left = close(scene.fan)
    assert (left.orders, left.subscriptions, left.is_nothing) == (2, 1, False)

    work_all()

    assert close(scene.fan).is_nothing
    assert scene.find("subscription")["status"] == "canceled"
    assert set(Checkout.objects.values_list("status", flat=True)) == {"ended", "expired"}
    assert not Refund.objects.exists()
    assert Closure.objects.count() == 1


def test_what_is_left_is_what_the_database_refuses_for_whatever_money_it_is_of(scene: Scene, settings: Any) -> None:
    settings.PAYMENTS = "live"

    left = closing.find_left(scene.fan)

    assert (left.orders, left.subscriptions) == (2, 1)
    with pytest.raises(IntegrityError, match="closes once nothing is billable"), transaction.atomic():
        Person.objects.filter(pk=scene.fan.pk).update(is_active=False)


def test_one_that_no_event_told_of_ends_as_well(scene: Scene) -> None:
    unknown = scene.second()

    close(scene.fan)
    work_all()

    assert scene.fake.simulation.find("subscription", unknown)["status"] == "canceled"
    assert close(scene.fan).is_nothing


def test_a_provider_that_does_not_answer_is_asked_again(scene: Scene) -> None:
    close(scene.fan)
    scene.control("fault", kind="503", times=3, method="DELETE", path="/v1/subscriptions", before=True)

    work_all()
    assert not close(scene.fan).is_nothing
    Closure.objects.update(due_at="2026-01-01T00:00Z")
    work_all()

    assert close(scene.fan).is_nothing


def test_one_that_cannot_be_ended_keeps_no_other_from_it(scene: Scene) -> None:
    names = [scene.find("subscription")["id"], scene.second()]
    close(scene.fan)
    scene.control("fault", kind="503", times=3, method="DELETE", path="/v1/subscriptions", before=True)

    closing.work_next()

    find = scene.fake.simulation.find
    assert sorted(find("subscription", name)["status"] for name in names) == ["active", "canceled"]


@pytest.mark.parametrize("status", ["past_due", "unpaid", "incomplete"])
def test_one_that_is_not_paid_ends_now(scene: Scene, status: str) -> None:
    scene.find("subscription")["status"] = status
    fan_scene.reconcile_all(scene)

    subscription_changes.set_ending(Subscription.objects.get(), ends=True, by=scene.fan)

    assert Subscription.objects.get().status == "canceled"


def test_who_never_paid_closes_at_once(fake_provider: Any) -> None:
    assert close(factories.create_fan()).is_nothing
    assert not Closure.objects.exists()


def test_no_account_is_switched_off_while_something_is_billable(scene: Scene) -> None:
    switch_off = "UPDATE accounts_person SET is_active = false WHERE id = %s"
    refused("closes once nothing is billable", switch_off, scene.fan.pk)
    close(scene.fan)
    refused("done once nothing is billable", "UPDATE billing_closure SET done_at = now()")
    refused("permission denied", "DELETE FROM billing_closure")

    work_all()
    sql(switch_off, scene.fan.pk)


def test_the_command_waits_and_says_what_is_left(scene: Scene) -> None:
    with pytest.raises(CommandError, match="Not closed yet: 2 orders, 1 subscription"):
        call_command("close_account", scene.fan.email, wait=0)
    work_all()

    call_command("close_account", scene.fan.email, wait=0)

    scene.fan.refresh_from_db()
    assert not scene.fan.is_active
    assert Entry.objects.filter(action="person.closed", subject=scene.fan.actor).exists()


def test_what_is_held_is_let_go(scene: Scene) -> None:
    held = hold_scene.HoldScene(scene.fake, scene.fan, scene.price.version.artist)
    held.hold()
    assert close(scene.fan).holds == 1

    work_all()
    held.work()
    Closure.objects.update(due_at="2026-01-01T00:00Z")
    work_all()

    assert (held.row().status, held.intent()["status"]) == ("released", "canceled")
    assert close(scene.fan).is_nothing


# Ages


def test_lowering_an_age_ends_what_is_paid_and_pays_the_open_period_back(scene: Scene) -> None:
    with transaction.atomic():
        ages.lower(scene.fan, "16_17", by=factories.get_staff(), reason="A parent wrote.")
    work_all()

    refund, subscription = Refund.objects.get(), Subscription.objects.get()
    assert (refund.amount, refund.status, subscription.status) == (400, "succeeded", "canceled")
    assert Entitlement.objects.get().valid_until == subscription.created
    assert not Checkout.objects.open_or_paid().exists()
    assert Closure.objects.get().done_at
    fan_scene.assert_books_agree(scene)


def test_a_subscription_with_payments_that_are_not_known_ends_all_the_same_and_is_paid_back_later(
    shared_scene: Scene,
) -> None:
    scene = shared_scene
    scene.subscribe()
    charge = scene.find("charge")
    moved, charge["balance_transaction"] = charge["balance_transaction"], None  # the provider moved nothing yet
    scene.fake.simulation.save(charge)
    fan_scene.reconcile_all(scene)

    lower(scene.fan)
    assert (scene.find("subscription")["status"], Refund.objects.count()) == ("canceled", 0)
    assert Closure.objects.get().done_at is None

    charge["balance_transaction"] = moved
    scene.fake.simulation.save(charge)
    Closure.objects.update(due_at="2026-01-01T00:00Z")
    work_all()

    assert Refund.objects.get().amount == 400
    assert Closure.objects.get().done_at


def test_a_refund_for_a_lowered_age_that_fails_days_later_is_made_again(scene: Scene) -> None:
    lower(scene.fan)
    assert Closure.objects.get().done_at
    scene.control("fail-refund", refund=Refund.objects.get().provider_id)
    scene.advance(40 * DAY)  # the period that was open is over

    for _ in range(2):
        fan_scene.reconcile_all(scene)
        work_all()

    assert [refund.status for refund in Refund.objects.order_by("pk")] == ["failed", "succeeded"]
    assert Closure.objects.get().done_at


def lower(person: Person) -> None:
    with transaction.atomic():
        ages.lower(person, "16_17", by=factories.get_staff(), reason="A parent wrote.")
    work_all()


def test_what_was_paid_for_a_period_that_is_over_is_not_paid_back(scene: Scene) -> None:
    subscription = Subscription.objects.get()
    after = scene.period_end(subscription.provider_id)

    assert not paybacks.list_payments(subscription, since=after).exists()
    assert paybacks.list_payments(subscription, since=after - timedelta(seconds=1)).exists()


def test_a_person_raises_their_age_once_in_two_years() -> None:
    fan = factories.create_fan(age_band="13_15")

    ages.raise_own(fan, "16_17")

    fan.refresh_from_db()
    assert fan.age_band == "16_17"
    assert AgeChange.objects.get().actor == fan.actor
    assert Entry.objects.get(action="person.age_changed").facts == {"raised": True}
    with pytest.raises(NotAllowed):
        ages.raise_own(fan, "18_plus")
    with pytest.raises(IntegrityError, match="raised once in two years"), transaction.atomic():
        AgeChange.objects.create(person=fan, before="16_17", after="18_plus", actor=fan.actor)


def test_nobody_raises_an_age_again_that_staff_lowered() -> None:
    fan = factories.create_fan()
    ages.lower(fan, "16_17", by=factories.get_staff(), reason="A parent wrote.")
    fan.refresh_from_db()

    with pytest.raises(NotAllowed):
        ages.raise_own(fan, "18_plus")


def test_fans_lower_no_age_and_staff_not_their_own() -> None:
    fan, staff = factories.create_fan(), factories.get_staff()

    for person, by in ((fan, fan), (fan, factories.create_fan("Ben")), (staff, staff)):
        with pytest.raises(NotAllowed):
            ages.lower(person, "16_17", by=by, reason="No reason.")
    assert not AgeChange.objects.exists()


@pytest.mark.parametrize(
    ("promise", "after", "by"),
    [
        ("lowered by staff", "16_17", "person:{fan}"),
        ("lowered by staff", "16_17", "system:command"),
        ("raised by its owner", "18_plus", "person:{staff}"),
        ("an_age_changes_to_another", "{before}", "person:{fan}"),
    ],
)
def test_the_database_holds_who_changes_an_age(promise: str, after: str, by: str) -> None:
    fan = factories.create_fan(age_band="18_plus" if promise == "lowered by staff" else "16_17")
    by = by.format(fan=fan.pk, staff=factories.get_staff().pk)
    row = "INSERT INTO accounts_agechange (person_id, before, after, actor, reason) VALUES (%s, %s, %s, %s, '')"

    refused(promise, row, fan.pk, fan.age_band, after.format(before=fan.age_band), by)


def test_an_age_changes_by_a_row_of_its_history_alone() -> None:
    fan = factories.create_fan(age_band="16_17")

    refused("by a row of its history", "UPDATE accounts_person SET age_band = '18_plus' WHERE id = %s", fan.pk)
    ages.raise_own(fan, "18_plus")
    refused("by a row of its history", "UPDATE accounts_person SET age_band = '16_17' WHERE id = %s", fan.pk)
    refused("permission denied", "UPDATE accounts_agechange SET at = '2020-01-01'")
    refused("permission denied", "DELETE FROM accounts_agechange")
    row = (
        "INSERT INTO accounts_agechange (person_id, before, after, actor, reason) VALUES (%s, '13_15', '16_17', %s, '')"
    )
    refused("changes from what it is", row, fan.pk, fan.actor)
