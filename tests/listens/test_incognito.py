"""For a while nobody is told what a fan listens to."""

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

    def submit(*ago: float, kind: str = "single") -> Any:
        """Listens that began so many minutes ago."""
        song = {"track_name": "Salt Radio", "artist_name": "Mara Veil"}
        now = datetime.now(UTC).timestamp()
        listens = [{"listened_at": int(now - 60 * each), "track_metadata": song} for each in ago]
        payload = listens or [{"track_metadata": song}]
        return Client().post(
            "/1/submit-listens",
            json.dumps({"listen_type": kind, "payload": payload}),
            content_type="application/json",
            headers={"authorization": f"Token {secret}"},
        )

    return submit


def was_incognito(fan: Person, *, since: float, until: float | None) -> None:
    """In minutes before now."""
    now = datetime.now(UTC)
    end = None if until is None else now - timedelta(minutes=until)
    Incognito.objects.create(person=fan, since=now - timedelta(minutes=since), until=end)


def starts() -> list[int]:
    """In minutes before now."""
    said = [json.loads(bytes(row.value or b""))["data"].get("started_at") for row in Outbox.objects.order_by("id")]
    return [round((datetime.now(UTC) - datetime.fromisoformat(each)).total_seconds() / 60) for each in said]


@pytest.mark.parametrize("kind", ["single", "playing_now"])
def test_what_is_played_meanwhile_is_answered_as_ever_and_dropped(ana: Person, submit: Any, kind: str) -> None:
    incognito.start(ana, until=None)

    answer = submit(*([5] if kind == "single" else []), kind=kind)

    assert (answer.status_code, answer.json(), Outbox.objects.count()) == (200, {"status": "ok"}, 0)


def test_afterwards_it_is_recorded_again(ana: Person, submit: Any) -> None:
    incognito.start(ana, until=None)
    incognito.end(ana)

    submit(-1)

    assert len(starts()) == 1


def test_a_single_of_that_time_is_dropped_when_it_comes_later_too(ana: Person, submit: Any) -> None:
    was_incognito(ana, since=60, until=30)

    for ago in (90, 45, 10):
        submit(ago)

    assert starts() == [90, 10]


def test_an_import_keeps_its_past_but_for_that_time(ana: Person, submit: Any) -> None:
    was_incognito(ana, since=60, until=30)
    incognito.start(ana, until=None)

    submit(90, 45, 10, kind="import")

    assert starts() == [90, 10]


def test_it_ends_by_itself(ana: Person, submit: Any) -> None:
    was_incognito(ana, since=120, until=60)

    submit(5)

    assert (starts(), incognito.current(ana)) == ([5], None)


def test_of_one_fan_it_hides_nobody_else(ana: Person, submit: Any) -> None:
    incognito.start(factories.create_fan("Bea"), until=None)

    submit(5)

    assert starts() == [5]


def test_starting_again_takes_the_place_of_what_stands(ana: Person) -> None:
    incognito.start(ana, until=None)
    begun = incognito.start(ana, until=datetime.now(UTC) + HOUR)

    first, second = Incognito.objects.order_by("since")
    assert (first.until, second.pk, incognito.current(ana)) == (second.since, begun.pk, begun)


def test_ending_what_does_not_stand_changes_nothing(ana: Person) -> None:
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


def test_the_database_knows_one_open_incognito_a_fan_and_no_end_before_its_beginning(ana: Person) -> None:
    now = datetime.now(UTC)
    Incognito.objects.create(person=ana, since=now)

    for wrong in ({"until": None}, {"until": now - HOUR}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Incognito.objects.create(person=ana, since=now, **wrong)
