"""Reading one's own listens from the ListenBrainz API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client

from accounts import tokens
from accounts.models import Person
from fans import listening
from listens import ingest
from listens.listenbrainz import mapping, validation
from listens.models import Listen
from tests.listens.factories import NOON, listen_event, make_fan, make_incoming
from tests.listens.listenbrainz.conftest import playing_now_listen, submission

AT = int(NOON.timestamp())
MBID, MBID2 = "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11", "0d1f0f0c-7a0e-4c62-9a3f-2b8c1f6d7e02"
INFO = {
    "artist_names": ["Ada", "Bo"],
    "artist_mbids": [MBID, MBID2],
    "recording_mbid": MBID,
    "release_mbid": MBID,
    "release_group_mbid": MBID2,
    "track_mbid": MBID2,
    "work_mbids": [MBID],
    "release_artist_name": "Various",
    "tracknumber": "7",
    "duration_ms": 210_000,
    "duration_played": 100,
    "isrc": "GBAYE6800011",
    "origin_url": "https://music.example/1",
    "media_player": "foobar2000",
    "submission_client": "foo_listenbrainz2",
    "submission_client_version": "1.3",
    "music_service": "music.example",
    "tags": ["train"],
    "discnumber": 1,
}


def store_listen(fan: Person, at: int, title: str = "Night Train", *, is_counted: bool = True, **metadata: Any) -> None:
    """Store what a scrobbler submitted, as the consumer does."""
    track = {"track_name": title, "artist_name": "Ada & Bo", **metadata}
    body = msgspec.json.encode({"listen_type": "single", "payload": [{"listened_at": at, "track_metadata": track}]})
    [listen] = validation.validate_submission(body, now=AT + 86_400).listens
    accepted_at = NOON + timedelta(minutes=5)
    value = mapping.encode_listen_event(listen, "single", fan.pk, accepted_at=accepted_at)
    result = ingest.ingest_records([make_incoming(value)])
    assert len(result.listens) == int(is_counted)


@pytest.fixture
def get(client: Client, secret: str) -> Callable[..., Any]:
    """A function that reads `/1/user/ana/<what>` with the fan's token and returns status and JSON."""

    def read(what: str, prefix: str = "/1/user/ana", **parameters: Any) -> tuple[int, Any]:
        response = client.get(f"{prefix}/{what}", parameters, headers={"authorization": f"Token {secret}"})
        return response.status_code, response.json()

    return read


def test_a_listen_is_read_as_it_was_submitted(get: Any, ana: Person) -> None:
    store_listen(ana, AT, release_name="Trains", additional_info=INFO)

    msid = str(mapping.recording_msid("Night Train", "Ada & Bo"))
    assert get("listens") == (
        200,
        {
            "payload": {
                "user_id": "ana",
                "count": 1,
                "latest_listen_ts": AT,
                "oldest_listen_ts": AT,
                "listens": [
                    {
                        "listened_at": AT,
                        "inserted_at": AT + 300,
                        "recording_msid": msid,
                        "user_name": "ana",
                        "track_metadata": {
                            "track_name": "Night Train",
                            "artist_name": "Ada & Bo",
                            "release_name": "Trains",
                            "additional_info": {**INFO, "recording_msid": msid},
                        },
                    }
                ],
            }
        },
    )


def test_a_listen_without_anything_else_has_no_empty_fields(get: Any, ana: Person) -> None:
    store_listen(ana, AT, additional_info={"artist_names": ["Ada", "Bo"], "artist_mbids": ["", MBID]})

    [listen] = get("listens")[1]["payload"]["listens"]

    assert listen["track_metadata"] == {
        "track_name": "Night Train",
        "artist_name": "Ada & Bo",
        "additional_info": {"artist_names": ["Ada", "Bo"], "recording_msid": listen["recording_msid"]},
    }


def test_a_fan_without_listens(get: Any) -> None:
    empty = {"user_id": "ana", "count": 0, "listens": [], "latest_listen_ts": 0, "oldest_listen_ts": 0}

    assert get("listens") == (200, {"payload": empty})
    assert get("listen-count") == (200, {"payload": {"count": 0}})


def test_what_is_playing_now_is_kept_in_no_table_so_nothing_is(get: Any, submit: Any) -> None:
    submit(submission(playing_now_listen(), listen_type="playing_now"))
    nothing = {"user_id": "ana", "count": 0, "playing_now": True, "listens": []}

    assert get("playing-now") == (200, {"payload": nothing})


