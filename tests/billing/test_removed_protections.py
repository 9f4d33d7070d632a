"""Each protection of money is needed: without it, a test that is named here fails."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
import pytest
from django.core.exceptions import MultipleObjectsReturned
from django.db import DatabaseError, transaction
from pytest_django import Settings

from artists import review
from artists.models import Draft
from billing import authorisations, leases, refunds, sync
from billing.leases import Lease, SubscriptionState
from billing.models import Subscription
from billing.provider import provider as provider_module
from billing.provider import webhooks as signatures
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from rights import splits
from rights.splits import ShareKey
from tests import factories
from tests.artists import test_paid_requests
from tests.billing import fan_scene, test_refunds, test_sync_at_once, test_webhooks
from tests.billing.core_history import STEP_NAMES, CoreHistory
from tests.billing.fan_scene import Scene
from tests.billing.histories import play, random_steps
from tests.billing.hold_scene import HoldScene
from tests.billing.in_process import answer_quickly
from tests.billing.memory import Core
from tests.billing.provider import test_webhooks as test_signatures
from tests.ledger import test_posting
from tests.servers import Database

RED = (AssertionError, DatabaseError, ExceptionGroup, MultipleObjectsReturned, pytest.fail.Exception)
ENOUGH = 400
"""Histories in which each of these faults shows."""


@pytest.fixture
def simulated(settings: Settings) -> None:
    settings.PAYMENTS = "simulated"


def turns_red(test: Callable[..., Any], *values: Any) -> None:
    """The test passes with the protection, which its own file shows; it does not pass now."""
    with pytest.raises(RED):
        test(*values)


def play_many() -> None:
    """As test_core_histories does, with histories that are the same each time."""
    for seed in range(ENOUGH):
        history = CoreHistory()
        with pytest.MonkeyPatch.context() as patch:
            answer_quickly(patch)
            patch.setattr(provider_module, "connect", lambda *_, history=history: history.core.provider)
            play(history, random_steps(STEP_NAMES, seed))


# The lock


def test_without_the_lock_what_was_fetched_first_can_stand(
    committing_db: Database, fake_provider: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(provider_id: str, book: str) -> Subscription:
        return Subscription.objects.get(provider_id=provider_id, book=book)

    scene: Scene = fan_scene.begin(fake_provider, factories.create_artist())
    monkeypatch.setattr(sync, "lock_subscription", find)

    turns_red(test_sync_at_once.test_what_was_fetched_last_is_what_stands, scene, monkeypatch)


def test_without_the_lock_a_history_does_not_end_in_the_truth(simulated: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unlocked(set[str]):
        def __contains__(self, name: object) -> bool:
            return False

    begin = Core.__init__

    def begin_unlocked(core: Core, *values: Any, **named: Any) -> None:
        begin(core, *values, **named)
        core.locked = Unlocked()

    monkeypatch.setattr(Core, "__init__", begin_unlocked)

    turns_red(play_many)


# Unique indexes


@pytest.fixture
def drop(committing_db: Database) -> Callable[[str, str], None]:
    def drop_constraint(table: str, name: str) -> None:
        with psycopg.connect(committing_db.owner_url) as owner:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    return drop_constraint


def test_without_its_index_an_event_is_stored_twice(drop: Callable[[str, str], None]) -> None:
    drop("billing_webhookevent", "an_event_is_stored_once")

    turns_red(test_webhooks.test_an_event_that_comes_again_changes_nothing)


def test_without_its_index_a_transaction_is_posted_twice(
    committing_db: Database, drop: Callable[[str, str], None]
) -> None:
    drop("ledger_transaction", "a_key_is_posted_once")

    turns_red(test_posting.test_processes_that_post_the_same_at_once_store_it_once, committing_db)


# The lease


def by_status(state: SubscriptionState, **_: Any) -> Lease | None:
    """What products do that believe a status: whoever is active has access until the end of the newest period."""
    ends = [line.period_end for invoice in state.invoices for line in invoice.lines]
    if state.status not in {"active", "trialing"} or not ends:
        return None
    return Lease(state.price, state.created, max(ends), True, "paid")


def test_with_a_status_in_place_of_the_lease_somebody_is_entitled_without_a_paid_period(
    simulated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "compute_lease", by_status)  # of our side: the test asks the true one for the truth

    turns_red(play_many)


# The remaining shares of a refund


def test_with_each_refund_split_for_itself_a_party_loses_more_than_it_got(monkeypatch: pytest.MonkeyPatch) -> None:
    def split_whole(
        amount: int, shares: Mapping[ShareKey, int], taken: Mapping[ShareKey, int], *, rotate_by: str = ""
    ) -> dict[ShareKey, int]:
        return splits.split(amount, shares) if any(shares.values()) else {}

    monkeypatch.setattr(refunds.splits, "refund", split_whole)

    turns_red(test_refunds.test_many_small_parts_take_no_more_from_a_line_than_it_has)


# The time of a signature


@pytest.fixture
def believe_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "_signed_at", lambda header: 0)


def test_without_the_check_of_the_future_a_signature_lasts_for_ever(
    believe_the_future: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: float(test_signatures.NOW))

    turns_red(test_signatures.test_a_signature_of_the_past_or_the_future_is_refused, 301)


def test_without_the_check_of_the_future_a_history_believes_a_forged_event(
    simulated: None, believe_the_future: None
) -> None:
    history = CoreHistory()
    history.forge(0)

    turns_red(history.forge, 2)


# The time to undo


def test_with_a_capture_at_the_approval_an_undo_has_taken_money(
    db: None, fake_provider: FakeStripe, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = review.approve

    def approve_and_capture(draft_id: int, **how: Any) -> Draft:
        draft = real(draft_id, **how)
        assert draft.decision_id
        with transaction.atomic():
            authorisations.want_capture(str(draft.moment.request), draft.decision_id)
        return draft

    monkeypatch.setattr(review, "approve", approve_and_capture)
    story = test_paid_requests.Story(HoldScene(fake_provider, factories.create_fan(), artist))

    turns_red(test_paid_requests.test_an_undo_touches_no_money, story)
