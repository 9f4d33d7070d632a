"""What fans pay an artist who left: it ends, and what is paid of days that had not begun goes back, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from billing import artist_leaving, expiries, gifts, paybacks, subscription_changes, tiers
from billing.exceptions import NotForSale, NothingToChange, Refused
from billing.models import Checkout, Gift, Refund
from billing.provider import get_provider
from billing.provider.checkouts import Checkouts
from billing.provider_objects import CheckoutSession
from billing.simulated import refunds
from billing.tier_terms import Price
from catalog.models import Artist
from tests import factories
from tests.billing import factories as billing
from tests.billing import mirrors, test_gifts
from tests.billing.fan_scene import DAY, Scene, assert_books_agree, reconcile_all

pytestmark = pytest.mark.django_db
BY = "system:command"


@pytest.fixture
def scene(shared_scene: Scene) -> Scene:
    return shared_scene


def leave(scene: Scene) -> Artist:
    """As `artists.leaving` does of it."""
    Artist.objects.filter(pk=scene.price.artist_id, left_at=None).update(left_at=Now())
    artist = Artist.objects.get(pk=scene.price.artist_id)
    tiers.archive_all(artist, by=BY)
    return artist


def subscribe(scene: Scene) -> str:
    name = scene.subscribe()
    reconcile_all(scene)
    assert scene.until(name) == scene.period_end(name)
    return name


def days_of(scene: Scene, name: str) -> int:
    """Of the period that was paid."""
    item = scene.fake.simulation.find("subscription", name)["items"]["data"][0]
    return round((item["current_period_end"] - item["current_period_start"]) / 86_400)


def test_a_subscription_ends_at_once_and_the_days_that_had_not_begun_are_paid_back_once(scene: Scene) -> None:
    name = subscribe(scene)
    days = days_of(scene, name)

    artist = leave(scene)
    assert not artist_leaving.find_left(artist).is_nothing
    for _ in range(2):
        artist_leaving.end_sales(artist)
        reconcile_all(scene)

    assert scene.fake.simulation.find("subscription", name)["status"] == "canceled"
    expected = -(-400 * (days - 1) // days)
    assert [refund.amount for refund in Refund.objects.all()] == [expected]
    assert artist_leaving.sum_paid_back(artist) == {"EUR": expected}
    until = scene.until(name)
    assert until is None or until <= timezone.now()
    assert artist_leaving.find_left(artist).is_nothing
    assert Checkout.objects.get().status == "ended"
    assert_books_agree(scene)


@pytest.mark.parametrize(("currency", "amount", "step"), [("KWD", 2_000, 10), ("JPY", 600, 1)])
def test_what_is_paid_back_is_an_amount_that_can_be_paid(scene: Scene, currency: str, amount: int, step: int) -> None:
    """The last of three decimal places is 0, or the provider refuses it."""
    version = billing.create_tier(scene.price.artist, name="Porch", prices=(Price("month", currency, amount),))
    scene.price = billing.get_price(version, currency)
    name = subscribe(scene)

    artist = leave(scene)
    artist_leaving.end_sales(artist)

    days = days_of(scene, name)
    expected = -(-amount * (days - 1) // days // step) * step
    assert [refund.amount for refund in Refund.objects.all()] == [expected]
    assert artist_leaving.find_left(artist).is_nothing
    assert_books_agree(scene, currency)


def test_a_refund_that_fails_later_is_asked_for_again(scene: Scene) -> None:
    subscribe(scene)
    artist_leaving.end_sales(leave(scene))
    refunds.fail_refund(scene.fake.simulation, scene.find("refund")["id"])

    reconcile_all(scene)
    reconcile_all(scene)

    assert sorted(Refund.objects.values_list("status", flat=True)) == ["failed", "succeeded"]
    assert_books_agree(scene)


def test_a_refund_whose_answer_was_lost_is_found_and_not_made_again(scene: Scene) -> None:
    name = subscribe(scene)
    artist = leave(scene)
    scene.control("fault", kind="reset", times=3, path="/v1/refunds")  # it takes effect, and no try is answered
    artist_leaving.end_sales(artist)
    assert scene.fake.simulation.find("subscription", name)["status"] == "canceled"
    assert artist_leaving.find_left(artist).subscriptions == 1

    for _ in range(2):
        artist_leaving.end_sales(artist)

    assert len(scene.fake.simulation.store.all("refund")) == Refund.objects.count() == 1
    assert artist_leaving.find_left(artist).is_nothing
    assert_books_agree(scene)


def test_while_not_every_payment_is_known_nobody_loses_the_tier(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    name = subscribe(scene)
    artist = leave(scene)
    with monkeypatch.context() as patch:
        patch.setattr(paybacks, "is_whole", lambda *_: False)
        artist_leaving.end_sales(artist)
    assert scene.until(name) == scene.period_end(name)
    assert artist_leaving.find_left(artist).subscriptions == 1

    reconcile_all(scene)

    until = scene.until(name)
    assert until is None or until <= timezone.now()
    assert Refund.objects.count() == 1
    assert artist_leaving.find_left(artist).is_nothing


def test_without_the_rule_it_goes_on_until_its_period_ends(scene: Scene, settings: Settings) -> None:
    settings.PAY_BACK_UNUSED_DAYS = False
    name = subscribe(scene)

    artist = leave(scene)
    artist_leaving.end_sales(artist)

    assert scene.fake.simulation.find("subscription", name)["cancel_at_period_end"]
    assert scene.until(name) == scene.period_end(name)
    assert not Refund.objects.exists()
    assert artist_leaving.find_left(artist).is_nothing


def test_without_the_rule_nothing_that_was_planned_and_no_resumption_keeps_it_going(
    scene: Scene, settings: Settings
) -> None:
    settings.PAY_BACK_UNUSED_DAYS = False
    name = subscribe(scene)
    porch = billing.create_tier(scene.price.artist, name="Porch", prices=(Price("month", "EUR", 200),))
    cheaper = billing.get_price(porch)
    get_provider().subscriptions.downgrade(name, cheaper.provider_price, key="planned")
    reconcile_all(scene)
    assert scene.row(name).schedule

    artist = leave(scene)
    artist_leaving.end_sales(artist)
    ending = scene.fake.simulation.find("subscription", name)
    assert (ending["schedule"], ending["cancel_at_period_end"]) == (None, True)
    with pytest.raises(NothingToChange, match="has left"):
        subscription_changes.set_ending(scene.row(name), ends=False, by=scene.fan)
    get_provider().subscriptions.resume(name, key="on the provider's page")
    reconcile_all(scene)

    assert scene.fake.simulation.find("subscription", name)["cancel_at_period_end"]
    assert artist_leaving.find_left(artist).is_nothing


def test_without_the_rule_what_is_not_paid_ends_now_and_is_charged_no_more(scene: Scene, settings: Settings) -> None:
    settings.PAY_BACK_UNUSED_DAYS = False
    name = scene.subscribe("fails on renewal")
    scene.advance(days_of(scene, name) * DAY + 2 * 3_600)
    reconcile_all(scene)
    assert scene.row(name).status == "past_due"

    artist_leaving.end_sales(leave(scene))

    assert scene.fake.simulation.find("subscription", name)["status"] == "canceled"


def test_an_order_that_is_paid_while_the_artist_leaves_ends_as_well(scene: Scene) -> None:
    order = scene.order()
    artist = leave(scene)
    name = scene.pay(order)

    artist_leaving.end_sales(artist)
    reconcile_all(scene)
    reconcile_all(scene)

    assert scene.fake.simulation.find("subscription", name)["status"] == "canceled"
    assert Refund.objects.count() == 1
    assert artist_leaving.find_left(artist).is_nothing
    assert_books_agree(scene)


def test_an_open_order_cannot_be_paid_and_nothing_new_is_ordered(scene: Scene) -> None:
    order = scene.order()
    artist = leave(scene)

    artist_leaving.end_sales(artist)

    assert Checkout.objects.get().status == "expired"
    assert scene.fake.simulation.find("checkout.session", order.session_id)["status"] == "expired"
    with pytest.raises(NotForSale):
        scene.order()
    with pytest.raises(Refused, match="has left"):
        billing.create_tier(artist)


def test_a_gift_whose_page_was_made_while_the_artist_left_cannot_be_paid(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay = Checkouts.pay

    def leave_meanwhile(self: Checkouts, *args: Any, **options: Any) -> CheckoutSession:
        session = pay(self, *args, **options)
        artist_leaving.end_sales(leave(scene))
        return session

    monkeypatch.setattr(Checkouts, "pay", leave_meanwhile)
    with pytest.raises(NotForSale):
        test_gifts.start(scene)

    assert Gift.objects.get().status == "expired"
    assert scene.find("checkout.session")["status"] == "expired"


def test_what_got_its_session_meanwhile_is_not_taken_for_one_without(scene: Scene) -> None:
    """Else its giver would pay there for a gift that has expired, and nobody would have it or pay it back."""
    gift = test_gifts.start(scene)
    read_before = Gift.objects.get()
    read_before.session_id = ""

    expiries.expire(read_before)
    assert Gift.objects.get().status == "open"
    artist_leaving.end_sales(leave(scene))

    assert Gift.objects.get().status == "expired"
    assert scene.fake.simulation.find("checkout.session", gift.session_id)["status"] == "expired"


def test_gifts_go_back_whole_where_nobody_redeemed_them_and_else_by_days(scene: Scene) -> None:
    kept, redeemed = test_gifts.give(scene), test_gifts.give(scene)
    gifts.redeem(redeemed, factories.create_fan())

    artist = leave(scene)
    artist_leaving.end_sales(artist)
    reconcile_all(scene)

    made = Refund.objects.select_related("payment__invoice")
    back = {refund.payment.invoice.subscription_id: refund.amount for refund in made}
    assert back[kept.subscription_id] == 1_200
    assert 1_150 < back[redeemed.subscription_id] < 1_200
    assert artist_leaving.sum_paid_back(artist) == {"EUR": sum(back.values())}
    assert artist_leaving.find_left(artist).is_nothing
    assert_books_agree(scene)


def test_what_is_left_of_many_is_found_by_as_many_queries_as_of_one(scene: Scene) -> None:
    def add(*, is_over: bool) -> None:
        row = mirrors.add_subscription(factories.create_fan(), scene.price, "canceled")
        payment = mirrors.add_payment(mirrors.add_invoice(row))
        if is_over:
            mirrors.add_refund(payment)

    add(is_over=True)
    artist = leave(scene)
    with CaptureQueriesContext(connection) as one:
        assert artist_leaving.find_left(artist).is_nothing
    for is_over in (True, False, False):
        add(is_over=is_over)

    with CaptureQueriesContext(connection) as many:
        assert artist_leaving.find_left(artist) == (0, 0, 2)

    assert len(many) == len(one)


@pytest.mark.parametrize(
    ("days_ago", "earlier", "expected"), [(0, 0, 387), (20, 0, 120), (20, 300, 100), (29.5, 0, 0), (40, 0, 0)]
)
def test_what_is_owed_of_a_month_of_thirty_days(scene: Scene, days_ago: float, earlier: int, expected: int) -> None:
    """`earlier` was paid back before the artist left, for another reason."""
    at = timezone.now() + timedelta(hours=1)
    row = mirrors.add_subscription(scene.fan, scene.price)
    begun = at - timedelta(days=days_ago, minutes=1)
    payment = mirrors.add_payment(mirrors.add_invoice(row, start=begun))
    if earlier:
        mirrors.add_refund(payment, earlier)

    [found] = paybacks.list_payments(row)

    assert max(paybacks.owed_unused(found, at), 0) == expected
