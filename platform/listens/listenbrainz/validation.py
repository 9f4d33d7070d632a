"""Check: what a ListenBrainz client submits, by ListenBrainz' own rules, in their order and in their words.

Where ListenBrainz itself falls over (null where an object belongs, numbers where a list belongs, infinity, nesting
without end) the answer here is a 400 in words of our own.
"""

from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from listens import json_depth

MAX_BODY_BYTES = 10_240_000
MAX_LISTEN_BYTES = 10_240  # bytes, on average over a submission
MAX_LISTENS = 1000
MAX_TAGS, MAX_TAG_LENGTH = 50, 64
MAX_NAME_LENGTH = 1024  # ours: an event has room for no more
MAX_DURATIONS = {"duration": 2_073_600, "duration_ms": 2_073_600_000}  # 24 days
EARLIEST_LISTENED_AT = 1_033_430_400  # the bound; the sentence about it names another number, as ListenBrainz' does
MAX_CLOCK_SKEW_SECONDS = 3600  # seconds that a client's clock may be ahead
SINGLE_MBID_FIELDS = ("release_mbid", "recording_mbid", "release_group_mbid", "track_mbid")
MBID_LIST_FIELDS = ("artist_mbids", "work_mbids")

type ListenType = Literal["single", "playing_now", "import"]
type JSONObject = dict[str, Any]


