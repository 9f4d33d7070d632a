"""Each protection of holds is needed: without it, a test that is named here fails."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db.models.functions import Now

from billing import authorisations, caps, holds, holds_sync
from billing.holds_sync import Fetched, Wish
from billing.models import Authorisation
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.billing import test_authorisations, test_holds_at_once, test_holds_given_back
from tests.billing.hold_scene import HoldScene
from tests.billing.test_removed_protections import turns_red
from tests.servers import Database


@pytest.fixture
def scene(db: None, fake_provider: FakeStripe, artist: Artist) -> HoldScene:
    return HoldScene(fake_provider, factories.create_fan(), artist)


@pytest.fixture
def committed(committing_db: Database, fake_provider: FakeStripe) -> HoldScene:
    return HoldScene(fake_provider, factories.create_fan(), factories.create_artist())


find_wish = holds_sync.find_wish


def test_without_its_precedence_a_capture_wins_over_taking_back(
    scene: HoldScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def capture_first(row: Authorisation, fetched: Fetched, now: datetime) -> Wish | None:
        return Wish.CAPTURE if row.status == "capture_wanted" else find_wish(row, fetched, now)

    monkeypatch.setattr(holds_sync, "find_wish", capture_first)

    turns_red(test_holds_given_back.test_taking_back_wins_over_a_capture_that_did_not_happen_yet, scene)


def test_without_a_look_at_what_ended_a_late_payment_stays_held(
    scene: HoldScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget_what_is_over(row: Authorisation, fetched: Fetched, now: datetime) -> Wish | None:
        return None if row.status in holds_sync.OVER else find_wish(row, fetched, now)

    monkeypatch.setattr(holds_sync, "find_wish", forget_what_is_over)

    turns_red(test_holds_given_back.test_what_is_paid_after_it_was_over_is_let_go, scene)


def test_with_a_constant_the_last_moment_is_not_the_providers(
    scene: HoldScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold_for_a_week(row: Authorisation, intent: Any) -> None:
        week = Now() + timedelta(days=7, minutes=1)
        Authorisation.objects.filter(pk=row.pk).update(status="held", capture_before=week)
        row.refresh_from_db()

    monkeypatch.setattr(holds_sync, "_hold", hold_for_a_week)

    turns_red(test_authorisations.test_a_held_amount_says_until_when_it_lasts_and_moves_no_money, scene)


def test_without_its_number_a_refund_that_failed_is_not_tried_again(
    scene: HoldScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = holds._refund

    def refund_unnumbered(row: Authorisation, fetched: Fetched) -> None:
        refund(row, Fetched(fetched.intent))

    monkeypatch.setattr(holds, "_refund", refund_unnumbered)

    turns_red(test_holds_given_back.test_a_refund_that_fails_is_tried_again, scene)


def test_without_the_lock_what_was_fetched_first_can_stand(
    committed: HoldScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds_sync, "lock", lambda pk: Authorisation.objects.get(pk=pk))

    turns_red(test_holds_at_once.test_what_was_fetched_last_stands, committed, monkeypatch)


def drop_triggers(database: Database, *triggers: str) -> None:
    with psycopg.connect(database.owner_url) as owner:
        for trigger in triggers:
            owner.execute(f"DROP TRIGGER {trigger}")


def test_without_both_locks_two_requests_take_the_same_room(
    committing_db: Database, committed: HoldScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours on the fan and the database's on the fan's settings: each is enough alone."""
    drop_triggers(committing_db, "asked_by_an_adult ON billing_authorisation")
    monkeypatch.setattr(caps, "require_room", lambda *_: None)

    turns_red(test_holds_at_once.test_two_requests_at_once_do_not_take_the_same_room, committed)


def test_the_databases_own_check_is_enough_for_the_cap(committed: HoldScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorisations.caps, "require_room", lambda *_: None)

    test_holds_at_once.test_two_requests_at_once_do_not_take_the_same_room(committed)
