"""Play: what our own player says a fan has heard. The fan's session speaks, and what cannot be is not believed."""

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
from events import cloudevents, outbox, topics
from events.outbox import Outgoing
from listens import event, incognito
from web import rate_limits

SOURCE = "/doors/player"
EVENT_ID_NAMESPACE = uuid5(NAMESPACE_URL, "https://fanfare.example/doors/player")
PLAYER_CLIENT = event.Client(submission_client="Fanfare player")
LISTEN_MS = 240_000  # ms: a listen is half the recording, or four minutes
CLOCK_SLACK_MS = 2_000  # ms by which a browser's clocks may disagree with each other and with ours
MAX_PLAY_AGE = timedelta(days=1)
PLAYS_PER_WINDOW, RATE_WINDOW_SECONDS = (
    30,
    300,
)  # one every ten seconds: the shortest piece we have takes as long to count


class Refused(Exception):
    """A play that cannot be, in a sentence for the player."""


class PlayForm(forms.Form):
    """`started_at` with its zone; `played_ms` is what was heard of it, `skips` how often the listener jumped."""

    recording = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    started_at = forms.DateTimeField()
    played_ms = forms.IntegerField(min_value=0, max_value=event.MAX_DURATION_MS)
    skips = forms.IntegerField(min_value=0, max_value=10_000, required=False)


@require_POST
@never_cache
def record_play(request: HttpRequest) -> JsonResponse:
    """204 would not say whether it is kept: `recorded` is false while the fan is incognito."""
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
        recorded = _put_in_outbox(person, **{**form.cleaned_data, "skips": form.cleaned_data["skips"] or 0})
    except Refused as problem:
        return _error_response(422, str(problem))
    return JsonResponse({"recorded": recorded})


def _error_response(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)


def _put_in_outbox(person: Person, recording: int, started_at: datetime, played_ms: int, skips: int) -> bool:
    """In the outbox before the player hears of it. False if the fan does not want it recorded."""
    sound = Sound.objects.select_related("recording__artist").filter(recording_id=recording).first()
    if sound is None:
        raise Refused("There is nothing to play.")
    at = datetime.now(UTC)
    _check_plausible(sound, started_at, played_ms, at)
    if incognito.hidden_flags(person.pk, [started_at], accepted_at=at, live=True) == [True]:
        return False
    fan = str(person.pk)
    value = msgspec.json.encode(_envelope(sound, person.pk, started_at, played_ms, skips, at))
    with transaction.atomic():
        outbox.put([Outgoing(topics.LISTENS, fan.encode(), value, rests=True, headers=cloudevents.STRUCTURED_HEADERS)])
    return True


def _check_plausible(sound: Sound, started_at: datetime, played_ms: int, at: datetime) -> None:
    elapsed = (at - started_at) // timedelta(milliseconds=1)
    if elapsed < -CLOCK_SLACK_MS:
        raise Refused("It has not begun yet.")
    if at - started_at > MAX_PLAY_AGE:
        raise Refused("That was too long ago.")
    if played_ms > elapsed + CLOCK_SLACK_MS:
        raise Refused("Nobody can have heard that much since it began.")
    if played_ms < min(sound.milliseconds // 2, LISTEN_MS):
        raise Refused("It is a listen once half of it was heard, or four minutes.")


def _envelope(
    sound: Sound, fan: UUID, started_at: datetime, played_ms: int, skips: int, at: datetime
) -> event.ListenCloudEvent:
    """A retry has the same id: it rests on the fan, the recording and the start."""
    start = started_at.astimezone(UTC)
    return event.ListenCloudEvent(
        id=str(uuid5(EVENT_ID_NAMESPACE, f"{fan} {sound.recording_id} {start.isoformat()}")),
        source=SOURCE,
        type=event.LISTEN_SUBMITTED,
        time=at,
        dataschema=event.LISTEN_SCHEMA,
        partitionkey=str(fan),
        data=event.ListenData(
            user_id=str(fan),
            track=_track(sound.recording, sound.milliseconds),
            started_at=min(start, at),
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
