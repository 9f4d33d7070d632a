"""Links in mails lead to SITE_URL, whatever host a request names."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from tests.accounts.factories import SIGNUP_DATA, create_person, link_in_mail, sign_in

pytestmark = pytest.mark.django_db
NEW = "another lantern on the quay"
SITE = "https://fanfare.example"


@pytest.fixture
def elsewhere(settings: Settings) -> Client:
    """A client that names another host in every request."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = f"{SITE}/"
    return new_client()


def new_client() -> Client:
    return Client(headers={"host": "evil.example", "x-forwarded-host": "evil.example"})


def bodies(mail: EmailMultiAlternatives) -> list[str]:
    return [mail.subject, mail.body, *(str(content) for content, _ in mail.alternatives)]


def test_no_mail_names_the_host_of_the_request(
    elsewhere: Client, mailoutbox: list[EmailMultiAlternatives], settings: Settings
) -> None:
    settings.SITE_URL = SITE
    create_person("old")
    elsewhere_too = new_client()
    elsewhere.post("/accounts/signup/", SIGNUP_DATA)
    elsewhere.post(link_in_mail(mailoutbox[-1]))
    elsewhere_too.post("/accounts/signup/", {**SIGNUP_DATA, "email": "old@example.com", "handle": "ana-two"})
    elsewhere.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    elsewhere.post("/accounts/password/reset/", {"email": "ana@example.com"})
    form = elsewhere.get(link_in_mail(mailoutbox[-1]), follow=True)
    elsewhere.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    sign_in(elsewhere, "ana@example.com", NEW)
    elsewhere.post("/accounts/reauthenticate/", {"password": NEW})
    elsewhere.post("/accounts/email/", {"action_add": "", "email": "ana.new@example.com"})
    elsewhere.post(link_in_mail(mailoutbox[-1]))

    assert [mail.subject for mail in mailoutbox] == [
        "Confirm your address for Fanfare",
        "You have an account already",
        "There is no account with this address",
        "Choose a new password",
        "Your password was changed",
        "Is this your address?",
        "Your address was changed",
    ]
    assert [mail.subject for mail in mailoutbox for body in bodies(mail) if "evil" in body] == []
    assert [mail.subject for mail in mailoutbox if f"{SITE}/accounts/" not in mail.body] == []


def test_a_final_slash_of_the_site_is_not_doubled(elsewhere: Client, mailoutbox: list[EmailMultiAlternatives]) -> None:
    create_person("ana")

    elsewhere.post("/accounts/password/reset/", {"email": "ana@example.com"})

    [mail] = mailoutbox
    assert f"{SITE}/accounts/password/reset/key/" in mail.body
    assert f"{SITE}//" not in mail.body
