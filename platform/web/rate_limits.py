"""Limit how many requests a key may make in a window of time, counted in the database for all processes together.

The callers set the numbers: `LISTENS_RATE_*`, `API_REQUESTS_PER_MINUTE` and `OPERATOR_REVEALS_PER_HOUR` in the
settings, constants in `accounts/wrong_passwords.py`, `listens/first_party.py`, `fans/reports.py`,
`fans/wrong_codes.py`, `artists/invitation_mail.py`, `artists/rights_mail.py`, `artists/approval_mail.py`,
`artists/remixes/shelf.py` and `artists/label/views/export.py`.
"""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from web.models import RateWindow

MAX_DELETED = 1000

# One conditional upsert counts and answers, without a transaction and without a retry. Measured: 0.08 ms a call; with
# the ORM (lock, read, then insert or update) 1.2 ms. A window begins with the first request, and the first request
# after its end begins a new one. Counting stops one above the limit. clock_timestamp() would differ within the
# statement, and now() would not advance within a transaction.
HIT_SQL = """
INSERT INTO web_ratewindow AS w (key, expires_at, count)
VALUES (%(key)s, statement_timestamp() + %(seconds)s * interval '1 second', 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN w.expires_at > statement_timestamp() THEN least(w.count + 1, %(limit)s + 1) ELSE 1 END,
    expires_at = CASE WHEN w.expires_at > statement_timestamp() THEN w.expires_at ELSE excluded.expires_at END
RETURNING count,
    ceil(extract(epoch FROM expires_at - statement_timestamp()))::int,
    ceil(extract(epoch FROM expires_at))::bigint
"""


@dataclass(frozen=True, slots=True)
class RateLimitStatus:
    """What is left of a window. `reset_in` is in seconds, `reset_at` in seconds since 1970."""

    limit: int
    remaining: int
    reset_in: int
    reset_at: int
    allowed: bool


def hit(key: str, limit: int, seconds: int) -> RateLimitStatus:
    """Count one request of `key` and say whether it is allowed. Of the key (a token, an address) only a hash is stored.

    Call it outside a transaction: inside one, all requests with the same key wait for its end.
    """
    key_hash = _hash_key(key)
    with connection.cursor() as cursor:
        cursor.execute(HIT_SQL, {"key": key_hash, "limit": limit, "seconds": seconds})
        count, reset_in, reset_at = cursor.fetchone()
    if count == 1 and key_hash[0] < 4:  # one key in 64 removes old windows when its own begins
        delete_expired()
    return RateLimitStatus(limit, max(limit - count, 0), reset_in, reset_at, allowed=count <= limit)


def count(key: str) -> int:
    """How often `hit` was called for this key in its current window, up to one above its limit."""
    window = RateWindow.objects.filter(pk=_hash_key(key), expires_at__gt=Now())
    return window.values_list("count", flat=True).first() or 0


@transaction.atomic
def delete_expired() -> int:
    """Delete up to MAX_DELETED windows that are over, and return how many."""
    expired = RateWindow.objects.filter(expires_at__lt=Now()).select_for_update(skip_locked=True)
    return RateWindow.objects.filter(pk__in=expired.values("pk")[:MAX_DELETED]).delete()[0]


def cache_key(key: str, prefix: str, version: int) -> str:
    """The name of a row in the cache, where allauth counts by address (KEY_FUNCTION in CACHES)."""
    return _hash_key(f"{prefix}:{version}:{key}").hex()


def _hash_key(key: str) -> bytes:
    """Keyed with the secret key: there are so few IP addresses that a plain hash could be reversed by trying all."""
    secret = hashlib.sha256(b"web.rate_limits" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(secret, key.encode(errors="surrogatepass"), "sha256")
