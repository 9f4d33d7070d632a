"""Access is a lease from what was paid: each state of the provider, and the read that checks it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Person
from billing.leases import InvoiceState, Line, SubscriptionState, compute_lease, find_access, has_access
from billing.models import Subscription
from catalog.models import Artist
from tests import factories
from tests.billing import factories as billing
from tests.billing import mirrors

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
PAID_UNTIL = START + timedelta(days=30)
GRACE = timedelta(days=7)
PRICE, DEARER = 1, 2


def paid(until: datetime = PAID_UNTIL, price: int = PRICE, **fields: Any) -> InvoiceState:
    values = {"status": "paid", "is_renewal": False, "total": 400, "captured": 400}
    return InvoiceState(lines=[Line(price, until, 400)], **values | fields)  # type: ignore[arg-type]


def renewal(status: str) -> InvoiceState:
    return InvoiceState(status, is_renewal=True, total=400)


def state(status: str, *invoices: InvoiceState, **fields: Any) -> SubscriptionState:
    values = {"created": START, "price": PRICE, "trial_end": None, "is_collection_paused": False}
    return SubscriptionState(status, invoices=invoices, **values | fields)  # type: ignore[arg-type]


def until(status: str, *invoices: InvoiceState, **fields: Any) -> datetime | None:
    lease = compute_lease(state(status, *invoices, **fields), grace=GRACE)
    return lease.valid_until if lease else None


TRIAL_END = START + timedelta(days=7)
FREE = InvoiceState("paid", is_renewal=False, total=0, lines=[Line(PRICE, TRIAL_END, 0)])


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired", "unpaid", "paused", ""])
def test_these_give_nothing_whatever_was_paid(status: str) -> None:
    assert until(status, paid()) is None


@pytest.mark.parametrize("status", ["active", "past_due", "canceled", "trialing"])
def test_no_status_alone_gives_access(status: str) -> None:
    assert until(status) is None
    assert until(status, renewal("open")) is None


def test_active_and_paid_lasts_as_long_as_what_was_paid() -> None:
    assert until("active", paid()) == PAID_UNTIL


@pytest.mark.parametrize("status", ["draft", "open"])
def test_a_renewal_that_is_being_charged_adds_some_hours(status: str) -> None:
    assert until("active", paid(), renewal(status)) == PAID_UNTIL + timedelta(hours=6)


@pytest.mark.parametrize("status", ["draft", "open", "void", "uncollectible"])
def test_while_collection_is_paused_access_ends_with_what_was_paid(status: str) -> None:
    assert until("active", paid(), renewal(status), is_collection_paused=True) == PAID_UNTIL


@pytest.mark.parametrize("status", ["void", "uncollectible"])
def test_a_renewal_that_was_given_up_adds_nothing(status: str) -> None:
    assert until("active", paid(), renewal(status)) == PAID_UNTIL


def test_past_due_has_grace_while_its_invoice_is_open() -> None:
    assert until("past_due", paid(), renewal("open")) == PAID_UNTIL + GRACE
    assert until("past_due", paid(), renewal("void")) == PAID_UNTIL


def test_grace_is_given_once_whatever_number_of_renewals_fail() -> None:
    assert until("past_due", paid(), renewal("open"), renewal("open")) == PAID_UNTIL + GRACE


def test_a_canceled_subscription_lasts_as_long_as_what_was_paid_without_grace() -> None:
    assert until("canceled", paid(), renewal("open")) == PAID_UNTIL


def test_a_trial_lasts_until_its_end_and_pays_nothing() -> None:
    assert until("trialing", FREE, trial_end=TRIAL_END) == TRIAL_END
    for status in ("canceled", "past_due"):
        assert until(status, FREE, renewal("open"), trial_end=TRIAL_END) is None


def test_the_first_charge_after_a_trial_has_some_hours() -> None:
    assert until("active", FREE, renewal("draft"), trial_end=TRIAL_END) == TRIAL_END + timedelta(hours=6)


def test_a_period_that_a_coupon_paid_counts() -> None:
    free = InvoiceState("paid", is_renewal=False, total=0, lines=[Line(PRICE, PAID_UNTIL, 0, discount=400)])

    assert until("active", free) == PAID_UNTIL


def test_a_period_that_is_free_without_a_coupon_pays_nothing() -> None:
    """As that of a trial of which we know nothing, or of a moved date of renewal."""
    free = InvoiceState("paid", is_renewal=False, total=0, lines=[Line(PRICE, PAID_UNTIL, 0)])

    assert until("active", free) is None
    assert until("active", free, trial_end=TRIAL_END) is None


def test_a_change_that_credits_paid_counts() -> None:
    change = InvoiceState(
        "paid", is_renewal=False, total=0, lines=[Line(PRICE, PAID_UNTIL, -400), Line(DEARER, PAID_UNTIL, 400)]
    )

    assert until("active", change) == PAID_UNTIL


def test_a_full_refund_ends_it_and_a_part_does_not() -> None:
    assert until("active", paid(refunded=400)) is None
    assert until("active", paid(refunded=399)) == PAID_UNTIL


def test_a_refund_of_a_renewal_leaves_the_period_before() -> None:
    renewed = paid(PAID_UNTIL + timedelta(days=30), refunded=400)

    assert until("active", paid(), renewed) == PAID_UNTIL


def test_a_dispute_stops_what_is_new_and_a_lost_one_ends_it() -> None:
    open_ = compute_lease(state("active", paid(is_disputed=True)), grace=GRACE)

    assert open_ is not None
    assert (open_.valid_until, open_.may_generate) == (PAID_UNTIL, False)
    assert until("active", paid(is_lost=True)) is None


def test_an_upgrade_counts_when_it_is_paid_and_credits_pay_nothing() -> None:
    upgrade = InvoiceState(
        "paid", is_renewal=False, total=200, lines=[Line(PRICE, PAID_UNTIL, -200), Line(DEARER, PAID_UNTIL, 400)]
    )
    waiting = InvoiceState("open", is_renewal=False, total=200)

    upgraded = compute_lease(state("active", paid(), upgrade, price=DEARER), grace=GRACE)
    not_yet = compute_lease(state("active", paid(), waiting, price=DEARER), grace=GRACE)
    assert upgraded is not None
    assert not_yet is not None
    assert (upgraded.price, not_yet.price) == (DEARER, PRICE)
    assert not_yet.valid_until == PAID_UNTIL


INVOICES = st.builds(
    InvoiceState,
    status=st.sampled_from(["draft", "open", "paid", "void", "uncollectible"]),
    is_renewal=st.booleans(),
    total=st.sampled_from([0, 400]),
    lines=st.lists(
        st.builds(
            Line,
            price=st.sampled_from([PRICE, DEARER]),
            period_end=st.integers(1, 90).map(lambda days: START + timedelta(days=days)),
            amount=st.sampled_from([-200, 0, 400]),
            discount=st.sampled_from([0, 400]),
        ),
        max_size=2,
    ),
    captured=st.sampled_from([0, 400]),
    refunded=st.sampled_from([0, 100, 400]),
    is_disputed=st.booleans(),
    is_lost=st.booleans(),
)
STATES = st.builds(
    SubscriptionState,
    status=st.sampled_from(["incomplete", "trialing", "active", "past_due", "unpaid", "paused", "canceled"]),
    created=st.just(START),
    price=st.just(PRICE),
    trial_end=st.none() | st.just(TRIAL_END),
    is_collection_paused=st.booleans(),
    invoices=st.lists(INVOICES, max_size=4),
)


@given(STATES)
def test_no_lease_is_longer_than_what_was_paid_and_one_grace(found: SubscriptionState) -> None:
    lease = compute_lease(found, grace=GRACE)
    if lease is None:
        return
    ends = [line.period_end for invoice in found.invoices if invoice.counts for line in invoice.lines]
    trial = [found.trial_end] if found.trial_end and found.status in {"trialing", "active"} else []
    assert ends or trial
    assert lease.valid_until <= max(ends + trial) + GRACE


# The check at use


@pytest.fixture
def fan() -> Person:
    return factories.create_fan()


@pytest.fixture
def subscription(fake_provider: Any, artist: Artist, fan: Person) -> Subscription:
    found = mirrors.add_subscription(
        fan, billing.get_price(billing.create_tier(artist)), created=timezone.now() - timedelta(days=10)
    )
    mirrors.add_invoice(found)
    return found


@pytest.mark.django_db
def test_access_is_one_read(
    subscription: Subscription, fan: Person, artist: Artist, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert subscription.created
    mirrors.entitle(subscription, subscription.created + mirrors.MONTH)

    with django_assert_num_queries(1):
        assert has_access(fan.pk, artist.pk)
    assert not has_access(factories.create_fan().pk, artist.pk)
    assert not has_access(fan.pk, factories.create_artist("Other").pk)


@pytest.mark.django_db
def test_access_ends_by_itself_without_any_webhook(subscription: Subscription, fan: Person, artist: Artist) -> None:
    mirrors.entitle(subscription, timezone.now() - timedelta(seconds=1))

    assert find_access(fan.pk, artist.pk) is None


@pytest.mark.django_db
def test_money_of_another_book_opens_nothing(
    subscription: Subscription, fan: Person, artist: Artist, settings: Settings
) -> None:
    mirrors.entitle(subscription, timezone.now() + timedelta(days=1))

    for book in ("live", "test", "off"):
        settings.PAYMENTS = book
        assert not has_access(fan.pk, artist.pk)


@pytest.mark.django_db
def test_a_disputed_fan_reads_and_gets_nothing_new(subscription: Subscription, fan: Person, artist: Artist) -> None:
    mirrors.entitle(subscription, timezone.now() + timedelta(days=1), may_generate=False)

    assert has_access(fan.pk, artist.pk)
    assert not has_access(fan.pk, artist.pk, to_generate=True)
