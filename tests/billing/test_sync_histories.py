"""Whatever happens, and whatever of it is told: after a comparison every lease is the provider's truth, and no cent is
lost. On PostgreSQL, in one process.
"""

import copy
import os

import pytest
from django.conf import settings as site
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import TierPrice
from billing.provider import Provider
from billing.provider import provider as provider_module
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests.billing import factories as billing
from tests.billing.histories import play, step_names
from tests.billing.in_process import sdk
from tests.billing.stored_history import StoredHistory

RUNS = int(os.environ.get("BILLING_RUNS", "8"))
LEAST, MOST = (20, 60) if RUNS > 100 else (3, 20)
STEPS = st.lists(
    st.tuples(st.sampled_from(step_names(StoredHistory)), st.integers(0, 60)), min_size=LEAST, max_size=MOST
)


@pytest.fixture
def price(fake_provider: FakeStripe, artist: Artist) -> TierPrice:
    return billing.get_price(billing.create_tier(artist))


@pytest.mark.django_db
def test_any_history_ends_in_the_providers_truth(
    fake_provider: FakeStripe, price: TierPrice, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.PAYMENTS == "simulated"

    @settings(max_examples=RUNS, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def tell(steps: list[tuple[str, int]]) -> None:
        fake = copy.deepcopy(fake_provider)
        provider = Provider.of(sdk(fake))
        monkeypatch.setattr(provider_module, "connect", lambda *_: provider)
        before = transaction.savepoint_create()
        try:
            play(StoredHistory(fake, price), steps)
        finally:
            transaction.savepoint_rollback(before)

    tell()
