"""The door for scrobblers, over HTTP."""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import liblistenbrainz
import psycopg
import pytest
import requests
from django.db import connection
from django.test import Client
from liblistenbrainz.errors import InvalidAuthTokenException, ListenBrainzAPIException

from accounts import tokens
from accounts.models import Person, Token
from events.models import Outbox
from tests.listens.factories import make_fan
from tests.servers import Database, Site, wait_until

SUBMIT, VALIDATE = "/1/submit-listens", "/1/validate-token"
AT = int(time.time()) - 600


def listen(**metadata: Any) -> dict[str, Any]:
    return {"listened_at": AT, "track_metadata": {"track_name": "Night Train", "artist_name": "Ada", **metadata}}


def playing_now_listen() -> dict[str, Any]:
    return {"track_metadata": {"track_name": "Night Train", "artist_name": "Ada"}}


def submission(*listens: Any, kind: str = "single") -> bytes:
    return json.dumps({"listen_type": kind, "payload": listens}).encode()


@pytest.fixture
def ana(db: None) -> Person:
    return make_fan("ana")


@pytest.fixture
def secret(ana: Person) -> str:
    return tokens.create(ana, "mpd", by=ana)[1]


@pytest.fixture
def door(client: Client, secret: str) -> Any:
    """Submits with the fan's token, and reads the answer."""

    def submit(body: bytes, path: str = SUBMIT, content_type: str = "", **headers: str) -> Any:
        said = {"authorization": f"Token {secret}", **headers}
        return client.generic("POST", path, body, content_type=content_type, headers=said)

    return submit


def outbox_rows() -> list[tuple[str, str, dict[str, Any], bool]]:
    """What is in the outbox: topic, key, event, whether it rests."""
    rows = Outbox.objects.order_by("id").values_list("topic", "key", "value", "rests")
    return [(topic, bytes(key).decode(), json.loads(bytes(value)), rests) for topic, key, value, rests in rows]


def test_a_listen_waits_for_kafka_before_the_client_hears_of_it(door: Any, ana: Person) -> None:
    response = door(submission(listen()))

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    [(topic, key, event, rests)] = outbox_rows()
    assert (topic, key, rests) == ("listens.v1", str(ana.pk), True)
    assert Outbox.objects.get().headers == [["content-type", "application/cloudevents+json; charset=UTF-8"]]
    assert (event["source"], event["partitionkey"]) == ("/doors/listenbrainz", str(ana.pk))
    assert event["data"]["track"]["title"] == "Night Train"


def test_an_import_travels_on_a_topic_of_its_own(door: Any) -> None:
    response = door(submission(*[listen(track_name=f"Song {n}") for n in range(3)], kind="import"))

    assert response.json() == {"status": "ok"}
    assert [(topic, event["data"]["track"]["title"]) for topic, _, event, _ in outbox_rows()] == [
        ("listens.import.v1", "Song 0"),
        ("listens.import.v1", "Song 1"),
        ("listens.import.v1", "Song 2"),
    ]


def test_what_plays_now_is_told_and_does_not_rest(door: Any, ana: Person) -> None:
    plain = door(submission(playing_now_listen(), kind="playing_now"))
    asked = door(submission(playing_now_listen(), kind="playing_now"), f"{SUBMIT}?return_msid=1")

    assert plain.json() == {"status": "ok"}
    assert asked.json()["status"] == "ok"
    assert uuid.UUID(asked.json()["recording_msid"])
    assert [(topic, key, event["type"], rests) for topic, key, event, rests in outbox_rows()] == [
        ("listens.v1", str(ana.pk), "fanfare.listen.playing_now.v1", False)
    ] * 2


@pytest.mark.parametrize("path", [SUBMIT, f"{SUBMIT}/", f"/apis/listenbrainz{SUBMIT}", f"{SUBMIT}?from_ts=1"])
@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_neither_slash_nor_content_type_matters(door: Any, path: str, content_type: str) -> None:
    response = door(submission(listen()), path, content_type)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_retry_is_the_same_event(door: Any) -> None:
    door(submission(listen()))
    door(submission(listen(additional_info={"duration": 200})))

    first, second = outbox_rows()
    assert first[2]["id"] == second[2]["id"]


def test_a_refusal_tells_the_listen_back_and_leaves_nothing(door: Any) -> None:
    bad = {**listen(), "listened_at": 5}

    response = door(submission(listen(), bad, kind="import"))

    assert response.status_code == 400
    assert response.json() == {
        **bad,
        "code": 400,
        "error": "Value for key listened_at is too low. listened_at timestamp should be greater than 1033410600 "
        "(2002-10-01 00:00:00 UTC).",
    }
    assert outbox_rows() == []