@pytest.mark.parametrize(
    ("parameters", "numbers"),
    [
        ({}, [*range(29, 4, -1)]),
        ({"count": 3}, [29, 28, 27]),
        ({"count": 5000}, [*range(29, -1, -1)]),
        ({"count": "", "from_ts": 1}, [*range(29, 4, -1)]),
        ({"max_ts": AT + 3}, [2, 1, 0]),
        ({"max_ts": AT + 3, "count": 2}, [2, 1]),
        ({"max_ts": AT}, []),
        ({"min_ts": AT + 26}, [29, 28, 27]),
        ({"min_ts": AT + 2, "count": 2}, [4, 3]),
        ({"min_ts": AT + 2, "max_ts": AT + 6}, [5, 4, 3]),
        ({"min_ts": AT + 2, "max_ts": AT + 6, "count": 2}, [4, 3]),
        ({"min_ts": -1, "count": 1}, [0]),
        ({"min_ts": 10**30}, []),
        ({"max_ts": 10**30, "count": 1}, [29]),
        ({"max_ts": -(10**30)}, []),
    ],
)
def test_a_client_pages_through_listens(get: Any, ana: Person, parameters: dict[str, Any], numbers: list[int]) -> None:
    for number in range(30):
        store_listen(ana, AT + number, title=f"Song {number}")

    status, answer = get("listens", **parameters)

    payload = answer["payload"]
    assert status == 200
    assert [listen["listened_at"] - AT for listen in payload["listens"]] == numbers
    assert (payload["count"], payload["oldest_listen_ts"], payload["latest_listen_ts"]) == (len(numbers), AT, AT + 29)


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"count": "abc"}, "Invalid count argument: abc"),
        ({"count": 0}, "Number of items requested should be positive"),
        ({"count": -1}, "Number of items requested should be positive"),
        ({"max_ts": "abc"}, "Incorrect max_ts timestamp argument: abc"),
        ({"min_ts": "1.5"}, "Incorrect min_ts timestamp argument: 1.5"),
        ({"min_ts": 5, "max_ts": 5}, "max_ts should be greater than min_ts"),
        ({"min_ts": 5, "max_ts": 4}, "max_ts should be greater than min_ts"),
        ({"count": "9" * 5000}, f"Invalid count argument: {'9' * 5000}"),
    ],
)
def test_bad_parameters_are_refused_with_listenbrainz_message(get: Any, parameters: Any, error: str) -> None:
    assert get("listens", **parameters) == (400, {"code": 400, "error": error})


@pytest.mark.parametrize("what", ["listens", "listens/", "listen-count", "playing-now"])
def test_a_fan_is_found_with_their_own_token_only(client: Client, get: Any, secret: str, what: str) -> None:
    bea = make_fan("bea")
    store_listen(bea, AT)
    other = tokens.create(bea, "mpd", by=bea)[1]
    not_found = (404, {"code": 404, "error": "Cannot find user: ana"})

    responses = [
        client.get(f"/1/user/ana/{what}"),
        client.get(f"/1/user/ana/{what}", headers={"authorization": "Token nobody"}),
        client.get(f"/1/user/ana/{what}", headers={"authorization": f"Token {other}"}),
    ]

    assert [(response.status_code, response.json()) for response in responses] == [not_found] * 3
    assert get(what, prefix="/1/user/bea") == (404, {"code": 404, "error": "Cannot find user: bea"})
    assert get(what, prefix="/1/user/nobody")[0] == 404
    for prefix in ("/1/user/ana", "/1/user/Ana", "/apis/listenbrainz/1/user/ana"):
        assert get(what, prefix=prefix)[0] == 200
    assert client.get(f"/1/user/ana/{what}", {"token": secret}).status_code == 200


def test_only_ones_own_listens_count_and_not_those_that_are_being_deleted(get: Any, ana: Person) -> None:
    for number in range(3):
        store_listen(ana, AT + number, title=f"Song {number}")
    store_listen(make_fan("bea"), AT)
    Listen.objects.filter(second=AT).update(retracted_at=datetime.fromtimestamp(AT, NOON.tzinfo))

    payload = get("listens")[1]["payload"]

    assert get("listen-count") == (200, {"payload": {"count": 2}})
    assert (payload["count"], payload["oldest_listen_ts"], payload["latest_listen_ts"]) == (2, AT + 1, AT + 2)


def test_a_play_that_two_clients_told_of_is_read_and_counted_once(get: Any, ana: Person) -> None:
    store_listen(ana, AT, additional_info={"submission_client": "Navidrome"})
    store_listen(ana, AT + 2, is_counted=False, additional_info={"submission_client": "Pano"})
    assert Listen.objects.filter(duplicate_of__isnull=False).count() == 1

    payload = get("listens")[1]["payload"]

    assert [listen["listened_at"] for listen in payload["listens"]] == [AT]
    assert (payload["count"], payload["oldest_listen_ts"], payload["latest_listen_ts"]) == (1, AT, AT)
    assert get("listen-count") == (200, {"payload": {"count": listening.count_listens(ana).total}})
    assert listening.count_listens(ana).total == listening.summarise_month(ana).listens == 1


def test_reading_has_cors_headers_and_rate_limits_and_is_never_cached(client: Client, secret: str) -> None:
    response = client.get("/1/user/ana/listens", headers={"authorization": f"Token {secret}"})
    preflight = client.options("/1/user/ana/listens")

    assert (preflight.status_code, preflight["Access-Control-Allow-Methods"]) == (200, "GET, HEAD, OPTIONS")
    assert (response["Access-Control-Allow-Origin"], response["X-RateLimit-Remaining"]) == ("*", "299")
    assert response["Cache-Control"] == "no-store"
    assert client.post("/1/user/ana/listens").status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_reading_takes_as_many_queries_for_three_listens_as_for_one(
    get: Any, ana: Person, number: int, django_assert_num_queries: Any
) -> None:
    for n in range(number):
        store_listen(ana, AT + n, title=f"Song {n}")
    token, rate, page, ends = range(4)
    get("listens")  # starts the rate window; some requests that start one also delete old windows

    with django_assert_num_queries(len([token, rate, page, ends])):
        get("listens")


def test_a_listen_of_another_producer_is_read_too(get: Any, ana: Person) -> None:
    event = listen_event(ana.pk, source="/api/player", played_ms=90_500, playback={"skipped": True})
    ingest.ingest_records([make_incoming(event)])

    [listen] = get("listens")[1]["payload"]["listens"]

    assert listen["track_metadata"]["additional_info"]["duration_played"] == 90
