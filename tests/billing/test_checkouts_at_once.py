"""Two orders of one fan at the same moment are one, on a real database."""

import threading
from typing import Any

import pytest

from accounts.models import Person
from billing import checkouts
from billing.exceptions import AlreadyBought
from billing.models import Checkout, TierPrice
from billing.provider_objects import CheckoutSession
from billing.simulated.server import FakeStripe
from fans import orders
from tests import factories
from tests.billing import factories as billing
from tests.billing.in_process import get
from tests.concurrency import run_at_once
from tests.servers import Database


@pytest.fixture
def fake(committing_db: Database, fake_provider: FakeStripe, monkeypatch: pytest.MonkeyPatch) -> FakeStripe:
    """It answers one request after the other, as a process of its own does."""
    lock, handle = threading.Lock(), fake_provider.handle

    def handle_alone(*request: Any) -> Any:
        with lock:
            return handle(*request)

    monkeypatch.setattr(fake_provider, "handle", handle_alone)
    return fake_provider


def order(fan: Person, price: TierPrice) -> CheckoutSession:
    return checkouts.start(
        fan,
        price.pk,
        **billing.read_terms(fan, price),
        artist_id=price.artist_id,
        page_of=lambda order: f"https://a.example/{order.pk}",
    )


def open_sessions(fake: FakeStripe) -> list[str]:
    return [each["id"] for each in get(fake, "/v1/checkout/sessions")["data"] if each["status"] == "open"]


def test_two_orders_of_one_price_at_once_have_one_session(fake: FakeStripe) -> None:
    price, fan = billing.get_price(billing.create_tier(factories.create_artist())), factories.create_fan()

    sessions = run_at_once(*[lambda: order(fan, price)] * 3)

    assert {session.id for session in sessions} == {Checkout.objects.get().session_id} == set(open_sessions(fake))
    assert len(get(fake, "/v1/customers")["data"]) == 1


def test_orders_of_two_prices_at_once_leave_one_that_can_be_paid(fake: FakeStripe) -> None:
    version, fan = billing.create_tier(factories.create_artist()), factories.create_fan()
    month, year = billing.get_price(version), billing.get_price(version, interval="year")

    results = run_at_once(lambda: order(fan, month), lambda: order(fan, year))

    assert all(isinstance(result, CheckoutSession | AlreadyBought) for result in results), results
    assert open_sessions(fake) == [Checkout.objects.get(status="open").session_id]


def test_of_two_fans_who_want_the_last_place_at_once_one_gets_it(fake: FakeStripe) -> None:
    price = billing.get_price(billing.create_tier(factories.create_artist()))
    billing.create_promotion(price.artist, places=1)
    fans = [factories.create_fan(), factories.create_fan()]
    shown = [billing.read_terms(fan, price) for fan in fans]

    results = run_at_once(
        *[
            lambda fan=fan, read=read: orders.start(fan, price, **read)  # type: ignore[misc]
            for fan, read in zip(fans, shown, strict=True)
        ]
    )

    assert [order.first_amount for order in Checkout.objects.all()] == [280]
    assert sorted(type(result).__name__ for result in results) == ["CheckoutSession", "TermsChanged"]
