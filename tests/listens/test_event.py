"""The types of the listen event accept what the published JSON Schema accepts."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import uuid4

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import BASE_DIR
from events import cloudevents
from events.exceptions import UnreadableEvent
from listens import event
from listens.exceptions import UnreadableListen
from listens.models import Listen
from tests.listens.factories import listen_event, make_incoming

SCHEMA = json.loads((BASE_DIR / "docs/api/schemas/listen.v1.schema.json").read_text())
NOW = datetime(2026, 11, 23, tzinfo=UTC)
MBID = "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
formats = jsonschema.FormatChecker(["uuid"])


@formats.checks("date-time")
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or RFC3339.fullmatch(value) is not None


schema = jsonschema.Draft202012Validator(SCHEMA, format_checker=formats)


def test_the_origins_are_those_of_the_table() -> None:
    origins = SCHEMA["properties"]["data"]["properties"]["origin"]["enum"]

    assert list(get_args(event.Origin.__value__)) == Listen.Origin.values == origins


def full_event() -> dict[str, Any]:
    """Return an event with every member."""
    raw = listen_event(
        MBID,
        time_basis="start",
        origin="live",
        played_ms=200_000,
        track={
            "artists": [{"name": "Ada", "mbid": MBID, "join": " & "}],
            "album": "Trains",
            "album_artist": "Ada",
            "track_number": "1",
            "duration_ms": 210_000,
            "catalog_id": "12",
            "isrc": "GBAYE6800011",
            "recording_mbid": MBID,
            "release_mbid": MBID,
            "release_group_mbid": MBID,
            "track_mbid": MBID,
            "service_uri": "https://music.example/1",
        },
        playback={
            "reason_start": "clickrow",
            "reason_end": "trackdone",
            "skipped": False,
            "shuffle": None,
            "offline": True,
            "session_id": "s",
            "context_uri": "c",
        },
        client={
            "media_player": "mpd",
            "media_player_version": "1",
            "submission_client": "s",
            "submission_client_version": "1",
            "original_submission_client": "o",
            "music_service": "music.example",
            "device_id_hash": "d",
            "network_hash": "n",
            "country": "DE",
        },
        tags=["train"],
        extra={"discnumber": 1},
    )
    return {**raw, "subject": "listen"}


def paths_in(part: dict[str, Any], at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every member that the schema describes."""
    for name, inner in part.get("properties", {}).items():
        yield (*at, name)
        yield from paths_in(inner, (*at, name))
        if "items" in inner:
            yield (*at, name, 0)
            yield from paths_in(inner["items"], (*at, name, 0))


PATHS = list(paths_in(SCHEMA))
REMOVED = ...  # deepcopy returns the same object
LENGTHS = sorted({n + d for n in (16, 32, 64, 128, 256, 512, 1024, 2048) for d in (0, 1)})
VALUES: list[Any] = [
    REMOVED, None, True, False, 0, 1, -1, 1.5, 2_073_600_000, 2_073_600_001, 10**30, "", "x", [], ["x"], {},
    {"name": "x"}, *("é" * n for n in LENGTHS), ["x"] * 50, ["x"] * 51, [{"name": "x"}] * 64, [{"name": "x"}] * 65,
    ["x" * 65], [{}], MBID, MBID.upper(),
    MBID.replace("-", ""), f"{{{MBID}}}", MBID + "0", "GBAYE6800011", "gbaye6800011",
    "GB-AYE-68-00011", "GBAYE68000111", "DE", "de", "DEU", "start", "end", "minute", "live", "import", "manual",
    "replay", "Live", "2026-11-01T12:00:00Z", "2026-11-01T12:00:00.5+02:00", "2026-11-01T12:00:00", "2026-11-01",
    "1793534400", 1793534400, "1.0", "1.1", "application/json", "text/plain", event.LISTEN_SUBMITTED, event.PLAYING_NOW,
    "https://fanfare.example/schemas/listen/1.27.json", "https://fanfare.example/schemas/listen/2.0.json",
    "https://fanfare.example/schemas/listen/1x0.json",
]  # fmt: skip


def changed(changes: list[tuple[tuple[str | int, ...], Any]]) -> dict[str, Any] | None:
    """Return the full event with other values at some paths. Return None if one change removes the path of another."""
    raw = copy.deepcopy(full_event())
    for path, value in changes:
        same = [("partitionkey",), ("data", "user_id")]  # our own rule, which the schema lacks: they are equal
        for each in same if path in same else [path]:
            try:
                set_value(raw, each, copy.deepcopy(value))
            except (KeyError, IndexError, TypeError):
                return None
    return raw


def set_value(raw: Any, path: tuple[str | int, ...], value: Any) -> None:
    *parents, last = path
    for step in parents:
        raw = raw[step]
    if isinstance(raw, str):
        raise TypeError("a text has no members")
    if value is REMOVED:
        del raw[last]
    else:
        raw[last] = value


def types_accept(raw: dict[str, Any]) -> bool:
    try:
        envelope = cloudevents.decode(make_incoming(raw))
        event.decode(envelope, now=NOW)
    except (UnreadableEvent, UnreadableListen):
        return False
    return envelope.type == event.LISTEN_SUBMITTED


def schema_accepts(raw: dict[str, Any]) -> bool:
    """CloudEvents treats an optional attribute that is null as missing, so it is removed."""
    return bool(schema.is_valid({name: value for name, value in raw.items() if (name, value) != ("subject", None)}))


