"""Translate: what a ListenBrainz client told becomes an event of ours, the same one however often it is told."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import msgspec

from catalog import text_keys
from listens import event
from listens.listenbrainz.validation import JSONObject, ListenType, Refused, SubmittedListen

SOURCE = "/doors/listenbrainz"
EVENT_ID_NAMESPACE = uuid5(NAMESPACE_URL, "https://fanfare.example/doors/listenbrainz")
ISRC_PATTERN = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
MAX_URI_LENGTH = 512

# What a client means by `listened_at`, where its authors have said so. Of all others we do not know.
TIME_BASIS_BY_CLIENT: dict[str, event.TimeBasis] = {
    "ampcast": "start",
    "foo_listenbrainz2": "start",
    "ListenBrainz plugin for Jellyfin": "end",
}
CLIENT_FIELD_LENGTHS = {
    "media_player": 128,
    "media_player_version": 64,
    "submission_client": 128,
    "submission_client_version": 64,
    "original_submission_client": 128,
    "music_service": 128,
}


def encode_listen_event(heard: SubmittedListen, kind: ListenType, fan: UUID, *, at: datetime) -> bytes:
    """The structured CloudEvent that tells of one listen of this fan; `at` is when the door took it.

    Its id rests on the fan, the second and the text alone, so a retry is the same event. What the client says that
    has no field of its own goes into `extra`, as far as there is room. Raises Refused for what fits no record.
    """
    told, left = _event_data(heard, kind, fan)
    room = event.MAX_EXTRA_BYTES
    for _ in range(2):
        envelope = _envelope(msgspec.structs.replace(told, extra=trim_extra(left, room)), heard, at)
        value = msgspec.json.encode(envelope)
        excess = len(value) - event.MAX_RECORD_BYTES
        if excess <= 0:
            return value
        room = len(msgspec.json.encode(envelope.data.extra)) - excess
    raise Refused(f"This listen is too large: as an event it may not take more than {event.MAX_RECORD_BYTES} bytes.")


def recording_msid(heard: SubmittedListen) -> UUID:
    """An id of the words alone, for clients that ask for one."""
    return uuid5(EVENT_ID_NAMESPACE, text_keys.compute(heard.track, heard.artist).hex())


def trim_extra(left: JSONObject, room: int) -> JSONObject:
    """As many members as `room` bytes of JSON hold, tried in the order of their names, so always the same ones."""
    kept, size = {}, len("{}")
    for name in sorted(left):
        member = len(msgspec.json.encode({name: left[name]})) - len("{}") + len(",")
        if size + member <= room:
            kept[name] = left[name]
            size += member
    return kept


def _envelope(told: event.PlayingNowData, heard: SubmittedListen, at: datetime) -> event.ListenCloudEvent:
    playing = heard.listened_at is None
    said = f"{told.user_id} {heard.listened_at} {text_keys.compute(heard.track, heard.artist).hex()}"
    return event.ListenCloudEvent(
        id=str(uuid4() if playing else uuid5(EVENT_ID_NAMESPACE, said)),
        source=SOURCE,
        type=event.PLAYING_NOW if playing else event.LISTEN_SUBMITTED,
        time=at,
        dataschema=event.PLAYING_NOW_SCHEMA if playing else event.LISTEN_SCHEMA,
        partitionkey=told.user_id,
        data=told,
    )


def _event_data(heard: SubmittedListen, kind: ListenType, fan: UUID) -> tuple[event.PlayingNowData, JSONObject]:
    """The event's data but for `extra`, and what is left for that."""
    left = dict(heard.info)
    played = _take_played_ms(left)
    track = _track(heard, left)
    named = {field: _take_text(left, field, longest) for field, longest in CLIENT_FIELD_LENGTHS.items()}
    client = event.Client(**named) if any(named.values()) else event.NO_CLIENT
    tags = tuple(left.pop("tags", ()))
    if heard.listened_at is None:
        return event.PlayingNowData(user_id=str(fan), track=track, client=client, tags=tags), left
    listen = event.ListenData(
        user_id=str(fan),
        started_at=datetime.fromtimestamp(heard.listened_at, UTC),
        time_basis=TIME_BASIS_BY_CLIENT.get(client.submission_client, "unknown"),
        origin="import" if kind == "import" else "live",
        played_ms=played,
        track=track,
        client=client,
        tags=tags,
    )
    return listen, left


def _track(heard: SubmittedListen, left: JSONObject) -> event.Track:
    duration = left.pop("duration", 0) * 1000 or left.pop("duration_ms", 0)
    return event.Track(
        title=heard.track,
        artists=_artists(heard, left),
        artist_credit=heard.artist,
        album=heard.release,
        album_artist=_take_text(left, "release_artist_name", 1024) or _take_text(left, "albumartist", 1024),
        track_number=_take_track_number(left),
        duration_ms=duration,
        isrc=_take_isrc(left),
        recording_mbid=left.pop("recording_mbid", ""),
        release_mbid=left.pop("release_mbid", ""),
        release_group_mbid=left.pop("release_group_mbid", ""),
        track_mbid=left.pop("track_mbid", ""),
        service_uri=_take_text(left, "origin_url", MAX_URI_LENGTH),
    )


def _artists(heard: SubmittedListen, left: JSONObject) -> tuple[event.Artist, ...]:
    """One for each name; with their MBIDs where there are as many."""
    names = _valid_names(left.get("artist_names"))
    if names:
        del left["artist_names"]
    else:
        names = [heard.artist]
    mbids: list[str] = left.get("artist_mbids", [])
    if len(mbids) == len(names):
        del left["artist_mbids"]
        return tuple(event.Artist(name=name, mbid=mbid) for name, mbid in zip(names, mbids, strict=True))
    return tuple(event.Artist(name=name) for name in names)


def _valid_names(said: Any) -> list[str]:
    """Names that an event has room for, all of them; else none."""
    names = said if isinstance(said, list) and len(said) <= 64 else []
    return names if all(isinstance(name, str) and 1 <= len(name) <= 1024 for name in names) else []


def _take_text(left: JSONObject, field: str, longest: int) -> str:
    """Taken out of what is left if it is a text that fits; what does not stays there."""
    said = left.get(field)
    if isinstance(said, str) and 0 < len(said) <= longest:
        del left[field]
        return said
    return ""


def _take_track_number(left: JSONObject) -> str:
    """A text in the documentation, a number from many clients."""
    said = left.get("tracknumber")
    if isinstance(said, int) and not isinstance(said, bool) and abs(said) < 10**9:
        left["tracknumber"] = str(said)
    return _take_text(left, "tracknumber", 16)


def _take_isrc(left: JSONObject) -> str:
    said = left.get("isrc")
    isrc = said.replace("-", "").replace(" ", "").upper() if isinstance(said, str) else ""
    if not ISRC_PATTERN.fullmatch(isrc):
        return ""
    del left["isrc"]
    return isrc


def _take_played_ms(left: JSONObject) -> int | None:
    """The only proof of time played there is; few clients send it."""
    for field, factor in (("duration_played", 1000), ("ms_played", 1)):
        try:
            played = int(float(left[field]) * factor)
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
        if 0 <= played <= event.MAX_DURATION_MS:
            del left[field]
            return played
    return None
