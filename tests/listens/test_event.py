"""The listen event: the types promise what the published JSON Schema promises, and a little more."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import BASE_DIR
from events import cloudevents
from listens import event
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


def full() -> dict[str, Any]:
    """An event that says everything there is to say."""
    said = listen_event(
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
    return {**said, "subject": "listen"}


def places(part: dict[str, Any], at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every member that the schema describes."""
    for name, inner in part.get("properties", {}).items():
        yield (*at, name)
        yield from places(inner, (*at, name))
        if "items" in inner:
            yield (*at, name, 0)
            yield from places(inner["items"], (*at, name, 0))


PLACES = list(places(SCHEMA))
GONE = ...  # a copy of it is itself
LENGTHS = sorted({n + d for n in (16, 32, 64, 128, 256, 512, 1024, 2048) for d in (0, 1)})
VALUES: list[Any] = [
    GONE, None, True, False, 0, 1, -1, 1.5, 2_073_600_000, 2_073_600_001, 10**30, "", "x", [], ["x"], {}, {"name": "x"},
    *("é" * n for n in LENGTHS), ["x"] * 50, ["x"] * 51, [{"name": "x"}] * 64, [{"name": "x"}] * 65, ["x" * 65], [{}],
    MBID, MBID.upper(), MBID.replace("-", ""), f"{{{MBID}}}", MBID + "0", "GBAYE6800011", "gbaye6800011",
    "GB-AYE-68-00011", "GBAYE68000111", "DE", "de", "DEU", "start", "end", "minute", "live", "import", "manual",
    "replay", "Live", "2026-11-01T12:00:00Z", "2026-11-01T12:00:00.5+02:00", "2026-11-01T12:00:00", "2026-11-01",
    "1793534400", 1793534400, "1.0", "1.1", "application/json", "text/plain", event.LISTEN_SUBMITTED, event.PLAYING_NOW,
    "https://fanfare.example/schemas/listen/1.27.json", "https://fanfare.example/schemas/listen/2.0.json",
    "https://fanfare.example/schemas/listen/1x0.json",
]  # fmt: skip


def changed(changes: list[tuple[tuple[str | int, ...], Any]]) -> dict[str, Any] | None:
    """The full event with other values at some places; None when a change took away the place of another."""
    said = copy.deepcopy(full())
    for place, value in changes:
        twins = [("partitionkey",), ("data", "user_id")]  # always the same, else it is our own rule that is broken
        for each in twins if place in twins else [place]:
            try:
                put(said, each, copy.deepcopy(value))
            except (KeyError, IndexError, TypeError):
                return None
    return said


def put(said: Any, place: tuple[str | int, ...], value: Any) -> None:
    *path, last = place
    for step in path:
        said = said[step]
    if isinstance(said, str):
        raise TypeError("a text has no members")
    if value is GONE:
        del said[last]
    else:
        said[last] = value


def ours(said: dict[str, Any]) -> bool:
    try:
        read = cloudevents.decode(make_incoming(said))
        event.decode(read, now=NOW)
    except (cloudevents.Unreadable, event.Unreadable):
        return False
    return read.type == event.LISTEN_SUBMITTED


def published(said: dict[str, Any]) -> bool:
    """With the one difference that CloudEvents makes: an optional attribute that is null is not there."""
    return bool(schema.is_valid({name: value for name, value in said.items() if (name, value) != ("subject", None)}))


