"""Expire: a draft that nobody decided in time. Silence is no."""

from django.db import connection, transaction
from django.db.models.functions import Now

from artists.models import Draft
from artists.notifications import draft_notices
from audit import trail
from live import notices

CHANNEL = "deadlines"
BATCH_SIZE = 200
ACTOR = "system:expiry"
REASON_EXPIRED = "expired: nobody decided in time"


def expire_next() -> bool:
    """One batch, in one transaction. Says whether there was anything to do; any number of processes may call it."""
    with transaction.atomic():
        late = Draft.objects.filter(state=Draft.State.PENDING, deadline__lte=Now()).order_by("deadline", "pk")
        drafts = list(late.select_for_update(skip_locked=True, no_key=True)[:BATCH_SIZE])
        if not drafts:
            return False
        ids = [draft.pk for draft in drafts]
        Draft.objects.filter(pk__in=ids).update(state=Draft.State.EXPIRED, reason=REASON_EXPIRED)
        trail.record_all(trail.new_entry("draft.expired", by=ACTOR, subject=f"draft:{pk}") for pk in ids)
        notices.post(draft_notices("draft.decided", drafts))
    return True


def seconds_until_due() -> float | None:
    """Seconds until the next deadline, 0 when one has passed; None when nothing waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM min(deadline) - statement_timestamp())::float8"
            " FROM artists_draft WHERE state = 'pending'"
        )
        seconds: float | None = cursor.fetchone()[0]
    return None if seconds is None else max(seconds, 0.0)
