"""What people read when nothing is there, they may not, or nobody understood: in the demo as anywhere."""

from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts.models import Role
from config.middleware import DebugErrorPages
from tests import factories
from tests.accounts.factories import create_person, signed_in_client
from tests.pages.html_page import HTMLPage, parse_page

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[False, True], ids=["served", "demo"])
def house(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    settings.DEBUG = request.param
    return settings


def _words(response: Any) -> str:
    page = parse_page(response)
    assert len(page.all("main", id="main")) == 1
    return page.words


@pytest.mark.parametrize("path", ["/there/is/nothing", "/artists/nobody", "/r/" + "a" * 22, "/static/nothing.css"])
def test_nothing_there_is_said_on_our_own_page(house: Settings, path: str) -> None:
    for client in (Client(), signed_in_client(create_person("ana"))):
        answer = client.get(path, follow=True)

        assert "Django" not in answer.content.decode()
        if answer.status_code != 200:  # who is not known is asked to sign in first
            assert (answer.status_code, "Nothing here" in _words(answer)) == (404, True)


def test_no_view_and_a_view_that_finds_nothing_read_the_same(house: Settings) -> None:
    client = signed_in_client(create_person("ana"))

    answers = [client.get(path) for path in ("/nothing", "/artists/nobody", "/studio/nobody/review")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({_words(answer) for answer in answers}) == 1


def test_programs_are_told_in_json(house: Settings) -> None:
    answer = Client().get("/api/v1/nothing")

    assert (answer.status_code, list(answer.json())) == (404, ["detail"])


def test_what_a_view_does_not_understand_is_no_look_at_our_insides(settings: Settings, rf: RequestFactory) -> None:
    settings.DEBUG = True
    request = rf.get("/anything")
    request.user = factories.create_fan()
    request.live_after = 0  # type: ignore[attr-defined]

    answer = DebugErrorPages(lambda _: None).process_exception(request, SuspiciousOperation("as it should not be"))  # type: ignore[arg-type, return-value]

    assert answer is not None
    assert (answer.status_code, "Not understood" in _words(answer)) == (400, True)
    assert "as it should not be" not in answer.content.decode()


def test_no_page_brings_a_script_that_would_swap_it_for_djangos(house: Settings) -> None:
    page = parse_page(signed_in_client(create_person("ana")).get("/accounts/email/"))

    scripts = [str(found["src"]).rsplit("/", 1)[-1] for found in page.all("script")]
    assert scripts == ["htmx-2.min.js", "app.js", "live_socket.js"]
    assert page.all("script")[0]["nonce"]


def test_reading_where_a_button_leads_is_answered_in_words_with_a_way_on(house: Settings) -> None:
    artist = factories.create_artist("Mara Veil")
    draft = factories.create_pending_draft(artist)
    fan, member = Client(), Client()
    fan.force_login(factories.create_fan())
    member.force_login(factories.get_member(artist, Role.PRINCIPAL))

    for client, path, way in [
        (fan, "/artists/mara-veil/opt-in", "/artists/mara-veil"),
        (fan, "/listening/7/delete", "/listening"),
        (fan, "/welcome/token", "/welcome"),
        (member, f"/studio/mara-veil/review/{draft.pk}/approve", f"/studio/mara-veil/review/{draft.pk}"),
        (fan, "/feed/human-only", "/"),
    ]:
        answer = client.get(path)

        page = HTMLPage(answer.content.decode())
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert "A button, not a page" in page.words
        assert way in [found["href"] for found in page.all("a", class_="btn btn-dark")]


def test_programs_that_use_the_wrong_method_read_what_they_read_before(house: Settings) -> None:
    client = signed_in_client(create_person("ana"))

    answer, door = client.get("/api/v1/drafts/1/approve"), client.get("/1/submit-listens")

    assert (answer.status_code, answer["Content-Type"], answer["Allow"]) == (405, "application/json", "POST, OPTIONS")
    assert (door.status_code, door.json()["code"]) == (405, 405)
