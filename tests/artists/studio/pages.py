"""What the tests of the studio begin with: a browser of somebody of the team, and what a page says."""

import html
import re
from typing import Any

from django.test import Client

from accounts.models import Person
from artists.models import Draft
from catalog.models import Artist
from tests import factories

HTMX_HEADERS = {"HX-Request": "true"}


def signed_in_client(person: Person, **how: Any) -> Client:
    client = Client(**how)
    client.force_login(person)
    return client


def member_client(artist: Artist, role: str) -> Client:
    return signed_in_client(factories.get_member(artist, role))


def visible_text(answer: Any) -> str:
    """The page as one reads it: no tags, no scripts, single spaces."""
    text = answer.content.decode()
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def shown_draft_id(answer: Any) -> int | None:
    """The draft that the answer puts in front of one."""
    found = re.search(r'data-draft="(\d+)"', answer.content.decode())
    return int(found.group(1)) if found else None


def review_path(draft: Draft, action: str = "") -> str:
    return f"/studio/{draft.artist.slug}/review/{draft.pk}{action}"


def approve_is_disabled(page: Any, draft: Draft) -> bool:
    return f'data-approves hx-post="{review_path(draft, "/approve")}" disabled' in page.content.decode()