def test_the_full_event_is_one_by_both() -> None:
    assert (ours(full()), published(full())) == (True, True)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_types_and_schema_agree_on_every_member(place: tuple[str | int, ...]) -> None:
    told = [said for value in VALUES if (said := changed([(place, value)]))]

    disagreements = [said for said in told if ours(said) != published(said)]

    assert disagreements == []


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(VALUES)), max_size=4))
def test_types_and_schema_agree_on_several_changes(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
    said = changed(changes)

    if said:
        assert ours(said) == published(said)


def test_keys_nobody_knows_are_ignored() -> None:
    said = full()
    said["data"]["track"]["mood"] = {"calm": 1}
    said["traceparent"] = "00-1"

    assert (ours(said), published(said)) == (True, True)


def read(said: dict[str, Any]) -> event.ListenData:
    return event.decode(cloudevents.decode(make_incoming(said)), now=NOW)


def test_what_is_not_said_has_the_schemas_default() -> None:
    data = read(listen_event(MBID))

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
def test_a_start_of_another_unit_or_of_no_zone_is_unreadable(started_at: object) -> None:
    with pytest.raises(event.Unreadable):
        read(listen_event(MBID, started_at=started_at))


def test_a_start_of_another_zone_is_the_same_moment() -> None:
    assert read(listen_event(MBID, started_at="2026-11-01T14:00:00+02:00")).started_at == datetime(
        2026, 11, 1, 12, tzinfo=UTC
    )
    assert read(listen_event(MBID, started_at="2026-11-23T01:00:00Z")).started_at == NOW + timedelta(hours=1)


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
def test_a_nul_is_unreadable_wherever_it_stands(data: dict[str, Any]) -> None:
    with pytest.raises(event.Unreadable):
        read(listen_event(MBID, **data))


def test_the_letters_of_an_escaped_nul_are_a_text_like_any_other() -> None:
    assert read(listen_event(MBID, track={"title": r"a\u0000"})).track.title == r"a\u0000"


def nested(depth: int) -> Any:
    return 1 if depth == 0 else [nested(depth - 1)]


@pytest.mark.parametrize("extra", [{"x": "y" * 8_185}, {"x": nested(64)}])
def test_an_extra_that_is_too_large_or_too_deep_is_unreadable(extra: dict[str, Any]) -> None:
    with pytest.raises(event.Unreadable, match="extra"):
        read(listen_event(MBID, extra=extra))


def test_the_largest_extra_is_read() -> None:
    assert read(listen_event(MBID, extra={"x": "y" * 8_184})).extra == {"x": "y" * 8_184}
    assert read(listen_event(MBID, extra={"x": nested(63)})).extra == {"x": nested(63)}


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
def test_data_that_is_no_json_of_ours_is_unreadable(value: bytes) -> None:
    headers = {name: said for name, said in listen_event(MBID).items() if name not in ("data", "datacontenttype")}
    binary = [(f"ce_{name}", said.encode()) for name, said in headers.items()] + [("content-type", b"application/json")]

    with pytest.raises(event.Unreadable):
        event.decode(cloudevents.decode(make_incoming(value, headers=binary)), now=NOW)


def test_a_binary_event_says_the_same_as_a_structured_one() -> None:
    said = full()
    binary = [(f"ce_{name}", value.encode()) for name, value in said.items() if name not in ("data", "datacontenttype")]
    binary.append(("content-type", b"application/json; charset=utf-8"))

    told = cloudevents.decode(make_incoming(json.dumps(said["data"]).encode(), headers=binary))

    assert event.decode(told, now=NOW) == read(said)


def test_the_partitionkey_is_the_fan() -> None:
    with pytest.raises(event.Unreadable, match="partitionkey"):
        read({**listen_event(MBID), "partitionkey": str(uuid4())})


@pytest.mark.parametrize(
    ("artists", "credit"),
    [
        ([{"name": "Ada"}], "Ada"),
        ([{"name": "Ada", "join": " feat. "}, {"name": "Bo"}], "Ada feat. Bo"),
        ([{"name": "Ada"}, {"name": "Bo"}, {"name": "Cy"}], "Ada, Bo, Cy"),
    ],
)
def test_a_credit_that_is_not_given_is_put_together(artists: list[dict[str, str]], credit: str) -> None:
    assert read(listen_event(MBID, track={"artists": artists, "artist_credit": ""})).track.credit == credit
