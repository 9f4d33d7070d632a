"""Plays that our own players report. They are checked for plausibility, and then go the way of every listen."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import msgspec
from django.db import transaction

from accounts.models import Person
from catalog.models import Recording
from events import outbox
from listens import event, incognito
from listens.exceptions import ImplausiblePlay, TooManyPlays
from listens.models import PLAYER_URI, REMIX_PLAYER_URI
from web import rate_limits

EVENT_ID_NAMESPACE = uuid5(NAMESPACE_URL, "https://fanfare.example/api/player")
PLAYER_CLIENT = event.Client(submission_client="Fanfare player")
LISTEN_MS = 240_000  # a play of half the recording, or of four minutes, is a listen
CLOCK_SLACK_MS = 2_000  # a browser's clocks may differ by this from each other and from ours
MAX_PLAY_AGE = timedelta(days=1)
PLAYS_PER_WINDOW, RATE_WINDOW_SECONDS = 30, 300  # half of our shortest recording lasts ten seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPlay:
    """What a player says that somebody heard.

    `milliseconds` is the length of what played, and `skips` how often they jumped within it. `remix` is empty for the
    recording itself; else it says which remix of it was heard: the reference of what was delivered, or of an entry of a
    shelf. `available_since` is since when this person could hear it.
    """

    person: Person
    recording: Recording
    milliseconds: int
    started_at: datetime
    played_ms: int
    skips: int = 0
    remix: str = ""
    available_since: datetime | None = None

    @property
    def required_ms(self) -> int:
        """How much of it makes a listen."""
        return min(self.milliseconds // 2, LISTEN_MS)


def allow_report(person: Person) -> bool:
    """Count one report of this person. False: that is more than anybody can hear. Call it outside a transaction."""
    return rate_limits.hit(f"plays:{person.pk}", PLAYS_PER_WINDOW, RATE_WINDOW_SECONDS).allowed


def submit(play: ReportedPlay) -> bool:
    """Put the listen into the outbox. Return False while the fan is incognito.

    The caller has looked whether the person may hear it. Of one song a person hears one play at a time, also where one
    of them is of a remix: between two reports passes, by our clock, as long as a listen takes. Call it outside a
    transaction. Raises ImplausiblePlay, and TooManyPlays.
    """
    now = datetime.now(UTC)
    _check_plausible(play, now)
    if incognito.hidden_flags(play.person.pk, [play.started_at], accepted_at=now, live=True) == [True]:
        return False
    song, seconds = f"plays:{play.person.pk}:{play.recording.pk}", (play.required_ms - CLOCK_SLACK_MS) // 1000
    if seconds > 0 and not rate_limits.hit(song, 1, seconds).allowed:
        raise TooManyPlays("Another play of this song was reported a moment ago.")
    value = msgspec.json.encode(_envelope(play, now))
    with transaction.atomic():
        outbox.put([event.to_outgoing(play.person.pk, value)])
    return True


def _check_plausible(play: ReportedPlay, now: datetime) -> None:
    elapsed = (now - play.started_at) // timedelta(milliseconds=1)
    if elapsed < -CLOCK_SLACK_MS:
        raise ImplausiblePlay("It has not begun yet.")
    if now - play.started_at > MAX_PLAY_AGE:
        raise ImplausiblePlay("That was too long ago.")
    if play.available_since and play.started_at < play.available_since - timedelta(milliseconds=CLOCK_SLACK_MS):
        raise ImplausiblePlay("Nobody could hear it then.")
    if play.played_ms > elapsed + CLOCK_SLACK_MS:
        raise ImplausiblePlay("Nobody can have heard that much since it began.")
    if play.played_ms < play.required_ms:
        raise ImplausiblePlay("It is a listen once half of it was heard, or four minutes.")


def _envelope(play: ReportedPlay, now: datetime) -> event.ListenCloudEvent:
    """Build the event. Its id depends on the fan, the recording and the start only, so a retry has the same id."""
    fan, start = str(play.person.pk), play.started_at.astimezone(UTC)
    return event.ListenCloudEvent(
        id=str(uuid5(EVENT_ID_NAMESPACE, f"{fan} {play.recording.pk} {start.isoformat()}")),
        source=REMIX_PLAYER_URI if play.remix else PLAYER_URI,
        type=event.LISTEN_SUBMITTED,
        time=now,
        dataschema=event.LISTEN_SCHEMA,
        partitionkey=fan,
        data=event.ListenData(
            user_id=fan,
            track=_track(play.recording, play.milliseconds),
            started_at=min(start, now),
            time_basis="start",
            played_ms=play.played_ms,
            playback=event.Playback(context_uri=play.remix),
            client=PLAYER_CLIENT,
            extra={"skips": play.skips} if play.skips else {},
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
