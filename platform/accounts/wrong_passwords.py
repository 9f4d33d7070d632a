"""Count the wrong passwords of each account: slow its sign-ins down, and tell its owner once a day.

Nobody can lock an account by it. allauth locks the pair of an account and an address (accounts/allauth_adapter.py).
"""

import logging

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from accounts.models import Person
from web import rate_limits, slow_answers

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 3600
FREE_TRIES = 5
"""Wrong passwords within the window that slow nothing down."""
MAX_DELAY_SECONDS = 30
MAX_COUNTED = 1000
DAY_SECONDS = 86_400


def delay_answer(request: HttpRequest, email: str) -> None:
    """Hold back the answer to this sign-in, right or wrong: 2 s after five wrong ones, doubled after each.

    An address without an account is treated the same, so that the time does not show whether there is one.
    """
    wrong = rate_limits.count(_key(email))
    if wrong >= FREE_TRIES:
        slow_answers.answer_not_before(request, min(MAX_DELAY_SECONDS, 2.0 ** (wrong - FREE_TRIES + 1)))


def record(email: str) -> None:
    """Count one wrong password. The owner gets a mail as soon as the account is slowed down, and once a day."""
    status = rate_limits.hit(_key(email), MAX_COUNTED, WINDOW_SECONDS)
    if status.limit - status.remaining > FREE_TRIES:
        _tell_owner(email)


def _tell_owner(email: str) -> None:
    person = Person.objects.filter(email=email.lower(), is_active=True).first()
    if person is None or not rate_limits.hit(f"wrong passwords told {person.pk}", 1, DAY_SECONDS).allowed:
        return
    try:
        get_adapter().send_notification_mail("account/email/wrong_passwords", person)
    except OSError:
        logger.exception("the mail about wrong passwords did not go out")


def _key(email: str) -> str:
    return f"wrong passwords {email.lower()}"
