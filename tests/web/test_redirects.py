"""Tests of the page to which a person returns after signing in or after an error."""

from typing import Any
from uuid import UUID

import pytest
from django.test import RequestFactory
from django.urls import ResolverMatch, resolve

from web import redirects
from web.redirects import nearest_page, return_url

HERE = "http://testserver"
UNKNOWN_ID = UUID(int=7)


def return_url_for(path: str, method: str = "post", referer: str = "", **more: Any) -> str:
    headers = {"Referer": referer} if referer else {}
    return return_url(getattr(RequestFactory(), method)(path, headers=headers, **more))


def test_a_page_is_returned_to_with_its_query() -> None:
    assert return_url_for("/listening?before=3-4", "get", f"{HERE}/settings") == "/listening?before=3-4"


def test_a_form_leads_back_to_its_page() -> None:
    assert return_url_for("/listening/incognito", referer=f"{HERE}/listening?before=3-4") == "/listening?before=3-4"


def test_a_form_without_a_referer_leads_to_the_start_page() -> None:
    assert return_url_for("/listening/incognito") == "/"


@pytest.mark.parametrize(
    "referer",
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
def test_a_referer_of_another_site_leads_to_the_start_page(referer: str) -> None:
    assert return_url_for("/listening/incognito", referer=referer) == "/"


@pytest.mark.parametrize(
    ("shown_at", "page"),
    [
        ("/settings/name", "/settings"),
        ("/settings/pauses/4/resume", "/settings"),
        ("/welcome/token", "/welcome"),
        (f"/experiences/{UNKNOWN_ID}/pause", f"/experiences/{UNKNOWN_ID}"),
        ("/desk/reports/4", "/desk/reports"),
        ("/desk/reports?handled", "/desk/reports?handled"),
    ],
)
def test_a_page_shown_at_the_url_of_a_form_leads_to_the_page_above(shown_at: str, page: str) -> None:
    assert return_url_for("/settings/tokens", referer=HERE + shown_at) == page


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", "/"),
        ("/x/y/z", "/"),
        ("/artists/mara/opt-in", "/artists/mara"),
        ("/studio/a/b/c", "/studio/a/"),
        ("/artists/mara", "/artists/mara"),
    ],
)
def test_the_nearest_page_of_a_url_can_be_opened(path: str, page: str) -> None:
    assert nearest_page(path) == page


@pytest.mark.parametrize(
    "sent", ["team/review-settings", "team/2", "team/invitations/3", "review/4/skip", "programs/5/sign"]
)
def test_the_nearest_page_of_a_studio_form_can_be_opened(sent: str) -> None:
    page = sent.partition("/")[0] if sent.startswith("team") else "/".join(sent.split("/")[:2])

    assert nearest_page(f"/studio/mara-veil/{sent}") == f"/studio/mara-veil/{page}"


def test_a_very_long_url_is_resolved_only_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved: list[str] = []

    def counting_resolve(path: str) -> ResolverMatch:
        resolved.append(path)
        return resolve(path)

    monkeypatch.setattr(redirects, "resolve", counting_resolve)

    assert nearest_page("/settings" + "/a" * 20_000) == "/settings"
    assert len(resolved) < 2 * redirects.MAX_PATH_SEGMENTS
