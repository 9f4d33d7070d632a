"""Close the open pages of a session as soon as its person signs out.

The heartbeat finds every other end of a session.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts.models import Person
from live import publisher
from live.wire_format import SESSION_ENDED, Hint, session_reference


def close_sockets_of_session(*, request: HttpRequest | None, user: Person | None, **_: Any) -> None:
    """Receive Django's user_logged_out, and send a hint. It needs no row: the session's own row is gone."""
    key = getattr(getattr(request, "session", None), "session_key", None)
    if user is not None and key:
        hint = Hint(user.pk.bytes, 0, SESSION_ENDED, session_reference(key))
        transaction.on_commit(partial(publisher.publish, [hint]), robust=True)
