"""Limit how many wrong codes of promotions and links of gifts a fan may try, so that nobody finds one by guessing."""

from django.http import Http404

from accounts.models import Person
from billing import gifts, promotions
from billing.models import Gift
from web import rate_limits

WRONG_AN_HOUR, HOUR = 20, 3600
SAID_TOO_MANY = "Those were too many wrong codes. Try again in an hour."


def read_code(person: Person, artist_id: int, sent: str) -> str:
    """The code of a promotion as it is stored; empty if it leads to none, or after too many wrong ones."""
    code = promotions.clean_code(sent)
    if not code or is_blocked(person):
        return ""
    if promotions.has_code(artist_id, code):
        return code
    _record(person)
    return ""


def get_gift_or_404(person: Person, token: str) -> Gift:
    """The paid gift of a link, for somebody who is not blocked. Raises Http404 for a wrong link."""
    gift = gifts.find_by_token(token)
    if gift is None:
        _record(person)
        raise Http404
    return gift


def is_blocked(person: Person) -> bool:
    return rate_limits.count(_key(person)) >= WRONG_AN_HOUR


def _record(person: Person) -> None:
    """Count a wrong one. Call it outside a transaction."""
    rate_limits.hit(_key(person), WRONG_AN_HOUR, HOUR)


def _key(person: Person) -> str:
    return f"wrong codes {person.pk}"
