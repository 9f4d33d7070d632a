"""Approve, edit and decline drafts, and undo that. Nothing is sent before a person of the team approved it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from accounts.models import Person, Role
from accounts.people import display_names
from accounts.roles import may_decide, may_sign, role_of
from artists import eligibility, expiry, fact_checks, marks, program_status, programs, second_key, validation
from artists.exceptions import (
    AlreadyDecided,
    DraftNotFound,
    Expired,
    InvalidRequest,
    Muted,
    OptedOut,
    Outdated,
    Stale,
    TakenBack,
    TooLate,
    Uncleared,
)
from artists.models import Draft, Program
from artists.models.drafts import UNDECIDED
from artists.notifications import KEY_ASKED, KEY_CLOSED, draft_notices, key_notices, publish_draft_events
from artists.remixes import hearing
from audit import trail
from fans.desk import state as desk
from live import notices
from rights import clearance, decisions, hashing, places, refusals
from rights.clearance_result import Clearance
from rights.models import Decision, Use
from worker import wake


def get_draft(draft_id: int, *, by: Person) -> Draft:
    """The draft, for a member of its artist's team. Raises DraftNotFound for everybody else."""
    return _get_draft_and_role(draft_id, by)[0]


def approve(draft_id: int, *, by: Person, revision: int | None = None, fresh: bool = False) -> Draft:
    """Approve the draft as it is. `revision` is the one that the person saw; raises Stale where it is another now.

    `fresh` says whether the password was typed recently. Words that a person typed need that; signed words do not.
    Raises Outdated where the draft is not true any more; it is withdrawn then.
    """
    with transaction.atomic():
        draft, role = _get_pending(draft_id, by, revision)
        outdated = _approve(draft, role, by, fresh=fresh)
    return _get_approved(draft_id, by, outdated)


def edit(draft_id: int, text: str, *, by: Person, revision: int | None = None, fresh: bool = False) -> Draft:
    """Replace the text. A principal's edit approves it as well; the edits of others wait for a principal.

    Raises InvalidRequest, or ReauthenticationRequired for a principal's own words without `fresh`; nothing is stored.
    """
    outdated = None
    with transaction.atomic():
        draft, role = _get_pending(draft_id, by, revision)
        text = validation.clean_message(text, draft)
        seen = draft.revision
        if text != draft.text:
            draft.text, draft.revision = text, seen + 1
            draft.team_typed = draft.team_typed or not may_sign(role)
        if may_sign(role):
            outdated = _approve(draft, role, by, fresh=fresh, seen=seen)
        elif draft.revision != seen:
            _save_edit(draft, by, seen)
    return _get_approved(draft_id, by, outdated)


def decline(draft_id: int, *, by: Person, reason: str = "", revision: int | None = None) -> Draft:
    """Decline the draft. The fan is not told. It stays declined once the time to undo is over."""
    with transaction.atomic():
        draft, _ = _get_pending(draft_id, by, revision)
        stored_reason = f"declined: {' '.join(reason.split())}" if reason.strip() else "declined"
        decided = _decision_fields(draft, Draft.State.DECLINED, by)
        _update_pending(draft, draft.revision, **decided, reason=stored_reason[:300])
        trail.record("draft.declined", by=by.actor, subject=f"draft:{draft.pk}", revision=draft.revision)
        publish_draft_events("declined", [(draft, str(draft.pk))])
        notices.post(draft_notices("draft.decided", [draft]))
    return get_draft(draft_id, by=by)


def undo(draft_id: int, *, by: Person) -> Draft:
    """Make an approved or declined draft pending again, while the time to undo lasts. Every member may do this."""
    with transaction.atomic():
        draft, role = _get_draft_and_role(draft_id, by)
        _require_may_decide(draft, role)
        if draft.state not in UNDOABLE_STATES:
            raise Stale(f"Only an approval or a decline can be undone; this draft is {draft.state}.")
        _require_fan_consent(draft)
        if draft.declined_by_rightsholder:
            raise TooLate("A rightsholder said no to this, so it stays declined.")
        if not _restore_pending(draft):
            raise TooLate(UNDOABLE_STATES[draft.state])
        desk.drop_suggestion(draft.pk)
        facts = {"decision": draft.decision_id} if draft.decision_id else {"was": draft.state}
        trail.record("draft.undone", by=by.actor, subject=f"draft:{draft.pk}", **facts)
        notices.post(draft_notices("draft.pending", [draft]) + key_notices(KEY_CLOSED, [draft]))
        wake.notify(expiry.CHANNEL)
    return get_draft(draft_id, by=by)


UNDOABLE_STATES: dict[str, str] = {
    Draft.State.AWAITING: "The time to decide is over: it goes no further.",
    Draft.State.APPROVED: "The time to undo is over: it is on its way to the fan.",
    Draft.State.DECLINED: "The time to undo is over: it stays declined.",
}
"""The states that can be undone, with the message for somebody who is too late."""


