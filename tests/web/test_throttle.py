"""Tests of the limit of API requests for each user."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests import factories

pytestmark = pytest.mark.django_db


def test_a_request_above_the_limit_is_answered_429_with_retry_after(settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    ana, bo = Client(), Client()
    ana.force_login(factories.create_person("Ana"))
    bo.force_login(factories.create_person("Bo"))

    answers = [ana.get("/api/v1/me") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert bo.get("/api/v1/me").status_code == 200


def test_counting_a_request_needs_one_query() -> None:
    client = Client()
    client.force_login(factories.create_person("Ana"))
    client.get("/api/v1/notices")

    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/notices")

    assert len([query for query in queries if "web_ratewindow" in query["sql"]]) == 1
    assert len([query for query in queries if "fanfare_cache" in query["sql"]]) == 0
