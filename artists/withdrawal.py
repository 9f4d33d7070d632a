"""Withdraw the pending drafts of fans who opted out or paused the program, and end what they asked for."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from artists import eligibility, expiry
from artists.models import Draft
from artists.notifications import KEY_CLOSED, draft_notices, key_notices
from artists.requests import following
from audit import trail
from audit.actors import SystemActor
from fans import mutes, opt_ins
from fans.mutes import FanAndProgram
from fans.opt_ins import FanAndArtist
from live import notices

BATCH_SIZE = 200
ACTOR = SystemActor.WITHDRAWAL
REASON_OPTED_OUT = "withdrawn: the fan opted out"
REASON_MUTED = "withdrawn: the fan paused this program"


def withdraw_next() -> bool:
    """Withdraw for one batch of opt-outs and pauses. Returns whether there were any. Several processes may call it.

    The opt-outs and pauses are the queue, so the pending drafts are never scanned. Code that writes or restores a
    draft locks its opt-in until it has committed, so a later opt-out finds the draft here.
    """
    with transaction.atomic():
        ended, paused = opt_ins.claim_ended(BATCH_SIZE), mutes.claim_new(BATCH_SIZE)
        if not ended and not paused:
            return False
        news = following.end_for_fans(ended, paused)
        drafts = _lock_withdrawable(ended, paused)
        Draft.objects.bulk_update(drafts, ["state", "reason", "decided_at"])
        trail.record_all(
            trail.new_entry("draft.withdrawn", by=ACTOR, subject=f"draft:{draft.pk}", reason=draft.reason)
            for draft in drafts
        )
        notices.post(news + draft_notices("draft.decided", drafts) + key_notices(KEY_CLOSED, drafts))
    return True


def _lock_withdrawable(ended: set[FanAndArtist], paused: set[FanAndProgram]) -> list[Draft]:
    """The undecided drafts of these fans, locked, with their new state and reason set but not saved.

    A draft that somebody is deciding at this moment is not skipped: its lock is waited for and its row read again.
    """
    undecided = Draft.objects.filter(state__in=expiry.UNDECIDED, person__in={person for person, _ in ended | paused})
    stopped = eligibility.annotate_eligibility(undecided).filter(Q(opted_in=False) | Q(muted=True))
    locked = stopped.select_related("version").select_for_update(of=("self",), no_key=True).order_by("pk")
    drafts = []
    for draft in locked:
        if reason := _withdrawal_reason(draft, ended, paused):
            draft.state, draft.reason, draft.decided_at = Draft.State.WITHDRAWN, reason, Now()
            drafts.append(draft)
    return drafts


def _withdrawal_reason(draft: Draft, ended: set[FanAndArtist], paused: set[FanAndProgram]) -> str:
    """Empty where the draft may wait on: the fan resumed the program meanwhile, or it is of another artist or program.

    An opt-in given again counts only for drafts written after it.
    """
    if draft.fan_and_artist in ended and not draft.opted_in:
        return REASON_OPTED_OUT
    return REASON_MUTED if draft.fan_and_program in paused and draft.muted else ""
