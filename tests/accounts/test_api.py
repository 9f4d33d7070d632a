from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import roles, tokens
from accounts.models import Person, Role, Team, Token
from tests.accounts.factories import create_person, signed_in_client
from tests.factories import fresh_client

pytestmark = pytest.mark.django_db


def count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_me_is_the_signed_in_person_with_their_own_roles() -> None:
    staff, ana = create_person("staff", is_staff=True), create_person("ana", name="Ana")
    mine, other = Team.objects.create(name="Mara Veil"), Team.objects.create(name="Ove Lind")
    roles.add_member(mine, ana, Role.EDITOR, by=staff)
    roles.name_principal(other, staff, by=staff)

    answer = signed_in_client(ana).get("/api/v1/me")

    assert answer.json() == {
        "handle": "ana",
        "name": "Ana",
        "time_zone": "",
        "roles": [{"team": mine.pk, "name": "Mara Veil", "role": "editor"}],
    }
    assert "no-store" in answer["Cache-Control"]


def test_me_needs_the_same_queries_with_one_role_and_with_three() -> None:
    staff, ana = create_person("staff", is_staff=True), create_person("ana")
    client = signed_in_client(ana)
    client.get("/api/v1/me")
    counts = []
    for number in range(3):
        roles.add_member(Team.objects.create(name=f"Team {number}"), ana, Role.EDITOR, by=staff)
        counts.append(count_queries(client, "/api/v1/me"))

    assert counts[0] == counts[2]


def test_a_changed_name_is_normalised() -> None:
    ana = create_person("ana", name="Ana")

    answer = signed_in_client(ana).patch("/api/v1/me", {"name": " Ana\u0007\nMaria "}, "application/json")

    assert answer.json() == {"handle": "ana", "name": "Ana Maria", "time_zone": "", "roles": []}
    assert Person.objects.get().name == "Ana Maria"


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"name": "n" * 81}, {"name": ["Ensure this field has no more than 80 characters."]}),
        ({"name": "A\x00"}, {"name": ["Null characters are not allowed."]}),
        ({"name": None}, {"name": ["This field may not be null."]}),
        ({"name": ["Ana"]}, {"name": ["Not a valid string."]}),
        ({"handle": "eve"}, {"handle": ["Cannot be set here. What can: name, time_zone."]}),
        ({"is_staff": True, "name": "Eve"}, {"is_staff": ["Cannot be set here. What can: name, time_zone."]}),
        ([], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ],
)
def test_a_field_that_cannot_be_changed_is_refused_with_the_list_of_those_that_can(sent: Any, errors: Any) -> None:
    ana = create_person("ana", name="Ana")

    answer = signed_in_client(ana).patch("/api/v1/me", sent, "application/json")

    assert (answer.status_code, answer.json()["errors"]) == (400, errors)
    assert Person.objects.values_list("handle", "name", "is_staff").get() == ("ana", "Ana", False)


def test_a_lone_surrogate_is_refused_as_a_name() -> None:
    client = signed_in_client(create_person("ana", name="Ana"))

    answer = client.patch("/api/v1/me", r'{"name": "\ud800"}', "application/json")

    assert answer.status_code == 400
    assert Person.objects.get().name == "Ana"


def test_a_new_token_shows_its_secret_once() -> None:
    ana = create_person("ana")
    client = fresh_client(ana)

    created = client.post("/api/v1/tokens", {"name": "my phone"}, "application/json")
    listed = client.get("/api/v1/tokens")

    body = created.json()
    secret = body.pop("secret")
    assert (created.status_code, body["name"], sorted(body)) == (201, "my phone", ["created_at", "id", "name"])
    assert "no-store" in created["Cache-Control"]
    assert listed.json() == [body]
    assert secret not in listed.content.decode()
    assert tokens.authenticate(secret) == ana


def test_the_list_of_tokens_holds_ones_own_unrevoked_tokens_newest_first() -> None:
    ana, eve = create_person("ana"), create_person("eve")
    first, second, third = [tokens.create(ana, name, by=ana)[0] for name in ("one", "two", "three")]
    tokens.create(eve, "hers", by=eve)
    tokens.revoke(second, by=ana)

    listed = signed_in_client(ana).get("/api/v1/tokens").json()

    assert [token["id"] for token in listed] == [third.pk, first.pk]


