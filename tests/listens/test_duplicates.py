"""One play that several clients tell of counts once, whatever the order; true repeats count each time."""

from itertools import permutations
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Person
from artists.models import Moment
from catalog import registration
from catalog.models import Recording
from config.events import handle_batch
from events.records import Incoming
from fans import engagement
from fans.models import Engagement
from listens import retraction
from listens.models import Listen, Tombstone
from tests import factories
from tests.concurrency import start_until_blocked
from tests.listens.factories import NOON, SONG_MS, make_fan, telling
from tests.listens.retractions import counts_of_rows, outbox_records, stored_counts
from tests.servers import Database


def counted() -> list[tuple[str, int]]:
    """Client and second of what counts."""
    rows = Listen.objects.filter(duplicate_of=None).order_by("second", "client")
    return [(row.client, row.second - int(NOON.timestamp())) for row in rows]


def reasons() -> dict[tuple[str, int], str]:
    rows = Listen.objects.filter(duplicate_of__isnull=False)
    return {(row.client, row.second - int(NOON.timestamp())): row.duplicate_reason for row in rows}


@pytest.mark.parametrize("order", ["".join(order) for order in permutations("ABC")])
def test_a_play_told_in_other_words_is_one_whatever_the_order(ana: Person, night: Recording, order: str) -> None:
    """B has the words of A and the code of the recording, C has the words of the recording."""
    Recording.objects.update(isrc="PTABC2600001")
    tellings = {
        "A": telling(ana, 0, "A", track={"title": "Nite Trane"}),
        "B": telling(ana, 1, "B", track={"title": "Nite Trane", "isrc": "PTABC2600001"}),
        "C": telling(ana, 2, "C", played_ms=SONG_MS),
    }

    for client in order:
        handle_batch([tellings[client]])

    assert (counted(), reasons().keys()) == ([("C", 2)], {("A", 0), ("B", 1)})
    assert stored_counts() == counts_of_rows()


@pytest.mark.parametrize("one_batch", [True, False])
@pytest.mark.parametrize("is_reversed", [True, False])
@pytest.mark.parametrize(
    ("told", "expected", "reason"),
    [
        ([("A", 0), ("B", 1)], [("A", 0)], "other_client"),
        ([("A", 0), ("B", 200)], [("A", 0)], "other_end"),
        ([("A", 0), ("B", 260)], [("A", 0)], "other_end"),
        ([("A", 0), ("B", 261)], [("A", 0), ("B", 261)], None),
        ([("A", 0), ("A", 3)], [("A", 0)], "same_client"),
        ([("A", 0), ("A", 200)], [("A", 0), ("A", 200)], None),
        ([("A", 0), ("B", 1), ("C", 2)], [("A", 0)], "other_client"),
    ],
)
def test_one_play_told_twice_counts_once(
    ana: Person,
    night: Recording,
    told: list[tuple[str, int]],
    expected: list[tuple[str, int]],
    reason: str | None,
    is_reversed: bool,
    one_batch: bool,
) -> None:
    records = [telling(ana, second, client) for client, second in (reversed(told) if is_reversed else told)]

    for batch in [records] if one_batch else [[record] for record in records]:
        assert handle_batch(batch) == []

    assert counted() == expected
    assert set(reasons().values()) == ({reason} if reason else set())
    assert stored_counts() == counts_of_rows()


@pytest.mark.parametrize(
    ("one", "other", "apart", "is_one_play"),
    [
        ({"time_basis": "start"}, {"time_basis": "start"}, 60, True),
        ({"time_basis": "start"}, {"time_basis": "start"}, 61, False),
        ({"time_basis": "start"}, {"time_basis": "minute"}, 90, True),
        ({"time_basis": "minute"}, {"time_basis": "minute"}, 91, False),
        ({"time_basis": "start"}, {"time_basis": "end"}, 260, True),
        ({"duration_ms": 0}, {"duration_ms": 0}, 660, True),
        ({"duration_ms": 0}, {"duration_ms": 0}, 661, False),
        ({}, {"track": {"title": "Day Train"}}, 1, False),
        ({}, {"track": {"isrc": "GBAYE6800011", "title": "Night Train (Live)"}}, 1, True),
    ],
)
def test_how_far_apart_two_clients_may_tell_of_one_play(
    ana: Person, night: Recording, one: dict[str, Any], other: dict[str, Any], apart: int, is_one_play: bool
) -> None:
    handle_batch([telling(ana, 0, "A", **one)])
    handle_batch([telling(ana, apart, "B", **other)])

    assert len(counted()) == (1 if is_one_play else 2)


