"""Check: what a ListenBrainz client submits, by ListenBrainz' own rules, in their order and in their words.

Where ListenBrainz itself falls over (null where an object belongs, numbers where a list belongs, infinity, nesting
without end) the answer here is a 400 in words of our own.
"""

from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from listens import nesting

LARGEST_BODY = 10_240_000
LARGEST_LISTEN = 10_240  # bytes, on average over a submission
MOST_LISTENS = 1000
MOST_TAGS, LONGEST_TAG = 50, 64
LONGEST_NAME = 1024  # ours: an event has room for no more
LONGEST = {"duration": 2_073_600, "duration_ms": 2_073_600_000}  # 24 days
EARLIEST = 1_033_430_400  # the bound; the sentence about it names another number, as ListenBrainz' does
SKEW = 3600  # seconds that a client's clock may be ahead
SINGLE_MBIDS = ("release_mbid", "recording_mbid", "release_group_mbid", "track_mbid")
MANY_MBIDS = ("artist_mbids", "work_mbids")

type Kind = Literal["single", "playing_now", "import"]
type JSONObject = dict[str, Any]


class Refused(Exception):
    """What the client is told. `listen` is the one at fault, and is told back to it."""

    def __init__(self, message: str, listen: JSONObject | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.listen = listen or {}


class Heard(Struct, frozen=True):
    """One listen that passed. `listened_at` is in seconds, None while it plays; times in `info` are whole numbers."""

    listened_at: int | None
    track: str
    artist: str
    release: str
    info: JSONObject


class Submission(Struct, frozen=True):
    kind: Kind
    listens: list[Heard]


def check(body: bytes, *, now: float) -> Submission:
    """The listens of a request's raw body. One bad listen refuses them all. `now` is in seconds since 1970."""
    if len(body) > LARGEST_BODY:
        raise Refused(f"Payload too large. Payload cannot exceed {LARGEST_BODY} bytes")
    document = _parse(body)
    payload = _payload(document, len(body))
    kind = _kind(document, len(payload))
    return Submission(kind, [_listen(listen, kind, now) for listen in payload])


def _parse(body: bytes) -> JSONObject:
    try:
        document = msgspec.json.decode(body)
    except RecursionError:
        raise Refused("Cannot parse JSON document: nested too deeply") from None
    except ValueError as error:  # malformed, out of range, or not UTF-8
        raise Refused(f"Cannot parse JSON document: {error}") from None
    if nesting.too_deep(document):
        raise Refused("Cannot parse JSON document: nested too deeply")
    if not isinstance(document, dict):
        raise Refused("Invalid JSON document submitted. Top level of JSON document should be a json object.")
    return document


def _payload(document: JSONObject, size: int) -> list[Any]:
    if "payload" not in document:
        raise Refused("Invalid JSON document submitted.")
    payload = document["payload"]
    if not isinstance(payload, list):
        raise Refused("The payload in the JSON document should be a list of listens.")
    if not payload:
        raise Refused("JSON document does not contain any listens")
    if len(payload) > MOST_LISTENS:
        raise Refused(f"Too many listens. You may not submit more than {MOST_LISTENS} listens at once.")
    if size > len(payload) * LARGEST_LISTEN:
        raise Refused(f"JSON document is too large. Each listens may not be larger than {LARGEST_LISTEN} bytes.")
    return payload


def _kind(document: JSONObject, listens: int) -> Kind:
    if "listen_type" not in document:
        raise Refused("Invalid JSON document submitted.")
    kinds: dict[str, Kind] = {"single": "single", "playing_now": "playing_now", "import": "import"}
    said = document["listen_type"]
    kind = kinds.get(said) if isinstance(said, str) else None
    if kind is None:
        raise Refused("JSON document requires a valid listen_type key.")
    if kind != "import" and listens > 1:
        raise Refused("JSON document contains more than listen for a single/playing_now. It should contain only one.")
    return kind


def _listen(listen: Any, kind: Kind, now: float) -> Heard:
    if listen is None:
        raise Refused("Listen is empty and cannot be validated.")
    if not isinstance(listen, dict):
        raise Refused("Each listen in the payload should be a JSON object.")
    listened_at = None if kind == "playing_now" else _listened_at(listen, now)
    metadata = _metadata(listen, kind)
    names = {field: _name(listen, metadata, field) for field in ("track_name", "artist_name")}
    release = _release(listen, metadata)
    info = _info(listen, metadata)
    _no_null(listen)
    return Heard(listened_at, names["track_name"], names["artist_name"], release, info)


def _listened_at(listen: JSONObject, now: float) -> int:
    if "listened_at" not in listen:
        raise Refused("JSON document must contain the key listened_at at the top level.", listen)
    try:
        listened_at = int(listen["listened_at"])
    except (TypeError, ValueError):
        raise Refused("JSON document must contain an int value for listened_at.", listen) from None
    if listened_at >= now + SKEW:
        raise Refused("Value for key listened_at is too high.", listen)
    if listened_at < EARLIEST:
        raise Refused(
            "Value for key listened_at is too low. listened_at timestamp should be greater than 1033410600 "
            "(2002-10-01 00:00:00 UTC).",
            listen,
        )
    return listened_at


def _metadata(listen: JSONObject, kind: Kind) -> JSONObject:
    if kind == "playing_now" and "listened_at" in listen:
        raise Refused("JSON document must not contain listened_at while submitting playing_now.", listen)
    if "track_metadata" not in listen:
        raise Refused("JSON document must contain the key track_metadata at the top level.", listen)
    if kind == "playing_now" and len(listen) > 1:
        raise Refused(
            "JSON document may only contain track_metadata as top level key when submitting playing_now.", listen
        )
    if kind != "playing_now" and len(listen) > 2:
        raise Refused("JSON document may only contain listened_at and track_metadata top level keys", listen)
    if listen["track_metadata"] is None:
        raise Refused("JSON document may not have track_metadata with null value.", listen)
    return _object(listen, listen, "track_metadata")


def _name(listen: JSONObject, metadata: JSONObject, field: str) -> str:
    if field not in metadata:
        raise Refused(f"JSON document does not contain required field track_metadata.{field}.", listen)
    name = _string(listen, metadata, field)
    if not name:
        raise Refused(f"field track_metadata.{field} is empty.", listen)
    return name


def _release(listen: JSONObject, metadata: JSONObject) -> str:
    """Empty when there is none, or when it is blank."""
    return _string(listen, metadata, "release_name") if "release_name" in metadata else ""


def _string(listen: JSONObject, metadata: JSONObject, field: str) -> str:
    said = metadata[field]
    if not isinstance(said, str):
        raise Refused(f"track_metadata.{field} must be a single string.", listen)
    if len(said.strip()) > LONGEST_NAME:
        raise Refused(f"track_metadata.{field} may not be longer than {LONGEST_NAME} characters.", listen)
    return said.strip()


def _object(listen: JSONObject, parent: JSONObject, field: str) -> JSONObject:
    if not isinstance(parent[field], dict):
        raise Refused(f"The key {field} in the JSON document should be an object.", listen)
    return dict(parent[field])


def _info(listen: JSONObject, metadata: JSONObject) -> JSONObject:
    """additional_info with its times as whole numbers, its MBIDs in canonical form, and what is empty left out."""
    if metadata.get("additional_info") is None:
        return {}
    info = _object(listen, metadata, "additional_info")
    _check_tags(listen, info)
    _check_durations(listen, info)
    for field in (*SINGLE_MBIDS, *MANY_MBIDS):
        _check_mbids(listen, info, field)
    return info


def _check_tags(listen: JSONObject, info: JSONObject) -> None:
    tags = info.get("tags")
    if tags is None:
        info.pop("tags", None)
        return
    if not isinstance(tags, list):
        raise Refused("track_metadata.additional_info.tags should be a list of strings.", listen)
    if len(tags) > MOST_TAGS:
        raise Refused(
            f"JSON document may not contain more than {MOST_TAGS} items in track_metadata.additional_info.tags.", listen
        )
    for tag in tags:
        if not isinstance(tag, str):
            raise Refused("track_metadata.additional_info.tags should be a list of strings.", listen)
        if len(tag) > LONGEST_TAG:
            raise Refused(
                "JSON document may not contain track_metadata.additional_info.tags longer than "
                f"{LONGEST_TAG} characters.",
                listen,
            )


def _check_durations(listen: JSONObject, info: JSONObject) -> None:
    if "duration" in info and "duration_ms" in info:
        raise Refused("JSON document should not contain both duration and duration_ms.", listen)
    for field, longest in LONGEST.items():
        if field not in info:
            continue
        try:
            duration = int(float(info[field]))
        except (TypeError, ValueError, OverflowError):
            duration = 0
        if duration <= 0:
            raise Refused(f"Value for {field} is invalid, should be a positive integer.", listen)
        if duration > longest:
            raise Refused(f"Value for {field} is too large, max permitted value is {longest}", listen)
        info[field] = duration


def _check_mbids(listen: JSONObject, info: JSONObject, field: str) -> None:
    said = info.get(field)
    if not said:
        info.pop(field, None)
        return
    try:
        if field in SINGLE_MBIDS:
            info[field] = str(UUID(said))
        elif isinstance(said, list):
            info[field] = [str(UUID(one)) for one in said]
        else:
            raise TypeError
    except (AttributeError, TypeError, ValueError):
        raise Refused(f"{field} MBID format invalid.", listen) from None


def _no_null(listen: JSONObject) -> None:
    """PostgreSQL's text holds any character but this one; ListenBrainz looks at values alone, we at keys too."""
    for text in nesting.strings(listen):
        if "\0" in text:
            raise Refused(f"{text} contains a unicode null", listen)
