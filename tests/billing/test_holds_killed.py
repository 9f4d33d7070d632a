"""A real worker process is killed while the provider has its request: another one goes on, and everything is done once.

`test_hold_crashes` dies at every moment of a story in one process. Here the process, its connection to PostgreSQL and
its locks are really gone.
"""

import threading
from collections.abc import Callable, Iterator, Mapping

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from billing.models import Authorisation
from billing.provider import Provider
from billing.provider import provider as provider_module
from billing.simulated.server import Answer, ConnectionLost
from tests import factories
from tests.billing.fake_over_http import SharedFake, serve
from tests.billing.fan_scene import assert_books_agree
from tests.billing.hold_scene import HoldScene
from tests.billing.in_process import sdk
from tests.servers import Database, Processes, wait_until


class StallingFake(SharedFake):
    """It stalls at one request, before it does what was asked or after."""

    def __init__(self) -> None:
        super().__init__()
        self.stall_at("", has_effect=False)

    def stall_at(self, path: str, *, has_effect: bool) -> None:
        self.path, self.has_effect = path, has_effect
        self.reached, self.killed = threading.Event(), threading.Event()

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: str = "") -> Answer:
        stalls = bool(self.path) and method == "POST" and url.endswith(self.path) and not self.reached.is_set()
        answer = super().handle(method, url, headers, body) if self.has_effect or not stalls else None
        if stalls:
            killed = self.killed
            self.reached.set()
            killed.wait(30)
        if answer is None or stalls:
            raise ConnectionLost(url)
        return answer


@pytest.fixture
def stalling(
    committing_db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[StallingFake, str]]:
    settings.PAYMENTS = "simulated"
    fake = StallingFake()
    provider = Provider.of(sdk(fake))
    monkeypatch.setattr(provider_module, "connect", lambda *_: provider)
    with serve(fake) as url:
        yield fake, url


def capture(scene: HoldScene) -> None:
    scene.hold()
    scene.want_capture()


def release(scene: HoldScene) -> None:
    scene.hold()
    scene.want_release()


def refund(scene: HoldScene) -> None:
    scene.capture()
    scene.want_refund()


@pytest.mark.parametrize(
    ("wish", "path", "end", "moved"),
    [
        (capture, "/capture", "captured", [500]),
        (release, "/cancel", "released", []),
        (refund, "/v1/refunds", "refunded", [500, -500]),
    ],
)
def test_what_two_killed_workers_had_begun_is_done_once(
    stalling: tuple[StallingFake, str],
    processes: Processes,
    wish: Callable[[HoldScene], None],
    path: str,
    end: str,
    moved: list[int],
) -> None:
    """The first dies before the provider did it, the second after that."""
    fake, url = stalling
    scene = HoldScene(fake, factories.create_fan(), factories.create_artist())
    wish(scene)
    for has_effect in (False, True):
        fake.stall_at(path, has_effect=has_effect)
        Authorisation.objects.filter(due_at__isnull=False).update(due_at=Now())
        worker = processes.start("work", "billing", SIMULATED_PAYMENTS_URL=url)
        assert fake.reached.wait(20)
        worker.kill()
        worker.wait(10)
        fake.killed.set()

    processes.start("work", "billing", SIMULATED_PAYMENTS_URL=url)

    wait_until(lambda: scene.row().status == end, seconds=20)
    with fake.lock:
        assert [one["amount"] for one in fake.simulation.store.all("balance_transaction")] == moved
    assert_books_agree(scene)
