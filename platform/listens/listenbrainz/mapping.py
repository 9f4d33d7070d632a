"""Turn what a ListenBrainz client submits into our events. The same listen always becomes the same event."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import msgspec

from catalog import text_keys
from listens import event
from listens.listenbrainz.validation import JSONObject, ListenType, SubmittedListen, cut_name

SOURCE = "/api/listenbrainz"
EVENT_ID_NAMESPACE = uuid5(NAMESPACE_URL, "https://fanfare.example/api/listenbrainz")
ISRC_PATTERN = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
MAX_URI_LENGTH = 512
MAX_SHORT_NAME_LENGTH = 256  # of the names in an event that would be too large with longer ones

# What a client means by `listened_at`, where its authors document it. For all others it is unknown.
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


def encode_listen_event(listen: SubmittedListen, listen_type: ListenType, fan: UUID, *, accepted_at: datetime) -> bytes:
    """Return one listen of this fan as a structured CloudEvent.

    Its id depends on the fan, the second and the text only, so a retry is the same event. Fields of the client that
    have no field in the event go into `extra`, as far as they fit. A listen that is too large even without them keeps
    what says which song it was.
    """
    data, rest = _event_data(listen, listen_type, fan)
    value = _encode_within_limit(data, rest, listen, accepted_at)
    return value or msgspec.json.encode(_envelope(_essential_data(data), listen, accepted_at))


def _encode_within_limit(
    data: event.PlayingNowData, rest: JSONObject, listen: SubmittedListen, accepted_at: datetime
) -> bytes | None:
    """Return the event with as much of `rest` as fits, or None if it is too large without any."""
    room = event.MAX_EXTRA_BYTES
    for _ in range(2):
        envelope = _envelope(msgspec.structs.replace(data, extra=trim_extra(rest, room)), listen, accepted_at)
        value = msgspec.json.encode(envelope)
        excess = len(value) - event.MAX_RECORD_BYTES
        if excess <= 0:
            return value
        room = len(msgspec.json.encode(envelope.data.extra)) - excess
    return None


def _essential_data(data: event.PlayingNowData) -> event.PlayingNowData:
    """Return the data without tags and single artists, and with names that fit into a record whatever they hold."""
    title, credit, album = (
        text[:MAX_SHORT_NAME_LENGTH].rstrip() for text in (data.track.title, data.track.credit, data.track.album)
    )
    track = msgspec.structs.replace(
        data.track,
        title=title,
        artists=(event.Artist(name=credit),),
        artist_credit=credit,
        album=album,
        album_artist="",
        service_uri="",
    )
    return msgspec.structs.replace(data, track=track, tags=())


def recording_msid(title: str, artist: str) -> UUID:
    """Return an id that depends on title and artist only, for clients that ask for one."""
    return uuid5(EVENT_ID_NAMESPACE, text_keys.compute(title, artist).hex())


def trim_extra(extra: JSONObject, room: int) -> JSONObject:
    """Keep the members that fit into `room` bytes of JSON. They are tried by name, so the choice is always the same."""
    kept, size = {}, len("{}")
    for name in sorted(extra):
        member_size = len(msgspec.json.encode({name: extra[name]})) - len("{}") + len(",")
        if size + member_size <= room:
            kept[name] = extra[name]
            size += member_size
    return kept


def _envelope(data: event.PlayingNowData, listen: SubmittedListen, accepted_at: datetime) -> event.ListenCloudEvent:
    is_playing_now = listen.listened_at is None
    identity = f"{data.user_id} {listen.listened_at} {text_keys.compute(listen.track, listen.artist).hex()}"
    return event.ListenCloudEvent(
        id=str(uuid4() if is_playing_now else uuid5(EVENT_ID_NAMESPACE, identity)),
        source=SOURCE,
        type=event.PLAYING_NOW if is_playing_now else event.LISTEN_SUBMITTED,
        time=accepted_at,
        dataschema=event.PLAYING_NOW_SCHEMA if is_playing_now else event.LISTEN_SCHEMA,
        partitionkey=data.user_id,
        data=data,
    )


def _event_data(listen: SubmittedListen, listen_type: ListenType, fan: UUID) -> tuple[event.PlayingNowData, JSONObject]:
    """Return the event's data without `extra`, and the fields that remain for `extra`."""
    rest = dict(listen.info)
    played = _take_played_ms(rest)
    track = _track(listen, rest)
    client_fields = {field: _take_text(rest, field, length) for field, length in CLIENT_FIELD_LENGTHS.items()}
    client = event.Client(**client_fields) if any(client_fields.values()) else event.NO_CLIENT
    tags = tuple(rest.pop("tags", ()))
    if listen.listened_at is None:
        return event.PlayingNowData(user_id=str(fan), track=track, client=client, tags=tags), rest
    data = event.ListenData(
        user_id=str(fan),
        started_at=datetime.fromtimestamp(listen.listened_at, UTC),
        time_basis=TIME_BASIS_BY_CLIENT.get(client.submission_client, "unknown"),
        origin="import" if listen_type == "import" else "live",
        played_ms=played,
        track=track,
        client=client,
        tags=tags,
    )
    return data, rest


