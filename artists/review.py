"""Review: a person of the team says yes, changes words, or says no. Nothing that waits goes anywhere without it."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.exceptions import NotAllowed
from accounts.models import Person, Role
from accounts.people import display_names
from accounts.roles import may_sign, role_of
from artists import delivery, eligibility, expiry, marks, program_status, programs, validation
from artists.exceptions import (
    AlreadyDecided,
    DraftNotFound,
    Expired,
    InvalidRequest,
    Muted,
    OptedOut,
    Stale,
    TooLate,
    Uncleared,
)
from artists.models import Draft, Program
from artists.notifications import draft_notices, publish_draft_events
from audit import trail
from fans import mutes
from live import notices
from rights import clearance, decisions, hashing
from rights.clearance_result import Clearance
from rights.models import Decision, Use
from worker import wake


def get_draft(draft_id: int, *, by: Person) -> Draft:
    """The draft, for somebody of its artist's team; for everyone else there is none."""
    return _get_draft_and_role(draft_id, by)[0]


def approve(draft_id: int, *, by: Person, revision: int | None = None) -> Draft:
    """Yes to exactly this. `revision` is the one that was looked at; another one is refused as Stale."""
    with transaction.atomic():
        draft, role = _get_pending(draft_id, by, revision)
        _approve(draft, role, by)
    return get_draft(draft_id, by=by)


def edit(draft_id: int, text: str, *, by: Person, revision: int | None = None) -> Draft:
    """Other words. From a principal that is the yes to them as well; from anyone else they wait for a principal.

    Refused words are not stored, and neither is anything else: whoever typed them still has them.
    """
    with transaction.atomic():
        draft, role = _get_pending(draft_id, by, revision)
        text = validation.clean_message(text, draft)
        seen = draft.revision
        if text != draft.text:
            draft.text, draft.revision = text, seen + 1
            draft.team_typed = draft.team_typed or not may_sign(role)
            draft.parts = marks.derive_parts(draft)
        if may_sign(role):
            _approve(draft, role, by, seen=seen)
        elif draft.revision != seen:
            _save_edit(draft, by, seen)
    return get_draft(draft_id, by=by)


def decline(draft_id: int, *, by: Person, reason: str = "", revision: int | None = None) -> Draft:
    """No. The fan hears nothing; once the team's grace is over it stays no."""
    with transaction.atomic():
        draft, _ = _get_pending(draft_id, by, revision)
        said = f"declined: {' '.join(reason.split())}" if reason.strip() else "declined"
        _update_pending(draft, draft.revision, reason=said[:300], **_decision_fields(draft, Draft.State.DECLINED, by))
        trail.record("draft.declined", by=by.actor, subject=f"draft:{draft.pk}", revision=draft.revision)
        publish_draft_events("declined", [(draft, str(draft.pk))])
        notices.post(draft_notices("draft.decided", [draft]))
    return get_draft(draft_id, by=by)


def undo(draft_id: int, *, by: Person) -> Draft:
    """Take a yes or a no back while the team's grace lasts. Everyone in the team may; the history keeps it."""
    with transaction.atomic():
        draft, _ = _get_draft_and_role(draft_id, by)
        if draft.state not in UNDOABLE_STATES:
            raise Stale(f"Only an approval or a decline can be undone; this draft is {draft.state}.")
        _require_fan_consent(draft)
        if not _restore_pending(draft):
            raise TooLate(UNDOABLE_STATES[draft.state])
        facts = {"decision": draft.decision_id} if draft.decision_id else {"was": draft.state}
        trail.record("draft.undone", by=by.actor, subject=f"draft:{draft.pk}", **facts)
        notices.post(draft_notices("draft.pending", [draft]))
        wake.notify(expiry.CHANNEL)
    return get_draft(draft_id, by=by)


UNDOABLE_STATES: dict[str, str] = {
    Draft.State.APPROVED: "The time to undo is over: it is on its way to the fan.",
    Draft.State.DECLINED: "The time to undo is over: it stays declined.",
}
"""What can be taken back, and what is said when that comes too late."""


def _restore_pending(draft: Draft) -> bool:
    """Exactly this decision, by the database's clock. A no that nobody could turn into a yes any more stays."""
    decided = Draft.objects.filter(pk=draft.pk, state=draft.state, deliver_after__gt=Now())
    same = decided.filter(decision=draft.decision_id, decided_at=draft.decided_at)
    if draft.state == Draft.State.DECLINED:
        same = same.filter(deadline__gt=Now())
    open_ = dict.fromkeys(("decision", "mark", "credit", "decided_by", "decided_at", "deliver_after"))
    return bool(same.update(state=Draft.State.PENDING, reason="", **open_))


def _get_draft_and_role(draft_id: int, by: Person) -> tuple[Draft, Role]:
    """The draft and the role in which this person looks at it."""
    related = ("artist", "person", "version__program", "version__decision", "version__recording")
    draft = eligibility.annotate_eligibility(Draft.objects.select_related(*related)).filter(pk=draft_id).first()
    role = role_of(by, draft.artist.team_id) if draft else None
    if draft is None or role is None:
        raise DraftNotFound("There is no such draft.")
    return draft, role


