"""Generate the text for a moment from facts about the fan. The reviewer sees where each fact comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ai import wording
from ai.draft import DraftedMessage, draft_message
from ai.exceptions import ModelFailed
from ai.facts import Facts
from ai.llm import ModelConfig
from artists.models import Moment
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
            is_openai=host == "api.openai.com",
        )
    except ModelFailed as reason:
        raise ImproperlyConfigured(f"LLM_BASE_URL cannot be used: {reason}.") from reason


type FirstListens = Mapping[tuple[UUID, int, int | None], datetime]
"""When a fan first listened to an artist, or to one recording. The key: ids of fan, artist and recording or None."""


def find_first_listens(moments: Sequence[Moment]) -> FirstListens:
    """Two queries for any number of moments."""
    people = {moment.person_id for moment in moments}
    artists = {moment.program.artist_id for moment in moments}
    recordings = {moment.version.recording_id for moment in moments} - {None}
    by_artist = Engagement.objects.filter(person__in=people, artist__in=artists)
    by_recording = RecordingEngagement.objects.filter(person__in=people, recording__in=recordings)
    first_listens: dict[tuple[UUID, int, int | None], datetime] = {
        (person, artist, None): first for person, artist, first in by_artist.values_list("person", "artist", "first_at")
    }
    rows = by_recording.values_list("person", "recording__artist", "recording", "first_at")
    return first_listens | {(person, artist, recording): first for person, artist, recording, first in rows}


def generate_text(
    moment: Moment, clearance: Clearance, first_listen_at: datetime | None, model: ModelConfig | None
) -> GeneratedText:
    """Takes seconds when a model writes.

    Raises NoUsableTemplate where no signed sentence fits the facts, and GuardRejected where the guard objects.
    """
    facts = _build_facts(moment, first_listen_at)
    result = draft_message(
        wording.load_wording(moment.version.wording),
        facts,
        choice_key=settings.CHOICE_KEY.encode(),
        program=str(moment.program_id),
        fan=str(moment.person_id),
        clearance=clearance,
        model=model,
    )
    return GeneratedText(moment, clearance, result, _facts_for_reviewer(facts, result))


def _build_facts(moment: Moment, first_listen_at: datetime | None) -> Facts:
    """With a song only if the program counts that song: the artist's 100th listen is not the song's 100th."""
    song = moment.version.recording
    return Facts(
        artist=moment.program.artist.name,
        name=moment.person.name or None,
        song=song.title if song else None,
        plays=moment.point,
        since=first_listen_at.astimezone(moment.person.zone).date() if first_listen_at else None,
    )


def read_facts(rows: Sequence[Mapping[str, Any]] | None) -> Facts:
    """The facts of a draft as they were when it was written, from its `facts`."""
    values = {row["slot"]: row["value"] for row in rows or ()}
    since = values.get("since")
    return Facts(
        artist=values.get("artist") or "",
        name=values.get("name"),
        song=values.get("song"),
        plays=values.get("plays"),
        since=date.fromisoformat(since) if since else None,
    )


FACT_SOURCES = {
    "name": ("Fan's name", "as the fan typed it"),
    "artist": ("Artist", "the catalogue"),
    "song": ("Song", "the catalogue"),
    "plays": ("Listens", "counted"),
    "since": ("Since", "the first listen that was counted"),
}


def _facts_for_reviewer(facts: Facts, result: DraftedMessage) -> list[dict[str, Any]]:
    """Where a model wrote, every fact counts as used: the model saw all of them."""
    used = {slot for slot, _ in result.composed.values} if result.composed else None
    values = {"name": facts.name, "artist": facts.artist, "song": facts.song, "plays": facts.plays}
    values["since"] = facts.since.isoformat() if facts.since else None
    return [
        {"slot": slot, "label": label, "value": values[slot], "from": source, "used": used is None or slot in used}
        for slot, (label, source) in FACT_SOURCES.items()
        if values[slot] is not None
    ]
