"""Two processes that send payouts at once ask the provider once."""

import threading
from collections.abc import Iterator

import pytest

from billing import payouts
from billing.provider.transfers import Transfers
from billing.provider_objects import ProviderTransfer
from billing.simulated.server import FakeStripe
from tests import factories
from tests.billing import payees
from tests.concurrency import run_at_once
from tests.servers import Database


@pytest.fixture
def approved(committing_db: Database, fake_provider: FakeStripe) -> None:
    """A payout that is on its way, of which nothing was asked yet."""
    payees.fund(fake_provider, 100_000)
    account = payees.onboard(factories.create_artist(), fake_provider)
    payees.owe(account.party, 4_200)
    payees.run()
    payouts.work_next()


def test_while_one_worker_asks_another_leaves_the_payout_alone(
    approved: None, fake_provider: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_of, both = Transfers.list_of, threading.Event()
    looked_up: list[str] = []

    def look_up_slowly(transfers: Transfers, group: str) -> Iterator[ProviderTransfer]:
        """The first waits for the second, which never comes where the payout is locked."""
        looked_up.append(group)
        if len(looked_up) > 1:
            both.set()
        both.wait(1)
        return list_of(transfers, group)

    monkeypatch.setattr(Transfers, "list_of", look_up_slowly)

    results = run_at_once(payouts.work_next, payouts.work_next)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert len(looked_up) == 1
    assert (payees.only_line().state, len(payees.transfers(fake_provider))) == ("sent", 1)
