"""A play that a fan forgot stays forgotten: what would be a duplicate of it is not stored, and the next play is."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Person
from catalog import registration
from catalog.models import Recording
from config.events import handle_batch
from listens import plays, retraction
from listens.models import Listen, Tombstone
from tests.listens.factories import NOON, make_fan, telling
from tests.listens.retractions import counts_of_rows, outbox_records, stored_counts


def forget_all() -> None:
    """Forget each play that is stored, and let the consumer delete it."""
    for listen in Listen.objects.filter(duplicate_of=None):
        retraction.retract(listen, by=listen.person.actor)
    assert handle_batch(outbox_records()[-Tombstone.objects.count() :]) == []
    assert Listen.objects.count() == 0


def told_seconds() -> list[int]:
    return sorted(second - int(NOON.timestamp()) for second in Listen.objects.values_list("second", flat=True))


@pytest.mark.parametrize(
    ("client", "second", "about", "is_kept"),
    [
        ("B", 200, {}, False),  # the end
        ("B", 260, {}, False),
        ("B", 261, {}, True),
        ("B", -260, {}, False),
        ("B", 200, {"time_basis": "start"}, False),  # A may have told the end
        ("A", 180, {}, False),  # the same client, before the song can have ended
        ("A", 188, {}, True),  # players fade songs into each other
        ("A", 100, {"played_ms": 90_000}, True),
        ("B", 200, {"track": {"isrc": "GBAYE6800011", "title": "Night Train (Live)"}}, False),
        ("B", 200, {"track": {"title": "Day Train"}}, True),
    ],
)
def test_what_tells_of_a_forgotten_play_minutes_off_stays_away(
    ana: Person, night: Recording, client: str, second: int, about: dict[str, Any], is_kept: bool
) -> None:
    handle_batch([telling(ana, 0)])
    forget_all()

    handle_batch([telling(ana, second, client, **about)])

    assert told_seconds() == ([second] if is_kept else [])
    assert stored_counts() == counts_of_rows()


def test_the_next_play_of_a_client_counts_though_another_client_told_of_the_forgotten_one_too(
    ana: Person, night: Recording
) -> None:
    handle_batch([telling(ana, 0, "A"), telling(ana, 1, "B")])
    forget_all()

    handle_batch([telling(ana, 201, "B"), telling(ana, 203, "C")])

    assert [row.client for row in Listen.objects.all()] == ["B"]


def test_a_duplicate_that_comes_between_the_click_and_its_event_keeps_its_own_facts(
    ana: Person, night: Recording
) -> None:
    handle_batch([telling(ana, 0, "A")])
    retraction.retract(Listen.objects.get(), by=ana.actor)

    handle_batch([telling(ana, 200, "B"), *outbox_records()])

    assert Listen.objects.count() == 0
    [tombstone] = Tombstone.objects.all()
    assert (tombstone.client, tombstone.time_basis, tombstone.duration_ms) == ("A", "unknown", 200_000)


ABOUT = st.fixed_dictionaries(
    {
        "time_basis": st.sampled_from(["start", "end", "minute", "unknown"]),
        "duration_ms": st.sampled_from([0, 20_000, 200_000, 4_000_000]),
        "played_ms": st.sampled_from([None, 0, 15_000, 120_000]),
    }
)


@settings(max_examples=75, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ABOUT, ABOUT, st.sampled_from("AB"), st.one_of(st.integers(-700, 700), st.integers(-3700, 3700)))
def test_a_listen_stays_away_if_it_would_be_a_duplicate_of_the_forgotten_one(
    db: None, one: dict[str, Any], other: dict[str, Any], client: str, apart: int
) -> None:
    """Within a minute everything stays away; beyond that exactly what `plays` takes for the same play."""
    with transaction.atomic():
        ada = registration.add_artist("Ada", "ada", by="system:operator")
        registration.add_recording(ada, "Night Train", by="system:operator")
        ana, bo = make_fan("ana"), make_fan("bo")
        handle_batch([telling(bo, 0, "A", **one), telling(bo, apart, client, **other)])
        is_same_play = Listen.objects.filter(person=bo).exclude(duplicate_of=None).exists() or apart == 0
        Listen.objects.all().delete()

        handle_batch([telling(ana, 0, "A", **one)])
        forget_all()
        handle_batch([telling(ana, apart, client, **other)])

        is_stored = Listen.objects.exists()
        transaction.set_rollback(True)
    if abs(apart) >= plays.CLOSE_SECONDS:
        assert is_stored is not is_same_play
    elif is_same_play:
        assert not is_stored
