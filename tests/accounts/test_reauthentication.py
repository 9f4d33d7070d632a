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


def test_who_typed_the_password_a_moment_ago_is_fresh(client: Client) -> None:
    ana = create_person("ana")

    sign_in(client, ana.email)

    assert did_recently_authenticate(request_of(client, ana)) is True


def test_ten_minutes_later_it_has_to_be_typed_again(client: Client) -> None:
    ana = create_person("ana")
    sign_in(client, ana.email)
    age_session(client, 600)
    stale = did_recently_authenticate(request_of(client, ana))

    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert (stale, did_recently_authenticate(request_of(client, ana))) == (False, True)


def test_nine_minutes_later_it_need_not(client: Client) -> None:
    ana = create_person("ana")
    sign_in(client, ana.email)

    age_session(client, 590)

    assert did_recently_authenticate(request_of(client, ana)) is True


def test_a_wrong_password_does_not_freshen(client: Client) -> None:
    ana = create_person("ana")
    sign_in(client, ana.email)
    age_session(client, 601)

    client.post("/accounts/reauthenticate/", {"password": "wrong"})

    assert did_recently_authenticate(request_of(client, ana)) is False


def test_a_session_without_a_typed_password_is_not_fresh() -> None:
    ana = create_person("ana")

    assert did_recently_authenticate(request_of(signed_in_client(ana), ana)) is False


def test_somebody_elses_session_freshens_nobody(client: Client) -> None:
    ana, eve = create_person("ana"), create_person("eve")

    sign_in(client, ana.email)

    assert did_recently_authenticate(request_of(client, eve)) is False


def test_a_stranger_and_a_request_without_a_session_are_not_fresh(client: Client) -> None:
    ana = create_person("ana")
    sign_in(client, ana.email)
    stranger, bare = request_of(client, ana), RequestFactory().post("/")
    stranger.user, bare.user = AnonymousUser(), ana

    assert (did_recently_authenticate(stranger), did_recently_authenticate(bare)) == (False, False)


def age_session(client: Client, seconds: float) -> None:
    """Let the password have been typed so much earlier."""
    session = client.session
    session[RECORDS] = [{**record, "at": record["at"] - seconds} for record in session[RECORDS]]
    session.save()
