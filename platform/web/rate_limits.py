"""Hold the door: count what one key did in a window of time, in one statement, for all processes together."""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

# A window begins with the first request and is forgotten by the next one after its end. Counting stops one above the
# limit. clock_timestamp() would differ within the statement, now() would stand still in a transaction.
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
DELETE_EXPIRED_SQL = """
DELETE FROM web_ratewindow WHERE key IN (
    SELECT key FROM web_ratewindow WHERE expires_at < statement_timestamp() LIMIT 1000 FOR UPDATE SKIP LOCKED
)
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
    """Count one request of `key` (a token, an address; only its digest is kept) and say whether it is one too many.

    Call it outside a transaction: inside one, everybody with the same key waits for its end.
    """
    digest = _hash_key(key)
    with connection.cursor() as cursor:
        cursor.execute(HIT_SQL, {"key": digest, "limit": limit, "seconds": seconds})
        taken, reset_in, reset_at = cursor.fetchone()
    if taken == 1 and digest[0] < 4:  # of one key in 64, a window that begins pays for some that ended
        delete_expired()
    return RateLimitStatus(limit, max(limit - taken, 0), reset_in, reset_at, allowed=taken <= limit)


def delete_expired() -> int:
    """Remove windows that are over, at most 1,000. How many it were."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE_EXPIRED_SQL)
        return int(cursor.rowcount)


def cache_key(key: str, prefix: str, version: int) -> str:
    """How the cache names its rows (CACHES, KEY_FUNCTION): allauth counts by address there."""
    return _hash_key(f"{prefix}:{version}:{key}").hex()


def _hash_key(key: str) -> bytes:
    """Keyed, because addresses are few enough to try them all."""
    secret = hashlib.sha256(b"web.rate_limits" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(secret, key.encode(errors="surrogatepass"), "sha256")
