"""Tests of the redirect to the sign-in page."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.accounts.factories import PASSWORD, create_person

pytestmark = pytest.mark.django_db
HERE = "http://testserver"
UNKNOWN_ID = UUID(int=7)


@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("/listening/incognito", "/listening"),
        ("/listening/7/delete", "/listening"),
        ("/artists/mara-veil/opt-in", "/artists/mara-veil"),
        ("/feed/hide-ai", "/?by=hand"),
        ("/settings/tokens", "/settings"),
        ("/welcome/done", "/welcome"),
        (f"/experiences/{UNKNOWN_ID}/pause", f"/experiences/{UNKNOWN_ID}"),
        ("/desk/reports/4", "/desk/reports"),
    ],
)
def test_a_form_sent_after_the_session_ended_shows_a_message_and_leads_back_to_its_page(
    client: Client, form: str, page: str
) -> None:
    ana = create_person("ana")

    answer = client.post(form, {"for": "hour", "on": "1"}, headers={"Referer": HERE + page})
    sign_in_page = client.get(answer["Location"])
    back = client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD, "next": _next_of(sign_in_page)})

    assert "so nothing was changed. Sign in, then do it again." in sign_in_page.content.decode()
    assert back["Location"] == page


def test_opening_a_page_after_the_session_ended_shows_no_message(client: Client) -> None:
    sign_in_page = client.get("/listening", follow=True)

    assert "nothing was changed" not in sign_in_page.content.decode()
    assert _next_of(sign_in_page) == "/listening"


def _next_of(page: Any) -> str:
    return str(page.context["redirect_field_value"])
