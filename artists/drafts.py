"""Write a draft for each moment that is cleared, and put it into the review queue. Nothing is sent from here.

`remixes.drafting` does for remixes what `write_next` does for messages.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Least, Now

from accounts.models import AgeBand
from ai.exceptions import GuardRejected, NoUsableTemplate, OnlySuggested
from ai.llm import ModelConfig
from artists import audiences, eligibility, expiry, explanations, fact_checks, generation, programs
from artists.audiences import REASON_NO_TIER
from artists.models import Draft, Moment, Program, ProgramVersion
from artists.notifications import draft_notices, publish_draft_events, request_notice
from artists.program_status import REASON_STOPPED
from artists.requests import capturing
from audit import trail
from audit.actors import SystemActor
from audit.models import Entry
from fans import mutes, opt_ins
from fans.consent_texts import Flow
from live import notices
from rights import clearance, places, refusals
from rights.clearance_result import Clearance, ClearanceRequest
from rights.models import ClearanceKeyHolder, Use
from worker import wake

BATCH_SIZE = 200
MODEL_BATCH_SIZE = 4  # a model takes seconds for each
ACTOR = SystemActor.DRAFTS
REASON_OPTED_OUT = "opted out: the fan ended it before anything was written"
REASON_OLDER_WORDS = "older words: the fan did not agree that a rightsholder hears what is made"
REASON_NO_RULES = "older words: the fan did not agree that rules choose a remix from their listening"
REASON_NO_MODEL = "older words: the fan did not agree to words that a model suggested"
REASON_TAKEN_BACK = "taken back: the fan took the request back before anything was written"
REASON_MUTED = "muted: the fan paused this program before anything was written"

logger = logging.getLogger(__name__)

# An advisory lock belongs to the connection: it outlives transactions, which a model's seconds need, and it ends with
# a process that dies, so that the moment is free again at once. The ORM has none. Locking and unlocking 200: 0.4 ms.
LOCK_MOMENTS_SQL = """
SELECT id FROM (
    SELECT moment.id FROM artists_moment moment JOIN artists_program program ON program.id = moment.program_id
    WHERE moment.state = 'noticed' AND program.kind = 'message' ORDER BY moment.id LIMIT 2000
) AS waiting WHERE pg_try_advisory_lock(hashtextextended('moment:' || id, 0)) LIMIT %s
"""
UNLOCK_MOMENTS_SQL = (
    "SELECT pg_advisory_unlock(hashtextextended('moment:' || id, 0)) FROM unnest(%s::bigint[]) AS held (id)"
)


def write_next() -> bool:
    """Write one batch of drafts. Returns whether there were moments. Several processes may call it at once.

    The texts are written outside a transaction, because a model is slow. A text is stored only if its moment is still
    noticed then.
    """
    model = generation.configured_model()
    with _locked_moments(MODEL_BATCH_SIZE if model else BATCH_SIZE) as moments:
        if not moments:
            return False
        refused, cleared = clear_moments(moments)
        allowed = [moment for moment in moments if moment.pk in cleared]
        counts = generation.find_counts(allowed)
        refused |= fact_checks.find_passed(allowed, counts)
        writable = [moment for moment in allowed if moment.pk not in refused]
        told = _find_told(writable)
        texts, failed = _generate_texts(writable, cleared, counts, model, told)
        with transaction.atomic():
            store_drafts(moments, texts, refused | failed)
    return True


@contextmanager
def _locked_moments(batch: int) -> Iterator[list[Moment]]:
    """Lock the oldest noticed moments for which no other process is writing."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_MOMENTS_SQL, [batch])
        ids = [row[0] for row in cursor.fetchall()]
    try:
        # Read after locking: another process may have stored a draft just before we got the lock.
        noticed = Moment.objects.filter(pk__in=ids, state=Moment.State.NOTICED).order_by("pk")
        yield list(noticed.select_related("person", "program__artist", "version__recording", "recording", "request"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(UNLOCK_MOMENTS_SQL, [ids])


def clear_moments(moments: Sequence[Moment], *, hold: bool = False) -> tuple[dict[int, str], dict[int, Clearance]]:
    """By moment: the reason why nothing may be written, or the clearance. The number of queries is constant.

    `hold` is as for `_fan_refusals`.
    """
    fan_refusals = _fan_refusals(moments, hold=hold)
    answers = clearance.clear_all({_clearance_request(moment) for moment in moments})
    refused: dict[int, str] = {}
    cleared: dict[int, Clearance] = {}
    for moment in moments:
        answer = answers[_clearance_request(moment)]
        if moment.program.state != Program.State.LIVE:
            refused[moment.pk] = REASON_STOPPED
        elif moment.pk in fan_refusals:
            refused[moment.pk] = fan_refusals[moment.pk]
        elif isinstance(answer, Clearance):
            cleared[moment.pk] = answer
        else:
            refused[moment.pk] = f"uncleared: {refusals.describe_for_fan(answer)}"
    return refused, cleared


def _fan_refusals(moments: Sequence[Moment], *, hold: bool = False) -> dict[int, str]:
    """The reason for each moment of which the fan may get nothing.

    The fan opted out, paused the program, has no tier with it, took the request back, or did not agree to rules.

    `hold` makes the other fans' opt-outs and pauses wait until this transaction has committed. `withdrawal` then finds
    the drafts that it wrote.
    """
    asked = [moment for moment in moments if moment.version.is_asked_for]
    noticed = [moment for moment in moments if not moment.version.is_asked_for]
    ended = eligibility.find_ended([moment.pk for moment in asked], hold=hold)
    refused = {moment.pk: REASON_TAKEN_BACK for moment in asked if moment.pk in ended}
    opted_in = opt_ins.active_pairs({moment.fan_and_artist for moment in noticed}, hold=hold)
    muted = mutes.muted_pairs({moment.fan_and_program for moment in noticed})
    remixes = [moment for moment in noticed if moment.program.use == Use.REMIX]
    agreed = opt_ins.pairs_that_allow(Flow.REMIX, {moment.fan_and_artist for moment in remixes}) if remixes else set()
    refused |= {moment.pk: REASON_NO_RULES for moment in remixes if moment.fan_and_artist not in agreed}
    without_tier = audiences.find_without_tier(noticed)
    refused |= {moment.pk: REASON_NO_TIER for moment in noticed if moment.fan_and_program in without_tier}
    refused |= {moment.pk: REASON_MUTED for moment in noticed if moment.fan_and_program in muted}
    return refused | {moment.pk: REASON_OPTED_OUT for moment in noticed if moment.fan_and_artist not in opted_in}


def _clearance_request(moment: Moment) -> ClearanceRequest:
    songs = (moment.song.pk,) if moment.song else ()
    return ClearanceRequest(moment.program.use, moment.program.artist_id, moment.person.country, songs)


def _find_told(moments: Sequence[Moment]) -> set[int]:
    """The moments whose fans agreed that a model may draft the words. Nobody who asks is told of one."""
    noticed = [moment for moment in moments if not moment.version.is_asked_for]
    agreed = opt_ins.pairs_that_allow(Flow.MODEL, {moment.fan_and_artist for moment in noticed})
    return {moment.pk for moment in noticed if moment.fan_and_artist in agreed}


def _generate_texts(
    moments: Sequence[Moment],
    cleared: Mapping[int, Clearance],
    counts: generation.Counts,
    model: ModelConfig | None,
    told: Collection[int],
) -> tuple[list[generation.GeneratedText], dict[int, str]]:
    """The texts, and the reason for each moment without one. A moment that fails does not stop the others.

    `told` are those whose fans may get the words of a model; the composer writes for the others what a person wrote.
    No model writes for a minor.
    """
    texts: list[generation.GeneratedText] = []
    failed: dict[int, str] = {}
    for moment in moments:
        listening = counts.get(generation.count_key(moment))
        try:
            may = moment.pk in told
            writer = model if may and moment.person.age_band == AgeBand.ADULT else None
            texts.append(generation.generate_text(moment, cleared[moment.pk], listening, writer, suggested=may))
        except NoUsableTemplate as reason:
            failed[moment.pk] = f"unsayable: {reason}"
        except OnlySuggested:
            failed[moment.pk] = REASON_NO_MODEL
        except GuardRejected as reason:
            failed[moment.pk] = f"guard: {reason}"
        except Exception:
            logger.exception("Nothing could be written for moment %d", moment.pk)
            failed[moment.pk] = "failed: writing it broke; the log of the drafts process says how"
    return texts, failed


def store_drafts(
    moments: Sequence[Moment],
    texts: Sequence[generation.GeneratedText],
    refused: Mapping[int, str],
    *,
    state: str = Moment.State.NOTICED,
) -> None:
    """Store drafts, refusals, audit, notices and events for the moments that are still in this state.

    Runs in the caller's transaction.
    """
    noticed = Moment.objects.filter(pk__in=[moment.pk for moment in moments], state=state)
    locked = {moment.pk: moment for moment in noticed.order_by("pk").select_for_update(no_key=True)}
    refused = {**refused, **_fan_refusals([text.moment for text in texts], hold=True)}
    stored = [text for text in texts if text.moment.pk in locked and text.moment.pk not in refused]
    refused |= _owner_refusals([text for text in stored if text.clearance.use != Use.PERSONAL_MESSAGE])
    stored = [text for text in stored if text.moment.pk not in refused]
    replaced = dict(Draft.objects.filter(moment__in=locked).values_list("moment", "pk"))
    drafts = Draft.objects.bulk_create(_build_draft(text, replaced.get(text.moment.pk)) for text in stored)
    for draft in drafts:
        locked[draft.moment_id].state = Moment.State.DRAFTED
    for pk in refused.keys() & locked.keys():
        locked[pk].state, locked[pk].reason = Moment.State.REFUSED, refused[pk][:300]
    Moment.objects.bulk_update(locked.values(), ["state", "reason"])
    trail.record_all(_audit_entries(drafts, stored, [moment for moment in locked.values() if moment.reason]))
    publish_draft_events("drafted", ((draft, str(draft.pk)) for draft in drafts))
    asked = [request_notice(text.moment.request) for text in stored if text.moment.version.is_asked_for]
    notices.post(draft_notices("draft.pending", drafts) + asked)
    if drafts:
        wake.notify(expiry.CHANNEL)


def _owner_refusals(texts: Sequence[generation.GeneratedText]) -> dict[int, str]:
    """The reason for each moment that lacks what owners ask for besides their yes. No message needs any."""
    refused = _key_refusals(texts)
    return refused | _reserve_places([text for text in texts if text.moment.pk not in refused])


def _key_refusals(texts: Sequence[generation.GeneratedText]) -> dict[int, str]:
    """The reason for each moment that a rightsholder would hear, whose fan agreed to older words alone."""
    if not texts:
        return {}
    held = ClearanceKeyHolder.objects.filter(clearance__in={text.clearance.id for text in texts})
    with_key = set(held.values_list("clearance", flat=True))
    # Who asks for a remix agrees that they hear it.
    heard = [text.moment for text in texts if text.clearance.id in with_key and not text.moment.version.is_asked_for]
    agreed = opt_ins.pairs_that_allow(Flow.RIGHTSHOLDER, {moment.fan_and_artist for moment in heard})
    return {moment.pk: REASON_OLDER_WORDS for moment in heard if moment.fan_and_artist not in agreed}


def _reserve_places(texts: Sequence[generation.GeneratedText]) -> dict[int, str]:
    """The reason for each moment that gets no place in a quantity of the month."""
    full = places.reserve({text.moment.item: text.clearance.id for text in texts})
    moments = [text.moment for text in texts]
    return {moment.pk: f"uncleared: {full[moment.item]}" for moment in moments if moment.item in full}


def _build_draft(text: generation.GeneratedText, replaced: int | None) -> Draft:
    """`replaced` is the id of the draft of the same moment that was not true any more."""
    moment, result = text.moment, text.result
    return Draft(
        moment=moment,
        replaces_id=replaced,
        version=moment.version,
        person=moment.person,
        artist=moment.program.artist,
        use=text.clearance.use,
        clearance_id=text.clearance.id,
        text=result.text,
        original_text=result.text,
        maker=result.maker,
        facts=text.facts,
        why=explanations.list_reasons(moment),
        deadline=_find_deadline(moment),
    )


def _find_deadline(moment: Moment) -> Combinable:
    """Until when it can be decided. What a card pays for is decided while the card can still be charged."""
    deadline = Now() + timedelta(seconds=_seconds_to_decide(moment.version))
    if not moment.version.is_asked_for:
        return deadline
    latest = capturing.find_latest_deadline(moment, programs.get_undo_time(moment.program.artist))
    return deadline if latest is None else Least(deadline, Value(latest))


def _seconds_to_decide(version: ProgramVersion) -> int:
    """A first listen is new for some hours only, so nobody needs to decide it later."""
    if not fact_checks.is_about_first_listen(version):
        return version.review_seconds
    return min(version.review_seconds, settings.FIRST_LISTEN_HOURS * 3600)


def _audit_entries(
    drafts: Sequence[Draft], texts: Sequence[generation.GeneratedText], refused: Sequence[Moment]
) -> Iterator[Entry]:
    for draft, text in zip(drafts, texts, strict=True):
        facts = {"moment": draft.moment_id, "clearance": draft.clearance_id, "maker": draft.maker}
        if draft.replaces_id:
            facts["replaces"] = draft.replaces_id
        if text.result.fallback_reason:
            facts["why_composer"] = text.result.fallback_reason
        yield trail.new_entry("draft.written", by=ACTOR, subject=f"draft:{draft.pk}", **facts)
    for moment in refused:
        reason_kind = moment.reason.partition(":")[0]
        yield trail.new_entry("moment.refused", by=ACTOR, subject=f"moment:{moment.pk}", why=reason_kind)
