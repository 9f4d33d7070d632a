"""Any history of payments, without PostgreSQL: after a comparison every lease is the provider's truth, and no cent is
lost. `make attack-billing` tries 20,000 histories, and `make test` a few of them.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from billing.provider import provider as provider_module
from tests.billing.core_history import STEP_NAMES, CoreHistory
from tests.billing.histories import play
from tests.billing.in_process import answer_quickly

RUNS = int(os.environ.get("BILLING_CORE_RUNS", "40"))
PARTS = 1 if RUNS < 1_000 else 20
"""Each part is a test of its own, so that all processors work on them."""

STEPS = st.lists(st.tuples(st.sampled_from(STEP_NAMES), st.integers(0, 60)), min_size=20, max_size=60)


@pytest.mark.parametrize("part", range(PARTS))
def test_any_history_ends_in_the_providers_truth_and_no_cent_is_lost(part: int, settings: Settings) -> None:
    settings.PAYMENTS = "simulated"
    play_all(RUNS // PARTS)


def play_all(runs: int) -> None:
    @settings(max_examples=runs, database=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def histories(steps: list[tuple[str, int]]) -> None:
        history = CoreHistory()
        with pytest.MonkeyPatch.context() as patch:
            answer_quickly(patch)
            patch.setattr(provider_module, "connect", lambda *_: history.core.provider)
            play(history, steps)

    histories()