def _track(listen: SubmittedListen, rest: JSONObject) -> event.Track:
    duration = rest.pop("duration", 0) * 1000 or rest.pop("duration_ms", 0)
    return event.Track(
        title=listen.track,
        artists=_artists(listen, rest),
        artist_credit=listen.artist,
        album=listen.release,
        album_artist=_take_text(rest, "release_artist_name", 1024) or _take_text(rest, "albumartist", 1024),
        track_number=_take_track_number(rest),
        duration_ms=duration,
        isrc=_take_isrc(rest),
        recording_mbid=rest.pop("recording_mbid", ""),
        release_mbid=rest.pop("release_mbid", ""),
        release_group_mbid=rest.pop("release_group_mbid", ""),
        track_mbid=rest.pop("track_mbid", ""),
        service_uri=_take_text(rest, "origin_url", MAX_URI_LENGTH),
    )


def _artists(listen: SubmittedListen, rest: JSONObject) -> tuple[event.Artist, ...]:
    """Return one artist for each name, with MBIDs if there are as many places for them as names.

    Otherwise it is not known whose they are, and they stay in `rest`.
    """
    names = _valid_names(rest.get("artist_names"))
    if names:
        del rest["artist_names"]
    else:
        names = [listen.artist]
    mbids: list[str] = rest.pop("artist_mbids", [])
    if len(mbids) == len(names):
        return tuple(event.Artist(name=name, mbid=mbid) for name, mbid in zip(names, mbids, strict=True))
    if known_mbids := [mbid for mbid in mbids if mbid]:
        rest["artist_mbids"] = known_mbids
    return tuple(event.Artist(name=name) for name in names)


def _valid_names(value: Any) -> list[str]:
    """Return the names if an event can hold that many, else an empty list. Long names are cut."""
    names = value if isinstance(value, list) and len(value) <= 64 else []
    if not all(isinstance(name, str) and name.strip() for name in names):
        return []
    return [cut_name(name) for name in names]


def _take_text(rest: JSONObject, field: str, max_length: int) -> str:
    """Remove a field from `rest` and return it, if it is a text that fits. Otherwise leave it and return ""."""
    value = rest.get(field)
    if isinstance(value, str) and 0 < len(value) <= max_length:
        del rest[field]
        return value
    return ""


def _take_track_number(rest: JSONObject) -> str:
    """Take the track number. It is a text by the documentation, but many clients send a number."""
    number = rest.get("tracknumber")
    if isinstance(number, int) and not isinstance(number, bool) and abs(number) < 10**9:
        rest["tracknumber"] = str(number)
    return _take_text(rest, "tracknumber", 16)


def _take_isrc(rest: JSONObject) -> str:
    value = rest.get("isrc")
    isrc = value.replace("-", "").replace(" ", "").upper() if isinstance(value, str) else ""
    if not ISRC_PATTERN.fullmatch(isrc):
        return ""
    del rest["isrc"]
    return isrc


def _take_played_ms(rest: JSONObject) -> int | None:
    """Take the time played. Few clients send it."""
    for field, factor in (("duration_played", 1000), ("ms_played", 1)):
        try:
            played = int(float(rest[field]) * factor)
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
        if 0 <= played <= event.MAX_DURATION_MS:
            del rest[field]
            return played
    return None