class Refused(Exception):
    """What the client is told. `listen` is the one at fault, and is told back to it."""

    def __init__(self, message: str, listen: JSONObject | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.listen = listen or {}


class SubmittedListen(Struct, frozen=True):
    """One listen that passed. `listened_at` is in seconds, None while it plays; times in `info` are whole numbers."""

    listened_at: int | None
    track: str
    artist: str
    release: str
    info: JSONObject


class Submission(Struct, frozen=True):
    kind: ListenType
    listens: list[SubmittedListen]


def validate_submission(body: bytes, *, now: float) -> Submission:
    """The listens of a request's raw body. One bad listen refuses them all. `now` is in seconds since 1970."""
    if len(body) > MAX_BODY_BYTES:
        raise Refused(f"Payload too large. Payload cannot exceed {MAX_BODY_BYTES} bytes")
    document = _parse_document(body)
    payload = _parse_payload(document, len(body))
    kind = _parse_listen_type(document, len(payload))
    return Submission(kind, [_parse_listen(listen, kind, now) for listen in payload])


def _parse_document(body: bytes) -> JSONObject:
    try:
        document = msgspec.json.decode(body)
    except RecursionError:
        raise Refused("Cannot parse JSON document: nested too deeply") from None
    except ValueError as error:  # malformed, out of range, or not UTF-8
        raise Refused(f"Cannot parse JSON document: {error}") from None
    if json_depth.is_too_deep(document):
        raise Refused("Cannot parse JSON document: nested too deeply")
    if not isinstance(document, dict):
        raise Refused("Invalid JSON document submitted. Top level of JSON document should be a json object.")
    return document


def _parse_payload(document: JSONObject, size: int) -> list[Any]:
    if "payload" not in document:
        raise Refused("Invalid JSON document submitted.")
    payload = document["payload"]
    if not isinstance(payload, list):
        raise Refused("The payload in the JSON document should be a list of listens.")
    if not payload:
        raise Refused("JSON document does not contain any listens")
    if len(payload) > MAX_LISTENS:
        raise Refused(f"Too many listens. You may not submit more than {MAX_LISTENS} listens at once.")
    if size > len(payload) * MAX_LISTEN_BYTES:
        raise Refused(f"JSON document is too large. Each listens may not be larger than {MAX_LISTEN_BYTES} bytes.")
    return payload


def _parse_listen_type(document: JSONObject, listens: int) -> ListenType:
    if "listen_type" not in document:
        raise Refused("Invalid JSON document submitted.")
    kinds: dict[str, ListenType] = {"single": "single", "playing_now": "playing_now", "import": "import"}
    said = document["listen_type"]
    kind = kinds.get(said) if isinstance(said, str) else None
    if kind is None:
        raise Refused("JSON document requires a valid listen_type key.")
    if kind != "import" and listens > 1:
        raise Refused("JSON document contains more than listen for a single/playing_now. It should contain only one.")
    return kind


def _parse_listen(listen: Any, kind: ListenType, now: float) -> SubmittedListen:
    if listen is None:
        raise Refused("Listen is empty and cannot be validated.")
    if not isinstance(listen, dict):
        raise Refused("Each listen in the payload should be a JSON object.")
    listened_at = None if kind == "playing_now" else _parse_listened_at(listen, now)
    metadata = _parse_track_metadata(listen, kind)
    names = {field: _required_name(listen, metadata, field) for field in ("track_name", "artist_name")}
    release = _optional_release(listen, metadata)
    info = _parse_additional_info(listen, metadata)
    _reject_null_characters(listen)
    return SubmittedListen(listened_at, names["track_name"], names["artist_name"], release, info)


def _parse_listened_at(listen: JSONObject, now: float) -> int:
    if "listened_at" not in listen:
        raise Refused("JSON document must contain the key listened_at at the top level.", listen)
    try:
        listened_at = int(listen["listened_at"])
    except (TypeError, ValueError):
        raise Refused("JSON document must contain an int value for listened_at.", listen) from None
    if listened_at >= now + MAX_CLOCK_SKEW_SECONDS:
        raise Refused("Value for key listened_at is too high.", listen)
    if listened_at < EARLIEST_LISTENED_AT:
        raise Refused(
            "Value for key listened_at is too low. listened_at timestamp should be greater than 1033410600 "
            "(2002-10-01 00:00:00 UTC).",
            listen,
        )
    return listened_at


def _parse_track_metadata(listen: JSONObject, kind: ListenType) -> JSONObject:
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
    return _parse_object(listen, listen, "track_metadata")


def _required_name(listen: JSONObject, metadata: JSONObject, field: str) -> str:
    if field not in metadata:
        raise Refused(f"JSON document does not contain required field track_metadata.{field}.", listen)
    name = _parse_string(listen, metadata, field)
    if not name:
        raise Refused(f"field track_metadata.{field} is empty.", listen)
    return name


def _optional_release(listen: JSONObject, metadata: JSONObject) -> str:
    """Empty when there is none, or when it is blank."""
    return _parse_string(listen, metadata, "release_name") if "release_name" in metadata else ""


def _parse_string(listen: JSONObject, metadata: JSONObject, field: str) -> str:
    said = metadata[field]
    if not isinstance(said, str):
        raise Refused(f"track_metadata.{field} must be a single string.", listen)
    if len(said.strip()) > MAX_NAME_LENGTH:
        raise Refused(f"track_metadata.{field} may not be longer than {MAX_NAME_LENGTH} characters.", listen)
    return said.strip()


def _parse_object(listen: JSONObject, parent: JSONObject, field: str) -> JSONObject:
    if not isinstance(parent[field], dict):
        raise Refused(f"The key {field} in the JSON document should be an object.", listen)
    return dict(parent[field])


def _parse_additional_info(listen: JSONObject, metadata: JSONObject) -> JSONObject:
    """additional_info with its times as whole numbers, its MBIDs in canonical form, and what is empty left out."""
    if metadata.get("additional_info") is None:
        return {}
    info = _parse_object(listen, metadata, "additional_info")
    _check_tags(listen, info)
    _check_durations(listen, info)
    for field in (*SINGLE_MBID_FIELDS, *MBID_LIST_FIELDS):
        _check_mbids(listen, info, field)
    return info


def _check_tags(listen: JSONObject, info: JSONObject) -> None:
    tags = info.get("tags")
    if tags is None:
        info.pop("tags", None)
        return
    if not isinstance(tags, list):
        raise Refused("track_metadata.additional_info.tags should be a list of strings.", listen)
    if len(tags) > MAX_TAGS:
        raise Refused(
            f"JSON document may not contain more than {MAX_TAGS} items in track_metadata.additional_info.tags.", listen
        )
    for tag in tags:
        if not isinstance(tag, str):
            raise Refused("track_metadata.additional_info.tags should be a list of strings.", listen)
        if len(tag) > MAX_TAG_LENGTH:
            raise Refused(
                "JSON document may not contain track_metadata.additional_info.tags longer than "
                f"{MAX_TAG_LENGTH} characters.",
                listen,
            )


def _check_durations(listen: JSONObject, info: JSONObject) -> None:
    if "duration" in info and "duration_ms" in info:
        raise Refused("JSON document should not contain both duration and duration_ms.", listen)
    for field, longest in MAX_DURATIONS.items():
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
        if field in SINGLE_MBID_FIELDS:
            info[field] = str(UUID(said))
        elif isinstance(said, list):
            info[field] = [str(UUID(one)) for one in said]
        else:
            raise TypeError
    except (AttributeError, TypeError, ValueError):
        raise Refused(f"{field} MBID format invalid.", listen) from None


def _reject_null_characters(listen: JSONObject) -> None:
    """PostgreSQL's text holds any character but this one; ListenBrainz looks at values alone, we at keys too."""
    for text in json_depth.all_strings(listen):
        if "\0" in text:
            raise Refused(f"{text} contains a unicode null", listen)
