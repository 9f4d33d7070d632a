"""Post notices, which are numbered without gaps for each person, and read or delete them.

After the commit every web process gets a hint, and tells the person's open pages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from live import publisher
from live.models import Counter, Notice
from live.wire_format import Hint

MAX_HINTS_PER_RECORD = 2000  # about 200 kB, far below what a broker refuses
DELETE_BATCH_SIZE = 1000

# One round trip in place of five. One notice takes 4 ms, through the ORM 14 ms; 100 notices take 15 ms and 121 ms.
# It locks the counters in the order of persons, so that two transactions that notify the same people
# wait for each other instead of deadlocking. Each counter stays locked until commit, so sequences follow commit order.
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
    """Something that one person should look at. `reference` is kind:<id>, never a text or a name."""

    person_id: UUID
    kind: str
    reference: str


def post(new_notices: Sequence[NewNotice]) -> None:
    """Store a row for each notice, and send a hint to every web process after the commit.

    Call it inside the transaction of what the notices are about, and only once, with everybody: counters are locked in
    order within one call. A hint may be lost, but a row is not, and sockets read the rows that they miss.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Notices belong into the transaction of what they tell.")
    if not new_notices:
        return
    columns: list[Any] = [
        [notice.person_id for notice in new_notices],
        [notice.kind for notice in new_notices],
        [notice.reference for notice in new_notices],
    ]
    with connection.cursor() as cursor:
        cursor.execute(POST_SQL, columns)
        hints = [Hint(person.bytes, *rest) for person, *rest in cursor.fetchall()]
    for first in range(0, len(hints), MAX_HINTS_PER_RECORD):
        transaction.on_commit(partial(publisher.publish, hints[first : first + MAX_HINTS_PER_RECORD]), robust=True)


def newest_sequences(person_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The newest sequence of each person, or 0 for somebody who never had a notice."""
    wanted = set(person_ids)
    return dict.fromkeys(wanted, 0) | dict(Counter.objects.filter(pk__in=wanted).values_list("pk", "newest"))


def list_after(person_id: UUID, sequence: int, limit: int) -> list[Notice]:
    """A person's notices after this sequence, oldest first."""
    return list(Notice.objects.filter(person_id=person_id, sequence__gt=sequence).order_by("sequence")[:limit])


def has_gap(rows: Sequence[Notice], *, after: int, limit: int, newest: int = 0) -> bool:
    """Whether notices are missing from what `list_after(person, after, limit)` found, because they were deleted.

    Sequences have no gaps of their own. `newest` is the person's newest sequence; without it, missing notices are seen
    only before the last row.
    """
    last = max(newest, rows[-1].sequence if rows else 0)
    return [row.sequence for row in rows] != list(range(after + 1, min(after + limit, last) + 1))


def delete_older_than(when: datetime) -> int:
    """Delete one batch of the notices that were posted before `when`. Returns how many; 0 when none is left.

    A client that asks for one of them later is told to resync.
    """
    # `at` has no index: to read half a million rows in vain takes 80 ms, and this runs once a day.
    old = Notice.objects.filter(at__lt=when).order_by("pk").values("pk")[:DELETE_BATCH_SIZE]
    return Notice.objects.filter(pk__in=old).delete()[0]
