"""What the tests of the studio begin with: a browser of somebody of the team, and what a page says."""

import html
import re
from typing import Any

from django.test import Client

from accounts.models import Person
from artists.models import Draft
from catalog.models import Artist
from tests import world

HTMX = {"HX-Request": "true"}


def browser(person: Person, **how: Any) -> Client:
    client = Client(**how)
    client.force_login(person)
    return client


def browser_of(artist: Artist, role: str) -> Client:
    return browser(world.a_member(artist, role))


def said(answer: Any) -> str:
    """The page as one reads it: no tags, no scripts, single spaces."""
    text = answer.content.decode()
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def on_stage(answer: Any) -> int | None:
    """The draft that the answer puts in front of one."""
    found = re.search(r'data-draft="(\d+)"', answer.content.decode())
    return int(found.group(1)) if found else None


def path_of(draft: Draft, action: str = "") -> str:
    return f"/studio/{draft.artist.slug}/review/{draft.pk}{action}"


def yes_is_off(page: Any, draft: Draft) -> bool:
    return f'data-approves hx-post="{path_of(draft, "/approve")}" disabled' in page.content.decode()
