"""The API's bound per person."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests import factories

pytestmark = pytest.mark.django_db


def test_one_request_too_many_is_told_when_to_come_back(settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    ana, bo = Client(), Client()
    ana.force_login(factories.create_person("Ana"))
    bo.force_login(factories.create_person("Bo"))

    answers = [ana.get("/api/v1/me") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 60
    assert bo.get("/api/v1/me").status_code == 200


def test_counting_a_request_is_one_statement() -> None:
    client = Client()
    client.force_login(factories.create_person("Ana"))
    client.get("/api/v1/notices")

    with CaptureQueriesContext(connection) as asked:
        client.get("/api/v1/notices")

    assert len([query for query in asked if "web_ratewindow" in query["sql"]]) == 1
    assert len([query for query in asked if "fanfare_cache" in query["sql"]]) == 0
