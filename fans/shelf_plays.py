"""How often the remixes on a shelf were played, for their makers and the team: in steps, and of several fans together.

A play is a listen of the recording, by somebody else than the maker, that counts.
"""

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KT

from fans.models import ShelfEntry
from listens.models import Listen

LEAST_FANS = 5
"""Of fewer nothing is said, so that nobody can guess who they were."""
STEPS = (1, 2, 5)
"""Of every power of ten. A number that moves with each play would say when somebody listened."""


def count(entries: Collection[ShelfEntry]) -> dict[int, int]:
    """For each of these at least how often it was played; 0 where fewer than LEAST_FANS played it. One query."""
    if not entries:
        return {}
    groups = list_plays(entries).annotate(plays=Count("pk"), fans=Count("person", distinct=True))
    found = {one["reference"]: round_down(one["plays"]) for one in groups if one["fans"] >= LEAST_FANS}
    return {entry.pk: found.get(str(entry), 0) for entry in entries}


def list_plays(entries: Collection[ShelfEntry]) -> QuerySet[Any, Any]:
    """The `reference` of the entry of each play that is counted. There is at least one entry."""
    by_makers = reduce(or_, (Q(reference=str(entry), person=entry.person_id) for entry in entries))
    return (
        Listen.objects.counted()
        .of_remixes()
        .filter(extra__playback__context_uri__startswith="shelf:")  # as the index says
        .annotate(reference=KT("extra__playback__context_uri"))
        .filter(~by_makers, reference__in=[str(entry) for entry in entries])
        .order_by()
        .values("reference")
    )


def round_down(plays: int) -> int:
    """The last step that was reached: 5, 10, 20, 50, 100 and so on. `plays` is at least 1."""
    power: int = 10 ** (len(str(plays)) - 1)
    return power * max(step for step in STEPS if step * power <= plays)
