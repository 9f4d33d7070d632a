"""Sign: did the person at this very session type the password a moment ago?"""

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest


def did_recently_authenticate(request: HttpRequest) -> bool:
    """True for a session whose person typed the password, to sign in or again, in the last ten minutes.

    The seconds are ACCOUNT_REAUTHENTICATION_TIMEOUT. The records lie in the session and name their person, so no
    token, and nobody who came to a session of somebody else, is ever fresh.
    """
    if not request.user.is_authenticated or not hasattr(request, "session"):
        return False
    records = get_authentication_records(request, request.user)
    typed = [record["at"] for record in records if record["method"] == "password"]
    return bool(typed) and time.time() - max(typed) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
