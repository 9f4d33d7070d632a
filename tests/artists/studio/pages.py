"""Helpers for tests of the studio: signed-in clients, what a page says, and states that take several steps."""

import html
import re
from typing import Any

from django.test import Client

from accounts.models import Person
from artists import moderation
from artists.models import Draft, Program
from catalog.models import Artist
from tests import factories
from tests.trust.factories import report_experience

HTMX_HEADERS = {"HX-Request": "true"}
FORM_DATA: dict[str, Any] = {
    "times": "100",
    "recording": "",
    "seconds": "259200",
    "locale": "en",
    "template": ["Thank you[, {name}]."],
}
"""What the form of a program sends."""


def signed_in_client(person: Person, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(person)
    return client


def member_client(artist: Artist, role: str) -> Client:
    """A client that is signed in as the member with this role."""
    return signed_in_client(factories.get_member(artist, role))


def fresh_member_client(artist: Artist, role: str) -> Client:
    """The same, with a password typed just now."""
    return factories.fresh_client(factories.get_member(artist, role))


def visible_text(response: Any) -> str:
    """The page as one reads it: without tags, with single spaces."""
    text = response.content.decode()
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def shown_draft_id(response: Any) -> int | None:
    """The draft that the review page shows."""
    match = re.search(r'data-draft="(\d+)"', response.content.decode())
    return int(match.group(1)) if match else None


def review_path(draft: Draft, action: str = "") -> str:
    return f"/studio/{draft.artist.slug}/review/{draft.pk}{action}"


def program_path(program: Program, action: str = "") -> str:
    return f"/studio/{program.artist.slug}/programs/{program.pk}{action}"


def approve_is_disabled(page: Any, draft: Draft) -> bool:
    return f'data-approve hx-post="{review_path(draft, "/approve")}" disabled' in page.content.decode()


def stop_by_reports(artist: Artist) -> None:
    """Three regular fans report what the artist's program sent them, which pauses it."""
    for name in ("Ana", "Bo", "Cy"):
        report_experience(artist, name)
    while moderation.weigh_next():
        pass
