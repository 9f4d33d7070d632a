"""What holds on every page: valid HTML, the content security policy, forms, errors, sign-in and mails."""

import json
import re
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.models import Role
from config import views
from fans.entrances import entrances_of
from live import notices
from tests import factories
from tests.accounts.factories import SIGNUP_DATA, create_person, signed_in_client
from tests.pages.html_page import HOSTILE_NAME, HTMLPage, parse_page

PUBLIC_PATHS = [
    "/", "/accounts/login/", "/accounts/signup/", "/accounts/inactive/", "/accounts/confirm-email/",
    "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-nothing/", "/accounts/confirm-email/nothing/", "/there/is/nothing",
]  # fmt: skip
SIGNED_IN_PATHS = [
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
    "/nothing",
]
EXPECTED_CSP = {
    "default-src": "'none'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self'",
    "form-action": f"'self' {settings.STRIPE_URL}",  # the simulated provider's pages, where a form may lead to pay
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def _assert_valid_page(response: Any) -> HTMLPage:
    """Check what must hold on every page, and return it parsed."""
    page = parse_page(response)
    assert page.inline_code == []
    assert page.external_urls == []
    assert [found["lang"] for found in page.all("html")] == ["en"]
    assert len(page.all("h1")) == 1
    assert len(page.all("main", id="main")) == 1
    assert next(tag for tag, _ in page.elements if tag in {"a", "button", "input"}) == "a"
    assert page.all("a")[0] == {"class": "visually-hidden", "href": "#main"}
    assert [found for found in page.all("svg") if "aria-hidden" not in found and "aria-label" not in found] == []
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert sorted(set(ids)) == sorted(ids)
    assert "{#" not in page.words
    assert "{%" not in page.words
    return page


def _csp_directives(response: Any) -> dict[str, str]:
    directives = [line.strip().partition(" ") for line in response["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in directives}


@pytest.mark.django_db
@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_a_public_page_is_valid_and_only_the_sign_up_has_a_script(client: Client, path: str) -> None:
    response = client.get(path)

    page = _assert_valid_page(response)
    scripts = [str(found["src"]).rsplit("/", 1)[-1] for found in page.all("script")]
    assert scripts == (["time_zone.js"] if path == "/accounts/signup/" else [])
    policy = _csp_directives(response)
    assert {name: policy[name] for name in EXPECTED_CSP} == EXPECTED_CSP
    assert set(policy) - set(EXPECTED_CSP) == {"script-src", "style-src"}
    assert [policy[name].split()[0] for name in ("script-src", "style-src")] == ["'self'"] * 2
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", SIGNED_IN_PATHS)
def test_a_page_of_a_signed_in_person_is_valid_and_loads_our_scripts(path: str) -> None:
    page = _assert_valid_page(signed_in_client(create_person("ana", time_zone="UTC")).get(path))

    assert [str(found["src"]).rsplit("/", 1)[-1] for found in page.all("script")] == [
        "htmx-2.min.js",
        "app.js",
        "live_socket.js",
        "now_playing.js",
    ]
    [config] = page.all("meta", name="htmx-config")
    htmx_config = json.loads(str(config["content"]))
    assert (htmx_config["includeIndicatorStyles"], htmx_config["allowEval"]) == (False, False)


@pytest.mark.django_db
def test_a_receipt_is_valid_and_names_no_fan(client: Client) -> None:
    artist = factories.create_artist(HOSTILE_NAME)
    experience = factories.create_experience(artist, factories.create_fan("Wanda Fannatic", opted_in=artist))

    page = _assert_valid_page(client.get(f"/r/{experience.receipt_key}"))

    assert "Wanda" not in page.words
    assert page.words.count(HOSTILE_NAME) >= 3
    assert next(found["aria-label"] for found in page.all("svg", role="img")) == "Bars drawn from the commitment"
    assert len(page.all("svg", class_="seal seal-big")) == 1


class ExampleForm(forms.Form):
    name = forms.CharField(help_text="As artists greet you.", max_length=5)
    kind = forms.ChoiceField(choices=[("", "Choose…"), ("a", "A")])
    often = forms.ChoiceField(choices=[("1", "One"), ("2", "Two")], widget=forms.RadioSelect)
    sure = forms.BooleanField(required=False)


def test_a_form_with_errors_keeps_the_input_and_says_what_to_change() -> None:
    form = ExampleForm({"name": HOSTILE_NAME, "kind": "", "often": "2"})
    page = HTMLPage(str(form))

    [typed] = page.all("input", name="name")
    assert (typed["value"], typed["aria-invalid"]) == (HOSTILE_NAME, "true")
    assert typed["aria-describedby"] == "id_name_helptext id_name_error"
    assert {"id_name_helptext", "id_name_error"} <= {str(found.get("id")) for _, found in page.elements}
    assert [found["value"] for found in page.all("input", name="often") if "checked" in found] == ["2"]
    assert "Choose one." in page.words
    assert page.inline_code == []
    labels = [found["for"] for found in page.all("label")]
    assert labels == ["id_name", "id_kind", "id_often_0", "id_often_1", "id_sure"]


@pytest.mark.django_db
def test_a_sign_up_with_an_error_keeps_the_other_fields(client: Client) -> None:
    page = parse_page(
        client.post("/accounts/signup/", {**SIGNUP_DATA, "handle": "X!", "name": HOSTILE_NAME, "country": ""})
    )

    kept = {name: page.all("input", name=name)[0].get("value") for name in ("email", "handle", "name", "password1")}
    assert kept == {"email": "ana@example.com", "handle": "X!", "name": HOSTILE_NAME, "password1": None}
    assert "Choose one." in page.words


@pytest.mark.django_db
def test_fields_have_autocomplete_attributes(client: Client) -> None:
    signup, login = parse_page(client.get("/accounts/signup/")), parse_page(client.get("/accounts/login/"))
    autocomplete = {
        str(found["name"]): found.get("autocomplete") for found in signup.all("input") if found["type"] != "hidden"
    }

    assert autocomplete == {"email": "username", "password1": "new-password", "handle": "off", "name": "name"}
    assert [login.all("input", name=name)[0]["autocomplete"] for name in ("login", "password")] == [
        "username",
        "current-password",
    ]


@pytest.mark.django_db
def test_sign_in_keeps_the_next_page(client: Client) -> None:
    page = parse_page(client.get("/accounts/login/?next=/r/abc"))

    assert [found["value"] for found in page.all("input", name="next")] == ["/r/abc"]


@pytest.mark.django_db
def test_a_page_names_the_newest_notice() -> None:
    ana = create_person("ana")
    page = parse_page(signed_in_client(ana).get("/accounts/email/"))
    experience = factories.create_experience(artist := factories.create_artist(), factories.create_fan(opted_in=artist))
    known = parse_page(signed_in_client(experience.person).get("/accounts/email/"))

    assert [found["content"] for found in page.all("meta", name="live-after")] == ["0"]
    newest = notices.newest_sequences([experience.person_id])[experience.person_id]
    assert newest == 1
    assert [found["content"] for found in known.all("meta", name="live-after")] == ["1"]


@pytest.mark.django_db
def test_htmx_redirects_to_sign_in_and_back_to_its_page(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/email/?a=1"}

    response = client.get("/accounts/email/", headers=headers)

    assert response["HX-Redirect"] == "/accounts/login/?next=%2Faccounts%2Femail%2F%3Fa%3D1"
    assert (response.status_code, "Location" in response) == (200, False)


@pytest.mark.django_db
def test_htmx_never_redirects_to_another_site(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"}

    assert client.get("/accounts/email/", headers=headers)["HX-Redirect"] == "/accounts/login/?next=%2F"


@pytest.mark.django_db
def test_the_account_menu_leads_to_the_artists_of_a_member() -> None:
    artist = factories.create_artist("Mara Veil")
    member, fan = factories.get_member(artist, Role.PRINCIPAL), factories.create_fan()

    assert [entrances_of(person).artists for person in (member, fan, None)] == [[artist], [], []]


def test_the_error_page_works_without_the_database(client: Client) -> None:
    request = RequestFactory().get("/anything")
    request.resolver_match = None
    try:
        raise OperationalError("gone")
    except OperationalError:
        response = views.server_error(request)

    page = _assert_valid_page(response)
    assert response.status_code == 503
    assert "Nothing was half done" in page.words
    assert re.search(r"error [0-9A-F]{6}, status 503", page.words)


def test_an_api_error_is_json() -> None:
    request: HttpRequest = RequestFactory().get("/api/v1/me")
    request.resolver_match = None

    response = views.server_error(request)

    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")


@pytest.mark.django_db
def test_a_form_from_before_the_sign_in_is_refused_with_an_explanation() -> None:
    client = signed_in_client(create_person("ana"), enforce_csrf_checks=True)

    response = client.post("/accounts/logout/")

    page = _assert_valid_page(response)
    assert response.status_code == 403
    assert "Load it anew and send it again." in page.words


@pytest.mark.django_db
def test_the_html_of_a_mail_fetches_nothing(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.post("/accounts/signup/", SIGNUP_DATA)
    client.post("/accounts/password/reset/", {"email": "<b>@example.com"})

    [mail] = mailoutbox
    [(html, kind)] = mail.alternatives  # type: ignore[attr-defined]
    page = HTMLPage(html)
    assert kind == "text/html"
    assert [found["href"] for found in page.all("a")] == re.findall(r"http\S+", mail.body)
    assert page.external_urls == []
    assert page.words.split() == mail.body.split()


@pytest.mark.django_db
def test_typing_the_password_keeps_the_bar_of_the_studio_one_comes_from() -> None:
    artist = factories.create_artist()
    principal = factories.get_member(artist, Role.PRINCIPAL)
    principal.set_password(factories.PASSWORD)
    principal.save()
    client = signed_in_client(principal)

    from_studio = parse_page(client.get("/accounts/reauthenticate/?next=/studio/mara-veil/grants"))
    from_elsewhere = parse_page(client.get("/accounts/reauthenticate/?next=/accounts/email/"))
    from_another_studio = parse_page(client.get("/accounts/reauthenticate/?next=/studio/somebody/grants"))

    assert len(from_studio.all("nav", aria_label="Studio")) == 1
    assert [found["href"] for found in from_studio.all("a", class_="bar-mark")] == ["/studio/mara-veil/"]
    for page in (from_elsewhere, from_another_studio):
        assert page.all("nav", aria_label="Studio") == []
        assert [found["href"] for found in page.all("a", class_="bar-mark")] == ["/"]
