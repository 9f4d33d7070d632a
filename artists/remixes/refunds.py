"""Pay back what was paid for a remix that stopped within `REMIX_REFUND_DAYS` of its delivery.

It stops where a yes behind it ended, or where it was taken back. A card gets the money, over what remains of each
share; a request of a tier is usable again. Each change of rights leaves a `StopCheck`, and so does each day.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from artists.models import ExperienceRequest
from artists.notifications import request_notice
from audit import trail
from audit.actors import SystemActor
from billing import authorisations, request_credits
from billing.failures import one_at_a_time
from fans.models import RemixRefund, StopCheck
from live import notices
from worker import due

CHANNEL = "refunds"
"""Triggers notify it of what leaves a `StopCheck`."""
ACTOR = SystemActor.REQUESTS
BATCH_SIZE = 500
DAY = timedelta(days=1)
LATEST = timedelta(days=7)
"""So long after the last day one that stopped in time is found still."""
BACK_REASON = "remix.stopped"

# In SQL: `rights_stops` answers for a batch at once. It is asked for the country of the delivery, because a fan who
# moved stopped nothing of anybody's.
STOPPED_SQL = """
WITH paid AS MATERIALIZED (
    SELECT request.id, experience.id AS experience_id, experience.clearance_id, experience.after_end,
        experience.withdrawn_at, experience.delivered_at
    FROM artists_experiencerequest request
    JOIN artists_draft draft ON draft.moment_id = request.moment_id
    JOIN fans_experience experience ON experience.draft = draft.id
    WHERE request.state = 'delivered' AND request.paid_by IN ('card', 'credit')
    AND request.ended_at > statement_timestamp() - %(days)s - %(latest)s AND request.id > %(after)s
    AND experience.kind = 'remix' AND experience.text IS NOT NULL
    AND (%(experience)s::uuid IS NULL OR experience.id = %(experience)s)
    AND NOT EXISTS (SELECT FROM fans_remixrefund refund WHERE refund.experience_id = experience.id)
    ORDER BY request.id LIMIT %(size)s
)
SELECT paid.id, paid.experience_id,
    least(paid.withdrawn_at, CASE WHEN stop.clearance_id IS NOT NULL THEN coalesce(stop.at, statement_timestamp()) END)
        <= paid.delivered_at + %(days)s
FROM paid LEFT JOIN rights_stops(
    ARRAY(SELECT clearance_id FROM paid WHERE after_end = 'stops'), statement_timestamp(), ''
) stop ON stop.clearance_id = paid.clearance_id AND paid.after_end = 'stops'
ORDER BY paid.id
"""


class _Paid(NamedTuple):
    """Something that was paid and delivered."""

    request: int
    experience: UUID
    is_owed: bool | None
    """Whether it stopped in time; None while it plays."""


def work() -> bool:
    """Pay back everything that is owed, where a check is due. Always False: there is nothing more to do at once."""
    checks = list(StopCheck.objects.filter(due_at__lte=Now()).values_list("pk", flat=True))
    if checks or not StopCheck.objects.exists():
        for paid in _find_owed():
            with one_at_a_time(f"request:{paid.request} was not paid back"):  # it may play again by now
                refund(paid.request, paid.experience)
        with transaction.atomic():
            StopCheck.objects.filter(Q(pk__in=checks) | Q(due_at__gt=Now())).delete()
            StopCheck.objects.create(due_at=Now() + DAY)
    return False


def seconds_until_due() -> float | None:
    """Seconds until a check is due."""
    return due.seconds_until(StopCheck.objects.all())


def refund_before_erasure(experience_id: UUID) -> None:
    """Pay it back now if it stopped in time: what is erased is not found any more."""
    for paid in _read_paid(0, experience_id):
        if paid.is_owed:
            refund(paid.request, paid.experience, is_last_time=True)


def refund(request_id: int, experience_id: UUID, *, is_last_time: bool = False) -> bool:
    """Pay back one that stopped, in one transaction. False where the fan has it back already, or payments are off.

    `is_last_time`: with payments off it is promised all the same, and goes back once they are on again. The database
    refuses it for one that plays.
    """
    with transaction.atomic():
        locked = ExperienceRequest.objects.select_for_update(no_key=True, of=("self",))
        request = locked.select_related("person").get(pk=request_id)
        if RemixRefund.objects.filter(request=request_id).exists():
            return False
        is_by_card = request.paid_by == ExperienceRequest.PaidBy.CARD
        find = authorisations.find_captured if is_last_time and settings.PAYMENTS == "off" else authorisations.find
        hold = find(str(request)) if is_by_card else None
        left = hold.captured_amount - hold.returned_amount if hold and hold.captured_amount else 0
        if is_by_card and not left:  # the site runs on other money now, or all of it went back another way
            return False
        money = {"amount": left, "currency": hold.currency} if hold else {}
        RemixRefund.objects.create(experience_id=experience_id, request=request_id, paid_by=request.paid_by, **money)
        if hold is None:
            request_credits.give_back_used(str(request))
        else:
            authorisations.want_back(hold, BACK_REASON)
        trail.record("request.refunded", by=ACTOR, subject=str(request), why=BACK_REASON)
        notices.post([request_notice(request)])
    return True


def _find_owed() -> Iterator[_Paid]:
    """What stopped in time and was not paid back, in batches."""
    after = 0
    while found := _read_paid(after):
        yield from (paid for paid in found if paid.is_owed)
        after = found[-1].request


def _read_paid(after: int, experience: UUID | None = None) -> list[_Paid]:
    about: dict[str, Any] = {"days": timedelta(days=settings.REMIX_REFUND_DAYS), "latest": LATEST}
    with connection.cursor() as cursor:
        cursor.execute(STOPPED_SQL, about | {"after": after, "size": BATCH_SIZE, "experience": experience})
        return [_Paid(*row) for row in cursor.fetchall()]
