"""Fixtures of several modules about payouts."""

import pytest

from billing.models import PayeeAccount
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests.billing import payees


@pytest.fixture
def account(fake_provider: FakeStripe, artist: Artist) -> PayeeAccount:
    """An artist who can be paid, by a platform that has the money."""
    payees.fund(fake_provider, 100_000)
    return payees.onboard(artist, fake_provider)
