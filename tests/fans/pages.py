"""Visits: a fan in a browser, and pages read as a browser reads them."""

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


def count_queries(client: Client, path: str, **options: Any) -> int:
    """How many queries the second visit makes; the first warms what a process reads once."""
    client.get(path, **options)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path, **options).status_code == 200
    return len(asked)


def received(program: Program, fan: Person, *, written: str = "", by_a_model: bool = False) -> Experience:
    """The fan listens until this program answers; `written` by the principal's own hand, or as a model left it."""
    artist, recording = program.artist, program.current.recording
    factories.remove_undo_time(artist)
    heard = Engagement.objects.filter(person=fan, artist=artist).values_list("listens", flat=True).first() or 0
    noticed = factories.detect_moments(
        factories.insert_listens(fan, artist, program.current.nth - heard, recording=recording)
    )
    with factories.run_model() if by_a_model else nullcontext():
        drafts.write_next()
    draft = Draft.objects.get(moment__in=noticed, moment__program=program)
    principal = factories.get_member(artist, Role.PRINCIPAL)
    if written:
        review.edit(draft.pk, written, by=principal)
    else:
        review.approve(draft.pk, by=principal)
    delivery.deliver_next()
    return Experience.objects.select_related("artist", "person").get(draft=draft.pk)
