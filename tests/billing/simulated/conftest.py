"""A FakeStripe in this process, and Stripe's SDK over it. What a test leaves is held to the official schema."""

from collections.abc import Iterator

import pytest
import stripe

from billing.simulated.server import FakeStripe
from tests.billing.in_process import sdk
from tests.billing.simulated.response_schemas import problems


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    fake = FakeStripe()
    yield fake
    bodies = [body for kind, found in fake.simulation.store.kinds.items() if kind[0] != "_" for body in found.values()]
    assert sorted({problem for body in bodies for problem in problems(body)}) == []


@pytest.fixture
def client(fake: FakeStripe) -> stripe.StripeClient:
    return sdk(fake)
