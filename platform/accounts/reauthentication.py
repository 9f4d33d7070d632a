"""Check that a person typed the password recently, and redirect to the page that asks for it."""

import time
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


def did_recently_authenticate(request: HttpRequest) -> bool:
    """True when the person typed the password in this session less than ACCOUNT_REAUTHENTICATION_TIMEOUT seconds ago.

    The records are in the session and name their person. A request with a token, or with the session of somebody
    else, gives False.
    """
    if not request.user.is_authenticated or not hasattr(request, "session"):
        return False
    records = get_authentication_records(request, request.user)
    times = [record["at"] for record in records if record["method"] == "password"]
    return bool(times) and time.time() - max(times) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def redirect_to_reauthentication(next_url: str) -> HttpResponse:
    """Redirect to the page that asks for the password; `next_url` is opened afterwards."""
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': next_url})}")
