"""One's own notices over HTTP."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from live.notices import NewNotice, post
from tests.live.conftest import create_person


def signed_in(somebody, client: Client) -> Client:
    client.force_login(somebody, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_one_sees_ones_own_notices_after_a_number(db: None, client: Client) -> None:
    ana, ben = create_person("ana"), create_person("ben")
    post(
        [NewNotice(ana.pk, "draft.pending", f"draft:{n}") for n in range(3)] + [NewNotice(ben.pk, "secret", "draft:9")]
    )

    answer = signed_in(ana, client).get("/api/v1/notices?after=1").json()

    assert answer["newest"] == 3
    assert [(one["sequence"], one["kind"], one["reference"]) for one in answer["notices"]] == [
        (2, "draft.pending", "draft:1"),
        (3, "draft.pending", "draft:2"),
    ]


def test_without_a_number_it_begins_at_the_first_and_pages_are_bounded(db: None, client: Client) -> None:
    ana = create_person("ana")
    post([NewNotice(ana.pk, "kind", "x:1")] * 250)

    answer = signed_in(ana, client).get("/api/v1/notices").json()

    assert [one["sequence"] for one in answer["notices"]] == list(range(1, 201))
    assert answer["newest"] == 250


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9223372036854775808", "%00", "1e3", "9" * 2000])
def test_nonsense_is_refused(db: None, client: Client, after: str) -> None:
    answer = signed_in(create_person("ana"), client).get(f"/api/v1/notices?after={after}")

    assert answer.status_code == 400
    assert list(answer.json()) == ["after"]


def test_a_stranger_is_refused_and_nobody_can_write(db: None, client: Client) -> None:
    assert client.get("/api/v1/notices").status_code == 403
    assert signed_in(create_person("ana"), client).post("/api/v1/notices", {"after": 1}).status_code == 405


def test_the_queries_are_constant(db: None, client: Client) -> None:
    ana = create_person("ana")
    signed_in(ana, client).get("/api/v1/notices")  # the first request fills the rate limit's table
    counts = []

    for seen, more in ((1, 1), (3, 2)):
        post([NewNotice(ana.pk, "kind", "x:1")] * more)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("/api/v1/notices").json()["notices"]) == seen
        counts.append(len(queries))

    assert counts[0] == counts[1]