def test_the_list_of_tokens_needs_the_same_queries_with_one_and_with_three() -> None:
    ana = create_person("ana")
    client = signed_in_client(ana)
    client.get("/api/v1/tokens")
    counts = []
    for number in range(3):
        tokens.create(ana, f"{number}", by=ana)
        counts.append(count_queries(client, "/api/v1/tokens"))

    assert counts[0] == counts[2]


def test_a_person_can_revoke_their_own_token_once() -> None:
    ana = create_person("ana")
    token, secret = tokens.create(ana, "my phone", by=ana)
    client = signed_in_client(ana)

    answers = [client.delete(f"/api/v1/tokens/{token.pk}").status_code for _ in range(2)]

    assert answers == [204, 404]
    assert tokens.authenticate(secret) is None


def test_a_token_of_somebody_else_is_404() -> None:
    ana = create_person("ana")
    token, secret = tokens.create(ana, "my phone", by=ana)
    eve = signed_in_client(create_person("eve", is_staff=True))

    foreign = eve.delete(f"/api/v1/tokens/{token.pk}")
    missing = eve.delete(f"/api/v1/tokens/{token.pk + 1}")

    assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json())
    assert foreign.status_code == 404
    assert tokens.authenticate(secret) == ana


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"name": ["This field is required."]}),
        ({"name": " \n"}, {"name": ["This field may not be blank."]}),
        ({"name": "\u0007"}, {"name": ["Name the scrobbler that will use it, for example: my phone."]}),
        ({"name": "x", "person": 1}, {"person": ["Cannot be set here. What can: name."]}),
    ],
)
def test_a_new_token_takes_a_name_and_no_other_field(sent: Any, errors: Any) -> None:
    client = signed_in_client(create_person("ana"))

    answer = client.post("/api/v1/tokens", sent, "application/json")

    assert (answer.status_code, answer.json()["errors"], Token.objects.count()) == (400, errors, 0)


def test_a_token_above_the_limit_is_refused_with_advice() -> None:
    ana = create_person("ana")
    for number in range(tokens.MAX_TOKENS_PER_PERSON):
        tokens.create(ana, f"{number}", by=ana)

    answer = fresh_client(ana).post("/api/v1/tokens", {"name": "one more"}, "application/json")

    detail = "You have 50 tokens. Revoke one that you no longer use first."
    assert (answer.status_code, answer.json()["detail"], answer.json()["code"]) == (409, detail, "Refused")


@pytest.mark.parametrize(
    ("method", "path"), [("get", "me"), ("patch", "me"), ("get", "tokens"), ("post", "tokens"), ("delete", "tokens/1")]
)
def test_the_api_refuses_requests_without_a_session_also_with_a_token(client: Client, method: str, path: str) -> None:
    ana = create_person("ana")
    _, secret = tokens.create(ana, "my phone", by=ana)

    for headers in ({}, {"Authorization": f"Token {secret}"}):
        answer = getattr(client, method)(f"/api/v1/{path}", headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"], answer.json()) == (
            403,
            "application/problem+json",
            {
                "type": "about:blank",
                "title": "Forbidden",
                "status": 403,
                "detail": "Authentication credentials were not provided.",
                "code": "NotAuthenticated",
            },
        )


@pytest.mark.parametrize(("method", "path"), [("patch", "me"), ("post", "tokens"), ("delete", "tokens/1")])
def test_a_write_without_the_csrf_token_is_refused(method: str, path: str) -> None:
    client = signed_in_client(create_person("ana", name="Ana"), enforce_csrf_checks=True)

    answer = getattr(client, method)(f"/api/v1/{path}", {"name": "Eve"}, content_type="application/json")

    assert (answer.status_code, answer.json()["detail"]) == (403, "CSRF Failed: CSRF cookie not set.")
    assert (Person.objects.get().name, Token.objects.count()) == ("Ana", 0)