def test_a_listens_own_code_and_error_do_not_hide_ours(door: Any) -> None:
    response = door(submission({**listen(), "code": 200, "error": ""}))

    assert (response.json()["code"], response.json()["error"][:13]) == (400, "JSON document")


TOO_LARGE = {"code": 400, "error": "Payload too large. Payload cannot exceed 10240000 bytes"}


@pytest.mark.parametrize("size", [10_240_001, 11 * 1024 * 1024 + 1, 50_000_000])
def test_a_body_that_is_too_large_is_refused_in_the_contracts_words(door: Any, size: int) -> None:
    response = door(b" " * size)

    assert (response.status_code, response.json()) == (400, TOO_LARGE)


def test_a_legal_import_of_many_megabytes_is_taken(door: Any) -> None:
    songs = [listen(track_name=f"Song {n}", additional_info={"x": "y" * 9_000}) for n in range(1000)]

    response = door(submission(*songs, kind="import"))

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert Outbox.objects.count() == 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        rb'{"payload": ["\ud800"]}',
        b"[" * 200_000,
        b'{"listen_type":"single","payload":' + b"[" * 900 + b"]" * 900 + b"}",
        submission(listen(additional_info={"a\0": [{"b": "\0"}]})),
        submission(listen(additional_info={"duration": "inf"})),
        submission(listen(additional_info=[[]])),
        submission([listen()]),
        submission(1),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_bad_input_is_a_400_in_json(door: Any, body: bytes) -> None:
    response = door(body)

    assert (response.status_code, response.json()["code"]) == (400, 400)
    assert response.json()["error"]
    assert outbox_rows() == []


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (None, "You need to provide an Authorization header."),
        ("", "You need to provide an Authorization header."),
        ("Token", "Provided Authorization header is invalid."),
        ("{secret}", "Provided Authorization header is invalid."),
        ("Token nobody", "Invalid authorization token."),
        ("Token  {secret}", "Invalid authorization token."),
        ("Token {secret}x", "Invalid authorization token."),
        ("Token \xe9\x80", "Invalid authorization token."),
    ],
)
def test_who_shows_no_good_token_is_told_so_in_the_contracts_words(
    client: Client, secret: str, header: str | None, error: str
) -> None:
    headers = {} if header is None else {"authorization": header.format(secret=secret)}

    response = client.generic("POST", f"{SUBMIT}?token={secret}", b"not even JSON", headers=headers)

    assert (response.status_code, response.json()) == (401, {"code": 401, "error": error})


def test_the_word_before_the_token_may_be_any(client: Client, secret: str) -> None:
    response = client.generic("POST", SUBMIT, submission(listen()), headers={"authorization": f"Bearer {secret}"})

    assert response.json() == {"status": "ok"}


def test_a_revoked_token_opens_nothing(door: Any, ana: Person) -> None:
    tokens.revoke(Token.objects.get(), by=ana)

    assert door(submission(listen())).status_code == 401


@pytest.mark.parametrize("path", [VALIDATE, f"{VALIDATE}/", f"/apis/listenbrainz{VALIDATE}"])
@pytest.mark.parametrize("way", ["Token", "token", "TOKEN", "Bearer", None])
def test_a_token_is_validated(client: Client, secret: str, path: str, way: str | None) -> None:
    if way:
        response = client.get(path, headers={"authorization": f"{way} {secret}"})
    else:
        response = client.get(path, {"token": secret})

    assert (response.status_code, response.json()) == (
        200,
        {"code": 200, "message": "Token valid.", "valid": True, "user_name": "ana"},
    )


@pytest.mark.django_db
def test_a_wrong_token_is_no_error_and_no_token_is_one(client: Client) -> None:
    invalid = {"code": 200, "message": "Token invalid.", "valid": False}
    missing = {"code": 400, "error": "You need to provide an Authorization token."}

    assert client.get(VALIDATE, headers={"authorization": "Token nobody"}).json() == invalid
    assert client.get(f"{VALIDATE}?token=nob%00dy%ED%B2%80%FF").json() == invalid
    assert (client.get(VALIDATE).status_code, client.get(VALIDATE).json()) == (400, missing)


@pytest.mark.parametrize(("path", "methods"), [(SUBMIT, "OPTIONS, POST"), (VALIDATE, "GET, HEAD, OPTIONS")])
def test_pages_of_any_origin_may_come(client: Client, path: str, methods: str) -> None:
    response = client.options(path)

    cors = {name: value for name, value in response.headers.items() if name.startswith("Access-Control")}
    assert response.status_code == 200
    assert cors == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": "21600",
    }


