"""Look once, after a fan opted in, for moments of the day before: the listen that led to the opt-in is often one."""

from django.db import transaction
from django.utils import timezone

from artists import moments
from fans import engagement, opt_ins
from fans.engagement import Progress
from fans.models import OptIn

BATCH_SIZE = 50


def look_back_next() -> bool:
    """Look back from one batch of opt-ins. Returns whether there were any. Several processes may call it at once.

    Listens of batches that come later find the opt-in themselves. An opt-in of long ago is passed over: no worker ran
    then, and what led to it is no news.
    """
    with transaction.atomic():
        given = opt_ins.claim_to_look_back(BATCH_SIZE)
        oldest = timezone.now() - opt_ins.LOOK_BACK_PERIOD
        moments.notice_before_opt_in(
            step for opt_in in given if opt_in.since > oldest for step in _progress_before(opt_in)
        )
    return bool(given)


def _progress_before(opt_in: OptIn) -> list[Progress]:
    engagement.wait_for_counting(opt_in.person_id, opt_in.artist_id)
    return engagement.recent_progress(
        opt_in.person_id, opt_in.artist_id, since=opt_in.since - opt_ins.LOOK_BACK_PERIOD, until=opt_in.since
    )
