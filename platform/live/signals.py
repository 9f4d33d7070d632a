"""End: who signs out is signed out on every open page of that session at once; the heartbeat finds all other ends."""

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts.models import Person
from live import publisher
from live.wire_format import SESSION_ENDED, Hint, session_reference


def close_sockets_of_session(*, request: HttpRequest | None, user: Person | None, **_: Any) -> None:
    """Receives Django's user_logged_out. No row and no sequence: the session itself is the truth, and it is gone."""
    key = getattr(getattr(request, "session", None), "session_key", None)
    if user is not None and key:
        hint = Hint(user.pk.bytes, 0, SESSION_ENDED, session_reference(key))
        transaction.on_commit(partial(publisher.publish, [hint]), robust=True)
