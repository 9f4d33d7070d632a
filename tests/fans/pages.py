"""Helpers: a signed-in client, parsed pages, query counts, and an experience that a fan received."""

import re
from contextlib import nullcontext
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Person, Role
from artists import delivery, drafts, review
from artists.models import Draft, Program
from fans.models import Engagement, Experience
from tests import factories
from tests.pages.html_page import HTMLPage, parse_page

HTMX = {"HX-Request": "true"}


def signed_in_client(fan: Person, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(fan)
    return client


def get_page(client: Client, path: str, **options: Any) -> HTMLPage:
    response = client.get(path, **options)
    assert response.status_code == 200, response.content[:300]
    return parse_page(response)


def send_form(client: Client, path: str, fields: dict[str, str] | None = None) -> Any:
    """Send a form with the digest of the words that its page shows, as a browser does."""
    shown = re.search(r'name="words_hash" value="([0-9a-f]*)"', client.get(path).content.decode())
    return client.post(path, {"words_hash": shown[1] if shown else "", **(fields or {})})


def count_queries(client: Client, path: str, **options: Any) -> int:
    """How many queries the second request makes; the first one fills caches."""
    client.get(path, **options)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, **options).status_code == 200
    return len(queries)


def received(program: Program, fan: Person, *, written: str = "", by_a_model: bool = False) -> Experience:
    """Let the fan listen until this program answers. `written` is text by the principal; else it is filled in."""
    artist, recording = program.artist, program.current.recording
    factories.remove_undo_time(artist)
    listens = Engagement.objects.filter(person=fan, artist=artist).values_list("listens", flat=True).first() or 0
    moments = factories.detect_moments(
        factories.insert_listens(fan, artist, program.current.nth - listens, recording=recording)
    )
    with factories.run_model() if by_a_model else nullcontext():
        drafts.write_next()
    draft = Draft.objects.get(moment__in=moments, moment__program=program)
    principal = factories.get_member(artist, Role.PRINCIPAL)
    if written:
        review.edit(draft.pk, written, by=principal, fresh=True)
    else:
        review.approve(draft.pk, by=principal)
    delivery.deliver_next()
    return Experience.objects.select_related("artist", "person").get(draft=draft.pk)
