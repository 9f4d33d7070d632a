"""Draft: write for each moment what may be said, and put it in front of the team. Nothing is sent from here."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from ai.compose import Unsayable
from ai.draft import Doubtful
from ai.llm import ModelConfig
from artists import expiry, generation, marks
from artists.models import Draft, Moment, Program
from artists.notifications import draft_notices, publish_draft_events
from audit import trail
from audit.models import Entry
from fans import mutes, opt_ins
from live import notices
from rights import clearance
from rights.clearance import ClearanceRequest
from rights.clearance_result import Clearance
from rights.models import Use
from worker import wake

BATCH_SIZE = 200
MODEL_BATCH_SIZE = 4  # it takes seconds for each
ACTOR = "system:drafts"
REASON_OPTED_OUT = "opted out: the fan ended it before anything was written"
REASON_MUTED = "muted: the fan paused this program before anything was written"
REASON_STOPPED = "stopped: the program is paused"

logger = logging.getLogger(__name__)

# A moment is held by a lock of this connection, not by a state: a process that dies lets go of it at once, and the
# moment is as noticed as before. Two processes never write for the same one; if they did, only one could store it.
LOCK_MOMENTS_SQL = """
SELECT id FROM (
    SELECT id FROM artists_moment WHERE state = 'noticed' ORDER BY id LIMIT 2000
) AS waiting WHERE pg_try_advisory_lock(hashtextextended('moment:' || id, 0)) LIMIT %s
"""
UNLOCK_MOMENTS_SQL = (
    "SELECT pg_advisory_unlock(hashtextextended('moment:' || id, 0)) FROM unnest(%s::bigint[]) AS held (id)"
)


def write_next() -> bool:
    """One batch. Says whether there was anything to do; any number of processes may call it.

    Whatever may be slow, a model above all, happens outside a transaction; what came out is stored if the moment is
    still noticed.
    """
    model = generation.configured_model()
    with _locked_moments(MODEL_BATCH_SIZE if model else BATCH_SIZE) as moments:
        if not moments:
            return False
        refused, cleared = _clear_moments(moments)
        made, unsayable = _generate_texts([moment for moment in moments if moment.pk in cleared], cleared, model)
        with transaction.atomic():
            _store_drafts(moments, made, refused | unsayable)
    return True


@contextmanager
def _locked_moments(batch: int) -> Iterator[list[Moment]]:
    """Noticed moments that no other process is writing for, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_MOMENTS_SQL, [batch])
        ids = [row[0] for row in cursor.fetchall()]
    try:
        # Read after the locks: somebody may have stored one between our looking and our holding it.
        noticed = Moment.objects.filter(pk__in=ids, state=Moment.State.NOTICED).order_by("pk")
        yield list(noticed.select_related("person", "program__artist", "version__recording"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(UNLOCK_MOMENTS_SQL, [ids])


def _clear_moments(moments: Sequence[Moment]) -> tuple[dict[int, str], dict[int, Clearance]]:
    """Per moment, why nothing may be written for it, or the clearance to write. A constant number of queries."""
    stopped = _fan_refusals(moments)
    answers = clearance.clear_all({_clearance_request(moment) for moment in moments})
    refused: dict[int, str] = {}
    cleared: dict[int, Clearance] = {}
    for moment in moments:
        answer = answers[_clearance_request(moment)]
        if moment.program.state != Program.State.LIVE:
            refused[moment.pk] = REASON_STOPPED
        elif moment.pk in stopped:
            refused[moment.pk] = stopped[moment.pk]
        elif isinstance(answer, Clearance):
            cleared[moment.pk] = answer
        else:
            refused[moment.pk] = f"uncleared: {'; '.join(answer.missing)}"
    return refused, cleared


def _fan_refusals(moments: Sequence[Moment], *, hold: bool = False) -> dict[int, str]:
    """Per moment whose fan opted out or paused the program, which it was. `hold` keeps the others from doing so until
    this transaction has committed; whoever withdraws what waits then finds what it wrote."""
    standing = opt_ins.active_pairs({_opt_in_pair(moment) for moment in moments}, hold=hold)
    muted = mutes.muted_pairs({(moment.person_id, moment.program_id) for moment in moments})
    opted_out = {moment.pk: REASON_OPTED_OUT for moment in moments if _opt_in_pair(moment) not in standing}
    paused = {moment.pk: REASON_MUTED for moment in moments if (moment.person_id, moment.program_id) in muted}
    return paused | opted_out


def _opt_in_pair(moment: Moment) -> tuple[UUID, int]:
    return moment.person_id, moment.program.artist_id


def _clearance_request(moment: Moment) -> ClearanceRequest:
    return ClearanceRequest(Use.PERSONAL_MESSAGE, moment.program.artist_id, moment.person.country)


def _generate_texts(
    moments: Sequence[Moment], cleared: Mapping[int, Clearance], model: ModelConfig | None
) -> tuple[list[generation.GeneratedText], dict[int, str]]:
    """What could be written, and why the rest could not. One that fails does not hold up those behind it."""
    firsts = generation.find_first_listens(moments)
    made: list[generation.GeneratedText] = []
    failed: dict[int, str] = {}
    for moment in moments:
        first = firsts.get((moment.person_id, moment.program.artist_id, moment.version.recording_id))
        try:
            made.append(generation.generate_text(moment, cleared[moment.pk], first, model))
        except Unsayable as reason:
            failed[moment.pk] = f"unsayable: {reason}"
        except Doubtful as reason:
            failed[moment.pk] = f"guard: {reason}"
        except Exception:
            logger.exception("Nothing could be written for moment %d", moment.pk)
            failed[moment.pk] = "failed: writing it broke; the log of the drafts process says how"
    return made, failed


def _store_drafts(
    moments: Sequence[Moment], made: Sequence[generation.GeneratedText], refused: Mapping[int, str]
) -> None:
    """Drafts, moments, notices, audit and events of what is still noticed; in the caller's transaction."""
    waiting = Moment.objects.filter(pk__in=[moment.pk for moment in moments], state=Moment.State.NOTICED)
    still = {moment.pk: moment for moment in waiting.order_by("pk").select_for_update(no_key=True)}
    refused = {**refused, **_fan_refusals([each.moment for each in made], hold=True)}
    written = [each for each in made if each.moment.pk in still and each.moment.pk not in refused]
    drafts = Draft.objects.bulk_create(_build_draft(each) for each in written)
    for draft in drafts:
        still[draft.moment_id].state = Moment.State.DRAFTED
    for pk in refused.keys() & still.keys():
        still[pk].state, still[pk].reason = Moment.State.REFUSED, refused[pk][:300]
    Moment.objects.bulk_update(still.values(), ["state", "reason"])
    trail.record_all(_audit_entries(drafts, written, [moment for moment in still.values() if moment.reason]))
    publish_draft_events("drafted", ((draft, str(draft.pk)) for draft in drafts))
    notices.post(draft_notices("draft.pending", drafts))
    if drafts:
        wake.notify(expiry.CHANNEL)


def _build_draft(made: generation.GeneratedText) -> Draft:
    moment, drafted = made.moment, made.drafted
    draft = Draft(
        moment=moment,
        version=moment.version,
        person=moment.person,
        artist=moment.program.artist,
        clearance_id=made.clearance.id,
        text=drafted.text,
        made=drafted.text,
        maker=drafted.maker,
        facts=made.facts,
        deadline=Now() + timedelta(seconds=moment.version.review_seconds),
    )
    draft.parts = marks.derive_parts(draft)
    return draft


def _audit_entries(
    drafts: Sequence[Draft], made: Sequence[generation.GeneratedText], refused: Sequence[Moment]
) -> Iterator[Entry]:
    for draft, each in zip(drafts, made, strict=True):
        facts = {"moment": draft.moment_id, "clearance": draft.clearance_id, "maker": draft.maker}
        instead = {"why_composer": each.drafted.why_composer} if each.drafted.why_composer else {}
        yield trail.new_entry("draft.written", by=ACTOR, subject=f"draft:{draft.pk}", **facts, **instead)
    for moment in refused:
        why = moment.reason.partition(":")[0]
        yield trail.new_entry("moment.refused", by=ACTOR, subject=f"moment:{moment.pk}", why=why)
