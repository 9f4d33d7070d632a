"""The ListenBrainz API over real HTTP: an unmodified client, large bodies, an unavailable database."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import liblistenbrainz
import psycopg
import pytest
import requests
from django.db import connection
from liblistenbrainz.errors import InvalidAuthTokenException, ListenBrainzAPIException

from accounts import tokens
from accounts.models import Person
from events.models import Outbox
from tests.listens.factories import make_fan
from tests.listens.listenbrainz.conftest import (
    STARTED_AT,
    SUBMIT,
    TOO_LARGE,
    VALIDATE,
    listen,
    outbox_rows,
    playing_now_listen,
    submission,
)
from tests.servers import Database, Processes, Site, start_site, wait_until
from web.models import RateWindow

# The tests share a database and a site. Each has its own fan, an empty outbox, and rate limits that nobody has used.
pytestmark = pytest.mark.shared_site


@pytest.fixture
def fan(committing_db: Database) -> Person:
    Outbox.objects.all().delete()
    RateWindow.objects.all().delete()
    return make_fan(f"bea-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def bea(fan: Person) -> str:
    """The secret of a fan's token, in the database of the live site."""
    return tokens.create(fan, "liblistenbrainz", by=fan)[1]


@pytest.fixture
def scrobbler(live_site: Site, bea: str) -> liblistenbrainz.ListenBrainz:
    scrobbler = liblistenbrainz.ListenBrainz(api_base_url=live_site.url)
    scrobbler.set_auth_token(bea)  # calls validate-token
    return scrobbler


def song(title: str = "Night Train", **more: Any) -> liblistenbrainz.Listen:
    return liblistenbrainz.Listen(track_name=title, artist_name="Ada", **more)


def test_an_unmodified_client_can_submit_everything(scrobbler: liblistenbrainz.ListenBrainz) -> None:
    whole = song(
        listened_at=STARTED_AT,
        release_name="Trains",
        artist_mbids=["8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11"],
        recording_mbid="8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11",
        tags=["train"],
        additional_info={"duration_ms": 210_000},
    )

    answers = [
        scrobbler.submit_playing_now(song()),
        scrobbler.submit_single_listen(whole),
        scrobbler.submit_multiple_listens([song(f"Song {n}", listened_at=STARTED_AT) for n in range(3)]),
    ]

    assert answers == [{"status": "ok"}] * 3
    assert [(topic, event["data"]["track"]["title"], kept) for topic, _, event, kept in outbox_rows()] == [
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


@pytest.mark.parametrize("size", [11_600_000, 50_000_000, 80_000_000])
def test_a_body_that_is_too_large_gets_the_same_answer_over_http(live_site: Site, bea: str, size: int) -> None:
    response = post(live_site, bea, b" " * size)

    assert (response.status_code, response.json()) == (400, TOO_LARGE)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-RateLimit-Remaining"] == "299"


def test_a_body_that_is_too_large_is_refused_after_the_token_and_is_counted(processes: Processes, bea: str) -> None:
    site = start_site(processes, LISTENS_RATE_PER_TOKEN="2", LISTENS_RATE_PER_ADDRESS="1", LISTENS_RATE_WINDOW="600")
    body = b" " * 20_000_000

    known = [post(site, bea, body).status_code for _ in range(3)]
    unknown = [post(site, "nobody", body).status_code for _ in range(2)]
    unknown_address = requests.post(f"{site.url}/1/delete-listen", data=body, timeout=30)

    assert (known, unknown) == ([400, 400, 429], [401, 429])
    assert (unknown_address.status_code, unknown_address.json()["code"]) == (404, 404)
    assert requests.get(f"{site.url}/health", timeout=30).status_code == 200


def test_an_unmodified_client_can_read(scrobbler: liblistenbrainz.ListenBrainz, fan: Person) -> None:
    assert scrobbler.get_listens(fan.handle, count=5) == []
    assert scrobbler.get_playing_now(fan.handle) is None


QUEUE_MESSAGE = "Cannot submit listens to queue, please try again later."


def test_while_the_database_is_unavailable_the_client_gets_503(
    live_site: Site, bea: str, committing_db: Database
) -> None:
    assert post(live_site, bea, submission(listen())).status_code == 200
    with psycopg.connect(psycopg.conninfo.make_conninfo(committing_db.owner_url, dbname="postgres")) as owner:
        owner.autocommit = True
        owner.execute(f"ALTER DATABASE {committing_db.name} ALLOW_CONNECTIONS false")
        end_sessions(owner, committing_db)
        response = post(live_site, bea, submission(listen()))
        validated = requests.get(f"{live_site.url}{VALIDATE}", {"token": bea}, timeout=30)
        owner.execute(f"ALTER DATABASE {committing_db.name} ALLOW_CONNECTIONS true")
    afterwards = wait_until(lambda: post(live_site, bea, submission(listen())))

    assert (response.status_code, response.json()) == (503, {"code": 503, "error": QUEUE_MESSAGE})
    assert (validated.status_code, validated.json()["code"]) == (503, 503)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert afterwards.json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            submission(*[listen(track_name=f"Song {n}") for n in range(50)], listen_type="import"),
            QUEUE_MESSAGE,
        ),
        (submission(playing_now_listen(), listen_type="playing_now"), "Cannot record playing_now at this time."),
    ],
)
def test_a_lost_database_connection_leaves_no_partial_submission(
    live_site: Site, bea: str, committing_db: Database, body: bytes, error: str
) -> None:
    with psycopg.connect(committing_db.owner_url) as owner, ThreadPoolExecutor(1) as pool:
        owner.execute("LOCK TABLE events_outbox")
        posting = pool.submit(post, live_site, bea, body)
        wait_until(lambda: waits_for_a_lock(owner))
        end_sessions(owner, committing_db)
        response = posting.result(timeout=30)

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
