"""Requests that a tier includes: how many there are, which of them is taken first, and when one comes back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from billing import request_credits
from billing.models import Entitlement, InvoiceLine, RequestCredit
from catalog.models import Artist
from tests import factories
from tests.adversarial.test_database_constraints import refused
from tests.billing import factories as billing
from tests.billing import mirrors
from tests.billing.hold_scene import REFERENCE

pytestmark = pytest.mark.django_db


def subscribe(fan: Person, artist: Artist, *, since: timedelta = timedelta(0), requests: int = 2) -> Entitlement:
    """A yearly lease that began a while ago."""
    price = billing.get_price(billing.create_tier(artist, requests_a_month=requests), interval="year")
    subscription = mirrors.add_subscription(fan, price, created=timezone.now() - since)
    invoice = mirrors.add_invoice(subscription, status="open")
    type(invoice).objects.filter(pk=invoice.pk).update(status="paid", amount_paid=price.amount)
    mirrors.add_line(invoice, period_end=invoice.created + timedelta(days=365))
    mirrors.add_payment(invoice)
    return mirrors.entitle(subscription, invoice.created + timedelta(days=365))


@pytest.fixture
def fan() -> Person:
    return factories.create_fan()


@pytest.fixture
def lease(fake_provider: Any, artist: Artist, fan: Person) -> Entitlement:
    return subscribe(fan, artist)


def reserve(fan: Person, artist: Artist, number: int = 1) -> bool:
    with transaction.atomic():
        return request_credits.reserve(fan, artist.pk, f"request:{number}")


def give_back(number: int = 1) -> bool:
    with transaction.atomic():
        return request_credits.give_back(f"request:{number}")


def use(number: int = 1) -> bool:
    with transaction.atomic():
        return request_credits.use(f"request:{number}")


def test_a_fan_without_a_tier_has_none(fake_provider: Any, artist: Artist, fan: Person) -> None:
    assert request_credits.count_left(fan, artist.pk) == 0
    assert not reserve(fan, artist)


def test_a_tier_includes_so_many_a_month(lease: Entitlement, artist: Artist, fan: Person) -> None:
    assert request_credits.count_left(fan, artist.pk) == 2
    assert [reserve(fan, artist, number) for number in (1, 2, 3)] == [True, True, False]
    assert request_credits.count_left(fan, artist.pk) == 0


def test_counting_them_makes_none(lease: Entitlement, artist: Artist, fan: Person) -> None:
    request_credits.count_left(fan, artist.pk)

    assert RequestCredit.objects.count() == 0


def test_each_month_of_a_year_has_its_own(fake_provider: Any, artist: Artist, fan: Person) -> None:
    subscribe(fan, artist, since=timedelta(days=100))

    assert reserve(fan, artist)
    credit = RequestCredit.objects.get(status="reserved")
    assert credit.month == 3
    assert timezone.now() < credit.expires_at < timezone.now() + timedelta(days=32)
    assert request_credits.count_left(fan, artist.pk) == 1


def test_they_are_of_one_artist(lease: Entitlement, fan: Person) -> None:
    assert not reserve(fan, factories.create_artist("Ove Lind"))


def test_reserving_the_same_again_takes_no_second_one(lease: Entitlement, artist: Artist, fan: Person) -> None:
    assert reserve(fan, artist)
    assert reserve(fan, artist)
    assert request_credits.count_left(fan, artist.pk) == 1


def test_what_is_used_is_gone(lease: Entitlement, artist: Artist, fan: Person) -> None:
    reserve(fan, artist)

    assert use()
    assert not use()
    assert RequestCredit.objects.get(reference=REFERENCE).status == "used"


def test_one_that_comes_back_lasts_for_30_days_at_least_also_when_the_tier_has_ended(
    lease: Entitlement, artist: Artist, fan: Person
) -> None:
    reserve(fan, artist)
    Entitlement.objects.update(valid_until=lease.valid_from, reason="ended")
    assert give_back()

    assert request_credits.count_left(fan, artist.pk) == 1
    back = RequestCredit.objects.get(returned_at__isnull=False)
    assert back.returned_at is not None
    assert back.expires_at >= back.returned_at + timedelta(days=30)
    assert reserve(fan, artist, 2)
    assert not reserve(fan, artist, 3)  # the other one of the month ended with the tier


def test_one_that_was_used_never_comes_back(lease: Entitlement, artist: Artist, fan: Person) -> None:
    reserve(fan, artist)
    use()

    assert not give_back()
    refused(
        "a credit goes on as it must",
        "UPDATE billing_requestcredit SET status = 'free', reference = '' WHERE status = 'used'",
    )
    assert request_credits.count_left(fan, artist.pk) == 1


def test_the_one_that_ends_first_is_taken_first(lease: Entitlement, artist: Artist, fan: Person) -> None:
    reserve(fan, artist)
    give_back()
    reserve(fan, artist, 2)

    returned = RequestCredit.objects.get(returned_at__isnull=False)
    taken = RequestCredit.objects.get(status="reserved")
    assert (taken.returned_at, returned.status) == (None, "free")


@pytest.mark.parametrize("changes", [{"reason": "grace"}, {"reason": "renewal"}, {"may_generate": False}])
def test_what_is_not_paid_includes_nothing(
    lease: Entitlement, artist: Artist, fan: Person, changes: dict[str, Any]
) -> None:
    Entitlement.objects.update(**changes)

    assert request_credits.count_left(fan, artist.pk) == 0
    assert not reserve(fan, artist)


def test_a_tier_that_includes_more_gives_the_difference_at_once(
    lease: Entitlement, artist: Artist, fan: Person
) -> None:
    [reserve(fan, artist, number) for number in (1, 2)]
    larger = billing.get_price(billing.create_tier(artist, name="Lighthouse", requests_a_month=5))
    invoice = mirrors.add_invoice(lease.subscription, start=timezone.now())
    mirrors.add_payment(invoice)
    line = {"price": larger, "amount": larger.amount, "tax": 0, "is_proration": False}
    times = {"period_start": timezone.now(), "period_end": timezone.now() + timedelta(days=30)}
    InvoiceLine.objects.create(invoice=invoice, provider_id="il_larger", **line, **times)
    Entitlement.objects.update(version=larger.version, tier=larger.version.tier)

    assert request_credits.count_left(fan, artist.pk) == 3
    assert reserve(fan, artist, 3)


def test_what_is_over_lapses(lease: Entitlement, artist: Artist, fan: Person, monkeypatch: Any) -> None:
    reserve(fan, artist)
    before = timezone.now() + timedelta(days=40)
    assert not request_credits.lapse_due()
    assert RequestCredit.objects.filter(status="free", expires_at__lt=before).count() == 1
