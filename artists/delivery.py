"""Deliver approved drafts to their fans once the time to undo is over and everyone involved still agrees.

What a card pays for is charged first: the draft comes here again when it was.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models.functions import Now

from artists import audiences, eligibility, expiry, fact_checks
from artists.audiences import REASON_NO_TIER
from artists.models import Draft
from artists.models.drafts import UNDECIDED
from artists.notifications import draft_notices, publish_draft_events
from artists.program_status import REASON_STOPPED
from artists.requests import capturing
from artists.royalties import uses
from audit import trail
from audit.actors import SystemActor
from audit.models import Entry
from fans import experiences
from fans.models import Experience
from live import notices
from rights import clearance, places, refusals
from rights.clearance_result import Clearance, ClearanceRefusal, ClearanceRequest
from rights.models import Use
from worker import wake

CHANNEL = "drafts"
BATCH_SIZE = 200
ACTOR = SystemActor.DELIVERY
MAX_REASON_LENGTH = 300
REASON_OPTED_OUT = "opted out: the fan ended it before delivery"
REASON_MUTED = "muted: the fan paused this program"
REASON_ERASED = "erased: its text is gone"


def deliver_next() -> bool:
    """Deliver one batch in one transaction. Returns whether there was any. Several processes may call it at once."""
    with transaction.atomic():
        drafts = _lock_due_drafts()
        if not drafts:
            return False
        obstacles, kept = _find_obstacles(drafts)
        outdated = fact_checks.find_outdated([draft for draft in drafts if draft.pk not in obstacles])
        obstacles |= {pk: found.reason for pk, found in outdated.items()}
        stopped = [draft for draft in drafts if draft.pk in obstacles]
        _stop_drafts(stopped, obstacles, outdated)
        fact_checks.reopen_moments(stopped, outdated)
        free = _hand_back_replaced([draft for draft in drafts if draft.pk not in obstacles])
        begun = capturing.begin(free)
        _deliver_drafts([draft for draft in free if draft.pk not in begun], stopped, kept)
    return True


def seconds_until_due() -> float | None:
    """Seconds until the next draft can be delivered, 0 when one can be; None when nothing is approved."""
    approved = Draft.objects.filter(state=Draft.State.APPROVED)
    return capturing.without_capturing(approved).seconds_until("deliver_after")


def _lock_due_drafts() -> list[Draft]:
    """Lock a batch until the transaction ends. Another process skips these drafts; an undo waits and is then too late.

    The rows are locked first and read afterwards: a lock re-reads its own rows, but not what is joined to them.
    """
    due = Draft.objects.filter(state=Draft.State.APPROVED, deliver_after__lte=Now()).order_by("deliver_after", "pk")
    due = capturing.without_capturing(due)
    locked = list(due.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:BATCH_SIZE])
    if not locked:
        return []
    drafts = Draft.objects.filter(pk__in=locked).select_related(
        "artist", "person", "clearance", "decision", "version__recording", "moment__recording", "moment__request"
    )
    return list(drafts.order_by("pk"))


def _find_obstacles(drafts: Sequence[Draft]) -> tuple[dict[int, str], dict[int, str]]:
    """The reason for each draft that cannot be delivered, by id; and what fans keep later, by the clearances that hold.

    The grants, opt-ins and programs that allow the others are locked until the transaction has committed.
    """
    live = lock_live_programs({draft.version.program_id for draft in drafts})
    opted_in = eligibility.lock_opted_in(drafts)
    muted = eligibility.find_muted(drafts)
    without_tier = audiences.find_without_tier(drafts)
    uncleared = _clear_for_movers([draft for draft in drafts if draft.person.country != draft.clearance.territory])
    cleared = clearance.hold_clear({draft.clearance_id for draft in drafts if draft.pk not in uncleared})
    doubted = [draft for draft in drafts if draft.clearance_id not in cleared and draft.pk not in uncleared]
    uncleared |= _describe_uncleared(doubted)
    checks: tuple[tuple[str, Callable[[Draft], bool]], ...] = (
        (REASON_OPTED_OUT, lambda draft: draft.pk in opted_in),
        (REASON_MUTED, lambda draft: draft.pk not in muted),
        (REASON_NO_TIER, lambda draft: draft.fan_and_program not in without_tier),
        (REASON_STOPPED, lambda draft: draft.version.program_id in live),
        (REASON_ERASED, lambda draft: draft.content_hash is not None),
    )
    reasons = {draft.pk: next((reason for reason, passes in checks if not passes(draft)), "") for draft in drafts}
    obstacles = {pk: reason for pk, reason in reasons.items() if reason} | uncleared
    lacking = eligibility.find_lacking([draft for draft in drafts if draft.pk not in obstacles])
    lacking |= capturing.find_unshared([draft for draft in drafts if draft.pk not in obstacles])
    return obstacles | {pk: reason[:MAX_REASON_LENGTH] for pk, reason in lacking.items()}, cleared


def _clear_for_movers(drafts: Sequence[Draft]) -> dict[int, str]:
    """Clear drafts whose fan moved since the approval for the country of now. Returns the reasons of the refused."""
    requests = {draft: _clearance_request(draft) for draft in drafts}
    answers = clearance.clear_all(set(requests.values()))
    refused: dict[int, str] = {}
    cleared: list[Draft] = []
    for draft, request in requests.items():
        answer = answers[request]
        if isinstance(answer, Clearance):
            draft.clearance_id = answer.id
            cleared.append(draft)
        else:
            refused[draft.pk] = _uncleared_reason(answer)
    Draft.objects.bulk_update(cleared, ["clearance"])
    limited = [draft for draft in cleared if draft.use != Use.PERSONAL_MESSAGE]
    full = places.reserve({draft.item: draft.clearance_id for draft in limited})
    return refused | {draft.pk: f"uncleared: {full[draft.item]}" for draft in limited if draft.item in full}


def _describe_uncleared(drafts: Sequence[Draft]) -> dict[int, str]:
    """Who has not said yes to what, for each of these drafts; one query if there are any."""
    requests = {draft.pk: _clearance_request(draft) for draft in drafts}
    missing = clearance.find_all_missing(requests.values())
    return {pk: _uncleared_reason(missing[request]) for pk, request in requests.items()}


def _clearance_request(draft: Draft) -> ClearanceRequest:
    songs = tuple(song.pk for song in draft.recordings)
    return ClearanceRequest(draft.use, draft.artist_id, draft.person.country, songs)


def _uncleared_reason(refusal: ClearanceRefusal | None) -> str:
    # None: it was switched on again since the drafts were locked.
    missing = refusals.describe_for_fan(refusal) if refusal is not None else "it was switched off for a moment"
    return f"uncleared: {missing}"[:MAX_REASON_LENGTH]


def lock_live_programs(ids: Iterable[int]) -> dict[int, int]:
    """Lock the live programs among these. Several processes may deliver for one program; a pause waits for them all.

    Returns the version in use of each, which no signature replaces until this transaction has committed. In SQL because
    select_for_update has no FOR SHARE. With FOR UPDATE the processes would wait for each other, 0.1 to 0.2 s for a
    batch of 100.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, current_id FROM artists_program WHERE id = ANY(%s) AND state = 'live' ORDER BY id FOR SHARE",
            [list(ids)],
        )
        return dict(cursor.fetchall())