def test_every_answer_allows_its_origin(door: Any, client: Client) -> None:
    for response in (door(submission(listen())), door(b"nonsense"), client.post(SUBMIT), client.get(SUBMIT)):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Access-Control-Allow-Methods"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", SUBMIT), ("PUT", SUBMIT), ("POST", VALIDATE), ("DELETE", VALIDATE)]
)
def test_another_method_is_refused_in_json(client: Client, method: str, path: str) -> None:
    response = client.generic(method, path)

    assert (response.status_code, response.json()["code"]) == (405, 405)


def test_the_door_asks_for_no_csrf_token_and_sets_no_cookie(secret: str) -> None:
    strict = Client(enforce_csrf_checks=True)

    response = strict.generic("POST", SUBMIT, submission(listen()), headers={"authorization": f"Token {secret}"})

    assert (response.status_code, dict(response.cookies)) == (200, {})


def test_a_token_has_its_own_limit_whatever_the_address(door: Any, settings: Any) -> None:
    settings.LISTENS_RATE_PER_TOKEN = 2
    settings.LISTENS_RATE_PER_ADDRESS = 1

    answers = [door(submission(listen())) for _ in range(3)]

    assert [response.status_code for response in answers] == [200, 200, 429]
    assert [response["X-RateLimit-Remaining"] for response in answers] == ["1", "0", "0"]
    last = answers[-1]
    assert last["Content-Type"] == "text/plain; charset=utf-8"
    assert last.content.decode() == (
        "You have exceeded your rate limit. See the X-RateLimit-* response headers for more information on your "
        "current rate limit.\n"
    )
    assert last["X-RateLimit-Limit"] == "2"
    assert 1 <= int(last["X-RateLimit-Reset-In"]) <= 10
    assert last["Retry-After"] == last["X-RateLimit-Reset-In"]
    assert 0 <= int(last["X-RateLimit-Reset"]) - time.time() <= 11
    assert last["Access-Control-Expose-Headers"] == (
        "X-RateLimit-Remaining,X-RateLimit-Limit,X-RateLimit-Reset,X-RateLimit-Reset-In"
    )
    assert last["Access-Control-Allow-Origin"] == "*"


def test_who_guesses_tokens_is_held_by_their_address(client: Client, secret: str, settings: Any) -> None:
    settings.LISTENS_RATE_PER_ADDRESS = 2

    guesses = [client.get(VALIDATE, {"token": f"guess {n}"}).status_code for n in range(4)]
    elsewhere = client.get(VALIDATE, {"token": "guess"}, REMOTE_ADDR="192.0.2.7").status_code
    known = client.get(VALIDATE, {"token": secret}).status_code

    assert (guesses, elsewhere, known) == ([200, 200, 429, 429], 200, 200)


@pytest.mark.parametrize("number", [1, 3, 500])
def test_as_many_queries_for_one_listen_as_for_hundreds(door: Any, number: int, django_assert_num_queries: Any) -> None:
    songs = [listen(track_name=f"Song {n}") for n in range(number)]
    token, rate, pauses, savepoint, copied, wake, release = range(7)
    door(submission(listen()))  # its window has begun: that of one token in 64 first sweeps up those that are over

    with django_assert_num_queries(len([token, rate, pauses, savepoint, copied, wake, release])):
        door(submission(*songs, kind="import"))