@pytest.mark.parametrize(
    ("about", "apart", "plays"),
    [
        ({}, 180, 1),
        ({}, 200, 2),
        ({}, 190, 2),  # players fade songs into each other
        ({"played_ms": 120_000}, 120, 2),
        ({"playback": {"session_id": "s"}}, 100, 2),
        ({"duration_ms": 0}, 5, 1),
        ({"duration_ms": 0}, 60, 2),
        ({"duration_ms": 20_000}, 20, 2),
        ({"time_basis": "start"}, 100, 2),
    ],
)
def test_the_next_play_of_the_same_client_counts(
    ana: Person, night: Recording, about: dict[str, Any], apart: int, plays: int
) -> None:
    handle_batch([telling(ana, 0, **about), telling(ana, apart, **about)])

    assert len(counted()) == plays


def test_the_duration_in_the_catalogue_says_when_the_next_play_can_begin(ana: Person, night: Recording) -> None:
    Recording.objects.update(duration_ms=240_000)

    handle_batch([telling(ana, 0, duration_ms=0), telling(ana, 100, duration_ms=0), telling(ana, 240, duration_ms=0)])

    assert counted() == [("A", 0), ("A", 240)]


def test_a_song_played_all_afternoon_counts_each_time(ana: Person, night: Recording) -> None:
    """One client tells the start, the other the end, when the next play has begun."""
    plays = range(0, 6_000, 200)
    records = [telling(ana, start, "A", time_basis="start") for start in plays]
    records += [telling(ana, start + 203, "B", time_basis="end") for start in plays]

    for record in records[::7] + [record for n, record in enumerate(records) if n % 7]:
        handle_batch([record])

    assert len(counted()) == len(plays)
    assert Engagement.objects.get().listens == len(plays)


@pytest.mark.parametrize(
    "better", [{"played_ms": 190_000}, {"source": "/api/player"}, {"track": {"isrc": "GBAYE6800011"}}]
)
def test_the_better_telling_takes_the_place(ana: Person, night: Recording, better: dict[str, Any]) -> None:
    handle_batch([telling(ana, 100, "A")])
    handle_batch([telling(ana, 0, "C")])

    handle_batch([telling(ana, 101, "B", **better)])

    assert counted() == [("B", 101)]
    assert reasons() == {("A", 100): "other_client", ("C", 0): "other_end"}
    assert stored_counts() == counts_of_rows()


def test_the_moment_follows_the_better_telling_and_there_is_no_second_one(db: None) -> None:
    ada = factories.create_artist("Ada")
    factories.create_recording(ada, "Night Train")
    program = factories.create_program(ada, nth=2)
    ana = factories.create_fan(opted_in=ada)
    handle_batch([telling(ana, 0), telling(ana, 1000)])
    [moment] = Moment.objects.filter(program=program)

    handle_batch([telling(ana, 1001, "B", played_ms=190_000), telling(ana, 3000)])

    [after] = Moment.objects.filter(program=program)
    better = Listen.objects.get(client="B")
    assert (after.pk, after.listen_id, after.state) == (moment.pk, better.pk, moment.state)
    assert Engagement.objects.get().listens == 3