def _stop_drafts(drafts: Sequence[Draft], obstacles: Mapping[int, str], outdated: Collection[int]) -> None:
    """A draft that is not true any more is withdrawn, as it is at approval. The others are undeliverable."""
    for draft in drafts:
        draft.state = Draft.State.WITHDRAWN if draft.pk in outdated else Draft.State.UNDELIVERABLE
        draft.reason = obstacles[draft.pk]
    if drafts:
        Draft.objects.bulk_update(drafts, ["state", "reason"])
        trail.record_all(_describe_stop(draft) for draft in drafts)


def _describe_stop(draft: Draft) -> Entry:
    actor = fact_checks.ACTOR if draft.state == Draft.State.WITHDRAWN else ACTOR
    return trail.new_entry(f"draft.{draft.state}", by=actor, subject=f"draft:{draft.pk}", reason=draft.reason)


def _hand_back_replaced(drafts: Sequence[Draft]) -> list[Draft]:
    """Those that go on. What nobody read waits for a person where its words are not those in use any more.

    Their opt-ins and programs are locked: a fan who opts out now finds the draft pending.
    """
    unread = [draft for draft in drafts if draft.decision and draft.decision.by is None]
    in_use = lock_live_programs({draft.version.program_id for draft in unread}) if unread else {}
    replaced = {draft.pk: draft for draft in unread if in_use.get(draft.version.program_id) != draft.version_id}
    if replaced:
        Draft.objects.filter(pk__in=replaced).update(state=Draft.State.PENDING, **UNDECIDED)
        trail.record_all(
            trail.new_entry("draft.undone", by=ACTOR, subject=f"draft:{draft.pk}", decision=draft.decision_id)
            for draft in replaced.values()
        )
        notices.post(draft_notices("draft.pending", [*replaced.values()]))
        wake.notify(expiry.CHANNEL)
    return [draft for draft in drafts if draft.pk not in replaced]


def _deliver_drafts(drafts: Sequence[Draft], stopped: Sequence[Draft], kept: Mapping[int, str]) -> None:
    """Make the experiences. The notices on stopped drafts are posted along with those of the experiences.

    `kept` says for each clearance what fans keep when a yes ends.
    """
    prepared = [_prepare_experience(draft, kept[draft.clearance_id]) for draft in drafts]
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).update(state=Draft.State.DELIVERED)
    delivered = experiences.deliver(prepared, by=ACTOR, also_notify=draft_notices("draft.decided", stopped))
    uses.record_delivered(delivered)
    by_draft = {experience.draft: experience for experience in delivered}
    capturing.finish(drafts, by_draft)
    publish_draft_events("delivered", ((draft, str(by_draft[draft.pk].pk)) for draft in drafts))


def _prepare_experience(draft: Draft, after_end: str) -> experiences.NewExperience:
    """The experience has exactly what was decided on. The assertions are for mypy: constraints promise the same."""
    assert draft.mark is not None
    assert draft.credit is not None
    assert draft.salt is not None
    assert draft.text is not None
    assert draft.why is not None
    assert draft.decision_id is not None
    return experiences.NewExperience(
        person_id=draft.person_id,
        artist_id=draft.artist_id,
        draft=draft.pk,
        mark=draft.mark,
        credit=draft.credit,
        salt=draft.salt,
        text=draft.text,
        why=draft.why,
        maker=draft.maker,
        program=draft.version.program_id,
        program_version=draft.version.version,
        decision_id=draft.decision_id,
        use=draft.use,
        clearance_id=draft.clearance_id,
        after_end=after_end,
        kind=Experience.Kind.REMIX if draft.use == Use.REMIX else Experience.Kind.MESSAGE,
    )
