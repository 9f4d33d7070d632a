"""Write audit entries in the transaction of the change that they describe."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from audit.models import Entry


def new_entry(action: str, *, by: str, subject: str, **facts: Any) -> Entry:
    """An unsaved entry. `by` is `person:<uuid>` or a SystemActor, `subject` is `kind:<id>`."""
    return Entry(actor=by, action=action, subject=subject, facts=facts)


def record(action: str, *, by: str, subject: str, **facts: Any) -> None:
    """Write one entry. Raises RuntimeError outside a transaction: the change and its entry must commit together."""
    record_all([new_entry(action, by=by, subject=subject, **facts)])


def record_all(entries: Iterable[Entry]) -> None:
    """Write several entries in one statement, under the same rule."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit entry is written in the transaction of what it tells.")
    Entry.objects.bulk_create(entries)
