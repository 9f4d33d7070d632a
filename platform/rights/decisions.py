"""Record decisions, and check who may sign in an artist's name.

A decision row says who said yes to exactly one content. An experience, a draft and a signature each point to one.
"""

from django.db import connection

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from accounts.models import Person
from accounts.roles import may_sign, role_of
from catalog.models import Artist
from rights.models import Decision


def record_decision(
    kind: str,
    content_hash: str,
    *,
    artist: Artist,
    by: str | None,
    role: str,
    why_hash: str | None = None,
    under: Decision | None = None,
    heard_seconds: int | None = None,
) -> Decision:
    """Store a decision, in the transaction of what it decides. Outside a transaction it raises RuntimeError.

    `by` is `person:<uuid>`, and `role` their role in the artist's team; the database refuses another one. Without `by`
    and with an empty role nobody decided about the item itself: it rests on `under` alone. A decision on
    an item needs the `why_hash` too. `under` is a wider decision of the same artist that this one follows from.
    `heard_seconds` is how much of a sound they had heard, none for anything else.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A decision is written in the transaction of what it decides.")
    return Decision.objects.create(
        kind=kind,
        content_hash=content_hash,
        artist=artist,
        why_hash=why_hash,
        by=by,
        role=role,
        under=under,
        heard_seconds=heard_seconds,
    )


def require_principal(artist: Artist, *, by: Person, fresh: bool, what: str) -> None:
    """Raise NotAllowed unless `by` is a principal of this artist, and ReauthenticationRequired unless `fresh`.

    `fresh` says whether the password was typed in the last minutes. `what` ends the sentence "Only a principal … may".
    """
    if not may_sign(role_of(by, artist.team_id)):
        raise NotAllowed(f"Only a principal of {artist.name}, the artist in person, may {what}.")
    if not fresh:
        raise ReauthenticationRequired
