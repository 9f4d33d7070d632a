"""The batch step's number of queries, and its transactions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import Person
from catalog.models import Recording
from config.events import handle_batch
from fans.models import Engagement
from listens import ingest
from listens.ingest import ingest_records
from listens.models import Listen
from tests.listens.factories import NOON, add_source, after_noon, listen_event, make_fan, make_incoming

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [1, 3, 500])
def test_one_record_takes_as_many_queries_as_hundreds(
    ana: Person, night: Recording, number: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    key = str(ana.pk).encode()
    starts = [after_noon(12 * n) for n in range(number)]  # too far apart to tell of the same play
    records = [make_incoming(listen_event(ana.pk, started_at=start), key=key) for start in starts]
    queries = ["sources", "fans", "matches", "empty the staging tables", "copy", "insert", "new and near"]

    with django_assert_num_queries(len(queries)):
        result = ingest_records(records)

    assert len(result.listens) == number


@pytest.mark.parametrize("number", [1, 3, 300])
def test_one_duplicate_takes_as_many_queries_as_hundreds(
    ana: Person, night: Recording, number: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    starts = [NOON + timedelta(minutes=12 * n) for n in range(number)]
    ingest_records([make_incoming(listen_event(ana.pk, started_at=start.isoformat())) for start in starts])
    again = [(start + timedelta(seconds=2)).isoformat() for start in starts]
    records = [
        make_incoming(listen_event(ana.pk, started_at=start, client={"submission_client": "Another"}))
        for start in again
    ]

    with django_assert_num_queries(9):  # two more than without duplicates: read what is near, and mark
        result = ingest_records(records)

    assert (result.listens, Listen.objects.filter(duplicate_of__isnull=False).count()) == ([], number)


@pytest.mark.parametrize("number", [1, 3, 500])
def test_another_source_costs_one_more_query(number: int, django_assert_num_queries: Callable[[int], Any]) -> None:
    uri = "https://player.example/1"
    fans = [make_fan(f"fan{n}") for n in range(min(number, 20))]
    topic = add_source(uri, *fans)
    plays = [(fans[n % len(fans)].pk, after_noon(n)) for n in range(number)]
    records = [
        make_incoming(listen_event(fan, source=uri, started_at=start), key=str(fan).encode(), topic=topic)
        for fan, start in plays
    ]

    with django_assert_num_queries(8):  # its fans
        result = ingest_records(records)

    assert len(result.listens) == number


def test_an_empty_batch_takes_no_query(django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(0):
        assert ingest_records([]) == ingest.IngestResult([], [])


def test_one_transaction_may_store_several_batches(ana: Person) -> None:
    """As the consumer does when it halves a batch to find the record that fails."""
    with transaction.atomic():
        first = ingest_records([make_incoming(listen_event(ana.pk, started_at=after_noon(1)))])
    with transaction.atomic():
        ingest_records([make_incoming(listen_event(ana.pk, started_at=after_noon(2)))])
        transaction.set_rollback(True)
    second = ingest_records([make_incoming(listen_event(ana.pk, started_at=after_noon(3)))])

    assert [listen.started_at for listen in (*first.listens, *second.listens)] == [
        NOON + timedelta(minutes=1),
        NOON + timedelta(minutes=3),
    ]
    assert Listen.objects.count() == 2


def test_a_batch_that_is_rolled_back_is_new_again(ana: Person) -> None:
    record = make_incoming(listen_event(ana.pk))
    with transaction.atomic():
        ingest_records([record])
        transaction.set_rollback(True)

    assert len(ingest_records([record]).listens) == 1
    connection.check_constraints()


def test_a_batch_counts_its_listens_and_returns_the_rejected_records(ana: Person, night: Recording) -> None:
    bad = make_incoming(b"nonsense")

    rejected = handle_batch(
        [make_incoming(listen_event(ana.pk)), bad, make_incoming(listen_event(ana.pk, started_at=after_noon(4)))]
    )

    assert [each.record for each in rejected] == [bad]
    assert list(Engagement.objects.values_list("person", "artist", "listens")) == [(ana.pk, night.artist_id, 2)]
