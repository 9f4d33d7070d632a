"""The demo's tiers are sold once the provider answers."""

import pytest

from billing.models import TierPrice
from billing.simulated import faults
from billing.simulated.server import FakeStripe
from config.demo import tiers
from tests.servers import Database


def test_the_tiers_are_put_on_sale_once(
    demo_database: Database, fake_provider: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults.add(fake_provider.simulation, "503", times=100, method="POST", path="/v1/prices")
    monkeypatch.setattr(tiers, "START_SECONDS", 0)
    assert not tiers.sell_tiers()
    fake_provider.simulation.knobs.clear()

    assert (tiers.sell_tiers(), tiers.sell_tiers()) == (True, True)

    sold = TierPrice.objects.on_sale().order_by("version__name", "amount")
    assert list(sold.values_list("version__name", "currency", "amount")) == [
        ("Harbour", "EUR", 300),
        ("Harbour", "JPY", 500),
        ("Harbour", "EUR", 3_000),
        ("Night Shift", "EUR", 600),
        ("Night Shift", "KWD", 2_000),
        ("Night Shift", "EUR", 6_000),
    ]
