"""Approve messages that nobody reads: those of a version whose principal signed its words for that, and no other.

Such a decision has no `by`: it stands under the signature. The words are exactly those that were signed, and the fan
agreed that they may come unread. The time to undo stays, and so do all checks at delivery.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from ai import guard
from ai.draft import MAX_COMPOSED_LENGTH
from ai.wording import load_wording
from artists import delivery, eligibility, fact_checks, marks, programs
from artists.generation import read_facts
from artists.models import Draft, Program
from artists.notifications import draft_notices, publish_draft_events
from audit import trail
from audit.actors import SystemActor
from fans.consent_texts import Flow
from fans.models import Mark
from live import notices
from rights import clearance, decisions, hashing
from rights.clearance_result import Clearance
from rights.models import Decision, Use
from worker import wake

BATCH_SIZE = 50
SIGNED_AS_UNREAD = '"unread":true'
"""In the canonical JSON of a wording. A sentence that has these signs has a backslash before each quote."""


def approve_next() -> bool:
    """Approve one batch, in one transaction. Returns whether anything was approved.

    What does not pass stays pending, for a person of the team.
    """
    last = 0
    while True:
        with transaction.atomic():
            found, drafts = _lock_drafts(last)
            outdated = fact_checks.find_outdated(drafts)
            approved = [draft for draft in drafts if draft.pk not in outdated and _approve(draft)]
            notices.post(draft_notices("draft.decided", approved))
            publish_draft_events("approved", ((draft, str(draft.decision_id)) for draft in approved))
            if approved:
                wake.notify(delivery.CHANNEL)
        if approved or not found:
            return bool(approved)
        last = found[-1]  # what waits for a person is passed over, so that it holds up nobody else


def _lock_drafts(after: int) -> tuple[Sequence[int], Sequence[Draft]]:
    """The ids of the oldest drafts beyond this one that may go out unread; and those that their fans still want."""
    waiting = Draft.objects.filter(
        pk__gt=after,
        state=Draft.State.PENDING,
        use=Use.PERSONAL_MESSAGE,
        deadline__gt=Now(),
        team_typed=False,
        text=F("original_text"),
        version__wording__contains=SIGNED_AS_UNREAD,
        version__decision__isnull=False,
        version__program__current=F("version"),
        version__program__state=Program.State.LIVE,
    )
    agreed = waiting.filter(eligibility.agreed_to(Flow.UNREAD))
    locked = agreed.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=["self"])
    ids = [draft.pk for draft in locked.only("pk")[:BATCH_SIZE]]
    related = ("artist", "person", "version__program", "version__decision", "version__recording", "moment__recording")
    known = eligibility.annotate_eligibility(Draft.objects.select_related(*related, "moment__request"))
    return ids, [draft for draft in known.filter(pk__in=ids).order_by("pk") if eligibility.find_refusal(draft) is None]


def _approve(draft: Draft) -> bool:
    """Whether it was approved: within the signed words, without a finding, cleared, and within the day's limit."""
    signed, wording = draft.version.decision, load_wording(draft.version.wording)
    facts = read_facts(draft.facts)
    if signed is None or draft.text is None or not wording.unread or not marks.is_within_shape(draft):
        return False
    if guard.check_text(draft.text, facts, limit=MAX_COMPOSED_LENGTH, wording=wording) or not _has_room(draft):
        return False
    answer = clearance.clear(draft.use, draft.artist, draft.recordings, territory=draft.person.country)
    if not isinstance(answer, Clearance) or not eligibility.lock_opted_in([draft]):
        return False
    draft.mark = marks.derive_mark(draft, is_read=False)
    draft.credit = marks.derive_credit(draft, decided_by="", mark=Mark.BOUNDS)
    if _was_undone(draft):
        return False
    decision = _record_decision(draft, signed)
    Draft.objects.filter(pk=draft.pk).update(
        state=Draft.State.APPROVED,
        mark=draft.mark,
        credit=draft.credit,
        decision=decision,
        clearance_id=answer.id,
        decided_at=Now(),
        deliver_after=Now() + programs.get_undo_time(draft.artist),
    )
    draft.decision = decision
    facts_of_it = {"decision": decision.pk, "under": signed.pk, "clearance": answer.id, "mark": draft.mark}
    trail.record("draft.approved", by=SystemActor.UNREAD, subject=f"draft:{draft.pk}", **facts_of_it)
    return True


def _has_room(draft: Draft) -> bool:
    """Whether fewer messages of this artist went out unread in 24 hours than may."""
    decided = Decision.objects.filter(artist=draft.artist_id, kind=Decision.Kind.ITEM, by=None)
    return decided.filter(at__gt=Now() - timedelta(days=1)).count() < settings.UNREAD_PER_DAY


def _was_undone(draft: Draft) -> bool:
    """Whether it was approved unread before, and somebody of the team undid that."""
    hashes = Decision.objects.filter(artist=draft.artist_id, kind=Decision.Kind.ITEM, by=None)
    return hashes.filter(content_hash=_content_hash(draft)).exists()


def _content_hash(draft: Draft) -> str:
    """Of a draft with its mark and credit."""
    return hashing.content_hash(
        salt=_known(draft.salt),
        person=draft.person_id,
        artist=draft.artist_id,
        mark=_known(draft.mark),
        credit=_known(draft.credit),
        text=_known(draft.text),
    )


def _record_decision(draft: Draft, signed: Decision) -> Decision:
    salted: dict[str, Any] = {"salt": _known(draft.salt), "person": draft.person_id, "artist": draft.artist_id}
    return decisions.record_decision(
        Decision.Kind.ITEM,
        _content_hash(draft),
        artist=draft.artist,
        why_hash=hashing.why_hash(**salted, why=_known(draft.why)),
        by=None,
        role="",
        under=signed,
    )


def _known[T](value: T | None) -> T:
    """A value that only an erased draft lacks. Such a draft is not approved: it has no text."""
    if value is None:
        raise AssertionError("a draft with a text has all that its hash covers")
    return value