def _get_pending(draft_id: int, by: Person, revision: int | None) -> tuple[Draft, Role]:
    """The same, if it still waits in the revision that this person saw."""
    draft, role = _get_draft_and_role(draft_id, by)
    if draft.state != Draft.State.PENDING or revision not in (None, draft.revision):
        raise _explain_conflict(draft, revision)
    if stopped := eligibility.find_refusal(draft):
        raise stopped
    return draft, role


def _require_fan_consent(draft: Draft) -> None:
    """What waits again can be withdrawn again: the fan's stop is either seen here or waits until this is committed."""
    if not eligibility.lock_opted_in([draft]):
        raise OptedOut
    if mutes.muted_pairs([(draft.person_id, draft.version.program_id)]):
        raise Muted


def _approve(draft: Draft, role: Role, by: Person, *, seen: int | None = None) -> None:
    """Clearance again, a decision on exactly this content, and the draft on its way: all of it or nothing."""
    within = marks.is_within_shape(draft)
    if not within and not may_sign(role):
        raise NotAllowed(f"These words are not the signed ones: they wait for {draft.artist.name}, in person.")
    if draft.version.program.state != Program.State.LIVE:
        raise InvalidRequest(program_status.PROGRAM_PAUSED)
    cleared = _require_clearance(draft)
    draft.mark, draft.credit = marks.derive_mark(draft), marks.derive_credit(draft, decided_by=role)
    decision = decisions.record_decision(
        Decision.Kind.ITEM,
        _content_hash(draft),
        by=by.actor,
        role=role,
        under=draft.version.decision if within else None,
    )
    changes = _edited_fields(draft) | {
        "mark": draft.mark,
        "credit": draft.credit,
        "decision": decision,
        "clearance": cleared.id,
    }
    _update_pending(
        draft, seen or draft.revision, reason="", **changes, **_decision_fields(draft, Draft.State.APPROVED, by)
    )
    facts = {"revision": draft.revision, "decision": decision.pk, "clearance": cleared.id, "mark": draft.mark}
    trail.record("draft.approved", by=by.actor, subject=f"draft:{draft.pk}", role=role, **facts)
    publish_draft_events("approved", [(draft, str(decision.pk))])
    notices.post(draft_notices("draft.decided", [draft]))
    wake.notify(delivery.CHANNEL)


def _require_clearance(draft: Draft) -> Clearance:
    answer = clearance.clear(Use.PERSONAL_MESSAGE, (), draft.artist, territory=draft.person.country)
    if not isinstance(answer, Clearance):
        raise Uncleared(f"Not everyone has said yes: {'; '.join(answer.missing)}. The draft waits.")
    return answer


def _content_hash(draft: Draft) -> str:
    if draft.salt is None or draft.text is None or draft.mark is None or draft.credit is None:
        raise InvalidRequest("The text of this draft was erased: there is nothing left to approve.")
    return hashing.content_hash(
        salt=draft.salt,
        person=draft.person_id,
        artist=draft.artist_id,
        mark=draft.mark,
        credit=draft.credit,
        text=draft.text,
    )


def _edited_fields(draft: Draft) -> dict[str, Any]:
    """What an edit changes; unchanged, writing it again changes nothing."""
    return {name: getattr(draft, name) for name in ("text", "team_typed", "revision", "parts")}


def _decision_fields(draft: Draft, state: Draft.State, by: Person) -> dict[str, Any]:
    """Who, when, and how long the team may undo it."""
    grace = timedelta(seconds=programs.get_review_settings(draft.artist).grace_seconds)
    return {"state": state, "decided_by": by.actor, "decided_at": Now(), "deliver_after": Now() + grace}


def _save_edit(draft: Draft, by: Person, seen: int) -> None:
    """Words of somebody who is no principal: stored, and waiting for one."""
    _update_pending(draft, seen, **_edited_fields(draft))
    trail.record("draft.edited", by=by.actor, subject=f"draft:{draft.pk}", revision=draft.revision)
    notices.post(draft_notices("draft.pending", [draft]))


def _update_pending(draft: Draft, seen: int, **changes: Any) -> None:
    """Two clicks cannot both win, and none wins after the deadline, by the database's clock."""
    open_ = Draft.objects.filter(pk=draft.pk, state=Draft.State.PENDING, revision=seen, deadline__gt=Now())
    if not open_.update(**changes):
        raise _explain_conflict(Draft.objects.get(pk=draft.pk), seen)


def _explain_conflict(draft: Draft, seen: int | None) -> AlreadyDecided | Stale:
    """Why somebody came too late, in words."""
    if draft.decided_by and draft.decided_at:
        name = display_names([draft.decided_by]).get(draft.decided_by, "somebody")
        return AlreadyDecided(name, draft.decided_at, draft.state)
    if draft.state in (Draft.State.PENDING, Draft.State.EXPIRED) and seen in (None, draft.revision):
        return Expired(draft.deadline)
    if draft.state == Draft.State.PENDING:
        return Stale("Somebody changed the words meanwhile. Look at them again.")
    return Stale(f"This draft no longer waits for a decision; it is {draft.state}.")
