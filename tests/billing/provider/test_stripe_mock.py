"""Stripe's own stripe-mock takes every request of the adapter, and the adapter reads every answer of it.

It checks shapes, not stories: it forgets everything, so an answer has the amounts and states of its fixtures.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from stripe._stripe_service import StripeService

from billing.exceptions import InvalidRequest
from billing.provider import Provider
from tests.billing.provider.calls import CALLS, run
from tests.billing.provider.test_requests import NEWER_PARAMETERS


@pytest.fixture
def _without_newer_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    """stripe-mock knows no parameter that its description has not."""
    send = StripeService._request

    def send_known(
        self: StripeService, method: str, url: str, params: Mapping[str, Any] | None = None, *rest: Any, **others: Any
    ) -> Any:
        newer = NEWER_PARAMETERS.get((method, url), set())
        known = {name: value for name, value in (params or {}).items() if name not in newer}
        return send(self, method, url, known, *rest, **others)

    monkeypatch.setattr(StripeService, "_request", send_known)


@pytest.mark.usefixtures("_without_newer_parameters")
@pytest.mark.parametrize("name", CALLS)
def test_stripe_mock_takes_the_request_and_we_its_answer(name: str, stripe_mock: Provider) -> None:
    answer = run(name, stripe_mock)

    assert answer != []


def test_stripe_mock_refuses_what_is_wrong(stripe_mock: Provider) -> None:
    with pytest.raises(InvalidRequest, match="enum"):
        stripe_mock.catalogue.create_price("prod_1", 100, "EUR", interval="fortnight", metadata={}, key="k")