def test_nothing_of_a_token_is_logged(client: Client, secret: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    client.generic("POST", SUBMIT, b"nonsense", headers={"authorization": f"Token {secret}"})
    client.post(f"{VALIDATE}?token={secret}")

    assert [record.levelname for record in caplog.records if record.name == "django.request"] != []
    assert secret not in caplog.text


# Over real HTTP


@pytest.fixture
def bea(committing_db: Database) -> str:
    """The secret of a token of a fan, in a database that the site sees too."""
    bea = make_fan("bea")
    return tokens.create(bea, "liblistenbrainz", by=bea)[1]


@pytest.fixture
def scrobbler(live_site: Site, bea: str) -> liblistenbrainz.ListenBrainz:
    scrobbler = liblistenbrainz.ListenBrainz(api_base_url=live_site.url)
    scrobbler.set_auth_token(bea)  # asks validate-token
    return scrobbler


def song(title: str = "Night Train", **more: Any) -> liblistenbrainz.Listen:
    return liblistenbrainz.Listen(track_name=title, artist_name="Ada", **more)


def test_an_unmodified_client_submits_what_it_can(scrobbler: liblistenbrainz.ListenBrainz) -> None:
    whole = song(
        listened_at=AT,
        release_name="Trains",
        artist_mbids=["8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11"],
        recording_mbid="8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11",
        tags=["train"],
        additional_info={"duration_ms": 210_000},
    )

    answers = [
        scrobbler.submit_playing_now(song()),
        scrobbler.submit_single_listen(whole),
        scrobbler.submit_multiple_listens([song(f"Song {n}", listened_at=AT) for n in range(3)]),
    ]

    assert answers == [{"status": "ok"}] * 3
    assert [(topic, event["data"]["track"]["title"], rests) for topic, _, event, rests in outbox_rows()] == [
        ("listens.v1", "Night Train", False),
        ("listens.v1", "Night Train", True),
        ("listens.import.v1", "Song 0", True),
        ("listens.import.v1", "Song 1", True),
        ("listens.import.v1", "Song 2", True),
    ]
    assert outbox_rows()[1][2]["data"]["track"] == {
        "title": "Night Train",
        "artists": [{"name": "Ada", "mbid": "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11"}],
        "artist_credit": "Ada",
        "album": "Trains",
        "duration_ms": 210_000,
        "recording_mbid": "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11",
    }


def test_an_unmodified_client_understands_what_is_refused(
    scrobbler: liblistenbrainz.ListenBrainz, live_site: Site
) -> None:
    with pytest.raises(ListenBrainzAPIException) as refused:
        scrobbler.submit_single_listen(song(listened_at=5))
    stranger = liblistenbrainz.ListenBrainz(api_base_url=live_site.url)
    with pytest.raises(InvalidAuthTokenException):
        stranger.set_auth_token("nobody")

    assert refused.value.status_code == 400
    assert refused.value.message.startswith("Value for key listened_at is too low.")
    assert scrobbler.remaining_requests == 298


def post(site: Site, secret: str, body: bytes) -> requests.Response:
    return requests.post(f"{site.url}{SUBMIT}", data=body, headers={"Authorization": f"Token {secret}"}, timeout=30)


def test_a_body_of_50_mb_gets_the_contracts_answer_over_http(live_site: Site, bea: str) -> None:
    response = post(live_site, bea, b" " * 50_000_000)

    assert (response.status_code, response.json()) == (400, TOO_LARGE)


QUEUE_AWAY = {"code": 503, "error": "Cannot submit listens to queue, please try again later."}


def test_while_the_database_is_away_the_client_is_told_to_come_again(
    live_site: Site, bea: str, committing_db: Database
) -> None:
    assert post(live_site, bea, submission(listen())).status_code == 200
    with psycopg.connect(psycopg.conninfo.make_conninfo(committing_db.owner_url, dbname="postgres")) as owner:
        owner.autocommit = True
        owner.execute(f"ALTER DATABASE {committing_db.name} ALLOW_CONNECTIONS false")
        end_sessions(owner, committing_db)
        while_away = post(live_site, bea, submission(listen()))
        validated = requests.get(f"{live_site.url}{VALIDATE}", {"token": bea}, timeout=30)
        owner.execute(f"ALTER DATABASE {committing_db.name} ALLOW_CONNECTIONS true")
    afterwards = wait_until(lambda: post(live_site, bea, submission(listen())))

    assert (while_away.status_code, while_away.json()) == (503, QUEUE_AWAY)
    assert (validated.status_code, validated.json()["code"]) == (503, 503)
    assert while_away.headers["Access-Control-Allow-Origin"] == "*"
    assert afterwards.json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (submission(*[listen(track_name=f"Song {n}") for n in range(50)], kind="import"), QUEUE_AWAY["error"]),
        (submission(playing_now_listen(), kind="playing_now"), "Cannot record playing_now at this time."),
    ],
)
def test_a_database_that_breaks_off_leaves_nothing_half_done(
    live_site: Site, bea: str, committing_db: Database, body: bytes, error: str
) -> None:
    with psycopg.connect(committing_db.owner_url) as owner, ThreadPoolExecutor(1) as pool:
        owner.execute("LOCK TABLE events_outbox")
        asked = pool.submit(post, live_site, bea, body)
        wait_until(lambda: waits_for_a_lock(owner))
        end_sessions(owner, committing_db)
        response = asked.result(timeout=30)

    assert (response.status_code, response.json()) == (503, {"code": 503, "error": error})
    assert outbox_rows() == []
    assert post(live_site, bea, body).json() == {"status": "ok"}


def end_sessions(owner: psycopg.Connection[Any], database: Database) -> None:
    owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename LIKE 'fanfare_%%' AND datname = %s AND pid <> pg_backend_pid()",
        [database.name],
    )
    connection.close()  # ours was among them


def waits_for_a_lock(owner: psycopg.Connection[Any]) -> bool:
    return bool(owner.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall())
