"""Create a signed-in session for a person without a sign-in form."""

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from accounts.models import Person


def create_session(person: Person, *, fresh: bool = False) -> str:
    """Store the session that a sign-in would have made. Returns its key, the value of the `sessionid` cookie.

    With `fresh`, the password counts as typed just now.
    """
    session = SessionStore()
    if fresh:
        mark_fresh(session, person)
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key


def mark_fresh(session: SessionBase, person: Person) -> None:
    """Let the person's password count as typed just now. The caller saves the session."""
    request = HttpRequest()
    request.session = session
    record_authentication(request, person, "password")
