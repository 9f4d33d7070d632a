"""What a fan spends in a month at most: what counts, when it begins anew, and how it is changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from audit.models import Entry
from billing import caps, checkouts, spending
from billing.exceptions import AboveCap, Refused
from billing.models import Checkout, SpendingSettings, Subscription
from catalog.models import Artist
from tests import factories
from tests.billing import factories as billing
from tests.billing import fan_scene, mirrors
from tests.billing.hold_scene import HoldScene

pytestmark = pytest.mark.django_db


@pytest.fixture
def fan() -> Person:
    return factories.create_fan()


def read(fan: Person) -> caps.Cap:
    cap = caps.read(fan)
    assert cap is not None
    return cap


def require(fan: Person, amount: int) -> None:
    with transaction.atomic():
        caps.require_room(fan, "EUR", amount)


def test_a_fan_who_never_paid_has_no_cap_yet(fake_provider: Any, fan: Person) -> None:
    assert caps.read(fan) is None


def test_the_platform_has_a_default_for_each_currency(fake_provider: Any, fan: Person, settings: Any) -> None:
    billing.choose_currency(fan, "JPY")

    assert (read(fan).limit, settings.SPENDING_CAPS["EUR"]) == (15_000, 10_000)
    assert settings.TIER_PRICES.keys() <= settings.SPENDING_CAPS.keys()


def test_an_order_a_charge_and_a_renewal_count_once_each(fake_provider: Any, fan: Person, artist: Artist) -> None:
    scene = fan_scene.begin(fake_provider, artist, fan)
    order = scene.order()
    assert (read(fan).held, read(fan).spent) == (400, 0)

    scene.pay(order)
    assert (read(fan).held, read(fan).spent) == (400, 0)
    fan_scene.reconcile_all(scene)
    assert (read(fan).held, read(fan).spent, read(fan).renewing) == (0, 400, 0)
    Subscription.objects.update(period_end=timezone.now() + timedelta(seconds=1))
    assert read(fan).renewing in {0, 400}  # 0 in the last second of a month


def test_what_was_paid_back_can_be_spent_again(fake_provider: Any, fan: Person, artist: Artist) -> None:
    scene = HoldScene(fake_provider, fan, artist)
    scene.capture()
    assert (read(fan).spent, read(fan).held) == (500, 0)

    scene.want_refund()
    scene.work()
    assert (read(fan).spent, read(fan).held) == (0, 0)


def test_an_order_that_does_not_fit_is_refused_with_what_is_left(
    fake_provider: Any, fan: Person, artist: Artist
) -> None:
    scene = HoldScene(fake_provider, fan, artist)
    scene.hold(amount=9_601)
    price = billing.get_price(billing.create_tier(artist))

    with pytest.raises(AboveCap, match=r"It costs €4.00.* and €3.99 of it are left until"):
        checkouts.start(
            fan,
            price.pk,
            **billing.read_terms(fan, price),
            artist_id=artist.pk,
            page_of=lambda order: "https://a.example",
        )
    assert Checkout.objects.count() == 0


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_the_month_is_the_fans_own(fake_provider: Any, fan: Person, zone: str, monkeypatch: Any) -> None:
    fan.time_zone = zone
    fan.save()
    billing.choose_currency(fan)
    monkeypatch.setattr(caps.timezone, "now", lambda: datetime(2026, 11, 30, 20, tzinfo=UTC))

    december = zone == "Pacific/Auckland"
    assert f"{read(fan).resets_on:%Y-%m-%d %H:%M}" == ("2027-01-01 00:00" if december else "2026-12-01 00:00")
    assert str(read(fan).resets_on.tzinfo) == zone


def test_what_was_paid_last_month_does_not_count(fake_provider: Any, fan: Person, artist: Artist) -> None:
    billing.choose_currency(fan)
    price = billing.get_price(billing.create_tier(artist))
    invoice = mirrors.add_invoice(mirrors.add_subscription(fan, price), status="open")
    mirrors.add_payment(invoice)
    paid_at = timezone.now() - timedelta(days=32)
    type(invoice).objects.filter(pk=invoice.pk).update(status="paid", amount_paid=invoice.total, paid_at=paid_at)

    assert read(fan).spent == 0


def test_a_lower_cap_counts_at_once_and_a_higher_one_from_the_next_day(fake_provider: Any, fan: Person) -> None:
    billing.choose_currency(fan)

    assert caps.change(fan, 4_000, fan).limit == 4_000
    cap = caps.change(fan, 9_000, fan)
    assert (cap.limit, cap.next_limit) == (4_000, 9_000)
    assert cap.next_from is not None
    local = cap.next_from.astimezone(fan.zone)
    assert (local.hour, local.minute) == (0, 0)
    assert timedelta(0) < cap.next_from - timezone.now() <= timedelta(days=1)
    with pytest.raises(AboveCap):
        require(fan, 4_001)
    require(fan, 4_000)
    assert Entry.objects.filter(action="cap.changed", subject=fan.actor).count() == 2


def test_the_higher_cap_counts_once_its_day_has_come(fake_provider: Any, fan: Person, monkeypatch: Any) -> None:
    billing.choose_currency(fan)
    caps.change(fan, 20_000, fan)
    tomorrow = timezone.now() + timedelta(days=1, hours=1)
    monkeypatch.setattr(caps.timezone, "now", lambda: tomorrow)

    assert (read(fan).limit, read(fan).next_limit) == (20_000, None)


def test_a_lower_cap_takes_back_a_higher_one_that_waits(fake_provider: Any, fan: Person) -> None:
    billing.choose_currency(fan)
    caps.change(fan, 20_000, fan)
    caps.change(fan, 3_000, fan)

    chosen = SpendingSettings.objects.get()
    assert (chosen.monthly_cap, chosen.next_cap, chosen.next_cap_from) == (3_000, None, None)


@pytest.mark.parametrize("amount", [-1, 100_000_000])
def test_an_amount_that_is_none_is_no_cap(fake_provider: Any, fan: Person, amount: int) -> None:
    billing.choose_currency(fan)

    with pytest.raises(Refused):
        caps.change(fan, amount, fan)


def test_who_never_paid_sets_no_cap(fake_provider: Any, fan: Person) -> None:
    with pytest.raises(Refused, match="paid nothing yet"):
        caps.change(fan, 1_000, fan)


def test_a_lower_cap_stays_a_lower_one_in_another_currency(fake_provider: Any, fan: Person) -> None:
    """A fifth of what the platform lets be spent by default, in either."""
    billing.choose_currency(fan)
    caps.change(fan, 2_000, fan)

    with transaction.atomic():
        spending.set_currency(fan, "JPY")
    assert (read(fan).currency, read(fan).limit) == ("JPY", 3_000)

    with transaction.atomic():
        spending.set_currency(fan, "EUR")
    assert (read(fan).currency, read(fan).limit) == ("EUR", 2_000)


def test_what_does_not_fit_by_one_is_refused(fake_provider: Any, fan: Person) -> None:
    billing.choose_currency(fan)
    with pytest.raises(AboveCap):
        require(fan, 10_001)
