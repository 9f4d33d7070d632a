"""Check that a person typed the password recently."""

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from accounts.exceptions import ReauthenticationRequired


def did_recently_authenticate(request: HttpRequest | Request) -> bool:
    """True when the person typed the password in this session less than ACCOUNT_REAUTHENTICATION_TIMEOUT seconds ago.

    The records are in the session and name their person. A request with a token, or with the session of somebody
    else, gives False.
    """
    if not request.user.is_authenticated or not hasattr(request, "session"):
        return False
    records = get_authentication_records(request, request.user)
    times = [record["at"] for record in records if record["method"] == "password"]
    return bool(times) and time.time() - max(times) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def require_recent_password(request: HttpRequest | Request) -> None:
    """Raise ReauthenticationRequired unless the password was typed recently.

    A page leaves the exception to allauth's middleware, which asks for the password and then calls the view again.
    """
    if not did_recently_authenticate(request):
        raise ReauthenticationRequired
