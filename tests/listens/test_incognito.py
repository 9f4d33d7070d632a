"""Incognito periods, and the listens that our APIs drop in them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import tokens
from accounts.models import Person
from audit.models import Entry
from events.models import Outbox
from listens import incognito
from listens.models import Incognito
from tests import factories

HOUR = timedelta(hours=1)


@pytest.fixture
def ana(db: None) -> Person:
    return factories.create_fan("Ana")


@pytest.fixture
def submit(ana: Person) -> Any:
    secret = tokens.create(ana, "mpd", by=ana)[1]

    def submit(*minutes_ago: float, listen_type: str = "single") -> Any:
        """Submit listens that began so many minutes ago."""
        song = {"track_name": "Salt Radio", "artist_name": "Mara Veil"}
        now = datetime.now(UTC).timestamp()
        listens = [{"listened_at": int(now - 60 * each), "track_metadata": song} for each in minutes_ago]
        payload = listens or [{"track_metadata": song}]
        return Client().post(
            "/1/submit-listens",
            json.dumps({"listen_type": listen_type, "payload": payload}),
            content_type="application/json",
            headers={"authorization": f"Token {secret}"},
        )

    return submit


def add_past_period(fan: Person, *, since: float, until: float | None) -> None:
    """Add a period in the past; its limits are in minutes before now."""
    now = datetime.now(UTC)
    end = None if until is None else now - timedelta(minutes=until)
    Incognito.objects.create(person=fan, since=now - timedelta(minutes=since), until=end)


def minutes_of_outbox() -> list[int]:
    """Return when the listens in the outbox began, in minutes before now."""
    starts = [json.loads(bytes(row.value or b""))["data"].get("started_at") for row in Outbox.objects.order_by("id")]
    return [round((datetime.now(UTC) - datetime.fromisoformat(each)).total_seconds() / 60) for each in starts]


@pytest.mark.parametrize("listen_type", ["single", "playing_now"])
def test_listens_during_an_incognito_period_are_answered_as_usual_and_dropped(
    ana: Person, submit: Any, listen_type: str
) -> None:
    incognito.start(ana, until=None)

    response = submit(*([5] if listen_type == "single" else []), listen_type=listen_type)

    assert (response.status_code, response.json(), Outbox.objects.count()) == (200, {"status": "ok"}, 0)


def test_after_the_period_listens_are_recorded_again(ana: Person, submit: Any) -> None:
    incognito.start(ana, until=None)
    incognito.end(ana)

    submit(-1)

    assert len(minutes_of_outbox()) == 1


def test_a_single_from_an_incognito_period_is_dropped_when_it_comes_later(ana: Person, submit: Any) -> None:
    add_past_period(ana, since=60, until=30)

    for minutes_ago in (90, 45, 10):
        submit(minutes_ago)

    assert minutes_of_outbox() == [90, 10]


def test_an_import_keeps_listens_outside_incognito_periods(ana: Person, submit: Any) -> None:
    add_past_period(ana, since=60, until=30)
    incognito.start(ana, until=None)

    submit(90, 45, 10, listen_type="import")

    assert minutes_of_outbox() == [90, 10]


def test_a_period_with_an_end_ends_by_itself(ana: Person, submit: Any) -> None:
    add_past_period(ana, since=120, until=60)

    submit(5)

    assert (minutes_of_outbox(), incognito.current(ana)) == ([5], None)


def test_another_fans_period_hides_nothing(ana: Person, submit: Any) -> None:
    incognito.start(factories.create_fan("Bea"), until=None)

    submit(5)

    assert minutes_of_outbox() == [5]


def test_starting_again_replaces_the_active_period(ana: Person) -> None:
    incognito.start(ana, until=None)
    period = incognito.start(ana, until=datetime.now(UTC) + HOUR)

    first, second = Incognito.objects.order_by("since")
    assert (first.until, second.pk, incognito.current(ana)) == (second.since, period.pk, period)


def test_ending_without_an_active_period_changes_nothing(ana: Person) -> None:
    assert [incognito.end(ana), bool(incognito.start(ana, until=None)), incognito.end(ana), incognito.end(ana)] == [
        False,
        True,
        True,
        False,
    ]
    assert list(Entry.objects.filter(actor=ana.actor).order_by("pk").values_list("action", flat=True)) == [
        "incognito.started",
        "incognito.ended",
    ]


def test_the_database_allows_one_open_period_a_fan_and_no_end_before_the_start(ana: Person) -> None:
    now = datetime.now(UTC)
    Incognito.objects.create(person=ana, since=now)

    for invalid in ({"until": None}, {"until": now - HOUR}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Incognito.objects.create(person=ana, since=now, **invalid)
