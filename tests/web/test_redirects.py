"""Tests of the way in: where somebody goes on whose session ended before what they sent arrived."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client, RequestFactory
from django.urls import ResolverMatch, resolve

from tests.accounts.factories import PASSWORD, create_person
from web import redirects
from web.redirects import nearest_page, return_url

pytestmark = pytest.mark.django_db
HERE = "http://testserver"
NOBODYS = UUID(int=7)


def return_url_for(path: str, method: str = "post", stood: str = "", **more: Any) -> str:
    headers = {"Referer": stood} if stood else {}
    return return_url(getattr(RequestFactory(), method)(path, headers=headers, **more))


def test_a_page_is_come_back_to_as_it_was_asked_for() -> None:
    assert return_url_for("/listening?before=3-4", "get", f"{HERE}/settings") == "/listening?before=3-4"


def test_a_form_leads_back_to_the_page_it_stood_on() -> None:
    assert return_url_for("/listening/incognito", stood=f"{HERE}/listening?before=3-4") == "/listening?before=3-4"


def test_a_form_that_says_nothing_of_its_page_leads_to_the_front_door() -> None:
    assert return_url_for("/listening/incognito") == "/"


@pytest.mark.parametrize(
    "stood",
    [
        "https://elsewhere.example/listening",
        "//elsewhere.example/listening",
        f"{HERE}//elsewhere.example/listening",
        f"{HERE}@elsewhere.example/listening",
        f"{HERE}/\\elsewhere.example",
        "javascript:alert(1)",
        "http://[",
        "about:blank",
    ],
)
def test_nobody_is_led_out_of_the_house(stood: str) -> None:
    assert return_url_for("/listening/incognito", stood=stood) == "/"


@pytest.mark.parametrize(
    ("shown_at", "page"),
    [
        ("/settings/name", "/settings"),
        ("/settings/pauses/4/resume", "/settings"),
        ("/welcome/token", "/welcome"),
        (f"/experiences/{NOBODYS}/pause", f"/experiences/{NOBODYS}"),
        ("/desk/reports/4", "/desk/reports"),
        ("/desk/reports?handled", "/desk/reports?handled"),
    ],
)
def test_what_was_shown_where_a_form_is_sent_leads_to_the_page_above_it(shown_at: str, page: str) -> None:
    assert return_url_for("/settings/tokens", stood=HERE + shown_at) == page


@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("/listening/incognito", "/listening"),
        ("/listening/7/delete", "/listening"),
        ("/artists/mara-veil/opt-in", "/artists/mara-veil"),
        ("/feed/human-only", "/?by=hand"),
        ("/settings/tokens", "/settings"),
        ("/welcome/done", "/welcome"),
        (f"/experiences/{NOBODYS}/pause", f"/experiences/{NOBODYS}"),
        ("/desk/reports/4", "/desk/reports"),
    ],
)
def test_who_was_signed_out_meanwhile_reads_that_nothing_was_changed_and_is_back_at_the_page(
    client: Client, form: str, page: str
) -> None:
    ana = create_person("ana")

    answer = client.post(form, {"for": "hour", "on": "1"}, headers={"Referer": HERE + page})
    door = client.get(answer["Location"])
    back = client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD, "next": _next_of(door)})

    assert "so nothing was changed. Sign in, then do it again." in door.content.decode()
    assert back["Location"] == page


def test_who_only_looked_reads_nothing_of_it(client: Client) -> None:
    door = client.get("/listening", follow=True)

    assert "nothing was changed" not in door.content.decode()
    assert _next_of(door) == "/listening"


def _next_of(door: Any) -> str:
    return str(door.context["redirect_field_value"])


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/", "/"),
        ("/x/y/z", "/"),
        ("/artists/mara/opt-in", "/artists/mara"),
        ("/studio/a/b/c", "/studio/a/"),
        ("/artists/mara", "/artists/mara"),
    ],
)
def test_the_way_up_ends_where_something_is(path: str, way: str) -> None:
    assert nearest_page(path) == way


@pytest.mark.parametrize("sent", ["team/practice", "team/2", "team/invitations/3", "review/4/skip", "programs/5/sign"])
def test_a_form_of_a_studio_leads_to_what_can_be_opened(sent: str) -> None:
    page = sent.partition("/")[0] if sent.startswith("team") else "/".join(sent.split("/")[:2])

    assert nearest_page(f"/studio/mara-veil/{sent}") == f"/studio/mara-veil/{page}"


def test_an_address_that_was_made_up_to_be_long_is_not_looked_at_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def looking(path: str) -> ResolverMatch:
        looked_at.append(path)
        return resolve(path)

    monkeypatch.setattr(redirects, "resolve", looking)

    assert nearest_page("/settings" + "/a" * 20_000) == "/settings"
    assert len(looked_at) < 2 * redirects.MAX_PATH_SEGMENTS