def test_a_better_telling_makes_no_moment_of_a_play_before_the_opt_in(db: None) -> None:
    ada = factories.create_artist("Ada")
    factories.create_recording(ada, "Night Train")
    factories.create_program(ada, nth=1)
    ana = make_fan("ana")
    handle_batch([telling(ana, 0)])
    factories.opt_ins.opt_in(ana, ada)

    handle_batch([telling(ana, 1, "B", played_ms=190_000)])

    assert (counted(), Moment.objects.count()) == ([("B", 1)], 0)


def test_a_duplicate_makes_no_moment(db: None) -> None:
    ada = factories.create_artist("Ada")
    factories.create_recording(ada, "Night Train")
    factories.create_program(ada, nth=2)
    ana = factories.create_fan(opted_in=ada)

    handle_batch([telling(ana, 0), telling(ana, 1, "B")])
    handle_batch([telling(ana, 200, "C")])

    assert (Engagement.objects.get().listens, Moment.objects.count()) == (1, 0)


def test_a_live_play_makes_its_moment_though_the_import_of_it_counts(db: None) -> None:
    ada = factories.create_artist("Ada")
    factories.create_recording(ada, "Night Train")
    factories.create_program(ada, nth=1)
    ana = factories.create_fan(opted_in=ada)

    handle_batch([telling(ana, 0), telling(ana, 1, "B", origin="import", played_ms=190_000)])

    assert (counted(), Moment.objects.count()) == ([("B", 1)], 1)


def test_a_duplicate_of_another_recording_with_the_same_text_moves_its_count(ana: Person, night: Recording) -> None:
    other = registration.add_recording(night.artist, "Night Train (2019)", by="system:operator", isrc="GBAYE6800099")
    handle_batch([telling(ana, 0)])

    handle_batch([telling(ana, 1, "B", played_ms=190_000, track={"isrc": "GBAYE6800099"})])

    assert {name: count for name, (count, *_) in stored_counts().items()} == {"": 1, other.title: 1}
    assert stored_counts() == counts_of_rows()


def test_listens_of_two_fans_are_two_plays(ana: Person, night: Recording) -> None:
    handle_batch([telling(ana, 0), telling(make_fan("bea"), 1, "B")])

    assert counted() == [("A", 0), ("B", 1)]


def test_forgetting_a_play_forgets_everything_that_tells_of_it(ana: Person, night: Recording) -> None:
    for forgotten in ("A", "B"):
        handle_batch([telling(ana, 0), telling(ana, 200, "B"), telling(ana, 2000)])
        listen = Listen.objects.filter(client=forgotten).order_by("second")[0]

        retraction.retract(listen, by=ana.actor)
        handle_batch([telling(ana, 203, "C")])  # before the event is read
        handle_batch(outbox_records())

        assert counted() == [("A", 2000)]
        assert stored_counts() == counts_of_rows()
        assert Tombstone.objects.count() in {2, 3}
        Tombstone.objects.all().delete()


def test_a_duplicate_that_comes_after_the_click_is_not_stored(ana: Person, night: Recording) -> None:
    handle_batch([telling(ana, 0)])
    retraction.retract(Listen.objects.get(), by=ana.actor)
    handle_batch([telling(ana, 200, "B", played_ms=190_000)])
    assert (counted(), reasons()) == ([("A", 0)], {})

    handle_batch(outbox_records())
    handle_batch([telling(ana, 200, "B"), telling(ana, 202, "C")])

    assert (Listen.objects.count(), Tombstone.objects.count(), stored_counts()) == (0, 1, {})


def test_the_fan_counts_a_duplicate_and_takes_it_back(ana: Person, night: Recording) -> None:
    handle_batch([telling(ana, 0), telling(ana, 200, "B")])
    duplicate = Listen.objects.get(client="B")

    results = [engagement.set_separate(duplicate, separate=True, by=ana.actor) for _ in range(2)]
    handle_batch([telling(ana, 201, "C")])

    assert (results, counted()) == ([True, False], [("A", 0), ("B", 200)])
    assert reasons() == {("C", 201): "other_end"}
    assert stored_counts() == counts_of_rows()

    results = [engagement.set_separate(duplicate, separate=False, by=ana.actor) for _ in range(2)]

    assert (results, counted()) == ([True, False], [("A", 0)])
    assert stored_counts() == counts_of_rows()


