"""Generate the text for a moment from facts about the fan. The reviewer sees where each fact comes from."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ai import unicode, wording
from ai.compose import COMPOSER
from ai.draft import DraftedMessage, draft_message
from ai.exceptions import ModelFailed
from ai.facts import SLOTS, Facts
from ai.llm import ModelConfig
from ai.model_address import is_openai
from ai.origins import parse_maker
from artists.models import Draft, ExperienceRequest, Moment
from catalog.models import Artist
from fans.models import Engagement, RecordingEngagement
from rights.clearance_result import Clearance


@dataclass(frozen=True, slots=True)
class GeneratedText:
    """The text for one moment, with what it was made from."""

    moment: Moment
    clearance: Clearance
    result: DraftedMessage
    facts: list[dict[str, Any]]
    """For the reviewer: slot, label, value, from (the origin) and used (whether the text has it)."""


def configured_model() -> ModelConfig | None:
    """The model that the settings name; None means that the composer writes everything.

    Raises ImproperlyConfigured where the settings name a model that cannot be used.
    """
    if not settings.LLM_BASE_URL:
        return None
    host = urlsplit(settings.LLM_BASE_URL).hostname or ""
    try:
        return ModelConfig(
            base_url=settings.LLM_BASE_URL,
            model=settings.LLM_MODEL,
            api_key=settings.LLM_API_KEY,
            hosts=frozenset({host}),
            timeout_seconds=settings.LLM_TIMEOUT_SECONDS,
            is_openai=is_openai(settings.LLM_BASE_URL),
        )
    except ModelFailed as reason:
        raise ImproperlyConfigured(f"LLM_BASE_URL cannot be used: {reason}.") from reason


class Listening(NamedTuple):
    """How often a fan listened to an artist, or to one recording, and when first."""

    listens: int
    first_at: datetime


type CountKey = tuple[UUID, int, int | None]
"""The ids of fan, artist and recording; None for all of the artist."""
type Counts = Mapping[CountKey, Listening]


def count_key(found: Moment | Draft) -> CountKey:
    """Which count the moment, or the moment of the draft, is about."""
    return (*found.fan_and_artist, found.version.recording_id)


def find_request(found: Moment | Draft) -> ExperienceRequest | None:
    """What the fan asked for, where the moment, or that of the draft, is a request."""
    if not found.version.is_asked_for:
        return None
    moment = found if isinstance(found, Moment) else found.moment
    return moment.request


def find_counts(found: Iterable[Moment | Draft]) -> Counts:
    """Two queries for any number of moments or drafts."""
    keys = [count_key(each) for each in found]
    people, artists = {person for person, _, _ in keys}, {artist for _, artist, _ in keys}
    recordings = {recording for _, _, recording in keys} - {None}
    by_artist = Engagement.objects.filter(person__in=people, artist__in=artists)
    by_recording = RecordingEngagement.objects.filter(person__in=people, recording__in=recordings)
    counts: dict[CountKey, Listening] = {
        (person, artist, None): Listening(listens, first_at)
        for person, artist, listens, first_at in by_artist.values_list("person", "artist", "listens", "first_at")
    }
    rows = by_recording.values_list("person", "recording__artist", "recording", "listens", "first_at")
    return counts | {
        (person, artist, recording): Listening(listens, first_at)
        for person, artist, recording, listens, first_at in rows
    }


def generate_text(
    moment: Moment,
    clearance: Clearance,
    listening: Listening | None,
    model: ModelConfig | None,
    *,
    suggested: bool = True,
) -> GeneratedText:
    """Takes seconds when a model writes. `suggested` is whether the fan may get words that a model suggested.

    Raises NoUsableTemplate where no signed sentence fits the facts, OnlySuggested where the fan may get none of them,
    and GuardRejected where the guard objects.
    """
    facts = build_facts(moment, moment.program.artist, listening)
    result = draft_message(
        wording.load_wording(moment.version.wording),
        facts,
        choice_key=settings.CHOICE_KEY.encode(),
        program=str(moment.program_id),
        fan=str(moment.person_id) if not moment.version.is_asked_for else f"{moment.person_id} {moment.point}",
        clearance=clearance,
        model=model,
        suggested=suggested,
    )
    return GeneratedText(moment, clearance, result, _facts_for_reviewer(facts, result))


def build_facts(found: Moment | Draft, artist: Artist, listening: Listening | None) -> Facts:
    """With a song only if the program counts that song: the artist's 100th listen is not the song's 100th.

    Of a request: what its fan chose. The line to the team is no fact.
    """
    person, version = found.person, found.version
    if request := find_request(found):
        return Facts(
            artist=artist.name,
            name=person.name or None,
            song=found.song.title if found.song else None,
            recipient=request.recipient,
            occasion=request.occasion,
            relation=request.relation or None,
            event=request.event or None,
            day=request.day,
        )
    return Facts(
        artist=artist.name,
        name=person.name or None,
        song=version.recording.title if version.recording else None,
        plays=version.nth,
        since=listening.first_at.astimezone(person.zone).date() if listening else None,
    )


def read_facts(rows: Sequence[Mapping[str, Any]] | None) -> Facts:
    """The facts of a draft as they were when it was written, from its `facts`."""
    values = {row["slot"]: row["value"] for row in rows or () if row["slot"] in SLOTS}
    days = {slot: date.fromisoformat(values[slot]) for slot in DAYS if values.get(slot)}
    return Facts(**{**values, **days, "artist": values.get("artist") or ""})


def find_fact_in_text(draft: Draft, slot: str, value: str) -> list[re.Match[str]]:
    """Where the draft's text has this fact, which is written as `value`. A template may put it beside a letter."""
    is_filled_in = is_composed(draft.maker) and any(row["slot"] == slot and row["used"] for row in draft.facts or ())
    return unicode.find_value(draft.text or "", unicode.strip_isolates(value), beside_letters=is_filled_in)


def is_composed(maker: str) -> bool:
    """Whether the composer filled in signed sentences, whoever put their words in."""
    return maker == COMPOSER or parse_maker(maker) is not None


FACT_SOURCES = {
    "name": ("Fan’s name", "as the fan typed it"),
    "artist": ("Artist", "the catalogue"),
    "song": ("Song", "the catalogue"),
    "plays": ("Listens", "counted"),
    "since": ("Since", "the first listen that was counted"),
    "recipient": ("For", "as the fan typed it"),
    "occasion": ("Occasion", "chosen from the list"),
    "relation": ("The fan is", "chosen from the list"),
    "event": ("What happened", "chosen from the list"),
    "day": ("Day", "chosen by the fan"),
}
DAYS = [slot for slot, kind in SLOTS.items() if kind is date]


def _facts_for_reviewer(facts: Facts, result: DraftedMessage) -> list[dict[str, Any]]:
    """Where a model wrote, every fact counts as used: the model saw all of them."""
    used = {slot for slot, _ in result.composed.values} if result.composed else None
    values: dict[str, Any] = {slot: getattr(facts, slot) for slot in SLOTS}
    values |= {slot: values[slot].isoformat() for slot in DAYS if values[slot]}
    return [
        {"slot": slot, "label": label, "value": values[slot], "from": source, "used": used is None or slot in used}
        for slot, (label, source) in FACT_SOURCES.items()
        if values[slot] is not None
    ]
