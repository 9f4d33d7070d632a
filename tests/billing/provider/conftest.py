"""Fixtures: the servers that the adapter is tried against."""

from collections.abc import Iterator

import pytest

from billing.provider import Provider, connect
from tests.billing.provider.stripe_mock import run_stripe_mock
from tests.servers import ServerUnavailable


@pytest.fixture(scope="session")
def stripe_mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The adapter on Stripe's own stripe-mock."""
    try:
        with run_stripe_mock(tmp_path_factory.mktemp("stripe-mock")) as url:
            yield connect("sk_test_123", url)
    except ServerUnavailable as reason:
        pytest.skip(str(reason))
