"""The listen event, version 1, as types. They accept what docs/api/schemas/listen.v1.schema.json accepts.

Unknown keys are ignored, so that events of a later minor version can be read. A missing text is empty, and a missing
duration is zero. `played_ms`, `skipped`, `shuffle` and `offline` are None when missing.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from events import cloudevents, topics
from events.outbox import Outgoing
from listens import json_depth
from listens.exceptions import UnreadableListen

LISTEN_SUBMITTED = "fanfare.listen.submitted.v1"
PLAYING_NOW = "fanfare.listen.playing_now.v1"
PLAYING_NOW_SCHEMA = "https://fanfare.example/schemas/playing_now/1.0.json"
LISTEN_SCHEMA = "https://fanfare.example/schemas/listen/1.0.json"
LISTEN_SCHEMA_PATTERN = re.compile(r"/listen/1\.[0-9]+\.json\Z")
MAX_RECORD_BYTES = 16 * 1024
MAX_EXTRA_BYTES = 8 * 1024
MAX_DURATION_MS = 2_073_600_000  # 24 days
EARLIEST_START = datetime(2002, 10, 1, tzinfo=UTC)  # scrobbling did not exist before: the unit must be wrong
MAX_CLOCK_SKEW = timedelta(hours=1)  # a producer's clock may be ahead by this
JSON_TYPES = {"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"}

type UUIDText = Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")]
type ISRC = Annotated[str, Meta(pattern=r"^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}\Z")]
type Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
type Name = Annotated[str, Meta(min_length=1, max_length=1024)]
type Title = Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^[^\x00]*\Z")]
type Id = Annotated[str, Meta(min_length=1, max_length=128)]
type Address = Annotated[str, Meta(min_length=1, max_length=256)]
type UpTo16 = Annotated[str, Meta(max_length=16)]
type UpTo32 = Annotated[str, Meta(max_length=32)]
type UpTo64 = Annotated[str, Meta(max_length=64)]
type UpTo128 = Annotated[str, Meta(max_length=128)]
type UpTo512 = Annotated[str, Meta(max_length=512)]
type UpTo1024 = Annotated[str, Meta(max_length=1024)]
type UpTo2048 = Annotated[str, Meta(max_length=2048)]
type DurationMs = Annotated[int, Meta(ge=1, le=MAX_DURATION_MS)]
type PlayedMs = Annotated[int, Meta(ge=0, le=MAX_DURATION_MS)]
type StartTime = Annotated[datetime, Meta(tz=True)]
type Tags = Annotated[tuple[UpTo64, ...], Meta(max_length=50)]
type TimeBasis = Literal["start", "end", "threshold", "minute", "unknown"]
type Origin = Literal["live", "import", "upload", "manual", "replay"]  # Listen.Origin says what they mean


class Artist(Struct, frozen=True, omit_defaults=True, gc=False):
    """One artist of a track's credit. `join` is the text between this name and the next."""

    name: Name
    mbid: UUIDText = ""
    join: UpTo32 = ""


type Artists = Annotated[tuple[Artist, ...], Meta(min_length=1, max_length=64)]


class Track(Struct, frozen=True, omit_defaults=True, gc=False, kw_only=True):
    """The track as the producer names it. `catalog_id` is the id of a `Recording` of ours."""

    title: Title
    artists: Artists
    artist_credit: UpTo2048 = ""
    album: UpTo1024 = ""
    album_artist: UpTo1024 = ""
    track_number: UpTo16 = ""
    duration_ms: DurationMs = 0
    catalog_id: UpTo128 = ""
    isrc: ISRC = ""
    recording_mbid: UUIDText = ""
    release_mbid: UUIDText = ""
    release_group_mbid: UUIDText = ""
    track_mbid: UUIDText = ""
    service_uri: UpTo512 = ""

    @property
    def credit(self) -> str:
        """The artist credit; joined from the artists where `artist_credit` is empty."""
        if self.artist_credit:
            return self.artist_credit
        last = len(self.artists) - 1
        parts = (artist.name + (artist.join or (", " if n < last else "")) for n, artist in enumerate(self.artists))
        return "".join(parts)[:2048]


