"""Validate what a ListenBrainz client submits: by ListenBrainz's own rules, in their order, with their messages.

Where ListenBrainz itself fails with status 500 (a number instead of a list, infinity, deep nesting), we answer 400 with
messages of our own. Names, tags, MBIDs and `additional_info` without a value (null, "" or []) count as absent, and long
names are cut, because one refused listen refuses its whole import.
"""

from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from listens import event, json_depth
from listens.exceptions import InvalidSubmission

MAX_BODY_BYTES = 10_240_000
MAX_LISTEN_BYTES = 10_240  # bytes, on average over a submission
MAX_LISTENS = 1000
MAX_TAGS, MAX_TAG_LENGTH = 50, 64
MAX_NAME_LENGTH = 1024  # an event holds no more; longer names are cut
MAX_DURATIONS = {"duration": event.MAX_DURATION_MS // 1000, "duration_ms": event.MAX_DURATION_MS}
EARLIEST_LISTENED_AT = int(event.EARLIEST_START.timestamp())  # the message names another number, as ListenBrainz does
MAX_CLOCK_SKEW_SECONDS = int(event.MAX_CLOCK_SKEW.total_seconds())
SINGLE_MBID_FIELDS = ("release_mbid", "recording_mbid", "release_group_mbid", "track_mbid")
MBID_LIST_FIELDS = ("artist_mbids", "work_mbids")
EMPTY: tuple[Any, ...] = (None, "", [])

type ListenType = Literal["single", "playing_now", "import"]
type JSONObject = dict[str, Any]


class SubmittedListen(Struct, frozen=True):
    """One valid listen. `listened_at` is in seconds, None for playing_now; durations in `info` are whole numbers.

    `artist_mbids` in `info` has "" in place of an unknown id, because the place says which artist an id belongs to.
    """

    listened_at: int | None
    track: str
    artist: str
    release: str
    info: JSONObject


class Submission(Struct, frozen=True):
    """The valid listens of one request."""

    listen_type: ListenType
    listens: list[SubmittedListen]


def validate_submission(body: bytes, *, now: float) -> Submission:
    """Return the listens in a request's raw body. `now` is in seconds since 1970.

    Raises InvalidSubmission, also if only one of the listens is invalid.
    """
    if len(body) > MAX_BODY_BYTES:
        raise InvalidSubmission(f"Payload too large. Payload cannot exceed {MAX_BODY_BYTES} bytes")
    document = _parse_document(body)
    payload = _parse_payload(document, len(body))
    listen_type = _parse_listen_type(document, len(payload))
    return Submission(listen_type, [_parse_listen(listen, listen_type, now) for listen in payload])


def _parse_document(body: bytes) -> JSONObject:
    try:
        document = msgspec.json.decode(body)
    except RecursionError:
        raise InvalidSubmission("Cannot parse JSON document: nested too deeply") from None
    except ValueError as error:  # malformed, out of range, or not UTF-8
        raise InvalidSubmission(f"Cannot parse JSON document: {error}") from None
    if json_depth.is_too_deep(document):
        raise InvalidSubmission("Cannot parse JSON document: nested too deeply")
    if not isinstance(document, dict):
        raise InvalidSubmission("Invalid JSON document submitted. Top level of JSON document should be a json object.")
    return document


def _parse_payload(document: JSONObject, size: int) -> list[Any]:
    if "payload" not in document:
        raise InvalidSubmission("Invalid JSON document submitted.")
    payload = document["payload"]
    if not isinstance(payload, list):
        raise InvalidSubmission("The payload in the JSON document should be a list of listens.")
    if not payload:
        raise InvalidSubmission("JSON document does not contain any listens")
    if len(payload) > MAX_LISTENS:
        raise InvalidSubmission(f"Too many listens. You may not submit more than {MAX_LISTENS} listens at once.")
    if size > len(payload) * MAX_LISTEN_BYTES:
        raise InvalidSubmission(
            f"JSON document is too large. Each listens may not be larger than {MAX_LISTEN_BYTES} bytes."
        )
    return payload


def _parse_listen_type(document: JSONObject, listen_count: int) -> ListenType:
    if "listen_type" not in document:
        raise InvalidSubmission("Invalid JSON document submitted.")
    listen_types: dict[str, ListenType] = {"single": "single", "playing_now": "playing_now", "import": "import"}
    value = document["listen_type"]
    listen_type = listen_types.get(value) if isinstance(value, str) else None
    if listen_type is None:
        raise InvalidSubmission("JSON document requires a valid listen_type key.")
    if listen_type != "import" and listen_count > 1:
        raise InvalidSubmission(
            "JSON document contains more than listen for a single/playing_now. It should contain only one."
        )
    return listen_type


def _parse_listen(listen: Any, listen_type: ListenType, now: float) -> SubmittedListen:
    if listen is None:
        raise InvalidSubmission("Listen is empty and cannot be validated.")
    if not isinstance(listen, dict):
        raise InvalidSubmission("Each listen in the payload should be a JSON object.")
    listened_at = None if listen_type == "playing_now" else _parse_listened_at(listen, now)
    metadata = _parse_track_metadata(listen, listen_type)
    names = {field: _required_name(listen, metadata, field) for field in ("track_name", "artist_name")}
    release = _optional_release(listen, metadata)
    info = _parse_additional_info(listen, metadata)
    _reject_null_characters(listen)
    return SubmittedListen(listened_at, names["track_name"], names["artist_name"], release, info)


def _parse_listened_at(listen: JSONObject, now: float) -> int:
    if "listened_at" not in listen:
        raise InvalidSubmission("JSON document must contain the key listened_at at the top level.", listen)
    try:
        listened_at = int(listen["listened_at"])
    except (TypeError, ValueError):
        raise InvalidSubmission("JSON document must contain an int value for listened_at.", listen) from None
    if listened_at >= now + MAX_CLOCK_SKEW_SECONDS:
        raise InvalidSubmission("Value for key listened_at is too high.", listen)
    if listened_at < EARLIEST_LISTENED_AT:
        raise InvalidSubmission(
            "Value for key listened_at is too low. listened_at timestamp should be greater than 1033410600 "
            "(2002-10-01 00:00:00 UTC).",
            listen,
        )
    return listened_at


def _parse_track_metadata(listen: JSONObject, listen_type: ListenType) -> JSONObject:
    if listen_type == "playing_now" and "listened_at" in listen:
        raise InvalidSubmission("JSON document must not contain listened_at while submitting playing_now.", listen)
    if "track_metadata" not in listen:
        raise InvalidSubmission("JSON document must contain the key track_metadata at the top level.", listen)
    if listen_type == "playing_now" and len(listen) > 1:
        raise InvalidSubmission(
            "JSON document may only contain track_metadata as top level key when submitting playing_now.", listen
        )
    if listen_type != "playing_now" and len(listen) > 2:
        raise InvalidSubmission("JSON document may only contain listened_at and track_metadata top level keys", listen)
    if listen["track_metadata"] is None:
        raise InvalidSubmission("JSON document may not have track_metadata with null value.", listen)
    return _parse_object(listen, listen, "track_metadata")


def _required_name(listen: JSONObject, metadata: JSONObject, field: str) -> str:
    if field not in metadata:
        raise InvalidSubmission(f"JSON document does not contain required field track_metadata.{field}.", listen)
    name = _parse_string(listen, metadata, field)
    if not name:
        raise InvalidSubmission(f"field track_metadata.{field} is empty.", listen)
    return name


def _optional_release(listen: JSONObject, metadata: JSONObject) -> str:
    """Return the release name, or "" when it is missing, null or blank."""
    return "" if metadata.get("release_name") is None else _parse_string(listen, metadata, "release_name")


def _parse_string(listen: JSONObject, metadata: JSONObject, field: str) -> str:
    value = metadata[field]
    if not isinstance(value, str):
        raise InvalidSubmission(f"track_metadata.{field} must be a single string.", listen)
    return cut_name(value)


def cut_name(name: str) -> str:
    """Return the name without white space around it, and no longer than an event can hold."""
    return name.strip()[:MAX_NAME_LENGTH].rstrip()


def _parse_object(listen: JSONObject, parent: JSONObject, field: str) -> JSONObject:
    if not isinstance(parent[field], dict):
        raise InvalidSubmission(f"The key {field} in the JSON document should be an object.", listen)
    return dict(parent[field])


def _parse_additional_info(listen: JSONObject, metadata: JSONObject) -> JSONObject:
    """Return additional_info: durations as whole numbers, MBIDs in canonical form, empty tags and MBIDs left out."""
    if metadata.get("additional_info") in EMPTY:  # PHP writes an empty object as []
        return {}
    info = _parse_object(listen, metadata, "additional_info")
    _check_tags(listen, info)
    _check_durations(listen, info)
    for field in (*SINGLE_MBID_FIELDS, *MBID_LIST_FIELDS):
        _check_mbids(listen, info, field)
    return info


def _check_tags(listen: JSONObject, info: JSONObject) -> None:
    tags = info.pop("tags", None)
    if tags in EMPTY:
        return
    if not isinstance(tags, list):
        raise InvalidSubmission("track_metadata.additional_info.tags should be a list of strings.", listen)
    tags = info["tags"] = [tag for tag in tags if tag not in EMPTY]
    if len(tags) > MAX_TAGS:
        raise InvalidSubmission(
            f"JSON document may not contain more than {MAX_TAGS} items in track_metadata.additional_info.tags.", listen
        )
    for tag in tags:
        if not isinstance(tag, str):
            raise InvalidSubmission("track_metadata.additional_info.tags should be a list of strings.", listen)
        if len(tag) > MAX_TAG_LENGTH:
            raise InvalidSubmission(
                "JSON document may not contain track_metadata.additional_info.tags longer than "
                f"{MAX_TAG_LENGTH} characters.",
                listen,
            )


def _check_durations(listen: JSONObject, info: JSONObject) -> None:
    if "duration" in info and "duration_ms" in info:
        raise InvalidSubmission("JSON document should not contain both duration and duration_ms.", listen)
    for field, max_duration in MAX_DURATIONS.items():
        if field not in info:
            continue
        try:
            duration = int(float(info[field]))
        except (TypeError, ValueError, OverflowError):
            duration = 0
        if duration <= 0:
            raise InvalidSubmission(f"Value for {field} is invalid, should be a positive integer.", listen)
        if duration > max_duration:
            raise InvalidSubmission(f"Value for {field} is too large, max permitted value is {max_duration}", listen)
        info[field] = duration


def _check_mbids(listen: JSONObject, info: JSONObject, field: str) -> None:
    value = info.pop(field, None)
    if not value:
        return
    try:
        if field in SINGLE_MBID_FIELDS:
            info[field] = str(UUID(value))
        elif isinstance(value, list):
            mbids = [str(UUID(mbid)) if mbid else "" for mbid in value]
            if any(mbids):
                info[field] = mbids if field == "artist_mbids" else [mbid for mbid in mbids if mbid]
        else:
            raise TypeError
    except (AttributeError, TypeError, ValueError):
        raise InvalidSubmission(f"{field} MBID format invalid.", listen) from None


def _reject_null_characters(listen: JSONObject) -> None:
    """Reject NUL, which PostgreSQL cannot store. ListenBrainz checks values only; we check keys too."""
    for text in json_depth.all_strings(listen):
        if "\0" in text:
            raise InvalidSubmission(f"{text} contains a unicode null", listen)
