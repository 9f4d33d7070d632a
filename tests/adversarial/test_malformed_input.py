"""Bad input by hand, over HTTP and over Kafka: a clear refusal, and the rest goes on."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from config import events
from events.records import Incoming
from listens.models import Listen
from tests import factories

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def fan() -> Client:
    client = Client()
    client.force_login(factories.create_fan("Ana"))
    return client


@pytest.mark.parametrize("path", ["/r/%00", "/r/%00.json", "/r/short", "/artists/%00", "/api/v1/artists/%00/opt-in"])
def test_a_nul_in_an_address_leads_nowhere(fan: Client, path: str) -> None:
    assert fan.get(path).status_code in {400, 404}


@pytest.mark.parametrize("query", ["cursor=%00", "%00=1"])
def test_a_nul_in_a_query_breaks_nothing(fan: Client, query: str) -> None:
    for path in ("/api/v1/experiences", "/", "/artists/", "/listening", "/settings"):
        assert fan.get(f"{path}?{query}").status_code in {200, 302, 400, 404}


def test_a_cookie_with_a_nul_is_nobodys_session() -> None:
    client = Client()
    client.cookies.load('sessionid="\\000abcdefghij"')

    assert client.get("/api/v1/me").status_code == 403


@pytest.mark.parametrize("cursor", ["cD1hYmM=", "cD0x", "%", "cD0yMDk5OTk5OTk="])
@pytest.mark.parametrize("path", ["/api/v1/experiences", "/api/v1/studio/mara-veil/drafts"])
def test_a_cursor_that_somebody_made_up_leads_nowhere(path: str, cursor: str) -> None:
    client = Client()
    client.force_login(factories.get_member(factories.create_artist("Mara Veil"), "reviewer"))

    assert client.get(path, {"cursor": cursor}).status_code in {200, 404}


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"\\ud800": "x"}', b'{"name": "\\ud800"}', b"{", b"NaN", b"\xff", b'{"name": NaN}'],
    ids=["deep", "surrogate key", "surrogate", "cut", "NaN", "not UTF-8", "NaN inside"],
)
def test_what_is_not_json_is_refused_in_words(fan: Client, body: bytes) -> None:
    answer = fan.generic("PATCH", "/api/v1/me", body, content_type=JSON)

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("This is not JSON")


def test_a_yes_without_a_revision_is_a_yes_to_nothing() -> None:
    draft = factories.create_pending_draft(factories.create_artist("Mara Veil"))
    client = Client()
    client.force_login(factories.get_member(draft.artist, "reviewer"))

    answers = [
        client.post(f"/api/v1/drafts/{draft.pk}/{verb}", {"text": "Mine"}, content_type=JSON)
        for verb in ("approve", "edit", "decline")
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert [list(answer.json()["errors"]) for answer in answers] == [["revision"]] * 3


def listen_event_bytes(person: Any, **changes: Any) -> bytes:
    """A listen's event as another producer would write it."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": "/api/listenbrainz",
            "type": "fanfare.listen.submitted.v1",
            "time": "2026-11-21T10:00:00Z",
            "datacontenttype": JSON,
            "dataschema": "https://fanfare.example/schemas/listen/1.0.json",
            "partitionkey": str(person.pk),
            "data": {
                "user_id": str(person.pk),
                "started_at": changes.pop("started_at", "2026-11-21T10:00:00Z"),
                "track": {"title": "Salt Radio", "artists": [{"name": "Mara Veil"}]},
            },
            **changes,
        }
    ).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"started_at": "2026-11-21T10:00:00-23:59"},
        {"started_at": "2026-11-21T10:00:00+16:00"},
        {"time": "0001-01-01T00:00:00+23:59"},
        {"time": "0001-01-01T00:00:00Z"},
    ],
)
def test_times_that_no_row_can_hold_are_dead_letters_however_many(change: dict[str, str]) -> None:
    fan = factories.create_fan("Ana")
    values = [listen_event_bytes(fan, **change) for _ in range(25)] + [listen_event_bytes(fan)]
    key = str(fan.pk).encode()
    batch = [Incoming("listens.v1", uuid4(), 0, n, key, value, ()) for n, value in enumerate(values)]

    with transaction.atomic():
        rejected = events.handle_batch(batch)

    assert [reject.record.offset for reject in rejected] == list(range(25))
    assert list(Listen.objects.values_list("started_at", flat=True)) == [datetime(2026, 11, 21, 10, tzinfo=UTC)]


def test_a_table_of_ones_own_does_not_stand_in_for_ours() -> None:
    program = factories.create_program(factories.create_artist("Mara Veil"))
    unsigned = factories.create_version(program, nth=7)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE artists_programversion AS"
            " SELECT id, program_id, 1::bigint AS decision_id FROM public.artists_programversion"
        )
        offer = "UPDATE public.artists_program SET current_id = %s WHERE id = %s"
        with pytest.raises(DatabaseError, match="not signed"):
            cursor.execute(offer, [unsigned.pk, program.pk])
