"""Expire the drafts that nobody decided before their deadline."""

from django.db import transaction
from django.db.models import CharField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from artists import eligibility
from artists.models import Draft
from artists.notifications import KEY_CLOSED, draft_notices, key_notices
from audit import trail
from audit.actors import SystemActor
from live import notices

CHANNEL = "deadlines"
BATCH_SIZE = 200
ACTOR = SystemActor.EXPIRY
UNDECIDED = (Draft.State.PENDING, Draft.State.AWAITING)
"""The team has not decided, or a rightsholder that holds a key has not."""
REASON_EXPIRED = "expired: nobody decided in time"
# In SQL, as a part of the update: the database alone knows whose key is missing.
MISSING_NAMES_SQL = f"array_to_string({eligibility.missing_names_sql('artists_draft')}, ', ')"
REASON_SQL = f"""
CASE WHEN state = 'awaiting' THEN left('expired: ' || {MISSING_NAMES_SQL} || ' did not decide in time', 300) ELSE %s END
"""


def expire_next() -> bool:
    """Expire one batch in one transaction. Returns whether there was any. Several processes may call it at once."""
    with transaction.atomic():
        overdue = Draft.objects.filter(state__in=UNDECIDED, deadline__lte=Now()).order_by("deadline", "pk")
        drafts = list(overdue.select_for_update(skip_locked=True, no_key=True)[:BATCH_SIZE])
        if not drafts:
            return False
        ids = [draft.pk for draft in drafts]
        reason = RawSQL(REASON_SQL, [REASON_EXPIRED], CharField())  # noqa: S611 - our own constant
        Draft.objects.filter(pk__in=ids).update(state=Draft.State.EXPIRED, reason=reason)
        trail.record_all(trail.new_entry("draft.expired", by=ACTOR, subject=f"draft:{pk}") for pk in ids)
        notices.post(draft_notices("draft.decided", drafts) + key_notices(KEY_CLOSED, drafts))
    return True


def seconds_until_due() -> float | None:
    """Seconds until the next deadline, 0 when one has passed; None when nothing waits for a decision."""
    return Draft.objects.filter(state__in=UNDECIDED).seconds_until("deadline")
