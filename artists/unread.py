"""Approve messages that nobody reads: those of a version whose principal signed its words for that, and no other.

Such a decision has no `by`: it stands under the signature. The words are exactly those that were signed, and the fan
agreed that they may come unread. The time to undo stays, and so do all checks at delivery. What somebody of the team
decided before, or looks at now, waits for a person.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now

from accounts.models import AgeBand
from ai import guard
from ai.draft import MAX_COMPOSED_LENGTH
from ai.wording import load_wording
from artists import delivery, eligibility, fact_checks, marks, programs
from artists.generation import is_composed, read_facts
from artists.models import Draft, Program
from artists.notifications import draft_notices, publish_draft_events
from audit import trail
from audit.actors import SystemActor
from audit.models import Entry
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
LIMIT_LOCK = 0x4D0F
"""The first key of the advisory lock of an artist's limit of the day; the second is the artist's id."""
# No lock of the artist's row: others take that after a program's, and two such processes would wait for each other.
LOCK_LIMITS_SQL = (
    "SELECT pg_advisory_xact_lock(%s, (id %% 2147483648)::integer) FROM unnest(%s::bigint[]) AS artist (id)"
)


def approve_next() -> bool:
    """Approve one batch, in one transaction. Returns whether anything was approved. Several processes may call it.

    What does not pass stays pending, for a person of the team.
    """
    last, full = 0, set[int]()
    while True:
        with transaction.atomic():
            found = _lock_drafts(last, full)
            room = _lock_limits({draft.artist_id for draft in found})
            approved = _approve_some(_read_drafts(found), room)
            notices.post(draft_notices("draft.decided", approved))
            publish_draft_events("approved", ((draft, str(draft.decision_id)) for draft in approved))
            if approved:
                wake.notify(delivery.CHANNEL)
        if approved or not found:
            return bool(approved)
        # What waits for a person is passed over, so that it holds up nobody else. Of one artist that can be very much.
        last, full = found[-1].pk, full | {artist for artist, left in room.items() if left <= 0}


def _lock_drafts(after: int, full: Collection[int]) -> list[Draft]:
    """The oldest drafts beyond this one that may go out unread, but for those of the artists `full`."""
    waiting = Draft.objects.filter(
        Q(held_until=None) | Q(held_until__lte=Now()),
        pk__gt=after,
        state=Draft.State.PENDING,
        use=Use.PERSONAL_MESSAGE,
        deadline__gt=Now(),
        team_typed=False,
        text=F("original_text"),
        person__age_band=AgeBand.ADULT,  # a person reads what a minor gets
        version__wording__contains=SIGNED_AS_UNREAD,
        version__decision__isnull=False,
        version__program__current=F("version"),
        version__program__state=Program.State.LIVE,
    ).exclude(artist__in=full)
    agreed = waiting.filter(eligibility.agreed_to(Flow.UNREAD)).select_related("version")
    locked = agreed.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=["self"])
    return list(locked.only("artist", "version__program")[:BATCH_SIZE])


def _lock_limits(artists: Collection[int]) -> dict[int, int]:
    """How many more messages of each of these artists may go out unread now. Undone ones count too.

    Two processes that count for one artist do so one after the other.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK_LIMITS_SQL, [LIMIT_LOCK, sorted(artists)])
    of_day = Decision.objects.filter(artist__in=artists, kind=Decision.Kind.ITEM, by=None)
    of_day = of_day.filter(at__gt=Now() - timedelta(days=1))
    counted = dict(of_day.values_list("artist").annotate(count=Count("pk")))
    return {artist: settings.UNREAD_PER_DAY - counted.get(artist, 0) for artist in artists}


def _read_drafts(locked: Sequence[Draft]) -> list[Draft]:
    """These drafts as they are once their programs are locked too, without those that nobody may approve.

    A pause, and a signature of other words, wait until this transaction has committed, or are seen here.
    """
    in_use = delivery.lock_live_programs({draft.version.program_id for draft in locked})
    ids = [draft.pk for draft in locked if in_use.get(draft.version.program_id) == draft.version_id]
    related = ("artist", "person", "version__program", "version__decision", "version__recording", "moment__recording")
    known = eligibility.annotate_eligibility(Draft.objects.select_related(*related, "moment__request"))
    drafts = [draft for draft in known.filter(pk__in=ids).order_by("pk") if eligibility.find_refusal(draft) is None]
    stopped = fact_checks.find_outdated(drafts).keys() | _find_undone(drafts)
    return [draft for draft in drafts if draft.pk not in stopped]


def _find_undone(drafts: Sequence[Draft]) -> set[int]:
    """The ids of the drafts whose decision, of whatever kind and whoever made it, was undone."""
    by_subject = {f"draft:{draft.pk}": draft.pk for draft in drafts}
    undone = Entry.objects.filter(subject__in=by_subject, action="draft.undone").values_list("subject", flat=True)
    return {by_subject[subject] for subject in undone}


def _approve_some(drafts: Sequence[Draft], room: Mapping[int, int]) -> list[Draft]:
    """Approve those that pass, of each artist no more than there is room for."""
    left, approved = {**room}, list[Draft]()
    for draft in drafts:
        if left[draft.artist_id] > 0 and _approve(draft):
            left[draft.artist_id] -= 1
            approved.append(draft)
    return approved


def _approve(draft: Draft) -> bool:
    """Whether it was approved: the composer filled in the signed words, without a finding, and all said yes."""
    signed, wording = draft.version.decision, load_wording(draft.version.wording)
    if signed is None or draft.text is None or not wording.unread or not is_composed(draft.maker):
        return False
    if not marks.is_within_shape(draft):
        return False
    if guard.check_text(draft.text, read_facts(draft.facts), limit=MAX_COMPOSED_LENGTH, wording=wording):
        return False
    answer = clearance.clear(draft.use, draft.artist, draft.recordings, territory=draft.person.country)
    if not isinstance(answer, Clearance) or not eligibility.lock_opted_in([draft]):
        return False
    draft.mark = marks.derive_mark(draft, is_read=False)
    draft.credit = marks.derive_credit(draft, decided_by="", mark=Mark.BOUNDS)
    _store_approved(draft, _record_decision(draft, signed), answer)
    return True


def _store_approved(draft: Draft, decision: Decision, answer: Clearance) -> None:
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
    facts = {"decision": decision.pk, "under": decision.under_id, "clearance": answer.id, "mark": draft.mark}
    trail.record("draft.approved", by=SystemActor.UNREAD, subject=f"draft:{draft.pk}", **facts)


def _record_decision(draft: Draft, signed: Decision) -> Decision:
    """On exactly this text under this mark, under the signature alone."""
    salted: dict[str, Any] = {"salt": _known(draft.salt), "person": draft.person_id, "artist": draft.artist_id}
    marked: dict[str, Any] = {"mark": _known(draft.mark), "credit": _known(draft.credit), "text": _known(draft.text)}
    return decisions.record_decision(
        Decision.Kind.ITEM,
        hashing.content_hash(**salted, **marked),
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
