"""Numbers without gaps, also when many tell the same people at once."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection, transaction

from accounts.models import Person
from live import notices, publisher, wire_format
from live.exceptions import UnreadableHint
from live.models import Counter, Notice
from live.notices import NewNotice
from tests.live.conftest import create_person, post_and_roll_back
from tests.servers import Database


def test_each_person_counts_from_one_in_the_order_of_the_news(db: None) -> None:
    ana, ben = create_person("ana"), create_person("ben")

    notices.post([NewNotice(ben.pk, "a", "x:1"), NewNotice(ana.pk, "b", "x:2"), NewNotice(ben.pk, "c", "x:3")])
    notices.post([NewNotice(ben.pk, "d", "x:4")])

    told = Notice.objects.order_by("person__handle", "sequence")
    assert list(told.values_list("person__handle", "sequence", "kind", "reference")) == [
        ("ana", 1, "b", "x:2"),
        ("ben", 1, "a", "x:1"),
        ("ben", 2, "c", "x:3"),
        ("ben", 3, "d", "x:4"),
    ]
    assert notices.newest_sequences([ana.pk, ben.pk]) == {ana.pk: 1, ben.pk: 3}


def test_what_came_after_is_only_ones_own_and_oldest_first(db: None) -> None:
    ana, ben = create_person("ana"), create_person("ben")
    notices.post([NewNotice(ana.pk, "kind", f"x:{n}") for n in range(5)] + [NewNotice(ben.pk, "kind", "secret:1")])

    found = notices.list_after(ana.pk, 1, 3)

    assert [(one.sequence, one.reference) for one in found] == [(2, "x:1"), (3, "x:2"), (4, "x:3")]


def test_somebody_without_notices_is_at_zero(db: None) -> None:
    ana = create_person("ana")

    assert notices.newest_sequences([ana.pk]) == {ana.pk: 0}
    assert notices.list_after(ana.pk, 0, 10) == []


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_notices_is_one_query(db: None, django_assert_num_queries, count: int) -> None:
    people = [create_person(f"fan{n}") for n in range(count)]

    with django_assert_num_queries(1):
        notices.post([NewNotice(one.pk, "kind", "x:1") for one in people])


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


def test_a_transaction_is_one_record_and_a_huge_one_a_few(committing_db: Database, monkeypatch) -> None:
    ana, ben = create_person("ana"), create_person("ben")
    sent: list[list[wire_format.Hint]] = []
    monkeypatch.setattr(publisher, "publish", sent.append)

    with transaction.atomic():
        notices.post([NewNotice(ana.pk, "kind", "x:1"), NewNotice(ben.pk, "kind", "x:1")])
    with transaction.atomic():
        notices.post([NewNotice(ana.pk, "kind", "x:1")] * 4001)

    assert [len(record) for record in sent] == [2, 2000, 2000, 1]
    assert [hint.sequence for record in sent[1:] for hint in record] == list(range(2, 4003))


def test_eight_at_once_tell_the_same_people_without_gap_or_deadlock(committing_db: Database) -> None:
    people = [create_person(f"fan{n}") for n in range(10)]
    start = threading.Barrier(8)

    def tell(seed: int) -> int:
        chance = random.Random(seed)
        told = 0
        with closing(connection):
            start.wait()
            for _ in range(25):
                some = chance.sample(people, 6) * 2
                with transaction.atomic():
                    notices.post([NewNotice(one.pk, "kind", "x:1") for one in some])
                told += len(some)
        return told

    with ThreadPoolExecutor(8) as crowd:
        total = sum(crowd.map(tell, range(8)))

    assert Notice.objects.count() == total
    for one in people:
        numbers = Notice.objects.filter(person=one).order_by("id").values_list("sequence", flat=True)
        assert sorted(numbers) == list(range(1, Counter.objects.get(person=one).newest + 1))


def test_a_record_gives_back_what_was_told_and_refuses_what_is_none_of_ours() -> None:
    told = [wire_format.Hint(b"0123456789abcdef", 7, "kind", "x:1")]

    assert wire_format.decode_hints(wire_format.encode_hints(told)) == told
    for strange in (None, b"", b"\xff", b"{}", wire_format.encode_hints(told)[:-1]):
        with pytest.raises(UnreadableHint):
            wire_format.decode_hints(strange)


def test_a_session_is_named_without_its_key() -> None:
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
