"""What an event leads to: the provider is asked, rows, lease and ledger follow, and doing it again changes nothing."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from billing import leases
from billing.models import (
    Checkout,
    Dispute,
    Entitlement,
    EntitlementLog,
    Invoice,
    Payment,
    Refund,
    Subscription,
    WebhookEvent,
)
from billing.sync import lock_subscription, sync_subscription
from events.models import Outbox
from ledger.balances import read_balance, read_balances
from ledger.models import Transaction
from live.models import Notice
from tests.billing import fan_scene
from tests.billing.fan_scene import DAY, Scene, assert_books_agree, assert_leases_follow_the_provider, work_all
from tests.billing.in_process import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(shared_scene: Scene) -> Scene:
    return shared_scene


def notices(scene: Scene) -> list[str]:
    return list(Notice.objects.filter(person=scene.fan).order_by("sequence").values_list("kind", flat=True))


def check(scene: Scene) -> None:
    assert_books_agree(scene)
    assert_leases_follow_the_provider(scene)


def test_a_purchase_gives_a_lease_posts_the_charge_and_tells_the_fan(scene: Scene) -> None:
    name = scene.subscribe()
    scene.deliver()

    work_all()

    row, order = scene.row(name), Checkout.objects.get()
    assert (row.person, row.artist_id, row.status) == (scene.fan, scene.price.artist_id, "active")
    assert (order.status, row.checkout_id) == ("paid", order.pk)
    assert scene.until(name) == scene.period_end(name)
    assert leases.has_access(scene.fan.pk, scene.price.artist_id)
    invoice = Invoice.objects.get()
    assert read_balance(f"deferred:subscription-{row.pk}:{invoice.pk}", "EUR", book="simulated") == -400
    assert notices(scene) == ["entitlement.changed"]
    [event] = [json.loads(bytes(one.value)) for one in Outbox.objects.filter(topic="entitlements.v1")]
    assert (event["type"], event["data"]["reason"]) == ("fanfare.entitlement.changed.v1", "paid")
    assert str(scene.fan.pk) not in json.dumps(event)
    assert fan_scene.received() == 0
    check(scene)


def test_paying_alone_grants_nothing_before_the_provider_is_asked(scene: Scene) -> None:
    scene.subscribe()

    assert not leases.has_access(scene.fan.pk, scene.price.artist_id)


@pytest.mark.parametrize("seed", range(4))
def test_events_that_come_twice_and_in_any_order_give_the_same(scene: Scene, seed: int) -> None:
    name = scene.subscribe()
    scene.advance(31 * DAY)

    for event in fan_scene.shuffled(scene.events(), seed):
        scene.deliver([event])
        work_all()

    assert Transaction.objects.filter(kind="charge").count() == 2
    assert scene.until(name) == scene.period_end(name)
    assert EntitlementLog.objects.count() == 1
    check(scene)


def test_the_events_of_one_purchase_are_answered_together(scene: Scene) -> None:
    scene.subscribe()
    scene.deliver()

    assert WebhookEvent.objects.filter(state="received").count() >= 8
    assert work_all() <= 6


def test_doing_it_again_changes_nothing(scene: Scene) -> None:
    name = scene.subscribe()
    scene.deliver()
    work_all()
    before = [model.objects.count() for model in (Transaction, EntitlementLog, Outbox, Notice, Payment)]

    for is_full in (False, True):
        with transaction.atomic():
            sync_subscription(lock_subscription(name, "simulated"), is_full=is_full)

    assert [model.objects.count() for model in (Transaction, EntitlementLog, Outbox, Notice, Payment)] == before


def test_a_failed_renewal_gives_grace_once_tells_the_fan_and_ends(scene: Scene) -> None:
    name = scene.subscribe("fails on renewal")
    paid_until = scene.period_end(name)
    scene.advance(31 * DAY + 7_200)
    scene.deliver()
    work_all()

    assert scene.row(name).status == "past_due"
    assert scene.until(name) == paid_until + timedelta(days=7)
    assert "payment.failed" in notices(scene)
    scene.advance(40 * DAY)
    scene.deliver()
    work_all()
    assert scene.row(name).status == "canceled"
    assert scene.until(name) == paid_until
    assert Checkout.objects.get().status == "ended"
    check(scene)


def test_a_full_refund_ends_the_lease_and_takes_back_what_was_deferred(scene: Scene) -> None:
    name = scene.subscribe()
    scene.deliver()
    work_all()
    refund(scene, 100)
    scene.deliver()
    work_all()
    assert scene.until(name) == scene.period_end(name)

    refund(scene, 300)
    scene.deliver()
    work_all()

    assert scene.until(name) is None
    assert set(read_balances(book="simulated", under="deferred").values()) == {0}
    assert Entitlement.objects.get().reason == "ended"
    assert notices(scene).count("payment.refunded") == 2
    check(scene)


def refund(scene: Scene, amount: int) -> str:
    form = f"charge={scene.find('charge')['id']}&amount={amount}"
    return str(ask(scene.fake, "POST", "/v1/refunds", form).body["id"])


@pytest.mark.parametrize("outcome", ["fail", "pending"])
def test_a_refund_that_fails_comes_back_and_the_lease_with_it(scene: Scene, outcome: str) -> None:
    name = scene.subscribe()
    scene.control("knobs", refunds=outcome)
    refund(scene, 400)
    scene.deliver()
    work_all()
    assert scene.until(name) is None
    check(scene)

    scene.advance(2 * 3_600)
    if outcome == "pending":
        scene.control("fail-refund", refund=scene.find("refund")["id"])
    scene.deliver()
    work_all()

    assert Refund.objects.get().status == "failed"
    assert scene.until(name) == scene.period_end(name)
    assert Transaction.objects.filter(key__endswith=":undo").count() == 1
    check(scene)


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_stops_what_is_new_until_it_is_decided(scene: Scene, won: bool) -> None:
    name = scene.subscribe("disputes")
    scene.advance(DAY)
    scene.deliver()
    work_all()
    artist = scene.price.artist_id
    assert leases.has_access(scene.fan.pk, artist)
    assert not leases.has_access(scene.fan.pk, artist, to_generate=True)
    check(scene)

    scene.control("close-dispute", dispute=scene.find("dispute")["id"], won=won)
    scene.deliver()
    work_all()

    assert Dispute.objects.get().status == ("won" if won else "lost")
    assert leases.has_access(scene.fan.pk, artist, to_generate=True) == won
    assert scene.until(name) == (scene.period_end(name) if won else None)
    assert read_balance("stripe:pending", "EUR", book="simulated") == 0
    check(scene)


def test_a_canceled_subscription_lasts_to_its_end_and_the_fan_can_order_again(scene: Scene) -> None:
    name = scene.subscribe()
    paid_until = scene.period_end(name)
    ask(scene.fake, "POST", f"/v1/subscriptions/{name}", "cancel_at_period_end=true")
    scene.deliver()
    work_all()
    assert scene.row(name).cancel_at_period_end
    assert scene.until(name) == paid_until
    assert Checkout.objects.get().status == "paid"

    scene.advance(31 * DAY)
    scene.deliver()
    work_all()

    assert (scene.row(name).status, scene.until(name)) == ("canceled", paid_until)
    assert Checkout.objects.get().status == "ended"


def test_a_subscription_that_ends_unpaid_ends_its_open_order(scene: Scene) -> None:
    name, sim = scene.subscribe(), scene.fake.simulation
    sim.save(sim.find("checkout.session", Checkout.objects.get().session_id) | {"payment_status": "unpaid"})
    scene.deliver()
    work_all()
    assert Checkout.objects.get().status == "open"

    sim.save(sim.find("subscription", name) | {"status": "incomplete_expired"})
    fan_scene.reconcile_all(scene)

    assert Checkout.objects.get().status == "expired"
    assert scene.order().status == "open"


def test_a_subscription_of_nobody_we_know_is_none_of_ours(scene: Scene) -> None:
    scene.subscribe()
    stranger = scene.find("subscription")
    stranger["customer"] = "cus_sim_stranger"
    scene.fake.simulation.save(stranger)
    scene.deliver()

    work_all()

    assert Subscription.objects.get().person_id is None
    assert not Invoice.objects.exists()
    assert fan_scene.received() == 0


# Cost


def test_a_new_subscription_costs_few_queries_and_a_known_one_fewer(scene: Scene) -> None:
    name = scene.subscribe()

    with CaptureQueriesContext(connection) as first:
        sync_subscription(lock_subscription(name, "simulated"))
    with CaptureQueriesContext(connection) as second:
        sync_subscription(lock_subscription(name, "simulated"))

    assert (len(first) <= 31, len(second) <= 12) == (True, True), (len(first), len(second))


# Without any webhook


def test_all_that_no_event_told_is_found_by_comparing(scene: Scene) -> None:
    name = scene.subscribe()
    scene.events()  # lost

    fan_scene.reconcile_all(scene)
    assert scene.until(name) == scene.period_end(name)
    refund(scene, 400)
    fan_scene.reconcile_all(scene)

    assert scene.until(name) is None
    assert Checkout.objects.get().status == "paid"
    check(scene)


def test_without_webhook_and_comparison_a_lease_ends_by_itself(scene: Scene) -> None:
    name = scene.subscribe()
    scene.deliver()
    work_all()
    before = scene.until(name)

    scene.advance(90 * DAY)

    assert scene.until(name) == before
