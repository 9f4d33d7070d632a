"""Look once, after a fan opted in, for moments of the day before: the listen that led to the opt-in is often one."""

from django.db import transaction

from artists import moments
from fans import engagement, opt_ins

BATCH_SIZE = 50


def look_back_next() -> bool:
    """Look back from one batch of opt-ins. Returns whether there were any. Several processes may call it at once.

    Listens of batches that come later find the opt-in themselves.
    """
    with transaction.atomic():
        given = opt_ins.claim_to_look_back(BATCH_SIZE)
        for opt_in in given:
            engagement.wait_for_counting(opt_in.person_id, opt_in.artist_id)
        moments.notice_before_opt_in(
            step
            for opt_in in given
            for step in engagement.recent_progress(
                opt_in.person_id, opt_in.artist_id, opt_in.since - opt_ins.LOOK_BACK_PERIOD
            )
        )
    return bool(given)
