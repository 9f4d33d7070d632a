"""Check whether the facts of a moment and of a draft still hold, so that a message is true when it is sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from ai.facts import format_facts
from ai.wording import load_wording
from artists import generation, moments
from artists.generation import Counts, Listening
from artists.models import Draft, Moment, ProgramVersion
from artists.remixes import limits
from audit.actors import SystemActor
from fans.remixes import is_remix
from worker import wake

ACTOR = SystemActor.FACTS
REASON_NOT_REACHED = "outdated: the fan took listens back, so this number is not reached any more"
REASON_NOT_NEW = "outdated: the first listen is no longer new"
CHANGED_FACTS = {
    "name": "outdated: the fan’s name changed",
    "artist": "outdated: the artist’s name changed",
    "song": "outdated: the title of the song changed",
    "since": "outdated: the day of the first listen changed",
}


@dataclass(frozen=True, slots=True)
class Outdated:
    """Why a draft is not true any more, and whether another text for the same moment could be."""

    reason: str
    can_be_rewritten: bool = False


def is_about_first_listen(version: ProgramVersion) -> bool:
    return version.nth == 1 and not version.is_asked_for


def find_passed(found: Collection[Moment], counts: Counts) -> dict[int, str]:
    """The reason for each moment that is over, by id. With their versions and programs."""
    late = _find_late({moment.pk for moment in found if is_about_first_listen(moment.version)})
    reasons = {
        moment.pk: _passed_reason(moment.version, counts.get(generation.count_key(moment)), moment.pk in late)
        for moment in found
    }
    return {pk: reason for pk, reason in reasons.items() if reason}


def find_outdated(drafts: Sequence[Draft]) -> dict[int, Outdated]:
    """The drafts whose facts do not hold any more, by id, in four queries at most.

    They come with artist, person, version with its recording, and the moment's recording. A remix holds while the
    limits in force allow it.
    """
    beyond = limits.find_beyond([draft for draft in drafts if is_remix(draft.maker)])
    counts = generation.find_counts(drafts)
    late = _find_late({draft.moment_id for draft in drafts if is_about_first_listen(draft.version)})
    outdated: dict[int, Outdated] = {}
    for draft in drafts:
        listening = counts.get(generation.count_key(draft))
        reason = beyond.get(draft.pk) or _passed_reason(draft.version, listening, draft.moment_id in late)
        if reason:
            outdated[draft.pk] = Outdated(reason)
        elif not is_remix(draft.maker) and (slot := _changed_slot(draft, listening)):
            outdated[draft.pk] = Outdated(CHANGED_FACTS[slot], can_be_rewritten=draft.replaces_id is None)
    return outdated


def reopen_moments(drafts: Collection[Draft], outdated: Mapping[int, Outdated]) -> None:
    """Let new drafts be written for the moments of stopped drafts, where that can help."""
    ids = [draft.moment_id for draft in drafts if draft.pk in outdated and outdated[draft.pk].can_be_rewritten]
    if ids:
        Moment.objects.filter(pk__in=ids, state=Moment.State.DRAFTED).update(state=Moment.State.NOTICED)
        wake.notify(moments.CHANNEL)


def _passed_reason(version: ProgramVersion, listening: Listening | None, is_late: bool) -> str:
    """ "The Nth" holds while N counted listens stand, "the first" for some hours and until some more listens."""
    if version.is_asked_for:
        return ""
    listens = listening.listens if listening else 0
    if listens < version.nth:
        return REASON_NOT_REACHED
    if is_about_first_listen(version) and (is_late or listens >= settings.FIRST_LISTEN_PLAYS):
        return REASON_NOT_NEW
    return ""


def _find_late(moment_ids: Collection[int]) -> set[int]:
    """The moments among these that are too long ago for a first listen."""
    if not moment_ids:
        return set()
    since = Now() - timedelta(hours=settings.FIRST_LISTEN_HOURS)
    return set(Moment.objects.filter(pk__in=moment_ids, noticed_at__lte=since).values_list("pk", flat=True))


def _changed_slot(draft: Draft, listening: Listening | None) -> str | None:
    """A fact that the text has and that reads differently now. A remix says none."""
    if not draft.version.wording:
        return None
    locale = load_wording(draft.version.wording).locale
    then = format_facts(generation.read_facts(draft.facts), locale).texts
    now = format_facts(generation.build_facts(draft, draft.artist, listening), locale).texts
    for slot, value in then.items():
        if now.get(slot) != value and generation.find_fact_in_text(draft, slot, value):
            return slot
    return None
