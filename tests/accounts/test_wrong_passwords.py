"""Wrong passwords: they lock one address out of an account, slow the account down, and its owner is told."""

import time

import pytest
import requests
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from accounts import wrong_passwords
from tests.accounts.factories import PASSWORD, create_person, is_signed_in, page_text, sign_in, signed_in_client
from tests.servers import Database, Site
from web import slow_answers

ANA = "ana@example.com"


def client_at(number: int) -> Client:
    """A client with an address of its own."""
    return Client(REMOTE_ADDR=f"10.0.{number // 250}.{number % 250}")


def seconds_to_wait(email: str = ANA) -> int:
    """For how long the answer to a sign-in from an address of its own would be held back."""
    return round(slow_answers.seconds_to_wait(sign_in(client_at(9_999), email, "wrong").wsgi_request))


@pytest.mark.django_db
def test_a_stranger_who_guesses_does_not_lock_the_owner_out() -> None:
    create_person("ana")
    stranger, owner = client_at(1), client_at(2)

    answers = [sign_in(stranger, ANA, "wrong").status_code for _ in range(6)]
    sign_in(owner, ANA)

    assert answers == [200] * 5 + [429]
    assert sign_in(stranger, ANA).status_code == 429
    assert is_signed_in(owner)


@pytest.mark.django_db
def test_guesses_from_many_addresses_slow_the_account_down_and_never_lock_it() -> None:
    create_person("ana")

    waits = [
        round(slow_answers.seconds_to_wait(sign_in(client_at(number), ANA, "wrong").wsgi_request))
        for number in range(12)
    ]
    owner = client_at(500)
    right = sign_in(owner, ANA)

    assert waits == [0] * 5 + [2, 4, 8, 16, 30, 30, 30]
    assert round(slow_answers.seconds_to_wait(right.wsgi_request)) == 30
    assert is_signed_in(owner)


@pytest.mark.django_db
def test_an_address_without_an_account_is_slowed_down_the_same() -> None:
    for number in range(6):
        sign_in(client_at(number), "nobody@example.com", "wrong")

    assert (seconds_to_wait("nobody@example.com"), seconds_to_wait()) == (4, 0)


@pytest.mark.django_db
def test_the_owner_is_told_once_a_day_and_nobody_else(mailoutbox: list[EmailMessage]) -> None:
    create_person("ana")
    for number in range(5):
        sign_in(client_at(number), ANA, "wrong")
    before = list(mailoutbox)

    for number in range(5, 9):
        sign_in(client_at(number), ANA, "wrong")
        sign_in(client_at(number), "nobody@example.com", "wrong")
        sign_in(client_at(number), "nobody@example.com", "wrong")

    [mail] = mailoutbox
    assert before == []
    assert (mail.to, mail.subject) == ([ANA], "Somebody tried wrong passwords for your account")
    assert "From: 10.0.0.5" in mail.body


@pytest.mark.django_db
def test_a_mail_server_that_is_away_does_not_break_the_sign_in(settings: Settings) -> None:
    nobody_listens = {"host": "127.0.0.1", "port": 9, "use_tls": False}
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": nobody_listens}
    }
    create_person("ana")

    assert [sign_in(client_at(number), ANA, "wrong").status_code for number in range(7)] == [200] * 7


@pytest.mark.django_db
def test_every_form_with_a_password_counts_wrong_ones() -> None:
    ana = create_person("ana")
    client = signed_in_client(ana)

    for _ in range(3):
        client.post("/accounts/reauthenticate/", {"password": "wrong"})
    new = {"password1": "another lantern on the quay", "password2": "another lantern on the quay"}
    wrong = [client.post("/accounts/password/change/", {"oldpassword": "wrong", **new}).status_code for _ in range(3)]
    right = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})

    assert (wrong, right.status_code) == ([200, 200, 429], 429)
    assert "This was tried too often in a short time." in page_text(right)
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_an_answer_that_is_held_back_holds_nobody_else_back(committing_db: Database, live_site: Site) -> None:
    for _ in range(wrong_passwords.FREE_TRIES):
        wrong_passwords.record(ANA)
    session = requests.Session()
    session.get(f"{live_site.url}/accounts/login/", timeout=10)
    form = {"login": ANA, "password": "wrong", "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    begun = time.monotonic()

    answer = session.post(f"{live_site.url}/accounts/login/", form, timeout=30)

    assert (answer.status_code, time.monotonic() - begun >= 2) == (200, True)
