"""Deliver: bring what was approved to its fan once the team's grace is over, if everyone still says yes."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models.functions import Now

from artists import receipts, standing, why
from artists.models import Draft
from artists.telling import team_news, tell_others
from audit import trail
from fans import experiences, mutes
from rights import clearance

CHANNEL = "drafts"
BATCH = 200
BY = "system:delivery"
UNCLEARED = "uncleared: a yes it rested on has ended"
OPTED_OUT = "opted out: the fan ended it before delivery"
MUTED = "muted: the fan paused this program"
STOPPED = "stopped: the program is paused"
ERASED = "erased: its text is gone"


def deliver_next() -> bool:
    """One batch, in one transaction. Says whether there was anything to do; any number of processes may call it."""
    with transaction.atomic():
        drafts = _claimed()
        if not drafts:
            return False
        obstacles = _obstacles(drafts)
        hindered = [draft for draft in drafts if draft.pk in obstacles]
        _set_aside(hindered, obstacles)
        _hand_over([draft for draft in drafts if draft.pk not in obstacles], hindered)
    return True


def due() -> float | None:
    """Seconds until the next grace ends, 0 when one has; None when nothing is approved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM min(deliver_after) - statement_timestamp())::float8"
            " FROM artists_draft WHERE state = 'approved'"
        )
        seconds: float | None = cursor.fetchone()[0]
    return None if seconds is None else max(seconds, 0.0)


def _claimed() -> list[Draft]:
    """Locked until the transaction ends: another process passes over them, and an undo waits and comes too late.

    First locked, then read: what is joined to a row that changed at this moment would be of before the change.
    """
    ready = Draft.objects.filter(state=Draft.State.APPROVED, deliver_after__lte=Now()).order_by("deliver_after", "pk")
    locked = list(ready.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:BATCH])
    related = ("artist", "decision", "moment", "version__decision", "version__program__artist", "version__recording")
    return list(Draft.objects.filter(pk__in=locked).select_related(*related).order_by("pk")) if locked else []


def _obstacles(drafts: Sequence[Draft]) -> dict[int, str]:
    """Why some of them cannot go. What lets the others go is held until this transaction has committed."""
    live = _live_programs({draft.version.program_id for draft in drafts})
    given = standing.held(drafts)
    muted = mutes.muted({(draft.person_id, draft.version.program_id) for draft in drafts})
    cleared = clearance.still_clear({draft.clearance_id for draft in drafts}, hold=True)
    tests: tuple[tuple[str, Callable[[Draft], bool]], ...] = (
        (UNCLEARED, lambda draft: draft.clearance_id in cleared),
        (OPTED_OUT, lambda draft: draft.pk in given),
        (MUTED, lambda draft: (draft.person_id, draft.version.program_id) not in muted),
        (STOPPED, lambda draft: draft.version.program_id in live),
        (ERASED, lambda draft: draft.content_hash is not None),
    )
    first = ((draft.pk, next((why for why, passes in tests if not passes(draft)), None)) for draft in drafts)
    return {pk: obstacle for pk, obstacle in first if obstacle}


def _live_programs(ids: Iterable[int]) -> set[int]:
    """FOR SHARE: many processes may deliver for one program, and whoever pauses it waits for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM artists_program WHERE id = ANY(%s) AND state = 'live' ORDER BY id FOR SHARE", [list(ids)]
        )
        return {row[0] for row in cursor.fetchall()}


def _set_aside(hindered: Sequence[Draft], obstacles: Mapping[int, str]) -> None:
    for draft in hindered:
        draft.state, draft.reason = Draft.State.UNDELIVERABLE, obstacles[draft.pk]
    if hindered:
        Draft.objects.bulk_update(hindered, ["state", "reason"])
        trail.record_all(
            trail.entry("draft.undeliverable", by=BY, subject=f"draft:{draft.pk}", reason=draft.reason)
            for draft in hindered
        )


def _hand_over(drafts: Sequence[Draft], hindered: Sequence[Draft]) -> None:
    frozen = receipts.frozen(drafts) if drafts else {}
    prepared = [_prepared(draft, frozen[draft.pk]) for draft in drafts]
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).update(state=Draft.State.DELIVERED)
    delivered = experiences.deliver(prepared, by=BY, and_tell=team_news("draft.decided", hindered))
    by_draft = {experience.draft: experience for experience in delivered}
    tell_others("delivered", ((draft, str(by_draft[draft.pk].pk)) for draft in drafts))


def _prepared(draft: Draft, receipt: receipts.Receipt) -> experiences.Prepared:
    """What the decision was made on. The assertions are for the type checker: the database promises the same."""
    assert draft.mark is not None
    assert draft.credit is not None
    assert draft.salt is not None
    assert draft.text is not None
    assert draft.decision_id is not None
    return experiences.Prepared(
        person_id=draft.person_id,
        artist_id=draft.artist_id,
        draft=draft.pk,
        mark=draft.mark,
        credit=draft.credit,
        salt=draft.salt,
        text=draft.text,
        why=why.of(draft.moment, draft.version),
        decision_id=draft.decision_id,
        clearance_id=draft.clearance_id,
        receipt=receipt,
    )