def can_undo(
    state: str,
    deliver_after: datetime | None,
    deadline: datetime,
    *,
    is_opted_in: bool,
    is_muted: bool,
    now: datetime,
) -> bool:
    """Whether `undo` accepts a draft with these values at the time `now`. Pages offer the button by it."""
    may_wait_again = state == Draft.State.APPROVED or now < deadline
    is_in_time = state == Draft.State.AWAITING or (deliver_after is not None and now < deliver_after)
    return state in UNDOABLE_STATES and may_wait_again and is_in_time and is_opted_in and not is_muted


def _restore_pending(draft: Draft) -> bool:
    """Undo exactly this decision, by the database's clock. Returns False where it is too late.

    After the deadline nobody could approve a declined draft any more. What awaits a key can be undone until then.
    """
    undoable = Draft.objects.filter(pk=draft.pk, state=draft.state)
    undoable = undoable.filter(decision=draft.decision_id, decided_at=draft.decided_at)
    if draft.state != Draft.State.AWAITING:
        undoable = undoable.filter(deliver_after__gt=Now())
    if draft.state != Draft.State.APPROVED:
        undoable = undoable.filter(deadline__gt=Now())
    return bool(undoable.update(state=Draft.State.PENDING, reason="", **UNDECIDED))


def _get_draft_and_role(draft_id: int, by: Person) -> tuple[Draft, Role]:
    """The draft and this person's role in its team. Raises DraftNotFound."""
    related = ("artist", "person", "version__program", "version__decision", "version__recording", "replaces")
    known = Draft.objects.select_related(*related, "moment__recording", "moment__request")
    draft = eligibility.annotate_eligibility(known).filter(pk=draft_id).first()
    role = role_of(by, draft.artist.team_id) if draft else None
    if draft is None or role is None:
        raise DraftNotFound("There is no such draft.")
    return draft, role


def _get_pending(draft_id: int, by: Person, revision: int | None) -> tuple[Draft, Role]:
    """The same for a pending draft in the revision that this person saw. Raises NotAllowed, Stale or AlreadyDecided."""
    draft, role = _get_draft_and_role(draft_id, by)
    _require_may_decide(draft, role)
    if draft.state != Draft.State.PENDING or revision not in (None, draft.revision):
        raise _explain_conflict(draft, revision)
    if refusal := eligibility.find_refusal(draft):
        raise refusal
    return draft, role


def _require_may_decide(draft: Draft, role: Role) -> None:
    if not may_decide(role):
        raise NotAllowed(f"Your role in {draft.artist.name}’s team reads drafts and decides about none.")


def _require_fan_consent(draft: Draft) -> None:
    """Raises OptedOut or Muted. An opt-out that comes later waits for this transaction and then withdraws the draft."""
    if not eligibility.lock_opted_in([draft]):
        raise TakenBack if draft.version.is_asked_for else OptedOut
    if eligibility.find_muted([draft]):
        raise Muted


def _get_approved(draft_id: int, by: Person, outdated: Outdated | None) -> Draft:
    """The draft after `_approve`. Raises what it returned, now that the withdrawal is committed."""
    if outdated:
        raise outdated
    return get_draft(draft_id, by=by)


def _approve(draft: Draft, role: Role, by: Person, *, fresh: bool, seen: int | None = None) -> Outdated | None:
    """Clear again, record the decision on exactly this content, and hand the draft to delivery, or to who holds a key.

    A draft that is not true any more is withdrawn instead; the exception that says so is returned.
    `seen` is the revision in the table, where an edit in this transaction has counted one more.
    """
    signed, heard = marks.find_signed(draft), hearing.find_heard(draft, by=by)
    granted = _require_approvable(draft, role, marks.is_within_shape(draft), fresh)
    if outdated := fact_checks.find_outdated([draft]).get(draft.pk):
        return _withdraw_outdated(draft, seen or draft.revision, outdated)
    draft.mark = marks.derive_mark(draft, heard=heard)
    draft.credit = marks.derive_credit(draft, decided_by=role, mark=draft.mark)
    decision = _record_decision(draft, role, by, under=signed, heard=heard)
    draft.decision, draft.clearance_id, draft.content_hash = decision, granted.id, decision.content_hash
    waits_for = second_key.find_needed(draft)
    state = Draft.State.AWAITING if waits_for else Draft.State.APPROVED
    _store_approved(draft, seen or draft.revision, state, by)
    facts = {"revision": draft.revision, "decision": decision.pk, "clearance": granted.id, "mark": draft.mark}
    trail.record("draft.approved", by=by.actor, subject=f"draft:{draft.pk}", role=role, **facts)
    notices.post(draft_notices("draft.decided", [draft]) + key_notices(KEY_ASKED, [draft]))
    if waits_for:
        wake.notify(expiry.CHANNEL)
    else:
        second_key.announce_approved(draft)
    return None