def test_types_and_schema_accept_the_full_event() -> None:
    assert (types_accept(full_event()), schema_accepts(full_event())) == (True, True)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_types_and_schema_agree_on_every_member(path: tuple[str | int, ...]) -> None:
    changed_events = [raw for value in VALUES if (raw := changed([(path, value)]))]

    disagreements = [raw for raw in changed_events if types_accept(raw) != schema_accepts(raw)]

    assert disagreements == []


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(VALUES)), max_size=4))
def test_types_and_schema_agree_on_several_changes(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
    raw = changed(changes)

    if raw:
        assert types_accept(raw) == schema_accepts(raw)


def test_unknown_keys_are_ignored() -> None:
    raw = full_event()
    raw["data"]["track"]["mood"] = {"calm": 1}
    raw["traceparent"] = "00-1"

    assert (types_accept(raw), schema_accepts(raw)) == (True, True)


def decode_listen(raw: dict[str, Any]) -> event.ListenData:
    return event.decode(cloudevents.decode(make_incoming(raw)), now=NOW)


def test_missing_members_have_the_schemas_defaults() -> None:
    data = decode_listen(listen_event(MBID))

    assert (data.time_basis, data.origin, data.played_ms) == ("unknown", "live", None)
    assert (data.track.duration_ms, data.track.isrc, data.tags, data.extra) == (0, "", (), {})


@pytest.mark.parametrize(
    "started_at",
    [
        "1793534400",
        "1793534400000",
        "2026-11-01T12:00:00",
        "1970-01-21T18:12:14Z",
        "2002-09-30T23:59:59Z",
        "2026-11-23T01:00:01Z",
        "9999-12-31T23:59:59-02:00",
        "0001-01-01T00:00:00+02:00",
        1793534400,
        1793534400000,
    ],
)
def test_a_start_in_another_unit_or_without_a_zone_is_unreadable(started_at: object) -> None:
    with pytest.raises(UnreadableListen):
        decode_listen(listen_event(MBID, started_at=started_at))


def test_a_start_in_another_zone_is_the_same_time() -> None:
    assert decode_listen(listen_event(MBID, started_at="2026-11-01T14:00:00+02:00")).started_at == datetime(
        2026, 11, 1, 12, tzinfo=UTC
    )
    assert decode_listen(listen_event(MBID, started_at="2026-11-23T01:00:00Z")).started_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "data",
    [
        {"track": {"title": "a\0"}},
        {"track": {"album": "a\0"}},
        {"track": {"artists": [{"name": "a\0"}]}},
        {"tags": ["a\0"]},
        {"extra": {"x": ["a\0"]}},
        {"extra": {"a\0": 1}},
    ],
    ids=repr,
)
def test_an_event_with_nul_in_a_text_is_unreadable(data: dict[str, Any]) -> None:
    with pytest.raises(UnreadableListen):
        decode_listen(listen_event(MBID, **data))


def test_a_text_that_looks_like_an_escaped_nul_is_accepted() -> None:
    assert decode_listen(listen_event(MBID, track={"title": r"a\u0000"})).track.title == r"a\u0000"


def nested(depth: int) -> Any:
    return 1 if depth == 0 else [nested(depth - 1)]


@pytest.mark.parametrize("extra", [{"x": "y" * 8_185}, {"x": nested(64)}])
def test_an_extra_that_is_too_large_or_too_deep_is_unreadable(extra: dict[str, Any]) -> None:
    with pytest.raises(UnreadableListen, match="extra"):
        decode_listen(listen_event(MBID, extra=extra))


def test_the_largest_extra_is_accepted() -> None:
    assert decode_listen(listen_event(MBID, extra={"x": "y" * 8_184})).extra == {"x": "y" * 8_184}
    assert decode_listen(listen_event(MBID, extra={"x": nested(63)})).extra == {"x": nested(63)}


@pytest.mark.parametrize(
    "value",
    [
        rb'{"user_id":"\ud800"}',
        b'{"user_id":"\xff"}',
        b'{"extra":' + b"[" * 100_000,
        b'{"extra":' + b'{"x":' * 5_000 + b"1" + b"}" * 5_001,
        b"",
        b"null",
        b"[]",
    ],
    ids=lambda value: repr(value[:20]),
)
def test_data_that_is_not_our_json_is_unreadable(value: bytes) -> None:
    headers = {name: raw for name, raw in listen_event(MBID).items() if name not in ("data", "datacontenttype")}
    binary = [(f"ce_{name}", text.encode()) for name, text in headers.items()] + [("content-type", b"application/json")]

    with pytest.raises(UnreadableListen):
        event.decode(cloudevents.decode(make_incoming(value, headers=binary)), now=NOW)


def test_a_binary_event_decodes_to_the_same_data_as_a_structured_one() -> None:
    raw = full_event()
    binary = [(f"ce_{name}", value.encode()) for name, value in raw.items() if name not in ("data", "datacontenttype")]
    binary.append(("content-type", b"application/json; charset=utf-8"))

    envelope = cloudevents.decode(make_incoming(json.dumps(raw["data"]).encode(), headers=binary))

    assert event.decode(envelope, now=NOW) == decode_listen(raw)


def test_the_partitionkey_must_be_the_fan() -> None:
    with pytest.raises(UnreadableListen, match="partitionkey"):
        decode_listen({**listen_event(MBID), "partitionkey": str(uuid4())})


@pytest.mark.parametrize(
    ("artists", "credit"),
    [
        ([{"name": "Ada"}], "Ada"),
        ([{"name": "Ada", "join": " feat. "}, {"name": "Bo"}], "Ada feat. Bo"),
        ([{"name": "Ada"}, {"name": "Bo"}, {"name": "Cy"}], "Ada, Bo, Cy"),
    ],
)
def test_a_missing_credit_is_joined_from_the_artists(artists: list[dict[str, str]], credit: str) -> None:
    assert decode_listen(listen_event(MBID, track={"artists": artists, "artist_credit": ""})).track.credit == credit
