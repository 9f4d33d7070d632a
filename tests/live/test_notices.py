"""Sequences have no gaps, also when many processes notify the same people at once."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Person
from live import notices, publisher, wire_format
from live.exceptions import UnreadableHint
from live.models import Counter, Notice
from live.notices import NewNotice
from tests.live.factories import create_person, post_and_roll_back
from tests.servers import Database


def test_each_persons_sequences_start_at_one_in_the_order_posted(db: None) -> None:
    ana, ben = create_person("ana"), create_person("ben")

    notices.post([NewNotice(ben.pk, "a", "x:1"), NewNotice(ana.pk, "b", "x:2"), NewNotice(ben.pk, "c", "x:3")])
    notices.post([NewNotice(ben.pk, "d", "x:4")])

    rows = Notice.objects.order_by("person__handle", "sequence")
    assert list(rows.values_list("person__handle", "sequence", "kind", "reference")) == [
        ("ana", 1, "b", "x:2"),
        ("ben", 1, "a", "x:1"),
        ("ben", 2, "c", "x:3"),
        ("ben", 3, "d", "x:4"),
    ]
    assert notices.newest_sequences([ana.pk, ben.pk]) == {ana.pk: 1, ben.pk: 3}


def test_list_after_finds_a_persons_own_notices_oldest_first(db: None) -> None:
    ana, ben = create_person("ana"), create_person("ben")
    notices.post([NewNotice(ana.pk, "kind", f"x:{n}") for n in range(5)] + [NewNotice(ben.pk, "kind", "secret:1")])

    rows = notices.list_after(ana.pk, 1, 3)

    assert [(row.sequence, row.reference) for row in rows] == [(2, "x:1"), (3, "x:2"), (4, "x:3")]


def test_the_newest_sequence_of_a_person_without_notices_is_zero(db: None) -> None:
    ana = create_person("ana")

    assert notices.newest_sequences([ana.pk]) == {ana.pk: 0}
    assert notices.list_after(ana.pk, 0, 10) == []


def test_old_notices_are_deleted_in_batches_and_sequences_go_on(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "DELETE_BATCH_SIZE", 2)
    ana, ben = create_person("ana"), create_person("ben")
    notices.post([NewNotice(ana.pk, "kind", "x:1")] * 4 + [NewNotice(ben.pk, "kind", "x:1")])
    when = timezone.now()
    notices.post([NewNotice(ana.pk, "kind", "x:2")])

    assert [notices.delete_older_than(when) for _ in range(4)] == [2, 2, 1, 0]
    assert [(row.sequence, row.reference) for row in notices.list_after(ana.pk, 0, 10)] == [(5, "x:2")]
    assert notices.newest_sequences([ana.pk, ben.pk]) == {ana.pk: 5, ben.pk: 1}


@pytest.mark.parametrize(
    ("after", "limit", "newest", "gap"),
    [(0, 9, 5, True), (2, 9, 5, True), (3, 9, 5, False), (5, 9, 5, False), (7, 9, 5, False), (3, 9, 6, True)],
)
def test_a_gap_is_found_before_the_first_and_after_the_last_row(
    db: None, after: int, limit: int, newest: int, gap: bool
) -> None:
    ana = create_person("ana")
    notices.post([NewNotice(ana.pk, "kind", "x:1")] * 3)
    notices.delete_older_than(timezone.now())
    notices.post([NewNotice(ana.pk, "kind", "x:1")] * 2)

    rows = notices.list_after(ana.pk, after, limit)

    assert notices.has_gap(rows, after=after, limit=limit, newest=newest) is gap


def test_a_page_that_is_full_has_no_gap(db: None) -> None:
    ana = create_person("ana")
    notices.post([NewNotice(ana.pk, "kind", "x:1")] * 3)

    assert not notices.has_gap(notices.list_after(ana.pk, 0, 2), after=0, limit=2, newest=3)


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_notices_is_one_query(db: None, django_assert_num_queries, count: int) -> None:
    people = [create_person(f"fan{n}") for n in range(count)]

    with django_assert_num_queries(1):
        notices.post([NewNotice(person.pk, "kind", "x:1") for person in people])


def test_outside_a_transaction_nothing_is_posted(committing_db: Database) -> None:
    ana = create_person("ana")

    with pytest.raises(transaction.TransactionManagementError):
        notices.post([NewNotice(ana.pk, "kind", "x:1")])

    assert Notice.objects.count() == 0


def test_a_rollback_leaves_no_number_and_tells_nobody(committing_db: Database, monkeypatch) -> None:
    ana = create_person("ana")
    sent: list[list[wire_format.Hint]] = []
    monkeypatch.setattr(publisher, "publish", sent.append)

    post_and_roll_back(ana, kind="lost")
    with transaction.atomic():
        notices.post([NewNotice(ana.pk, "kept", "x:2")])

    assert list(Notice.objects.values_list("sequence", "kind")) == [(1, "kept")]
    assert sent == [[wire_format.Hint(ana.pk.bytes, 1, "kept", "x:2")]]


def test_a_transaction_is_one_record_and_a_huge_one_several(committing_db: Database, monkeypatch) -> None:
    ana, ben = create_person("ana"), create_person("ben")
    sent: list[list[wire_format.Hint]] = []
    monkeypatch.setattr(publisher, "publish", sent.append)

    with transaction.atomic():
        notices.post([NewNotice(ana.pk, "kind", "x:1"), NewNotice(ben.pk, "kind", "x:1")])
    with transaction.atomic():
        notices.post([NewNotice(ana.pk, "kind", "x:1")] * 4001)

    assert [len(record) for record in sent] == [2, 2000, 2000, 1]
    assert [hint.sequence for record in sent[1:] for hint in record] == list(range(2, 4003))


def test_eight_threads_notify_the_same_people_without_gap_or_deadlock(committing_db: Database) -> None:
    people = [create_person(f"fan{n}") for n in range(10)]
    start = threading.Barrier(8)

    def post_at_random(seed: int) -> int:
        rng = random.Random(seed)
        posted = 0
        with closing(connection):
            start.wait()
            for _ in range(25):
                receivers = rng.sample(people, 6) * 2
                with transaction.atomic():
                    notices.post([NewNotice(person.pk, "kind", "x:1") for person in receivers])
                posted += len(receivers)
        return posted

    with ThreadPoolExecutor(8) as pool:
        total = sum(pool.map(post_at_random, range(8)))

    assert Notice.objects.count() == total
    for person in people:
        sequences = Notice.objects.filter(person=person).order_by("id").values_list("sequence", flat=True)
        assert sorted(sequences) == list(range(1, Counter.objects.get(person=person).newest + 1))


def test_a_record_is_decoded_and_an_unknown_one_is_refused() -> None:
    hints = [wire_format.Hint(b"0123456789abcdef", 7, "kind", "x:1")]

    assert wire_format.decode_hints(wire_format.encode_hints(hints)) == hints
    for record in (None, b"", b"\xff", b"{}", wire_format.encode_hints(hints)[:-1]):
        with pytest.raises(UnreadableHint):
            wire_format.decode_hints(record)


def test_a_session_reference_does_not_hold_the_key() -> None:
    assert "0123" not in wire_format.session_reference("0123" * 8)
    assert len(wire_format.session_reference("0123" * 8)) <= 80


def test_posting_does_not_wait_for_a_broker_that_is_away(committing_db: Database, settings, caplog) -> None:
    settings.KAFKA_BOOTSTRAP_SERVERS = ["127.0.0.1:1"]
    ana = create_person("ana")

    for _ in range(20):
        with transaction.atomic():
            notices.post([NewNotice(ana.pk, "kind", "x:1")])

    assert Person.objects.filter(pk=ana.pk).exists()
    assert notices.newest_sequences([ana.pk]) == {ana.pk: 20}
