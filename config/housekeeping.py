"""Delete what nobody needs any more: old notices, dead letters, invitations, sessions, pictures, audio, remixes.

`work housekeeping` does it once a day, `manage.py prune` at once. Each run writes an audit entry with its counts, and
the newest entry tells when the next run is due. So a restart neither skips a day nor repeats it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import invitations
from audit import trail
from audit.actors import SystemActor
from audit.models import Entry
from catalog import audio, audio_uploads, pictures
from events import dead_letters
from fans import renders
from fans.desk import previews
from live import notices
from web import rate_limits
from worker import advisory_locks

logger = logging.getLogger(__name__)

ACTOR = SystemActor.HOUSEKEEPING
INTERVAL = timedelta(days=1)
ADVISORY_LOCK = 0x0FA_0003  # ours among the advisory locks of the database
MAX_BATCHES = 10_000  # of one kind in one run: rate limits end all the time, so there may always be one more batch
SESSIONS_PER_BATCH = 1000
PICTURE_TIME = timedelta(days=1)
"""A picture that nothing shows is kept so long, so that pages which are open still show it."""
UPLOAD_TIME = timedelta(days=14)
"""An upload that stopped, or whose file was refused, waits so long for somebody to go on."""
PARTS_TIME = timedelta(days=30)
"""So long it counts which parts of a remix a fan has heard at the desk."""


class AlreadyRunning(Exception):
    """Another process does the housekeeping at this moment."""


@dataclass
class Result:
    """How many rows of each kind were deleted, and the kinds that failed; the log has the reasons."""

    deleted: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


def prune_if_due() -> bool:
    """Prune if the last run is a day ago. Always False: there is nothing more to do at once."""
    if _is_due():
        try:
            prune(only_if_due=True)
        except AlreadyRunning:
            logger.info("housekeeping: another process is doing it")
    return False


def prune(*, only_if_due: bool = False) -> Result:
    """Delete everything that is old enough, in batches, and write an audit entry with the counts.

    A kind that fails is logged and does not keep the others from being deleted. Raises AlreadyRunning, and
    OperationalError or InterfaceError when the database is unreachable.
    """
    result = Result()
    with advisory_locks.hold(ADVISORY_LOCK) as is_ours:
        if not is_ours:
            raise AlreadyRunning
        if only_if_due and not _is_due():
            return result
        for kind, delete_batch in _batch_functions(timezone.now()).items():
            try:
                result.deleted[kind] = _delete_all(delete_batch)
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                logger.exception("housekeeping: %s were not deleted", kind)
                result.failed.append(kind)
        with transaction.atomic():
            facts = {"failed": result.failed} if result.failed else {}
            trail.record("housekeeping.done", by=ACTOR, subject="housekeeping:daily", **result.deleted, **facts)
    return result


def _is_due() -> bool:
    return not Entry.objects.filter(actor=ACTOR, at__gt=Now() - INTERVAL).exists()


def _batch_functions(now: datetime) -> dict[str, Callable[[], int]]:
    """For each kind, a function that deletes one batch of its old rows and returns their number."""
    return {
        "notices": partial(notices.delete_older_than, now - timedelta(days=settings.NOTICE_DAYS)),
        "dead_letters": partial(dead_letters.delete_older_than, now - timedelta(days=settings.DEAD_LETTER_DAYS)),
        "invitations": partial(invitations.delete_ended, now - timedelta(days=settings.INVITATION_DAYS)),
        "rate_limits": rate_limits.delete_expired,
        "sessions": partial(_delete_sessions, now),
        "pictures": partial(pictures.delete_unused, now - PICTURE_TIME),
        "audio_uploads": partial(audio_uploads.delete_abandoned, now - UPLOAD_TIME),
        "audio_files": partial(audio.delete_unused, now - PICTURE_TIME),
        "renders": renders.delete_expired,
        "remix_sounds": partial(renders.delete_sounds, now - timedelta(days=settings.SOUND_DAYS)),
        "remix_parts": partial(previews.delete_parts, now - PARTS_TIME),
    }


def _delete_sessions(now: datetime) -> int:
    expired = Session.objects.filter(expire_date__lt=now).order_by("expire_date").values("pk")[:SESSIONS_PER_BATCH]
    return Session.objects.filter(pk__in=expired).delete()[0]


def _delete_all(delete_batch: Callable[[], int]) -> int:
    total = 0
    for _ in range(MAX_BATCHES):
        deleted = delete_batch()
        if not deleted:
            break
        total += deleted
    return total
