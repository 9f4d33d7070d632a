"""The one FakeStripe of a process: what is saved, and what wakes the thread that delivers its events."""

import pytest
import requests

from billing.simulated.runtime import Runtime
from billing.simulated.server import FakeStripe

KEY = {"Authorization": "Bearer sk_test_simulated"}


class SavingRuntime(Runtime):
    """Counts what is saved, as `billing.simulated.database.save` would write it."""

    def __init__(self) -> None:
        fake = FakeStripe(secret_key="sk_test_simulated")
        self.saved: list[str] = []
        super().__init__(fake, self._note, webhook_url="http://127.0.0.1:1/", webhook_secret="whsec_ours")

    def _note(self) -> None:
        self.saved += [kind for kind, _, _ in self.fake.simulation.store.take_changes()]

    def ask(self, method: str, url: str, body: str = "") -> int:
        with self.locked() as fake:
            return fake.handle(method, url, KEY, body).status


@pytest.fixture
def runtime() -> SavingRuntime:
    made = SavingRuntime()
    made.ask("POST", "/v1/customers", "name=Ann")
    made.saved.clear()
    made.woken.clear()
    return made


def test_what_is_only_asked_saves_nothing_and_wakes_nobody(runtime: SavingRuntime) -> None:
    assert runtime.ask("GET", "/v1/customers") == 200

    assert runtime.saved == []
    assert not runtime.woken.is_set()


def test_a_change_is_saved_and_wakes_who_delivers(runtime: SavingRuntime) -> None:
    assert runtime.ask("POST", "/v1/customers", "name=Bo") == 200

    assert sorted(set(runtime.saved)) == ["_counter", "_delivery", "customer", "event"]
    assert runtime.woken.is_set()


def test_to_look_for_what_is_due_is_no_reason_to_look_again(runtime: SavingRuntime) -> None:
    """Otherwise the thread that delivers looks all the time, and takes a whole processor for it."""
    with runtime.locked() as fake:
        for row in fake.simulation.store.all("_delivery"):
            fake.simulation.store.remove("_delivery", row["id"])
    runtime.woken.clear()

    assert runtime.deliver(requests.Session()) == 0

    assert not runtime.woken.is_set()