def _store_approved(draft: Draft, seen: int, state: Draft.State, by: Person) -> None:
    """Write what was decided on the draft, if it is still the revision `seen` and pending."""
    decided = {name: getattr(draft, name) for name in ("mark", "credit", "decision", "clearance_id")}
    _update_pending(draft, seen, reason="", **decided, **_edited_fields(draft), **_decision_fields(draft, state, by))


def _withdraw_outdated(draft: Draft, seen: int, outdated: fact_checks.Outdated) -> Outdated:
    _update_pending(draft, seen, state=Draft.State.WITHDRAWN, reason=outdated.reason, decided_at=Now())
    trail.record("draft.withdrawn", by=fact_checks.ACTOR, subject=f"draft:{draft.pk}", reason=outdated.reason)
    notices.post(draft_notices("draft.decided", [draft]))
    fact_checks.reopen_moments([draft], {draft.pk: outdated})
    return Outdated(outdated.reason, is_rewritten=outdated.can_be_rewritten)


def _require_approvable(draft: Draft, role: Role, within: bool, fresh: bool) -> Clearance:
    """The clearance to send the draft. Raises NotAllowed, InvalidRequest, Uncleared or ReauthenticationRequired."""
    if not within and not may_sign(role):
        raise NotAllowed(marks.principal_only_reason(draft))
    if draft.version.program.state != Program.State.LIVE:
        raise InvalidRequest(program_status.PROGRAM_PAUSED)
    answer = clearance.clear(draft.use, draft.artist, draft.recordings, territory=draft.person.country)
    if not isinstance(answer, Clearance):
        raise Uncleared(f"Not everyone has said yes: {refusals.describe_for_fan(answer)}. The draft waits.")
    if marks.is_changed(draft) and not fresh:
        raise ReauthenticationRequired
    if draft.use != Use.PERSONAL_MESSAGE and (full := places.reserve({draft.item: answer.id})):
        raise Uncleared(f"{full[draft.item]}. The draft waits.")
    return answer


def _record_decision(draft: Draft, role: Role, by: Person, *, under: Decision | None, heard: int | None) -> Decision:
    """The decision on exactly this text under this mark, and on the facts that are told with it."""
    if draft.salt is None or draft.text is None or draft.mark is None or draft.credit is None or draft.why is None:
        raise InvalidRequest("The text of this draft was erased: there is nothing left to approve.")
    salted: dict[str, Any] = {"salt": draft.salt, "person": draft.person_id, "artist": draft.artist_id}
    return decisions.record_decision(
        Decision.Kind.ITEM,
        hashing.content_hash(**salted, mark=draft.mark, credit=draft.credit, text=draft.text),
        artist=draft.artist,
        why_hash=hashing.why_hash(**salted, why=draft.why),
        by=by.actor,
        role=role,
        under=under,
        heard_seconds=heard,
    )


def _edited_fields(draft: Draft) -> dict[str, Any]:
    """The fields that an edit changes. Writing them again without an edit changes nothing."""
    return {name: getattr(draft, name) for name in ("text", "team_typed", "revision")}


def _decision_fields(draft: Draft, state: Draft.State, by: Person) -> dict[str, Any]:
    """The new state, who decided when, and until when the team can undo it. What awaits a key has no such time yet."""
    undo_until = None if state == Draft.State.AWAITING else Now() + programs.get_undo_time(draft.artist)
    return {"state": state, "decided_by": by.actor, "decided_at": Now(), "deliver_after": undo_until}


def _save_edit(draft: Draft, by: Person, seen: int) -> None:
    """Store the edit of somebody who is no principal. The draft stays pending."""
    _update_pending(draft, seen, **_edited_fields(draft))
    trail.record("draft.edited", by=by.actor, subject=f"draft:{draft.pk}", revision=draft.revision)
    notices.post(draft_notices("draft.pending", [draft]))


def _update_pending(draft: Draft, seen: int, **changes: Any) -> None:
    """Update the row if it is still pending in revision `seen` and its deadline has not passed.

    Raises Stale or AlreadyDecided. Of two simultaneous decisions the second finds no such row.
    """
    pending = Draft.objects.filter(pk=draft.pk, state=Draft.State.PENDING, revision=seen, deadline__gt=Now())
    if not pending.update(**changes):
        raise _explain_conflict(Draft.objects.get(pk=draft.pk), seen)


def _explain_conflict(draft: Draft, seen: int | None) -> AlreadyDecided | Stale:
    """The exception that says why this draft cannot be decided (any more)."""
    if draft.decided_by and draft.decided_at:
        name = display_names([draft.decided_by]).get(draft.decided_by, "somebody")
        return AlreadyDecided(name, draft.decided_at, draft.decided_state)
    if draft.state in (Draft.State.PENDING, Draft.State.EXPIRED) and seen in (None, draft.revision):
        return Expired(draft.deadline)
    if draft.state == Draft.State.PENDING:
        return Stale("Somebody changed the words meanwhile. Look at them again.")
    return Stale(f"This draft no longer waits for a decision; it is {draft.state}.")
