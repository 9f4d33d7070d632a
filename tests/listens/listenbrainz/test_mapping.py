"""What a client submits becomes an event."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import text_keys
from events import cloudevents
from listens import event
from listens.exceptions import InvalidSubmission
from listens.listenbrainz import mapping, validation
from listens.listenbrainz.validation import ListenType
from tests.listens.factories import make_incoming
from tests.listens.test_event import schema

FAN = UUID("3f1c3a7e-0b7c-4a1d-8f5e-6a2d9c0b1e42")
AT = datetime(2026, 11, 1, 12, 5, tzinfo=UTC)
MBID, MBID2 = "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11", "0d1f0f0c-7a0e-4c62-9a3f-2b8c1f6d7e02"


def encode_and_decode(
    info: dict[str, Any] | None = None, listen_type: ListenType = "single", at: datetime = AT, **track: Any
) -> dict[str, Any]:
    metadata = {"track_name": "Night Train", "artist_name": "Ada", "additional_info": info or {}, **track}
    submitted = {"track_metadata": metadata} | ({} if listen_type == "playing_now" else {"listened_at": 1_793_534_400})
    body = json.dumps({"listen_type": listen_type, "payload": [submitted]}).encode()
    [listen] = validation.validate_submission(body, now=at.timestamp()).listens
    return dict(json.loads(mapping.encode_listen_event(listen, listen_type, FAN, accepted_at=at)))


def test_a_listen_becomes_an_event_of_the_published_schema() -> None:
    event_json = encode_and_decode(
        {
            "artist_names": ["Ada", "Bo"],
            "artist_mbids": [MBID, MBID2],
            "release_artist_name": "Various",
            "tracknumber": 7,
            "duration": 210,
            "duration_played": 100.5,
            "isrc": "gb-aye-68-00011",
            "recording_mbid": MBID.upper(),
            "release_mbid": MBID,
            "release_group_mbid": MBID,
            "track_mbid": MBID,
            "work_mbids": [MBID],
            "origin_url": "https://music.example/1",
            "spotify_id": "https://music.example/2",
            "media_player": "foobar2000",
            "submission_client": "foo_listenbrainz2",
            "submission_client_version": "1.3",
            "music_service": "music.example",
            "tags": ["train"],
            "discnumber": 1,
            "label": None,
            "nested": {"a": [1, {"b": 2}]},
        },
        release_name="Trains",
    )

    schema.validate(event_json)
    assert event_json["data"] == {
        "user_id": str(FAN),
        "started_at": "2026-11-01T12:00:00Z",
        "time_basis": "start",
        "played_ms": 100_500,
        "track": {
            "title": "Night Train",
            "artists": [{"name": "Ada", "mbid": MBID}, {"name": "Bo", "mbid": MBID2}],
            "artist_credit": "Ada",
            "album": "Trains",
            "album_artist": "Various",
            "track_number": "7",
            "duration_ms": 210_000,
            "isrc": "GBAYE6800011",
            "recording_mbid": MBID,
            "release_mbid": MBID,
            "release_group_mbid": MBID,
            "track_mbid": MBID,
            "service_uri": "https://music.example/1",
        },
        "client": {
            "media_player": "foobar2000",
            "submission_client": "foo_listenbrainz2",
            "submission_client_version": "1.3",
            "music_service": "music.example",
        },
        "tags": ["train"],
        "extra": {
            "discnumber": 1,
            "label": None,
            "nested": {"a": [1, {"b": 2}]},
            "spotify_id": "https://music.example/2",
            "work_mbids": [MBID],
        },
    }
    assert {name: event_json[name] for name in ("source", "type", "time", "partitionkey")} == {
        "source": "/api/listenbrainz",
        "type": "fanfare.listen.submitted.v1",
        "time": "2026-11-01T12:05:00Z",
        "partitionkey": str(FAN),
    }


def test_a_retry_is_the_same_event_and_another_listen_is_not() -> None:
    first = encode_and_decode({"duration": 210}, release_name="Trains")
    retry = encode_and_decode({"tags": ["x"]}, at=AT + timedelta(minutes=5), track_name=" NIGHT  train")

    assert first["id"] == retry["id"]
    assert first["id"] != encode_and_decode(track_name="Day Train")["id"]
    assert first["id"] != encode_and_decode(artist_name="Bo")["id"]


def test_an_import_has_the_origin_import() -> None:
    assert encode_and_decode(listen_type="import")["data"]["origin"] == "import"
    assert "origin" not in encode_and_decode()["data"]  # live is the default


@pytest.mark.parametrize(
    ("client", "basis"),
    [("foo_listenbrainz2", "start"), ("ListenBrainz plugin for Jellyfin", "end"), ("somebody's script", None)],
)
def test_the_time_basis_is_known_for_documented_clients_only(client: str, basis: str | None) -> None:
    assert encode_and_decode({"submission_client": client})["data"].get("time_basis") == basis


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("isrc", "no isrc"),
        ("isrc", ["GBAYE6800011"]),
        ("isrc", "GBAYE680001१"),
        ("tracknumber", 1.5),
        ("tracknumber", True),
        ("tracknumber", "x" * 17),
        ("artist_names", "Ada"),
        ("artist_names", ["Ada", 5]),
        ("artist_names", [""]),
        ("artist_names", ["Ada", " "]),
        ("artist_names", []),
        ("artist_names", ["x"] * 65),
        ("artist_mbids", [MBID, MBID2]),
        ("duration_played", "a while"),
        ("duration_played", -1),
        ("duration_played", 10**400),
        ("duration_played", "inf"),
        ("duration_played", 2_073_601),
        ("ms_played", None),
        ("media_player", "x" * 129),
        ("submission_client", {"name": "x"}),
        ("music_service", ""),
        ("origin_url", "x" * 513),
        ("user_id", "somebody else"),
        ("catalog_id", "1"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_values_that_fit_no_field_are_kept_in_extra(field: str, value: Any) -> None:
    event_json = encode_and_decode({field: value})

    schema.validate(event_json)
    assert event_json["data"]["extra"] == {field: value}
    assert event_json["data"]["user_id"] == str(FAN)


def test_milliseconds_played_are_understood_too() -> None:
    assert encode_and_decode({"ms_played": 31_000})["data"]["played_ms"] == 31_000
    assert encode_and_decode({"duration_ms": "1999.9"})["data"]["track"]["duration_ms"] == 1999


def test_extra_is_always_shortened_in_the_same_way() -> None:
    info = {f"field{n:02}": "x" * 500 for n in range(17)} | {"a": 1, "z": 2, "big": "y" * 1_000}
    backwards = dict(reversed(info.items()))

    extra = encode_and_decode(info)["data"]["extra"]

    assert len(msgspec.json.encode(extra)) <= event.MAX_EXTRA_BYTES
    assert [*extra] == ["a", "big", *(f"field{n:02}" for n in range(13)), "z"]
    assert encode_and_decode(backwards)["data"]["extra"] == extra


def test_extra_is_shortened_so_that_the_record_fits() -> None:
    info = {f"x{n:02}": "x" * 70 for n in range(90)}
    long = validation.SubmittedListen(
        1_793_534_400, "🚂" * 1024, "🚂" * 1024, "", info
    )  # in an import, others make up for it

    record = mapping.encode_listen_event(long, "import", FAN, accepted_at=AT)

    extra = json.loads(record)["data"]["extra"]
    assert event.MAX_RECORD_BYTES - 100 < len(record) <= event.MAX_RECORD_BYTES
    assert [*extra] == sorted(info)[: len(extra)]


@pytest.mark.parametrize(
    ("title", "artist", "release", "info"),
    [
        ("🚂" * 1024, "🚃" * 1024, "🚄" * 1024, {}),
        ("\x07" * 1024, "\x07" * 1024, "\x07" * 1024, {"tags": ["\x07" * 64] * 50}),
        ("Night Train", "Ada", "", {"artist_names": ["🚂" * 1000] * 5}),
        ("Night Train", "Ada", "Trains", {"tags": ["\x07" * 64] * 50, "label": "x"}),
        (
            "\x07" * 1024,
            "\x07" * 1024,
            "\x07" * 1024,
            {field: "\x07" * length for field, length in mapping.CLIENT_FIELD_LENGTHS.items()}
            | {"release_artist_name": "\x07" * 1024, "origin_url": "\x07" * 512, "tracknumber": "\x07" * 16},
        ),
    ],
    ids=["names of four bytes", "names of six bytes", "many artists", "many tags", "every field"],
)
def test_a_listen_that_is_too_large_is_kept_with_shorter_names(
    title: str, artist: str, release: str, info: dict[str, Any]
) -> None:
    large = validation.SubmittedListen(1_793_534_400, title, artist, release, info)

    record = mapping.encode_listen_event(large, "import", FAN, accepted_at=AT)

    event_json = json.loads(record)
    schema.validate(event_json)
    assert len(record) <= event.MAX_RECORD_BYTES
    track = event_json["data"]["track"]
    assert (track["title"], track["artists"]) == (title[:256], [{"name": artist[:256]}])
    assert (track["artist_credit"], track.get("album", "")) == (artist[:256], release[:256])
    event.decode(cloudevents.decode(make_incoming(event_json)), now=AT)


@pytest.mark.parametrize(
    ("names", "mbids", "artists", "rest"),
    [
        (["Ada", "Bo"], ["", MBID], [{"name": "Ada"}, {"name": "Bo", "mbid": MBID}], {}),
        (["Ada", "Bo"], [MBID, None], [{"name": "Ada", "mbid": MBID}, {"name": "Bo"}], {}),
        (["Ada", "Bo"], ["", None], [{"name": "Ada"}, {"name": "Bo"}], {}),
        (["Ada", "Bo"], [MBID], [{"name": "Ada"}, {"name": "Bo"}], {"artist_mbids": [MBID]}),
        (None, [""], [{"name": "Ada & Bo"}], {}),
        (None, ["", MBID], [{"name": "Ada & Bo"}], {"artist_mbids": [MBID]}),
        (None, [MBID], [{"name": "Ada & Bo", "mbid": MBID}], {}),
        (["A" * 1025, " Bo "], [MBID, ""], [{"name": "A" * 1024, "mbid": MBID}, {"name": "Bo"}], {}),
    ],
)
def test_an_mbid_belongs_to_the_artist_in_its_place(
    names: list[str] | None, mbids: list[str | None], artists: list[dict[str, str]], rest: dict[str, Any]
) -> None:
    info = {"artist_mbids": mbids} | ({"artist_names": names} if names else {})

    data = encode_and_decode(info, artist_name="Ada & Bo")["data"]

    assert (data["track"]["artists"], data.get("extra", {})) == (artists, rest)


def test_what_a_popular_server_sends_without_ids_is_kept() -> None:
    info = {
        "submission_client": "navidrome",
        "submission_client_version": "0.58.0",
        "tracknumber": 3,
        "artist_names": ["Ada"],
        "artist_mbids": [""],
        "recording_mbid": "",
        "release_mbid": "",
        "release_group_mbid": "",
        "duration_ms": 210_000,
    }

    data = encode_and_decode(info, release_name="Trains")["data"]

    assert data["track"] == {
        "title": "Night Train",
        "artists": [{"name": "Ada"}],
        "artist_credit": "Ada",
        "album": "Trains",
        "track_number": "3",
        "duration_ms": 210_000,
    }
    assert "extra" not in data


def test_playing_now_is_an_event_of_another_type() -> None:
    event_json = encode_and_decode({"duration": 210, "duration_played": 5}, listen_type="playing_now")

    assert event_json["type"] == "fanfare.listen.playing_now.v1"
    assert event_json["data"] == {
        "user_id": str(FAN),
        "track": {
            "title": "Night Train",
            "artists": [{"name": "Ada"}],
            "artist_credit": "Ada",
            "duration_ms": 210_000,
        },
    }


def test_the_msid_depends_on_title_and_artist_only() -> None:
    assert mapping.recording_msid("Night Train", "Ada") != mapping.recording_msid("Night Train", "Bo")
    assert mapping.recording_msid("Night Train", "Ada") == mapping.recording_msid("night  train", "ADA")
    assert text_keys.compute("Night Train", "Ada") == text_keys.compute("night  train", "ADA")


fields = st.sampled_from(
    ["isrc", "tracknumber", "artist_names", "duration_played", "ms_played", "media_player", "origin_url", "x", "tags"]
)
values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.lists(st.text(), max_size=3)
    | st.dictionaries(st.text(), st.text(), max_size=2)
)


@given(st.dictionaries(fields, values), st.text(min_size=1), st.text(min_size=1), st.text())
def test_every_valid_submission_becomes_a_valid_event(
    info: dict[str, Any], track: str, artist: str, release: str
) -> None:
    try:
        event_json = encode_and_decode(info, track_name=track, artist_name=artist, release_name=release)
    except InvalidSubmission:
        return

    try:
        schema.validate(event_json)
    except jsonschema.ValidationError as error:
        pytest.fail(str(error))
    event.decode(cloudevents.decode(make_incoming(event_json)), now=AT)
