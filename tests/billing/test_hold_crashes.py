"""A process that dies at any moment, before or after the provider did what was asked: what is captured stays one thing.

Each test counts the moments of a story, and then dies at each of them once.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db.models import Sum

from billing.models import Authorisation, WebhookEvent
from catalog.models import Artist
from ledger.models import Entry, Transaction
from tests import factories
from tests.billing import factories as billing
from tests.billing.hold_scene import HoldScene
from tests.billing.in_process import InProcessClient


class Killed(BaseException):
    """The process is gone: nothing catches it, and what was not committed is rolled back."""


class Moments:
    """The moments before and after each request to the provider. At the one of `fatal` the process dies."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.fatal = 0, 0
        request = InProcessClient.request

        def counted(client: InProcessClient, *args: Any, **kwargs: Any) -> Any:
            self.pass_one()
            answer = request(client, *args, **kwargs)
            self.pass_one()
            return answer

        monkeypatch.setattr(InProcessClient, "request", counted)

    def pass_one(self) -> None:
        self.count += 1
        if self.count == self.fatal:
            raise Killed

    def begin(self, fatal: int = 0) -> None:
        self.count, self.fatal = 0, fatal


@pytest.fixture
def moments(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Moments:
    settings.PAYMENTS = "simulated"
    return Moments(monkeypatch)


type Story = Callable[[HoldScene], None]


def scenes(monkeypatch: pytest.MonkeyPatch, artist: Artist) -> Iterator[HoldScene]:
    """A fan of its own at a provider of its own, again and again."""
    for number in itertools.count(1):
        yield HoldScene(billing.connect_fake(monkeypatch), factories.create_fan(), artist, f"request:{number}")


def die_at_each_moment(moments: Moments, fresh: Iterator[HoldScene], prepare: Story, story: Story, check: Story) -> int:
    """Returns how many moments there were."""
    total = live_through(moments, next(fresh), 0, prepare, story, check)
    for fatal in range(1, total + 1):
        live_through(moments, next(fresh), fatal, prepare, story, check)
    return total


def live_through(moments: Moments, scene: HoldScene, fatal: int, prepare: Story, story: Story, check: Story) -> int:
    """Returns how many moments there were until the end, or until the process died."""
    moments.begin()
    prepare(scene)
    moments.begin(fatal)
    with suppress(Killed):
        story(scene)
    count = moments.count
    moments.begin()
    scene.tell()
    check(scene)
    Authorisation.objects.update(due_at=None)  # the next provider knows nothing of this one
    return count


def captured_once(scene: HoldScene) -> None:
    moved = scene.fake.simulation.store.all("balance_transaction")
    assert (scene.row().status, [one["amount"] for one in moved]) == ("captured", [500])
    assert Transaction.objects.filter(key=f"auth:{scene.row().pk}:charge").count() == 1
    assert scene.row().settled_amount == 500
    assert_its_books_agree(scene)


def assert_its_books_agree(scene: HoldScene) -> None:
    """Of this one alone: each has a provider of its own, and all are in one ledger."""
    entries = Entry.objects.filter(transaction__facts__authorisation=str(scene.row().pk))
    clearing = entries.filter(account__code="stripe:clearing").aggregate(total=Sum("amount", default=0))["total"]
    deferred = entries.filter(account__code__startswith="deferred:").aggregate(total=Sum("amount", default=0))["total"]
    assert clearing == scene.balance()
    assert deferred == (-500 if scene.row().status == "captured" else 0)


def nothing_taken(scene: HoldScene) -> None:
    assert scene.row().status in {"released", "failed"}
    assert scene.intent()["status"] == "canceled"
    assert scene.fake.simulation.store.all("balance_transaction") == []


def paid_back_once(scene: HoldScene) -> None:
    assert scene.row().status == "refunded"
    assert [one["amount"] for one in scene.fake.simulation.store.all("refund")] == [500]
    assert_its_books_agree(scene)


def nothing(scene: HoldScene) -> None:
    pass


def start(scene: HoldScene) -> None:
    scene.start()


def want_capture(scene: HoldScene) -> None:
    scene.hold()
    scene.want_capture()


def want_release(scene: HoldScene) -> None:
    scene.hold()
    scene.want_release()


def want_both(scene: HoldScene) -> None:
    want_capture(scene)
    scene.want_release()


def want_refund(scene: HoldScene) -> None:
    scene.capture()
    scene.want_refund()


def want_dropped(scene: HoldScene) -> None:
    scene.hold("hold dropped silently")
    scene.want_capture()


@pytest.mark.parametrize(
    ("prepare", "check"),
    [
        (want_capture, captured_once),
        (want_release, nothing_taken),
        (want_both, nothing_taken),
        (want_refund, paid_back_once),
        (want_dropped, nothing_taken),
    ],
)
def test_a_worker_that_dies_at_any_moment_leaves_one_end(
    moments: Moments, monkeypatch: pytest.MonkeyPatch, artist: Artist, prepare: Story, check: Story
) -> None:
    total = die_at_each_moment(moments, scenes(monkeypatch, artist), prepare, HoldScene.work, check)

    assert total >= 6


def test_a_worker_that_dies_while_it_reads_events_loses_none(
    moments: Moments, monkeypatch: pytest.MonkeyPatch, artist: Artist
) -> None:
    def is_held(scene: HoldScene) -> None:
        assert (scene.row().status, scene.intent()["status"]) == ("held", "requires_capture")
        assert not WebhookEvent.objects.filter(state="received").exists()

    total = die_at_each_moment(
        moments, scenes(monkeypatch, artist), lambda scene: scene.pay(scene.start()), HoldScene.tell, is_held
    )

    assert total >= 4


def test_a_site_that_dies_while_a_fan_asks_leaves_one_session(
    moments: Moments, monkeypatch: pytest.MonkeyPatch, artist: Artist
) -> None:
    def one_session(scene: HoldScene) -> None:
        session = scene.start()
        assert [each["id"] for each in scene.fake.simulation.store.all("checkout.session")] == [session.id]
        assert Authorisation.objects.filter(reference=scene.reference).count() == 1

    total = die_at_each_moment(moments, scenes(monkeypatch, artist), nothing, start, one_session)

    assert total >= 4
