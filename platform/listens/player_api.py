"""The views to which our own players report plays. They need the fan's session."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import Person
from catalog.models import Sound
from listens import event, first_party
from listens.exceptions import ImplausiblePlay, TooManyPlays
from listens.first_party import ReportedPlay


class PlayForm(forms.Form):
    """When a play began, with a time zone, how much was heard, and how often the listener jumped within it."""

    started_at = forms.DateTimeField()
    played_ms = forms.IntegerField(min_value=0, max_value=event.MAX_DURATION_MS)
    skips = forms.IntegerField(min_value=0, max_value=10_000, required=False)


class RecordingPlayForm(PlayForm):
    recording = forms.IntegerField(min_value=1, max_value=2**63 - 1)


@require_POST
@never_cache
def record_play(request: HttpRequest) -> JsonResponse:
    """Record one play of a recording."""
    return respond(request, _build_play, RecordingPlayForm)


def respond(
    request: HttpRequest, build: Callable[..., ReportedPlay], form_class: type[PlayForm] = PlayForm
) -> JsonResponse:
    """Record the play that `build` makes of the person and the fields of the form.

    The answer's `recorded` is false while the fan is incognito. `build` may raise ImplausiblePlay.
    """
    person = request.user
    if not isinstance(person, Person):
        return _error_response(403, "Sign in to play.")
    if not first_party.allow_report(person):
        return _error_response(429, "That is more than anybody can hear.")
    form = form_class(request.POST)
    if not form.is_valid():
        return _error_response(422, "A play says which recording, when it began and how much was heard.")
    said: dict[str, Any] = {**form.cleaned_data, "skips": form.cleaned_data["skips"] or 0}
    try:
        recorded = first_party.submit(build(person=person, **said))
    except TooManyPlays as problem:
        return _error_response(429, str(problem))
    except ImplausiblePlay as problem:
        return _error_response(422, str(problem))
    return JsonResponse({"recorded": recorded})


def _error_response(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)


def _build_play(*, recording: int, **said: Any) -> ReportedPlay:
    sound = Sound.objects.select_related("recording__artist").filter(recording_id=recording).first()
    if sound is None:
        raise ImplausiblePlay("There is nothing to play.")
    return ReportedPlay(recording=sound.recording, milliseconds=sound.milliseconds, **said)
