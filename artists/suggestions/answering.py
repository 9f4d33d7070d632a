"""Make the calls that were asked for, check what comes, and tell the team's open pages."""

import logging

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from ai.exceptions import ModelFailed
from ai.llm import ModelAnswer, pseudonym
from ai.suggest import Templates, ask_for_templates, sort_out
from ai.wording import Wording, load_wording
from artists.models import Suggestion, SuggestionCall
from artists.notifications import artist_team_notices
from artists.suggestions import probing
from artists.suggestions.asking import rebuild_wish
from artists.suggestions.profiles import build_config
from audit import trail
from audit.actors import SystemActor
from live import notices
from worker import advisory_locks

logger = logging.getLogger(__name__)

CALL_LOCK = 0x4D0E
"""The first key of the advisory lock of a call that is being made; the second is its id."""
REASONS = {
    "timeout": "the model did not answer in time",
    "connection": "the model’s server cannot be reached",
    "status": "the model’s server refused",
    "oversize": "the answer was far too long",
    "protocol": "the server did not answer as such servers do",
    "schema": "the answer was no list of wordings",
    "unfinished": "the answer broke off",
    "refused": "the model refused",
    "key": "its key is not set",
    "broken": "something broke here; the log of the models process says what",
    "address": "its address is not allowed any more",
    "ended": "it was switched off meanwhile",
}
"""By `ModelFailed.reason`, as the team reads it."""


def work() -> bool:
    """Do one piece of everything that `work models` does. Returns whether there was any."""
    return answer_next() or probing.probe_next()


def answer_next() -> bool:
    """Make the oldest call that nobody makes. Returns whether there was one. Takes up to one deadline.

    Where a process died during a call, the next one makes it again.
    """
    calls = SuggestionCall.objects.filter(state=SuggestionCall.State.ASKED).order_by("pk")
    for call in calls.select_related("artist", "profile", "program__current")[:50]:
        with advisory_locks.hold(CALL_LOCK, call.pk % 2**31) as is_ours:
            if is_ours and SuggestionCall.objects.filter(pk=call.pk, state=SuggestionCall.State.ASKED).exists():
                _make(call)
                return True
    return False


def _make(call: SuggestionCall) -> None:
    """Outside a transaction, because a model is slow."""
    try:
        person = pseudonym(settings.CHOICE_KEY.encode(), f"artist:{call.artist_id}")
        answer = ask_for_templates(build_config(call.profile), call.locale, call.question, person=person)
        _store_answer(call, answer)
    except ModelFailed as failed:
        _store_failure(call, failed)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("The call %d broke", call.pk)
        _store_failure(call, ModelFailed("broken"))


def _store_answer(call: SuggestionCall, answer: ModelAnswer[Templates]) -> None:
    passed, refused = sort_out(answer.value.templates, rebuild_wish(call), _signed_words(call))
    counted = answer.prompt_tokens + answer.answer_tokens
    with transaction.atomic():
        SuggestionCall.objects.filter(pk=call.pk).update(
            state=SuggestionCall.State.ANSWERED,
            answer=_storable(answer.text),
            refused=refused,
            counted_tokens=counted or None,
            answered_at=Now(),
        )
        Suggestion.objects.bulk_create(Suggestion(call=call, number=n, text=text) for n, text in enumerate(passed, 1))
        _tell(call, "suggestions.answered", passed=len(passed), refused=refused, tokens=counted)


def _store_failure(call: SuggestionCall, failed: ModelFailed) -> None:
    with transaction.atomic():
        SuggestionCall.objects.filter(pk=call.pk).update(
            state=SuggestionCall.State.FAILED,
            reason=f"{failed.reason}: {REASONS[failed.reason]}",
            answer=_storable(failed.answer),
            answered_at=Now(),
        )
        _tell(call, "suggestions.failed", why=failed.reason)


def _tell(call: SuggestionCall, action: str, **facts: object) -> None:
    trail.record(action, by=SystemActor.MODELS, subject=str(call), **facts)
    notices.post(artist_team_notices("suggestions.changed", call.artist_id, str(call.program)))


def _signed_words(call: SuggestionCall) -> Wording | None:
    """The words in use, where they are in the language that was asked for."""
    current = call.program.current
    wording = load_wording(current.wording) if current and current.wording else None
    return wording if wording and wording.locale == call.locale else None


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL."""
    return text.replace("\x00", "�")
