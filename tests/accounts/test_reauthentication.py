from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from accounts.models import Person
from accounts.reauthentication import did_recently_authenticate
from tests.accounts.factories import PASSWORD, create_person, sign_in, signed_in_client

pytestmark = pytest.mark.django_db
RECORDS = "account_authentication_methods"


def request_of(client: Client, person: Person) -> Any:
    request = RequestFactory().post("/")
    request.user, request.session = person, client.session
    return request


def test_a_password_typed_just_now_is_recent(client: Client) -> None:
    ana = create_person("ana")

    sign_in(client, ana.email)

    assert did_recently_authenticate(request_of(client, ana)) is True


def test_after_ten_minutes_the_password_must_be_typed_again(client: Client) -> None:
    ana = create_person("ana")
    sign_in(client, ana.email)
    age_session(client, 600)
    stale = did_recently_authenticate(request_of(client, ana))

    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert (stale, did_recently_authenticate(request_of(client, ana))) == (False, True)


def test_after_nine_minutes_the_password_is_still_recent(client: Client) -> None:
    ana = create_person("ana")
    sign_in(client, ana.email)

    age_session(client, 590)

    assert did_recently_authenticate(request_of(client, ana)) is True


def test_a_wrong_password_does_not_count(client: Client) -> None:
    ana = create_person("ana")
    sign_in(client, ana.email)
    age_session(client, 601)

    client.post("/accounts/reauthenticate/", {"password": "wrong"})

    assert did_recently_authenticate(request_of(client, ana)) is False


def test_a_session_without_a_typed_password_is_not_recent() -> None:
    ana = create_person("ana")

    assert did_recently_authenticate(request_of(signed_in_client(ana), ana)) is False


def test_the_session_of_somebody_else_does_not_count(client: Client) -> None:
    ana, eve = create_person("ana"), create_person("eve")

    sign_in(client, ana.email)

    assert did_recently_authenticate(request_of(client, eve)) is False


def test_requests_without_a_person_or_a_session_are_not_recent(client: Client) -> None:
    ana = create_person("ana")
    sign_in(client, ana.email)
    anonymous, without_session = request_of(client, ana), RequestFactory().post("/")
    anonymous.user, without_session.user = AnonymousUser(), ana

    assert (did_recently_authenticate(anonymous), did_recently_authenticate(without_session)) == (False, False)


def age_session(client: Client, seconds: float) -> None:
    """Move the time of the typed password back by so many seconds."""
    session = client.session
    session[RECORDS] = [{**record, "at": record["at"] - seconds} for record in session[RECORDS]]
    session.save()
