"""Secrets that are part of an address reach no log."""

import io
import logging
from functools import partial
from uuid import UUID

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver

from config.log_redaction import SecretsHidden, hide_secrets
from tests.adversarial.addresses import url_patterns
from tests.servers import Processes, Site

SECRET = "c2VjcmV0LW9mLXRoaXMtdGVzdC1hbmQtbm8tb3RoZXI"  # as secrets.token_urlsafe(32) makes them
RECEIPT_KEY = SECRET[:32]
DEMO_KEY = f"{RECEIPT_KEY}:1vOaBc:{SECRET}"
SECRET_PATHS = [
    f"/invitations/{SECRET}",
    f"/invitations/{SECRET}/",
    f"/INVITATIONS/{SECRET}",
    f"/invitations//{SECRET}",
    f"/r/{RECEIPT_KEY}",
    f"/r/{RECEIPT_KEY}.json",
    f"/r/{SECRET}",
    f"/r/{RECEIPT_KEY}/x",
    f"/r//{RECEIPT_KEY}",
    f"/accounts/confirm-email/{SECRET}/",
    f"/accounts/confirm-email/MQ:1vOaBc:{SECRET}/",
    f"/accounts/password/reset/key/1a-{SECRET}/",
    f"/accounts//password//reset//key//1a-{SECRET}/",
    f"/gifts/{RECEIPT_KEY}:{SECRET}/redeem",
    f"/api/v1/gifts/{RECEIPT_KEY}:{SECRET}/redeem",
    f"/gifts//{RECEIPT_KEY}:{SECRET}/redeem/",
    f"/demo/{DEMO_KEY}",
    f"/demo/mail/{RECEIPT_KEY}",
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", SECRET_PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_failed_request_is_logged_without_its_secret(
    path: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)

    response = strict.generic(method, path)

    assert RECEIPT_KEY not in caplog.text
    assert (response.status_code >= 400) == ("…" in caplog.text)


def url_parameters() -> set[str]:
    """The names of the URLs with a parameter that is a secret."""
    named = {pattern for pattern in url_patterns(get_resolver()) if isinstance(pattern, URLPattern)}
    return {str(each.name) for each in named if {"key", "secret", "token"} & set(each.pattern.regex.groupindex)}


def test_every_url_with_a_secret_is_known_here() -> None:
    assert url_parameters() == {
        "account_confirm_email",
        "account_reset_password_from_key",
        "api-gift-redeem",
        "gift-redeem",
        "invitation",
        "receipt",
        "receipt-json",
    }


def test_other_addresses_and_files_are_logged_whole() -> None:
    text = f"Not Found: /r/short /studio/mara/review/5 config/demo/seed.py /experiences/{UUID(int=5)}"

    assert hide_secrets(text) == text


def test_a_traceback_is_logged_without_the_secret(request: pytest.FixtureRequest) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SecretsHidden())
    logger = logging.getLogger("tests.log_redaction")
    logger.addHandler(handler)
    request.addfinalizer(partial(logger.removeHandler, handler))

    try:
        raise ValueError(f"https://fanfare.example/invitations/{SECRET}?x=1")
    except ValueError:
        logger.exception("at %s", f"/r/{RECEIPT_KEY}")

    assert SECRET not in stream.getvalue()
    assert RECEIPT_KEY not in stream.getvalue()
    assert "at /r/…\nTraceback" in stream.getvalue()
    assert "https://fanfare.example/invitations/…?x=1" in stream.getvalue()


def test_our_own_handler_hides_them() -> None:
    assert settings.LOGGING["formatters"]["line"]["()"] == "config.log_redaction.SecretsHidden"


def test_the_site_logs_no_secret(live_site: Site, processes: Processes) -> None:
    for path in SECRET_PATHS:
        requests.get(live_site.url + path, timeout=30)
        requests.put(f"{live_site.url}{path}?token={SECRET}", timeout=30)

    log = processes.logs[-1].read_text()
    assert "Not Found: /r/…" in log
    assert "Gone: /invitations/…" in log
    assert RECEIPT_KEY not in log
