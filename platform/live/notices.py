"""Note: what a person's open pages should look at, numbered without gaps, and tell every web process after commit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from live import publisher
from live.models import Notice
from live.wire_format import Hint

MAX_HINTS_PER_RECORD = 2000  # hints in one record: about 200 kB, far from what a broker refuses

# One statement: the counters in the order of persons, so that two transactions that tell the same people wait for
# each other instead of deadlocking; each counter stays locked until commit, so sequence is commit order.
POST_SQL = """
WITH news AS (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[]) WITH ORDINALITY AS n (person_id, kind, reference, place)
), counted AS (
    INSERT INTO live_counter AS c (person_id, newest)
    SELECT person_id, count(*) FROM news GROUP BY person_id ORDER BY person_id
    ON CONFLICT (person_id) DO UPDATE SET newest = c.newest + EXCLUDED.newest
    RETURNING person_id, newest
), numbered AS (
    SELECT news.*, newest + 1 - row_number() OVER (PARTITION BY person_id ORDER BY place DESC) AS sequence
    FROM news JOIN counted USING (person_id)
)
INSERT INTO live_notice (person_id, sequence, kind, reference)
SELECT person_id, sequence, kind, reference FROM numbered ORDER BY person_id, sequence
RETURNING person_id, sequence, kind, reference
"""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something that one person should look at: `reference` is kind:<id>, never a text or a name."""

    person_id: UUID
    kind: str
    reference: str


def post(news: Sequence[NewNotice]) -> None:
    """Inside the transaction of what they tell: a row each, and after commit a hint to every web process.

    Call it once in a transaction, with everybody: counters are locked in order within one call. The hint may be
    lost, the row not; sockets ask for what they miss.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Notices belong into the transaction of what they tell.")
    if not news:
        return
    columns: list[Any] = [[new.person_id for new in news], [new.kind for new in news], [new.reference for new in news]]
    with connection.cursor() as cursor:
        cursor.execute(POST_SQL, columns)
        hints = [Hint(person.bytes, *rest) for person, *rest in cursor.fetchall()]
    for first in range(0, len(hints), MAX_HINTS_PER_RECORD):
        transaction.on_commit(partial(publisher.publish, hints[first : first + MAX_HINTS_PER_RECORD]), robust=True)


def list_after(person_id: UUID, sequence: int, limit: int) -> list[Notice]:
    """A person's notices that follow this one, oldest first."""
    return list(Notice.objects.filter(person_id=person_id, sequence__gt=sequence).order_by("sequence")[:limit])


def newest_sequences(person_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The newest sequence of each; 0 for somebody who never had a notice."""
    wanted = list(set(person_ids))
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id, newest FROM live_counter WHERE person_id = ANY(%s)", [wanted])
        return {**dict.fromkeys(wanted, 0), **dict(cursor.fetchall())}


def delete_older_than(when: datetime) -> int:
    """Delete at most 1,000 notices that were posted before this time. Returns how many."""
    old = Notice.objects.filter(at__lt=when).order_by("pk").values("pk")[:1000]
    return Notice.objects.filter(pk__in=old).delete()[0]
