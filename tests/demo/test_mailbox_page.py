"""The demo's mailbox shows mails with links that can be pressed, to whoever has its address, and only with DEBUG on."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.http import Http404
from django.test import RequestFactory
from django.urls import resolve
from pytest_django import Settings

from config.demo import mailbox_page
from config.demo.sign_in_links import DemoLinksDisabled
from tests import factories

pytestmark = pytest.mark.django_db
LINK = "http://127.0.0.1:8000/accounts/confirm-email/Mg:1vabcdefghijklmnopqrstuvwxyz-0123456789_abcdefghijklmnopqrst/"


@pytest.fixture(autouse=True)
def urls() -> None:
    """Load the URLs before DEBUG is on, which would add some for all other tests."""
    resolve("/")


def open_mailbox(key: str) -> Any:
    request = RequestFactory().get(f"/demo/mail/{key}")
    request.user = factories.create_fan()
    request.live_after = 0  # type: ignore[attr-defined]
    return mailbox_page.mailbox(request, key)


def test_a_link_of_a_mail_is_a_link_of_the_page(settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG = True
    settings.MAILERS = {"default": {**settings.MAILERS["default"], "OPTIONS": {"file_path": str(tmp_path)}}}
    mail = EmailMessage("Please confirm <b>", f"Hello,\n\n{LINK}\n", to=["ana@example.com"])
    EmailBackend(file_path=str(tmp_path)).send_messages([mail])

    page = open_mailbox(mailbox_page.create_link().removeprefix("/demo/mail/")).content.decode()

    assert f'href="{LINK}"' in page
    assert "Please confirm &lt;b&gt;" in page
    assert "ana@example.com" in page


def test_nobody_guesses_the_address(settings: Settings) -> None:
    settings.DEBUG = True

    assert open_mailbox("guessed").status_code == 410


def test_there_is_no_mailbox_without_debug(settings: Settings) -> None:
    settings.DEBUG = True
    key = mailbox_page.create_link().removeprefix("/demo/mail/")
    settings.DEBUG = False

    with pytest.raises(Http404):
        open_mailbox(key)
    with pytest.raises(DemoLinksDisabled):
        mailbox_page.create_link()
