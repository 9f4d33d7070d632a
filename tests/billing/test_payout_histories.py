"""Any history of payouts pays nobody twice, never more than is owed, and loses no cent (L5, L10)."""

import os

import pytest

from billing.simulated.server import FakeStripe
from tests import factories
from tests.billing import payout_history

pytestmark = pytest.mark.django_db
RUNS = int(os.environ.get("BILLING_PAYOUT_RUNS", "12"))


def test_any_history_of_payouts_pays_what_is_owed_once(fake_provider: FakeStripe) -> None:
    for seed in range(RUNS):
        artist = factories.create_artist(f"Payee {seed}")
        payout_history.play(payout_history.begin(fake_provider, artist), seed)