class Playback(Struct, frozen=True, omit_defaults=True, gc=False, kw_only=True):
    """How the track was played."""

    reason_start: UpTo32 = ""
    reason_end: UpTo32 = ""
    skipped: bool | None = None
    shuffle: bool | None = None
    offline: bool | None = None
    session_id: UpTo128 = ""
    context_uri: UpTo512 = ""


class Client(Struct, frozen=True, omit_defaults=True, gc=False, kw_only=True):
    """The player and the program that submitted the listen. Device and network are hashes."""

    media_player: UpTo128 = ""
    media_player_version: UpTo64 = ""
    submission_client: UpTo128 = ""
    submission_client_version: UpTo64 = ""
    original_submission_client: UpTo128 = ""
    music_service: UpTo128 = ""
    device_id_hash: UpTo64 = ""
    network_hash: UpTo64 = ""
    country: Country = ""


NO_PLAYBACK, NO_CLIENT = Playback(), Client()


class PlayingNowData(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The fan and the track: the data of PLAYING_NOW, and the common part of a listen."""

    user_id: Id
    track: Track
    client: Client = NO_CLIENT
    tags: Tags = ()
    extra: dict[str, Any] = {}


class ListenData(PlayingNowData, frozen=True, omit_defaults=True, kw_only=True):
    """The data of LISTEN_SUBMITTED."""

    started_at: StartTime
    time_basis: TimeBasis = "unknown"
    origin: Origin = "live"
    played_ms: PlayedMs | None = None
    playback: Playback = NO_PLAYBACK

    def __post_init__(self) -> None:
        if not cloudevents.is_storable(self.started_at):
            raise ValueError("started_at is before 1970, or its offset is further from UTC than any place's")


class ListenCloudEvent(Struct, frozen=True, kw_only=True):
    """The structured CloudEvent that our own APIs write."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    time: StartTime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    partitionkey: str
    data: PlayingNowData


_listen_decoder = msgspec.json.Decoder(ListenData)


def decode(event: cloudevents.Event, *, now: datetime) -> ListenData:
    """Return the data of an event of the type LISTEN_SUBMITTED. Raises UnreadableListen."""
    if event.time is None or not (event.dataschema and LISTEN_SCHEMA_PATTERN.search(event.dataschema)):
        raise UnreadableListen("a listen needs a time, and a dataschema that ends in /listen/1.N.json")
    if (event.datacontenttype or "").lower() not in JSON_TYPES:
        raise UnreadableListen("the datacontenttype of a listen is application/json")
    if len(event.id) > 128 or len(event.subject or "") > 128:
        raise UnreadableListen("the id and the subject have at most 128 characters")
    try:
        data = _listen_decoder.decode(event.data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableListen(f"not a listen: {error}") from error
    if event.partitionkey != data.user_id:
        raise UnreadableListen("the partitionkey is not the user_id")
    if not EARLIEST_START <= data.started_at <= now + MAX_CLOCK_SKEW:
        raise UnreadableListen(
            f"started_at is {data.started_at:%Y-%m-%d}: before 2002-10-01, or in the future; check its unit"
        )
    _check_extra_and_nul(event.data, data)
    return data


def _check_extra_and_nul(raw: msgspec.Raw, data: ListenData) -> None:
    """Check what the types cannot express: `extra` is small and not too deep, and no text holds NUL."""
    json_bytes = bytes(raw)
    if len(json_bytes) > MAX_EXTRA_BYTES and len(msgspec.json.encode(data.extra)) > MAX_EXTRA_BYTES:
        raise UnreadableListen(f"extra takes more than {MAX_EXTRA_BYTES} bytes")
    if json_bytes.count(b"[") + json_bytes.count(b"{") > json_depth.MAX_DEPTH and json_depth.is_too_deep(data.extra):
        raise UnreadableListen(f"extra has more than {json_depth.MAX_DEPTH} levels")
    has_escape = b"\\u0000" in json_bytes
    if has_escape and any("\0" in text for text in json_depth.all_strings(msgspec.json.decode(json_bytes))):
        raise UnreadableListen("a text holds a NUL character")


def to_outgoing(
    person_id: UUID, value: bytes, *, topic: str = topics.LISTENS, keep_until_counted: bool = True
) -> Outgoing:
    """Return the outbox record of one structured event. Its key is the fan, so that a fan's events keep their order."""
    return Outgoing(topic, str(person_id).encode(), value, keep_until_counted, cloudevents.STRUCTURED_HEADERS)
