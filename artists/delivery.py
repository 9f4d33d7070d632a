"""Deliver: bring what was approved to its fan once the team's grace is over, if everyone still says yes."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models.functions import Now

from artists import eligibility, explanations, receipts
from artists.models import Draft
from artists.notifications import draft_notices, publish_draft_events
from audit import trail
from fans import experiences, mutes
from rights import clearance

CHANNEL = "drafts"
BATCH_SIZE = 200
ACTOR = "system:delivery"
REASON_UNCLEARED = "uncleared: a yes it rested on has ended"
REASON_OPTED_OUT = "opted out: the fan ended it before delivery"
REASON_MUTED = "muted: the fan paused this program"
REASON_STOPPED = "stopped: the program is paused"
REASON_ERASED = "erased: its text is gone"


def deliver_next() -> bool:
    """One batch, in one transaction. Says whether there was anything to do; any number of processes may call it."""
    with transaction.atomic():
        drafts = _lock_due_drafts()
        if not drafts:
            return False
        obstacles = _find_obstacles(drafts)
        hindered = [draft for draft in drafts if draft.pk in obstacles]
        _mark_undeliverable(hindered, obstacles)
        _deliver_drafts([draft for draft in drafts if draft.pk not in obstacles], hindered)
    return True


def seconds_until_due() -> float | None:
    """Seconds until the next grace ends, 0 when one has; None when nothing is approved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM min(deliver_after) - statement_timestamp())::float8"
            " FROM artists_draft WHERE state = 'approved'"
        )
        seconds: float | None = cursor.fetchone()[0]
    return None if seconds is None else max(seconds, 0.0)


def _lock_due_drafts() -> list[Draft]:
    """Locked until the transaction ends: another process passes over them, and an undo waits and comes too late.

    First locked, then read: what is joined to a row that changed at this moment would be of before the change.
    """
    ready = Draft.objects.filter(state=Draft.State.APPROVED, deliver_after__lte=Now()).order_by("deliver_after", "pk")
    locked = list(ready.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:BATCH_SIZE])
    related = ("artist", "decision", "moment", "version__decision", "version__program__artist", "version__recording")
    return list(Draft.objects.filter(pk__in=locked).select_related(*related).order_by("pk")) if locked else []


def _find_obstacles(drafts: Sequence[Draft]) -> dict[int, str]:
    """Why some of them cannot go. What lets the others go is held until this transaction has committed."""
    live = _lock_live_programs({draft.version.program_id for draft in drafts})
    given = eligibility.lock_opted_in(drafts)
    muted = mutes.muted_pairs({(draft.person_id, draft.version.program_id) for draft in drafts})
    cleared = clearance.still_clear({draft.clearance_id for draft in drafts}, hold=True)
    tests: tuple[tuple[str, Callable[[Draft], bool]], ...] = (
        (REASON_UNCLEARED, lambda draft: draft.clearance_id in cleared),
        (REASON_OPTED_OUT, lambda draft: draft.pk in given),
        (REASON_MUTED, lambda draft: (draft.person_id, draft.version.program_id) not in muted),
        (REASON_STOPPED, lambda draft: draft.version.program_id in live),
        (REASON_ERASED, lambda draft: draft.content_hash is not None),
    )
    first = ((draft.pk, next((why for why, passes in tests if not passes(draft)), None)) for draft in drafts)
    return {pk: obstacle for pk, obstacle in first if obstacle}


def _lock_live_programs(ids: Iterable[int]) -> set[int]:
    """FOR SHARE: many processes may deliver for one program, and whoever pauses it waits for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM artists_program WHERE id = ANY(%s) AND state = 'live' ORDER BY id FOR SHARE", [list(ids)]
        )
        return {row[0] for row in cursor.fetchall()}


def _mark_undeliverable(hindered: Sequence[Draft], obstacles: Mapping[int, str]) -> None:
    for draft in hindered:
        draft.state, draft.reason = Draft.State.UNDELIVERABLE, obstacles[draft.pk]
    if hindered:
        Draft.objects.bulk_update(hindered, ["state", "reason"])
        trail.record_all(
            trail.new_entry("draft.undeliverable", by=ACTOR, subject=f"draft:{draft.pk}", reason=draft.reason)
            for draft in hindered
        )


def _deliver_drafts(drafts: Sequence[Draft], hindered: Sequence[Draft]) -> None:
    frozen = receipts.build_receipts(drafts) if drafts else {}
    prepared = [_prepare_experience(draft, frozen[draft.pk]) for draft in drafts]
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).update(state=Draft.State.DELIVERED)
    delivered = experiences.deliver(prepared, by=ACTOR, and_tell=draft_notices("draft.decided", hindered))
    by_draft = {experience.draft: experience for experience in delivered}
    publish_draft_events("delivered", ((draft, str(by_draft[draft.pk].pk)) for draft in drafts))


def _prepare_experience(draft: Draft, receipt: receipts.Receipt) -> experiences.NewExperience:
    """What the decision was made on. The assertions are for the type checker: the database promises the same."""
    assert draft.mark is not None
    assert draft.credit is not None
    assert draft.salt is not None
    assert draft.text is not None
    assert draft.decision_id is not None
    return experiences.NewExperience(
        person_id=draft.person_id,
        artist_id=draft.artist_id,
        draft=draft.pk,
        mark=draft.mark,
        credit=draft.credit,
        salt=draft.salt,
        text=draft.text,
        why=explanations.explain_delivery(draft.moment, draft.version),
        decision_id=draft.decision_id,
        clearance_id=draft.clearance_id,
        receipt=receipt,
    )
