"""A fan pays once for one artist: the newer subscription is paid back and then ends, whatever fails on the way."""

import pytest
from django.db.models import Sum

from billing import paybacks, second_subscriptions
from billing.models import Checkout, Refund
from tests.billing import fan_scene
from tests.billing.fan_scene import DAY, Scene, assert_books_agree, assert_leases_follow_the_provider, work_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(shared_scene: Scene) -> Scene:
    return shared_scene


def buy_twice(scene: Scene) -> tuple[str, str]:
    first = scene.subscribe()
    scene.advance(10)
    second = scene.second()
    scene.deliver()
    work_all()
    assert second_subscriptions.find_live().count() == 1
    return first, second


def paid_back() -> int:
    return Refund.objects.exclude(status__in=["failed", "canceled"]).aggregate(sum=Sum("amount", default=0))["sum"]


def statuses(scene: Scene, *names: str) -> list[str]:
    return [scene.row(name).status for name in names]


def check(scene: Scene) -> None:
    assert_books_agree(scene)
    assert_leases_follow_the_provider(scene)


def test_of_two_live_subscriptions_the_newer_is_paid_back_and_canceled(scene: Scene) -> None:
    first, second = buy_twice(scene)

    fan_scene.reconcile_all(scene)
    fan_scene.reconcile_all(scene)

    assert statuses(scene, first, second) == ["active", "canceled"]
    assert scene.until(first) == scene.period_end(first)
    assert scene.until(second) is None
    assert Refund.objects.get().amount == 400
    assert Checkout.objects.get().status == "paid"
    check(scene)


@pytest.mark.parametrize("before", [True, False])
def test_one_whose_refund_fails_is_not_canceled_until_it_is_paid_back(scene: Scene, before: bool) -> None:
    first, second = buy_twice(scene)
    scene.control("fault", kind="503", times=3, method="POST", path="/v1/refunds", before=before)

    fan_scene.reconcile_all(scene)
    assert statuses(scene, first, second) == ["active", "active"]
    fan_scene.reconcile_all(scene)

    assert statuses(scene, first, second) == ["active", "canceled"]
    assert paid_back() == 400
    check(scene)


def test_one_that_was_paid_back_ends_though_the_older_one_ended_meanwhile(scene: Scene) -> None:
    first, second = buy_twice(scene)
    scene.control("fault", kind="503", times=3, method="DELETE", path="/v1/subscriptions", before=True)
    fan_scene.reconcile_all(scene)
    assert (scene.row(second).status, scene.find("refund")["amount"]) == ("active", 400)
    scene.fake.handle("DELETE", f"/v1/subscriptions/{first}", {"Authorization": "Bearer sk_test_simulated"})

    fan_scene.reconcile_all(scene)

    assert statuses(scene, first, second) == ["canceled", "canceled"]
    assert paid_back() == 400


def test_a_refund_that_fails_after_the_end_is_made_again(scene: Scene) -> None:
    _, second = buy_twice(scene)
    scene.control("knobs", refunds="fail")
    fan_scene.reconcile_all(scene)
    assert (scene.row(second).status, paid_back()) == ("canceled", 400)
    scene.advance(2 * 3_600)
    scene.control("knobs", refunds="succeed")

    fan_scene.reconcile_all(scene)
    fan_scene.reconcile_all(scene)

    assert [refund.status for refund in Refund.objects.order_by("pk")] == ["failed", "succeeded"]
    assert paid_back() == 400
    check(scene)


def test_after_three_refunds_that_failed_an_operator_is_told(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    buy_twice(scene)
    scene.control("knobs", refunds="fail")

    for _ in range(5):
        fan_scene.reconcile_all(scene)
        scene.advance(2 * 3_600)
    fan_scene.reconcile_all(scene)

    assert Refund.objects.count() == paybacks.MAX_REFUNDS
    assert "is paid back by hand: 3 refunds failed" in caplog.text


def test_one_with_a_payment_that_is_not_known_yet_is_not_ended(scene: Scene) -> None:
    first, second = buy_twice_with_an_unknown_payment(scene)

    fan_scene.reconcile_all(scene)

    assert statuses(scene, first, second) == ["active", "active"]
    assert paid_back() == 0


def buy_twice_with_an_unknown_payment(scene: Scene) -> tuple[str, str]:
    """The provider has no movement of the second charge yet."""
    first = scene.subscribe()
    scene.advance(10)
    second = scene.second()
    charge = scene.find("charge")
    charge["balance_transaction"] = None
    scene.fake.simulation.save(charge)
    return first, second


def test_a_paid_one_does_not_end_for_an_older_one_that_is_past_due(scene: Scene) -> None:
    first = scene.subscribe("fails on renewal")
    scene.advance(31 * DAY + 7_200)
    scene.control("card", customer=scene.find("customer")["id"], card="succeeds")
    second = scene.second()

    fan_scene.reconcile_all(scene)
    fan_scene.reconcile_all(scene)

    assert statuses(scene, first, second) == ["canceled", "active"]
    assert scene.until(second) == scene.period_end(second)
    assert paid_back() == 0


def test_the_subscriptions_of_two_fans_are_none_too_many(scene: Scene) -> None:
    scene.subscribe()
    fan_scene.begin(scene.fake, scene.price.artist).subscribe()
    scene.deliver()
    work_all()

    assert not second_subscriptions.find_live().exists()
