"""Translate: what a ListenBrainz client told becomes an event of ours, the same one however often it is told."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import msgspec

from catalog import text_keys
from listens import event
from listens.contract import Heard, JSONObject, Kind, Refused

SOURCE = "/doors/listenbrainz"
IDS = uuid5(NAMESPACE_URL, "https://fanfare.example/doors/listenbrainz")
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
LONGEST_URI = 512

# What a client means by `listened_at`, where its authors have said so. Of all others we do not know.
TIME_BASIS: dict[str, event.TimeBasis] = {
    "ampcast": "start",
    "foo_listenbrainz2": "start",
    "ListenBrainz plugin for Jellyfin": "end",
}
CLIENT = {
    "media_player": 128,
    "media_player_version": 64,
    "submission_client": 128,
    "submission_client_version": 64,
    "original_submission_client": 128,
    "music_service": 128,
}


def record(heard: Heard, kind: Kind, fan: UUID, *, at: datetime) -> bytes:
    """The structured CloudEvent that tells of one listen of this fan; `at` is when the door took it.

    Its id rests on the fan, the second and the text alone, so a retry is the same event. What the client says that
    has no field of its own goes into `extra`, as far as there is room. Raises Refused for what fits no record.
    """
    told, left = _told(heard, kind, fan)
    room = event.LARGEST_EXTRA
    for _ in range(2):
        envelope = _envelope(msgspec.structs.replace(told, extra=trim(left, room)), heard, at)
        value = msgspec.json.encode(envelope)
        excess = len(value) - event.LARGEST_RECORD
        if excess <= 0:
            return value
        room = len(msgspec.json.encode(envelope.data.extra)) - excess
    raise Refused(f"This listen is too large: as an event it may not take more than {event.LARGEST_RECORD} bytes.")


def msid(heard: Heard) -> UUID:
    """An id of the words alone, for clients that ask for one."""
    return uuid5(IDS, text_keys.compute(heard.track, heard.artist).hex())


def trim(left: JSONObject, room: int) -> JSONObject:
    """As many members as `room` bytes of JSON hold, tried in the order of their names, so always the same ones."""
    kept, size = {}, len("{}")
    for name in sorted(left):
        member = len(msgspec.json.encode({name: left[name]})) - len("{}") + len(",")
        if size + member <= room:
            kept[name] = left[name]
            size += member
    return kept


def _envelope(told: event.Told, heard: Heard, at: datetime) -> event.Envelope:
    playing = heard.listened_at is None
    said = f"{told.user_id} {heard.listened_at} {text_keys.compute(heard.track, heard.artist).hex()}"
    return event.Envelope(
        id=str(uuid4() if playing else uuid5(IDS, said)),
        source=SOURCE,
        type=event.PLAYING_NOW if playing else event.SUBMITTED,
        time=at,
        dataschema=event.PLAYING_NOW_SCHEMA if playing else event.DATASCHEMA,
        partitionkey=told.user_id,
        data=told,
    )


def _told(heard: Heard, kind: Kind, fan: UUID) -> tuple[event.Told, JSONObject]:
    """The event's data but for `extra`, and what is left for that."""
    left = dict(heard.info)
    played = _played(left)
    track = _track(heard, left)
    named = {field: _text(left, field, longest) for field, longest in CLIENT.items()}
    client = event.Client(**named) if any(named.values()) else event.NO_CLIENT
    tags = tuple(left.pop("tags", ()))
    if heard.listened_at is None:
        return event.Told(user_id=str(fan), track=track, client=client, tags=tags), left
    listen = event.Data(
        user_id=str(fan),
        started_at=datetime.fromtimestamp(heard.listened_at, UTC),
        time_basis=TIME_BASIS.get(client.submission_client, "unknown"),
        origin="import" if kind == "import" else "live",
        played_ms=played,
        track=track,
        client=client,
        tags=tags,
    )
    return listen, left


def _track(heard: Heard, left: JSONObject) -> event.Track:
    duration = left.pop("duration", 0) * 1000 or left.pop("duration_ms", 0)
    return event.Track(
        title=heard.track,
        artists=_artists(heard, left),
        artist_credit=heard.artist,
        album=heard.release,
        album_artist=_text(left, "release_artist_name", 1024) or _text(left, "albumartist", 1024),
        track_number=_number(left),
        duration_ms=duration,
        isrc=_isrc(left),
        recording_mbid=left.pop("recording_mbid", ""),
        release_mbid=left.pop("release_mbid", ""),
        release_group_mbid=left.pop("release_group_mbid", ""),
        track_mbid=left.pop("track_mbid", ""),
        service_uri=_text(left, "origin_url", LONGEST_URI),
    )


def _artists(heard: Heard, left: JSONObject) -> tuple[event.Artist, ...]:
    """One for each name; with their MBIDs where there are as many."""
    names = _names(left.get("artist_names"))
    if names:
        del left["artist_names"]
    else:
        names = [heard.artist]
    mbids: list[str] = left.get("artist_mbids", [])
    if len(mbids) == len(names):
        del left["artist_mbids"]
        return tuple(event.Artist(name=name, mbid=mbid) for name, mbid in zip(names, mbids, strict=True))
    return tuple(event.Artist(name=name) for name in names)


def _names(said: Any) -> list[str]:
    """Names that an event has room for, all of them; else none."""
    names = said if isinstance(said, list) and len(said) <= 64 else []
    return names if all(isinstance(name, str) and 1 <= len(name) <= 1024 for name in names) else []


def _text(left: JSONObject, field: str, longest: int) -> str:
    """Taken out of what is left if it is a text that fits; what does not stays there."""
    said = left.get(field)
    if isinstance(said, str) and 0 < len(said) <= longest:
        del left[field]
        return said
    return ""


def _number(left: JSONObject) -> str:
    """A text in the documentation, a number from many clients."""
    said = left.get("tracknumber")
    if isinstance(said, int) and not isinstance(said, bool) and abs(said) < 10**9:
        left["tracknumber"] = str(said)
    return _text(left, "tracknumber", 16)


def _isrc(left: JSONObject) -> str:
    said = left.get("isrc")
    isrc = said.replace("-", "").replace(" ", "").upper() if isinstance(said, str) else ""
    if not ISRC.fullmatch(isrc):
        return ""
    del left["isrc"]
    return isrc


def _played(left: JSONObject) -> int | None:
    """The only proof of time played there is; few clients send it."""
    for field, factor in (("duration_played", 1000), ("ms_played", 1)):
        try:
            played = int(float(left[field]) * factor)
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
        if 0 <= played <= event.LONGEST_MS:
            del left[field]
            return played
    return None
