"""The view to which our own player reports plays. It checks them for plausibility and needs the fan's session."""

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from django import forms
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import Person
from catalog.models import Recording, Sound
from events import outbox
from listens import event, incognito
from listens.exceptions import ImplausiblePlay
from web import rate_limits

SOURCE = "/api/player"
EVENT_ID_NAMESPACE = uuid5(NAMESPACE_URL, "https://fanfare.example/api/player")
PLAYER_CLIENT = event.Client(submission_client="Fanfare player")
LISTEN_MS = 240_000  # a play of half the recording, or of four minutes, is a listen
CLOCK_SLACK_MS = 2_000  # a browser's clocks may differ by this from each other and from ours
MAX_PLAY_AGE = timedelta(days=1)
PLAYS_PER_WINDOW, RATE_WINDOW_SECONDS = 30, 300  # half of our shortest recording lasts ten seconds


class PlayForm(forms.Form):
    """One play. `started_at` has a time zone; `skips` is how often the listener jumped within the recording."""

    recording = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    started_at = forms.DateTimeField()
    played_ms = forms.IntegerField(min_value=0, max_value=event.MAX_DURATION_MS)
    skips = forms.IntegerField(min_value=0, max_value=10_000, required=False)


@require_POST
@never_cache
def record_play(request: HttpRequest) -> JsonResponse:
    """Record one play of the signed-in fan. The answer's `recorded` is false while the fan is incognito."""
    person = request.user
    if not isinstance(person, Person):
        return _error_response(403, "Sign in to play.")
    rate = rate_limits.hit(f"plays:{person.pk}", PLAYS_PER_WINDOW, RATE_WINDOW_SECONDS)
    if not rate.allowed:
        return _error_response(429, "That is more than anybody can hear.")
    form = PlayForm(request.POST)
    if not form.is_valid():
        return _error_response(422, "A play says which recording, when it began and how much was heard.")
    try:
        recorded = _submit_play(person, **{**form.cleaned_data, "skips": form.cleaned_data["skips"] or 0})
    except ImplausiblePlay as problem:
        return _error_response(422, str(problem))
    return JsonResponse({"recorded": recorded})


def _error_response(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)


def _submit_play(person: Person, recording: int, started_at: datetime, played_ms: int, skips: int) -> bool:
    """Put the listen into the outbox. Return False while the fan is incognito. Raises ImplausiblePlay."""
    sound = Sound.objects.select_related("recording__artist").filter(recording_id=recording).first()
    if sound is None:
        raise ImplausiblePlay("There is nothing to play.")
    now = datetime.now(UTC)
    _check_plausible(sound, started_at, played_ms, now)
    if incognito.hidden_flags(person.pk, [started_at], accepted_at=now, live=True) == [True]:
        return False
    value = msgspec.json.encode(_envelope(sound, person.pk, started_at, played_ms, skips, now))
    with transaction.atomic():
        outbox.put([event.to_outgoing(person.pk, value)])
    return True


def _check_plausible(sound: Sound, started_at: datetime, played_ms: int, now: datetime) -> None:
    elapsed = (now - started_at) // timedelta(milliseconds=1)
    if elapsed < -CLOCK_SLACK_MS:
        raise ImplausiblePlay("It has not begun yet.")
    if now - started_at > MAX_PLAY_AGE:
        raise ImplausiblePlay("That was too long ago.")
    if played_ms > elapsed + CLOCK_SLACK_MS:
        raise ImplausiblePlay("Nobody can have heard that much since it began.")
    if played_ms < min(sound.milliseconds // 2, LISTEN_MS):
        raise ImplausiblePlay("It is a listen once half of it was heard, or four minutes.")


def _envelope(
    sound: Sound, fan: UUID, started_at: datetime, played_ms: int, skips: int, now: datetime
) -> event.ListenCloudEvent:
    """Build the event. Its id depends on the fan, the recording and the start only, so a retry has the same id."""
    start = started_at.astimezone(UTC)
    return event.ListenCloudEvent(
        id=str(uuid5(EVENT_ID_NAMESPACE, f"{fan} {sound.recording_id} {start.isoformat()}")),
        source=SOURCE,
        type=event.LISTEN_SUBMITTED,
        time=now,
        dataschema=event.LISTEN_SCHEMA,
        partitionkey=str(fan),
        data=event.ListenData(
            user_id=str(fan),
            track=_track(sound.recording, sound.milliseconds),
            started_at=min(start, now),
            time_basis="start",
            played_ms=played_ms,
            client=PLAYER_CLIENT,
            extra={"skips": skips} if skips else {},
        ),
    )


def _track(recording: Recording, duration_ms: int) -> event.Track:
    return event.Track(
        title=recording.title,
        artists=(event.Artist(name=recording.artist.name),),
        artist_credit=recording.artist_credit,
        duration_ms=duration_ms,
        catalog_id=str(recording.pk),
        isrc=recording.isrc or "",
        recording_mbid=str(recording.mbid or ""),
    )
