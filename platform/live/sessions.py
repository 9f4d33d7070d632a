"""Recognise: whose session a socket shows, and whether it still is. Reads only: nothing that a socket sends can write.

Leaner than Channels' own middleware: what an open socket keeps is a person, a session's key and a digest, no session
and no model. It knows that sessions are rows (the default SESSION_ENGINE, or cached_db).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from accounts.models import Person
from live import wire_format

# All sockets of a process in one question. The digest is computed where the rows are: sessions are long.
CHECK_SESSIONS_SQL = """
SELECT asked.place, coalesce(c.newest, 0), sha256(convert_to(p.password || s.session_data, 'UTF8'))
FROM unnest(%s::uuid[], %s::text[]) WITH ORDINALITY AS asked (person_id, session_key, place)
JOIN accounts_person p ON p.id = asked.person_id AND p.is_active
JOIN django_session s ON s.session_key = asked.session_key AND s.expire_date > now()
LEFT JOIN live_counter c ON c.person_id = p.id
"""


@dataclass(slots=True, eq=False)
class SocketSession:
    """Somebody who is signed in. `seal` is a digest of all that this rests on."""

    person_id: UUID
    session_key: str
    seal: bytes

    @property
    def session_reference(self) -> str:
        return wire_format.session_reference(self.session_key)


def find_session(session_key: str) -> SocketSession | None:
    """The visitor whose session this is; None for anybody who is not signed in."""
    if "\0" in session_key:  # PostgreSQL has no such text, so nobody's session has
        return None
    session = Session.objects.filter(session_key=session_key, expire_date__gt=Now()).first()
    if session is None:
        return None
    data = session.get_decoded()
    if data.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    person = Person.objects.filter(pk=data[SESSION_KEY], is_active=True).first()
    if person is None or not _is_current_password(data.get(HASH_SESSION_KEY, ""), person):
        return None
    return SocketSession(person.pk, session_key, _fingerprint(person.password, session.session_data))


def _is_current_password(shown: str, person: Person) -> bool:
    """A session made before the password was changed is worth nothing."""
    good = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    return any(constant_time_compare(shown, known) for known in good)


def _fingerprint(password: str, session_data: str) -> bytes:
    return hashlib.sha256((password + session_data).encode()).digest()


def check_sessions(visitors: Sequence[SocketSession]) -> list[int | None]:
    """For each, the newest sequence of their notices; None: no longer signed in.

    One query for all of them. A session whose row has changed is recognised anew, which is rare, one by one.
    """
    answers: list[int | None] = [None] * len(visitors)
    with connection.cursor() as cursor:
        cursor.execute(CHECK_SESSIONS_SQL, [[v.person_id for v in visitors], [v.session_key for v in visitors]])
        rows = cursor.fetchall()
    for place, newest, seal in rows:
        visitor = visitors[place - 1]
        if bytes(seal) == visitor.seal or _recheck(visitor):
            answers[place - 1] = newest
    return answers


def _recheck(visitor: SocketSession) -> bool:
    now = find_session(visitor.session_key)
    if now is None or now.person_id != visitor.person_id:
        return False
    visitor.seal = now.seal
    return True
