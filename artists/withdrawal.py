"""Withdraw: what still waits for a decision when its fan opts out or pauses its program. The queue forgets them."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from artists import eligibility
from artists.models import Draft
from artists.notifications import draft_notices
from audit import trail
from fans import mutes, opt_ins
from live import notices

BATCH_SIZE = 200
ACTOR = "system:withdrawal"
REASON_OPTED_OUT = "withdrawn: the fan opted out"
REASON_MUTED = "withdrawn: the fan paused this program"


type Pairs = set[tuple[UUID, int]]


def withdraw_next() -> bool:
    """One batch, in one transaction. Says whether there was anything to do; any number of processes may call it.

    What ended is the queue, so what waits is never searched through. Whoever writes a draft, or brings one back,
    holds its opt-in until it is committed: what ended later finds it here.
    """
    with transaction.atomic():
        ended, paused = opt_ins.claim_ended(BATCH_SIZE), mutes.claim_new(BATCH_SIZE)
        if not ended and not paused:
            return False
        drafts = _lock_withdrawable(ended, paused)
        Draft.objects.bulk_update(drafts, ["state", "reason", "decided_at"])
        trail.record_all(
            trail.new_entry("draft.withdrawn", by=ACTOR, subject=f"draft:{draft.pk}", reason=draft.reason)
            for draft in drafts
        )
        notices.post(draft_notices("draft.decided", drafts))
    return True


def _lock_withdrawable(ended: Pairs, paused: Pairs) -> list[Draft]:
    """What waits for these, with what is to be stored of it.

    None is passed over because somebody is deciding it at this moment: it is waited for, and looked at again.
    """
    theirs = Draft.objects.filter(state=Draft.State.PENDING, person__in={person for person, _ in ended | paused})
    stopped = eligibility.annotate_eligibility(theirs).filter(Q(stands=False) | Q(muted=True))
    locked = stopped.select_related("version").select_for_update(of=("self",), no_key=True).order_by("pk")
    found = [draft for draft in locked if _withdrawal_reason(draft, ended, paused)]
    for draft in found:
        draft.state, draft.reason, draft.decided_at = (
            Draft.State.WITHDRAWN,
            _withdrawal_reason(draft, ended, paused),
            Now(),
        )
    return found


def _withdrawal_reason(draft: Draft, ended: Pairs, paused: Pairs) -> str:
    """Nothing where it may go on waiting: given again or resumed meanwhile, or of another artist or program."""
    if (draft.person_id, draft.artist_id) in ended and not draft.stands:
        return REASON_OPTED_OUT
    return REASON_MUTED if (draft.person_id, draft.version.program_id) in paused and draft.muted else ""
