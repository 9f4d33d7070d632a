"""The page of the demo that shows every mail, with links that can be pressed. Only with DEBUG on.

Its path has a secret, which the demo prints: a mail can hold a link that sets a new password.
"""

import secrets
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import views
from config.demo.sign_in_links import LINK_LIFETIME, DemoLinksDisabled
from config.smoke.mailbox import plain_text, read_messages

MAX_MESSAGES = 50
EXPIRED_MESSAGE = "The demo prints a new address of the mailbox when it starts."


def create_link() -> str:
    """The path of the mailbox, for some hours. Raises DemoLinksDisabled with DEBUG off."""
    if not settings.DEBUG:
        raise DemoLinksDisabled("The mailbox needs DEBUG=1.")
    secret = secrets.token_urlsafe(24)
    cache.set(_cache_key(secret), True, timeout=LINK_LIFETIME.total_seconds())
    return f"/demo/mail/{secret}"


@never_cache
@require_safe
def mailbox(request: HttpRequest, key: str) -> HttpResponse:
    """Show the newest mails. Raises Http404 with DEBUG off, when config/urls.py has no such URL."""
    if not settings.DEBUG:
        raise Http404
    if not cache.get(_cache_key(key)):
        return views.error_page(request, HTTPStatus.GONE, "This mailbox is closed", EXPIRED_MESSAGE)
    options: Any = settings.MAILERS["default"]["OPTIONS"]
    folder = options.get("file_path")  # none where mails really go out
    messages = islice(read_messages(Path(folder)), MAX_MESSAGES) if folder else ()
    mails = [
        {
            "to": message["To"],
            "subject": message["Subject"],
            "at": message["Date"].datetime,
            "text": plain_text(message),
        }
        for message in messages
    ]
    return render(request, "demo_mailbox.html", {"mails": mails})


def _cache_key(secret: str) -> str:
    return f"demo mailbox {secret}"
