"""Decide: write down who said yes to exactly this. An experience, a draft and a signature each point to such a row."""

from django.db import connection

from rights.models import Decision


def record_decision(kind: str, content_hash: str, *, by: str, role: str, under: Decision | None = None) -> Decision:
    """A decision, in the transaction of what it decides, or not at all.

    `by` is a plain id, `role` what that person was in the team at that moment, `under` a wider decision it leans on.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A decision is written in the transaction of what it decides.")
    return Decision.objects.create(kind=kind, content_hash=content_hash, by=by, role=role, under=under)