def test_what_counts_already_cannot_be_counted_again(ana: Person, night: Recording) -> None:
    handle_batch([telling(ana, 0)])

    assert engagement.set_separate(Listen.objects.get(), separate=True, by=ana.actor) is False
    assert Engagement.objects.get().listens == 1


TELLINGS = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.integers(0, 90).map(lambda tens: tens * 10),
        st.sampled_from(["start", "end", "unknown"]),
        st.sampled_from([None, 150_000]),
    ),
    min_size=2,
    max_size=7,
    unique_by=lambda told: told[1],
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TELLINGS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(db: None, told: list[Any], chance: Any) -> None:
    with transaction.atomic():
        ada = registration.add_artist("Ada", "ada", by="system:operator")
        registration.add_recording(ada, "Night Train", by="system:operator")
        fans = [make_fan(f"fan{n}") for n in range(3)]
        outcomes = []
        for fan in fans:
            records = [
                telling(fan, second, client, time_basis=basis, played_ms=played)
                for client, second, basis, played in told
            ]
            chance.shuffle(records)
            while records:
                size = chance.randint(1, 3)
                assert handle_batch(records[:size]) == []
                records = records[size:]
            rows = Listen.objects.filter(person=fan).order_by("second").select_related("duplicate_of")
            outcomes.append([(row.second, row.duplicate_of and row.duplicate_of.second) for row in rows])
            by_rows = sum(original is None for _, original in outcomes[-1])
            assert Engagement.objects.get(person=fan).listens == by_rows
            assert [row for row in rows if row.duplicate_of and row.duplicate_of.duplicate_of_id] == []
        assert outcomes[0] == outcomes[1] == outcomes[2]
        transaction.set_rollback(True)


def test_two_consumers_at_the_same_time_count_one_play(committing_db: Database) -> None:
    """One reads our own API, the other a source whose producer uses another partition."""
    fan = make_fan("ana")
    registration.add_recording(
        registration.add_artist("Ada", "ada", by="system:operator"), "Night Train", by="system:operator"
    )

    with transaction.atomic():
        handle_batch([telling(fan, 0)])
        finish = start_until_blocked(lambda: handle_in_transaction([telling(fan, 200, "B")]))
    finish()

    assert (counted(), reasons()) == ([("A", 0)], {("B", 200): "other_end"})
    assert Engagement.objects.get().listens == 1


def handle_in_transaction(records: list[Incoming]) -> None:
    with transaction.atomic():
        handle_batch(records)


MARK_SQL = "UPDATE listens_listen SET duplicate_of_id = %s, duplicate_reason = 'other_client' WHERE id = %s"
DELETE_SQL = "DELETE FROM listens_listen WHERE id = %s"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([MARK_SQL, "B", "A"], [MARK_SQL, "C", "B"]),
        ([MARK_SQL, "C", "B"], [MARK_SQL, "B", "A"]),
        ([MARK_SQL, "B", "A"], [MARK_SQL, "A", "B"]),
        ([MARK_SQL, "B", "A"], [DELETE_SQL, "B"]),
        ([DELETE_SQL, "B"], [MARK_SQL, "B", "A"]),
    ],
)
def test_two_transactions_make_no_chain_and_no_orphan_together(
    committing_db: Database, first: list[str], second: list[str]
) -> None:
    """Neither sees what the other has done until it commits, so the database makes one wait."""
    fan = make_fan("ana")
    handle_in_transaction([telling(fan, 10_000 * n, client) for n, client in enumerate("ABC")])
    ids = dict(Listen.objects.values_list("client", "pk"))

    def execute(statement: str, *clients: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [ids[client] for client in clients])

    with transaction.atomic():
        execute(*first)
        finish = start_until_blocked(lambda: execute(*second))
    with pytest.raises(DatabaseError, match=r"cannot be a duplicate|together with them"):
        finish()
