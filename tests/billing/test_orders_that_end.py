"""An order that ends while its page at the provider is being made cannot be paid."""

from typing import Any

import pytest
from django.utils import timezone

from billing import checkouts, expiries
from billing.caps import Cap
from billing.models import Checkout
from catalog.models import Artist
from fans.spending_limit import LimitForm
from tests.billing import factories as billing
from tests.billing import fan_scene

pytestmark = pytest.mark.django_db


def test_nobody_pays_an_order_that_ended_while_its_page_was_made(fake_provider: Any, artist: Artist) -> None:
    scene, ended = fan_scene.begin(fake_provider, artist), list[Checkout]()

    def page_of(order: Checkout) -> str:
        if not ended:  # as the worker does for somebody who was found to be under 18
            ended.append(order)
            expiries.expire(order)
        return f"https://fanfare.example/orders/{order.pk}"

    price = scene.price
    agreed = billing.read_terms(scene.fan, price)
    checkouts.start(scene.fan, price.pk, **agreed, artist_id=price.artist_id, page_of=page_of)

    sessions = fake_provider.simulation.store.all("checkout.session")
    assert sorted(session["status"] for session in sessions) == ["expired", "open"]


@pytest.mark.parametrize("limit", ["1e999999", "1e20", "100000000"])
def test_a_limit_that_is_too_much_is_refused(limit: str) -> None:
    cap = Cap("EUR", 10_000, 0, 0, 0, timezone.now(), None, None)
    assert not LimitForm({"limit": limit}, cap=cap).is_valid()
