"""Ask for suggestions as somebody of a team, within the budget of a day, and keep or drop what came."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Now

from accounts import roles
from accounts.models import Person
from ai.facts import LISTENING_SLOTS
from ai.origins import WRITTEN
from ai.suggest import PROMPT_VERSION, Wish, estimate_tokens
from ai.wording import load_wording
from artists.exceptions import InvalidRequest, Stale
from artists.models import ModelProfile, Program, Suggestion, SuggestionCall
from artists.permissions import require_role
from artists.suggestions.profiles import CHANNEL
from audit import trail
from catalog.hidden_characters import find_hidden_character
from catalog.models import Artist
from worker import wake

MAX_LINE_LENGTH = 300
FAULTS_TO_REST = 3
REST = timedelta(minutes=5)
"""For how long a server is left alone after so many failures in a row."""
SERVER_FAULTS = ("connection", "protocol", "status", "timeout", "oversize")


def ask(
    program: Program, *, by: Person, line: str = "", like: Suggestion | None = None, locale: str = "en"
) -> SuggestionCall:
    """Ask for wordings; `work models` makes the call. Raises NotAllowed, InvalidRequest or Stale, with what to do.

    `line` is in the artist's words. `like` is a suggestion of this program, of which more are wanted.
    """
    require_role(program.artist, by, roles.may_edit, "ask for suggestions")
    _require_line(line)
    question = dict(_build_wish(program, line.strip(), like.text if like else "", locale).to_question())
    with transaction.atomic():
        Artist.objects.select_for_update(no_key=True).get(pk=program.artist_id)  # calls of one artist, one by one
        profile = _require_ready(program)
        reserved = estimate_tokens(question)
        _require_budget(program.artist, reserved)
        call = SuggestionCall.objects.create(
            program=program,
            artist=program.artist,
            profile=profile,
            locale=locale,
            question=question,
            prompt_version=PROMPT_VERSION,
            reserved_tokens=reserved,
            by=by.actor,
        )
        trail.record("suggestions.asked", by=by.actor, subject=str(call), program=program.pk, reserved=reserved)
        wake.notify(CHANNEL)
    return call


def decide(suggestion: Suggestion, state: str, *, by: Person) -> None:
    """Keep or drop it. Raises NotAllowed. A kept one is in use once it is part of a signed version, and not before."""
    program = suggestion.call.program
    require_role(program.artist, by, roles.may_edit, "edit this program")
    with transaction.atomic():
        if Suggestion.objects.filter(pk=suggestion.pk).exclude(state=state).update(state=state):
            trail.record(f"suggestion.{state}", by=by.actor, subject=str(suggestion), program=program.pk)


def rebuild_wish(call: SuggestionCall) -> Wish:
    """What was wished for, from what the model was told."""
    told: dict[str, Any] = call.question
    slots = tuple(slot.strip("{}") for slot in told["slots"])
    return Wish(
        artist=call.artist.name,
        locale=call.locale,
        slots=slots,
        line=told["line"],
        like=told["like"],
        examples=tuple(told["examples"]),
    )


def _require_line(line: str) -> None:
    if len(line) > MAX_LINE_LENGTH:
        raise InvalidRequest(f"Write at most {MAX_LINE_LENGTH} characters.")
    if problem := find_hidden_character(line):
        raise InvalidRequest(problem)


def _build_wish(program: Program, line: str, like: str, locale: str) -> Wish:
    newest = program.versions.order_by("-version").first()
    examples: tuple[str, ...] = ()
    has_song = bool(newest and newest.recording_id)
    if newest and newest.wording:
        wording = load_wording(newest.wording)
        if wording.locale == locale and not wording.fragments:
            texts = enumerate(wording.templates)
            examples = tuple(text for index, text in texts if wording.find_origin(index, {}) == WRITTEN)
    slots = ("name", "artist", *sorted(LISTENING_SLOTS), *(["song"] if has_song else []))
    return Wish(artist=program.artist.name, locale=locale, slots=slots, line=line, like=like, examples=examples)


def _require_ready(program: Program) -> ModelProfile:
    """The server that is asked. Raises InvalidRequest or Stale where there is none, it rests, or a call is open."""
    profile = ModelProfile.objects.in_use()
    if profile is None:
        raise InvalidRequest("No model is switched on here. Write the words yourself, as before.")
    if SuggestionCall.objects.filter(program=program, state=SuggestionCall.State.ASKED).exists():
        raise Stale("You asked already. The answer comes to this page.")
    if is_resting(profile):
        raise InvalidRequest("The model does not answer at the moment. Try again in five minutes, or write yourself.")
    return profile


def is_resting(profile: ModelProfile) -> bool:
    """Whether the newest calls all failed at this server, the last of them a short while ago."""
    done = SuggestionCall.objects.filter(profile=profile, answered_at__isnull=False).order_by("-answered_at")
    newest = done.annotate(ago=Now() - F("answered_at")).values_list("reason", "ago")[:FAULTS_TO_REST]
    failed = [ago for reason, ago in newest if reason.partition(":")[0] in SERVER_FAULTS]
    return len(failed) == FAULTS_TO_REST and failed[0] < REST


def _require_budget(artist: Artist, reserved: int) -> None:
    day = SuggestionCall.objects.filter(artist=artist, asked_at__gt=Now() - timedelta(days=1))
    spent = day.aggregate(calls=Count("pk"), tokens=Sum("spent_tokens", default=0))
    if spent["calls"] >= settings.LLM_CALLS_PER_DAY or spent["tokens"] + reserved > settings.LLM_TOKENS_PER_DAY:
        raise InvalidRequest("You asked often today. Suggestions come again tomorrow; until then, write yourself.")
