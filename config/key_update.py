"""Compute all stored text keys anew, after a version of Fanfare that compares titles in another way.

It works in batches, each one transaction. It may be killed and started again at any time, and while consumers run.
"""

import logging

from django.db import DatabaseError, transaction

from artists import moments
from catalog import key_update as recordings
from events.poison import sqlstate
from fans import engagement
from listens import key_update as listens

logger = logging.getLogger(__name__)
# A consumer stores the same play at this moment, or holds rows that a batch waits for: the batch is tried again.
RETRYABLE_SQLSTATES = {"23505", "40P01"}  # unique violation, deadlock
MAX_ATTEMPTS = 5


def update_keys() -> tuple[int, int]:
    """Return how many recordings and how many listens had keys of an older version."""
    updated_recordings = updated_listens = 0
    while number := recordings.update_recordings():
        updated_recordings += number
    while number := _update_listens_with_retries():
        updated_listens += number
        logger.info("keys: %d listens updated", updated_listens)
    return updated_recordings, updated_listens


def _update_listens_with_retries() -> int:
    for attempt in range(MAX_ATTEMPTS):
        try:
            return update_listens()
        except DatabaseError as error:
            if attempt == MAX_ATTEMPTS - 1 or sqlstate(error) not in RETRYABLE_SQLSTATES:
                raise
    raise AssertionError("unreachable")


def update_listens() -> int:
    """Update a batch of listens, with the counts and moments of those that become one play. Return how many it was.

    Listens that matched nothing before and match now are counted. They reach no moments: they are history.
    """
    stale = listens.find_stale()
    if stale:
        with transaction.atomic():
            update = listens.plan_update(stale)
            moments.move_to_other_listens(update.merged)
            listens.store_update(update)
            changes = listens.match_again(update)
            removed = engagement.uncount([*update.removed, *changes.displaced])
            moments.follow(changes.displaced)
            engagement.record(changes.counted)
            engagement.notify_fans([*removed, *changes.counted])
    return len(stale)
