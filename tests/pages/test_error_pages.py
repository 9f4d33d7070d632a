"""Error pages for people and JSON errors for programs, with DEBUG on and off."""

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


@pytest.fixture(params=[False, True], ids=["without debug", "with debug"])
def debug_setting(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    settings.DEBUG = request.param
    return settings


def _words(response: Any) -> str:
    page = parse_page(response)
    assert len(page.all("main", id="main")) == 1
    return page.words


@pytest.mark.parametrize("path", ["/there/is/nothing", "/artists/nobody", "/r/" + "a" * 22, "/static/nothing.css"])
def test_a_missing_page_is_our_own_404_page(debug_setting: Settings, path: str) -> None:
    for client in (Client(), signed_in_client(create_person("ana"))):
        response = client.get(path, follow=True)

        assert "Django" not in response.content.decode()
        if response.status_code != 200:  # signed out, some URLs lead to the sign-in page
            assert (response.status_code, "Nothing here" in _words(response)) == (404, True)


def test_an_unknown_url_and_an_unknown_object_read_the_same(debug_setting: Settings) -> None:
    client = signed_in_client(create_person("ana"))

    responses = [client.get(path) for path in ("/nothing", "/artists/nobody", "/studio/nobody/review")]

    assert [response.status_code for response in responses] == [404, 404, 404]
    assert len({_words(response) for response in responses}) == 1


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/api/v1/nothing", ["type", "title", "status", "detail", "code"]),
        ("/1/nothing", ["code", "error"]),
        ("/apis/listenbrainz/1/nothing", ["code", "error"]),
    ],
)
def test_programs_get_json(debug_setting: Settings, path: str, keys: list[str]) -> None:
    response = Client().get(path)

    assert (response.status_code, list(response.json())) == (404, keys)


def test_a_bad_request_shows_no_debug_page(settings: Settings, rf: RequestFactory) -> None:
    settings.DEBUG = True
    request = rf.get("/anything")
    request.user = factories.create_fan()
    request.live_after = 0  # type: ignore[attr-defined]

    response = DebugErrorPages(lambda _: None).process_exception(request, SuspiciousOperation("as it should not be"))  # type: ignore[arg-type, return-value]

    assert response is not None
    assert (response.status_code, "Not understood" in _words(response)) == (400, True)
    assert "as it should not be" not in response.content.decode()


def test_no_page_loads_the_debug_error_script_of_htmx(debug_setting: Settings) -> None:
    page = parse_page(signed_in_client(create_person("ana", time_zone="UTC")).get("/accounts/email/"))

    scripts = [str(script["src"]).rsplit("/", 1)[-1] for script in page.all("script")]
    assert scripts == ["htmx-2.min.js", "app.js", "live_socket.js", "now_playing.js"]
    assert page.all("script")[0]["nonce"]


def test_opening_a_url_of_a_form_shows_a_page_with_a_link_onward(debug_setting: Settings) -> None:
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
        (fan, "/feed/hide-ai", "/"),
    ]:
        response = client.get(path)

        page = HTMLPage(response.content.decode())
        assert (response.status_code, response["Allow"]) == (405, "POST")
        assert "A button, not a page" in page.words
        assert way in [link["href"] for link in page.all("a", class_="btn btn-dark")]


def test_programs_that_use_the_wrong_method_get_json(debug_setting: Settings) -> None:
    client = signed_in_client(create_person("ana"))

    api, listenbrainz = client.get("/api/v1/drafts/1/approve"), client.get("/1/submit-listens")

    assert (api.status_code, api["Content-Type"], api["Allow"]) == (405, "application/problem+json", "POST, OPTIONS")
    assert (listenbrainz.status_code, listenbrainz.json()["code"]) == (405, 405)
