"""A person's own notices over HTTP."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from live.notices import NewNotice, delete_older_than, post
from tests.live.factories import create_person


def sign_in(person: Person, client: Client) -> Client:
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_person_sees_only_their_own_notices_after_a_sequence(db: None, client: Client) -> None:
    ana, ben = create_person("ana"), create_person("ben")
    post(
        [NewNotice(ana.pk, "draft.pending", f"draft:{n}") for n in range(3)] + [NewNotice(ben.pk, "secret", "draft:9")]
    )

    answer = sign_in(ana, client).get("/api/v1/notices?after=1").json()

    assert answer["newest"] == 3
    assert [(notice["sequence"], notice["kind"], notice["reference"]) for notice in answer["notices"]] == [
        (2, "draft.pending", "draft:1"),
        (3, "draft.pending", "draft:2"),
    ]


def test_without_a_sequence_it_begins_at_the_first_and_a_page_is_bounded(db: None, client: Client) -> None:
    ana = create_person("ana")
    post([NewNotice(ana.pk, "kind", "x:1")] * 250)

    answer = sign_in(ana, client).get("/api/v1/notices").json()

    assert [notice["sequence"] for notice in answer["notices"]] == list(range(1, 201))
    assert answer["newest"] == 250


@pytest.mark.parametrize(("after", "resync"), [(0, True), (1, True), (2, False), (3, False), (9, False)])
def test_a_client_that_asks_for_deleted_notices_is_told_to_resync(
    db: None, client: Client, after: int, resync: bool
) -> None:
    ana = create_person("ana")
    post([NewNotice(ana.pk, "kind", "x:1")] * 2)
    delete_older_than(timezone.now())
    post([NewNotice(ana.pk, "kind", "x:2")])

    answer = sign_in(ana, client).get(f"/api/v1/notices?after={after}").json()

    assert (answer["newest"], answer["resync"]) == (3, resync)
    assert [notice["sequence"] for notice in answer["notices"]] == ([3] if after < 3 else [])


def test_a_client_is_told_to_resync_where_all_notices_were_deleted(db: None, client: Client) -> None:
    ana = create_person("ana")
    post([NewNotice(ana.pk, "kind", "x:1")] * 2)
    delete_older_than(timezone.now())
    sign_in(ana, client)

    answers = [client.get(f"/api/v1/notices?after={after}").json() for after in (1, 2)]

    assert answers == [
        {"newest": 2, "resync": True, "notices": []},
        {"newest": 2, "resync": False, "notices": []},
    ]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9223372036854775808", "%00", "1e3", "9" * 2000])
def test_an_invalid_sequence_is_refused(db: None, client: Client, after: str) -> None:
    answer = sign_in(create_person("ana"), client).get(f"/api/v1/notices?after={after}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["after"]


def test_anonymous_requests_are_refused_and_nobody_can_write(db: None, client: Client) -> None:
    assert client.get("/api/v1/notices").status_code == 403
    assert sign_in(create_person("ana"), client).post("/api/v1/notices", {"after": 1}).status_code == 405


def test_the_number_of_queries_is_constant(db: None, client: Client) -> None:
    ana = create_person("ana")
    sign_in(ana, client).get("/api/v1/notices")  # the first request fills the rate limit's table
    counts = []

    for seen, more in ((1, 1), (3, 2)):
        post([NewNotice(ana.pk, "kind", "x:1")] * more)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("/api/v1/notices").json()["notices"]) == seen
        counts.append(len(queries))

    assert counts[0] == counts[1]
