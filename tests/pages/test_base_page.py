"""What holds on every page, whoever made it: the policy, the frame, the parts that all of them share."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.mail import EmailMessage
from django.db import OperationalError
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from accounts.models import Role
from config import views
from fans.models import Mark
from fans.moment_text import ordinal
from fans.templatetags import fanfare
from live import notices
from tests import factories
from tests.accounts.factories import SIGNUP_DATA, create_person, signed_in_client
from tests.pages.html_page import HTMLPage, parse_page

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
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HOSTILE_NAME = '<b onmouseover="x">\u202egnp\u2069 & "quotes"'


def _assert_valid_page(response: Any) -> HTMLPage:
    """What every page promises."""
    page = parse_page(response)
    assert page.inline == []
    assert page.elsewhere == []
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
def test_a_page_for_anyone_is_whole_and_brings_no_script(client: Client, path: str) -> None:
    response = client.get(path)

    page = _assert_valid_page(response)
    assert page.all("script") == []
    policy = _csp_directives(response)
    assert {name: policy[name] for name in EXPECTED_CSP} == EXPECTED_CSP
    assert set(policy) - set(EXPECTED_CSP) == {"script-src", "style-src"}
    assert [policy[name].split()[0] for name in ("script-src", "style-src")] == ["'self'"] * 2
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", SIGNED_IN_PATHS)
def test_a_page_for_people_is_whole_and_its_scripts_are_our_own_files(path: str) -> None:
    page = _assert_valid_page(signed_in_client(create_person("ana")).get(path))

    assert [str(found["src"]).rsplit("/", 1)[-1] for found in page.all("script")] == [
        "htmx-2.min.js",
        "app.js",
        "live_socket.js",
    ]
    [config] = page.all("meta", name="htmx-config")
    htmx_config = json.loads(str(config["content"]))
    assert (htmx_config["includeIndicatorStyles"], htmx_config["allowEval"]) == (False, False)


@pytest.mark.django_db
def test_a_receipt_is_whole_and_names_no_fan(client: Client) -> None:
    artist = factories.create_artist(HOSTILE_NAME)
    experience = factories.create_experience(artist, factories.create_fan("Wanda Fannatic", opted_in=artist))

    page = _assert_valid_page(client.get(f"/r/{experience.receipt_key}"))

    assert "Wanda" not in page.words
    assert page.words.count(HOSTILE_NAME) >= 3
    assert next(found["aria-label"] for found in page.all("svg", role="img")) == "Bars drawn from the commitment"
    assert len(page.all("svg", class_="seal seal-big")) == 1


@pytest.mark.parametrize("mark", Mark)
def test_each_mark_is_a_word_a_shape_and_a_colour(mark: Mark) -> None:
    words = mark.words(HOSTILE_NAME)

    drawn = fanfare.mark(mark.value, words)
    page = HTMLPage(drawn)

    assert len(page.all("span", class_="mark", data_made=mark.value)) == 1
    assert page.words == " ".join(words.split())
    assert fanfare.icon(f"m-{mark}") in drawn
    assert f'data-made="{mark}"' in _repository_root().joinpath("static/components.css").read_text()


def _repository_root() -> Path:
    return Path(__file__).parents[2]


def test_no_two_marks_have_the_same_shape() -> None:
    shapes = [fanfare.icon(f"m-{mark}") for mark in Mark.values]

    assert len(set(shapes)) == len(Mark.values)


@pytest.mark.django_db
def test_a_card_keeps_its_order() -> None:
    artist = factories.create_artist()
    experience = factories.create_experience(artist)

    html = render_to_string("fans/_experience_card.html", {"experience": experience})

    parts = [
        'class="sleeve"',
        'class="by"',
        'class="words"',
        'class="mark"',
        'class="because"',
        'class="card-actions"',
        "/r/",
    ]
    places = [html.index(part) for part in parts]
    assert places == sorted(places)
    assert HTMLPage(html).inline == []
    assert "You got this because you reached 3 listens of Mara Veil" in HTMLPage(html).words


@pytest.mark.django_db
def test_a_card_that_was_taken_back_or_erased_keeps_its_receipt() -> None:
    experience = factories.create_experience(factories.create_artist())
    experience.text = experience.why = None
    erased = HTMLPage(render_to_string("fans/_experience_card.html", {"experience": experience}))
    experience.withdrawn_at = factories.NOON
    taken = HTMLPage(render_to_string("fans/_experience_card.html", {"experience": experience}))

    assert "You deleted the words. The receipt stays." in erased.words
    assert "Taken back 1 Nov 2026 . The words are gone; the receipt stays." in taken.words
    for page in (erased, taken):
        assert [found["href"] for found in page.all("a")][-1] == f"/r/{experience.receipt_key}"


@pytest.mark.django_db
def test_a_text_with_markup_is_shown_as_text() -> None:
    experience = factories.create_experience(factories.create_artist(HOSTILE_NAME))
    experience.text = HOSTILE_NAME * 50

    page = HTMLPage(render_to_string("fans/_experience_card.html", {"experience": experience}))

    assert page.inline == []
    assert page.all("b", onmouseover="x") == []
    assert [found["dir"] for found in page.all("p", class_="words")] == ["auto"]


class ExampleForm(forms.Form):
    name = forms.CharField(help_text="As artists greet you.", max_length=5)
    kind = forms.ChoiceField(choices=[("", "Choose…"), ("a", "A")])
    often = forms.ChoiceField(choices=[("1", "One"), ("2", "Two")], widget=forms.RadioSelect)
    sure = forms.BooleanField(required=False)


def test_a_form_keeps_what_was_typed_and_says_what_to_change() -> None:
    form = ExampleForm({"name": HOSTILE_NAME, "kind": "", "often": "2"})
    page = HTMLPage(str(form))

    [typed] = page.all("input", name="name")
    assert (typed["value"], typed["aria-invalid"]) == (HOSTILE_NAME, "true")
    assert typed["aria-describedby"] == "id_name_helptext id_name_error"
    assert {"id_name_helptext", "id_name_error"} <= {str(found.get("id")) for _, found in page.elements}
    assert [found["value"] for found in page.all("input", name="often") if "checked" in found] == ["2"]
    assert "Choose one." in page.words
    assert page.inline == []
    labels = [found["for"] for found in page.all("label")]
    assert labels == ["id_name", "id_kind", "id_often_0", "id_often_1", "id_sure"]


@pytest.mark.django_db
def test_a_sign_up_with_a_mistake_keeps_the_rest(client: Client) -> None:
    page = parse_page(
        client.post("/accounts/signup/", {**SIGNUP_DATA, "handle": "X!", "name": HOSTILE_NAME, "country": ""})
    )

    kept = {name: page.all("input", name=name)[0].get("value") for name in ("email", "handle", "name", "password1")}
    assert kept == {"email": "ana@example.com", "handle": "X!", "name": HOSTILE_NAME, "password1": None}
    assert "Choose one." in page.words


@pytest.mark.django_db
def test_browsers_are_told_what_to_fill_in(client: Client) -> None:
    signup, login = parse_page(client.get("/accounts/signup/")), parse_page(client.get("/accounts/login/"))
    told = {str(found["name"]): found.get("autocomplete") for found in signup.all("input") if found.get("id")}

    assert told == {"email": "email", "password1": "new-password", "handle": "username", "name": "name"}
    assert [login.all("input", name=name)[0]["autocomplete"] for name in ("login", "password")] == [
        "email",
        "current-password",
    ]


@pytest.mark.django_db
def test_where_one_came_from_is_kept_through_signing_in(client: Client) -> None:
    page = parse_page(client.get("/accounts/login/?next=/r/abc"))

    assert [found["value"] for found in page.all("input", name="next")] == ["/r/abc"]


@pytest.mark.django_db
def test_a_page_says_which_news_it_knows() -> None:
    ana = create_person("ana")
    page = parse_page(signed_in_client(ana).get("/accounts/email/"))
    experience = factories.create_experience(artist := factories.create_artist(), factories.create_fan(opted_in=artist))
    known = parse_page(signed_in_client(experience.person).get("/accounts/email/"))

    assert [found["content"] for found in page.all("meta", name="live-after")] == ["0"]
    newest = notices.newest_sequences([experience.person_id])[experience.person_id]
    assert newest == 1
    assert [found["content"] for found in known.all("meta", name="live-after")] == ["1"]


@pytest.mark.django_db
def test_htmx_is_led_to_sign_in_and_back_to_the_page_it_was_on(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/email/?a=1"}

    response = client.get("/accounts/email/", headers=headers)

    assert response["HX-Redirect"] == "/accounts/login/?next=%2Faccounts%2Femail%2F%3Fa%3D1"
    assert (response.status_code, "Location" in response) == (200, False)


@pytest.mark.django_db
def test_htmx_is_led_nowhere_else(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"}

    assert client.get("/accounts/email/", headers=headers)["HX-Redirect"] == "/accounts/login/?next=%2F"


@pytest.mark.django_db
def test_a_member_finds_the_studio_and_a_fan_does_not() -> None:
    artist = factories.create_artist("Mara Veil")
    member, fan = factories.get_member(artist, Role.PRINCIPAL), factories.create_fan()

    assert [list(fanfare.artists_of(person)) for person in (member, fan, None)] == [[artist], [], []]


def test_the_database_being_away_is_said_without_asking_it(client: Client) -> None:
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


def test_what_went_wrong_is_not_told_to_programs_as_a_page() -> None:
    request: HttpRequest = RequestFactory().get("/api/v1/me")
    request.resolver_match = None

    response = views.server_error(request)

    assert (response.status_code, response["Content-Type"]) == (500, "application/json")


@pytest.mark.django_db
def test_a_form_from_before_signing_in_is_refused_with_a_sentence() -> None:
    client = signed_in_client(create_person("ana"), enforce_csrf_checks=True)

    response = client.post("/accounts/logout/")

    page = _assert_valid_page(response)
    assert response.status_code == 403
    assert "Load it anew and send it again." in page.words


@pytest.mark.django_db
def test_a_mail_has_a_page_of_its_own_that_fetches_nothing(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.post("/accounts/signup/", SIGNUP_DATA)
    client.post("/accounts/password/reset/", {"email": "<b>@example.com"})

    [letter] = mailoutbox
    [(html, kind)] = letter.alternatives  # type: ignore[attr-defined]
    page = HTMLPage(html)
    assert kind == "text/html"
    assert [found["href"] for found in page.all("a")] == re.findall(r"http\S+", letter.body)
    assert page.elsewhere == []
    assert page.words.split() == letter.body.split()


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (113, "113th"), (1000, "1,000th")],
)
def test_a_number_has_its_place(number: int, said: str) -> None:
    assert ordinal(number) == said


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Zeynep Aydın", "ZA"),
        ("ana", "A"),
        ("Тиха Вода", "ТВ"),
        ("ليلى", "ل"),
        ("👩‍🎤", "·"),
        ("", "·"),
        ("A b c d", "AD"),
        ("<script>alert(1)</script>", "S"),
        ("¡Ándale!", "Á"),
    ],
)
def test_a_face_shows_letters_of_any_script(name: str, letters: str) -> None:
    assert fanfare.initials(name) == letters


def test_a_name_in_a_script_without_capitals_is_set_looser() -> None:
    names = ("Mara Veil", "ÅSA", "Тиха Вода", "سُهى البحر", "नीला", "海辺")

    assert [fanfare.has_tall_script(name) for name in names] == [False, False, False, True, True, True]


def test_the_bars_are_the_bits_of_the_commitment() -> None:
    assert fanfare.barcode_path("a0") == "M0 0h40v56h-40zM80 0h40v56h-40z"
    assert fanfare.barcode_path("") == ""
    assert fanfare.barcode_path("f" * 64) == "M0 0h320v56h-320z"


def test_a_time_is_said_in_utc_and_marked_for_the_reader() -> None:
    said = Template(
        "{% load fanfare %}{% local_time when %} {% local_time when 'full' %} {% local_time nothing %}"
    ).render(Context({"when": "2026-11-01T13:00:00+01:00", "nothing": None}))

    assert said == (
        '<time datetime="2026-11-01T12:00:00+00:00" data-at="day">1 Nov 2026, 12:00 UTC</time> '
        '<time datetime="2026-11-01T12:00:00+00:00">1 Nov 2026, 12:00:00 UTC</time> '
    )


def test_no_template_carries_a_script_or_a_style_or_a_comment_that_shows() -> None:
    for path in _repository_root().joinpath("templates").rglob("*.html"):
        text = path.read_text()
        shown = re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
        assert re.findall(r"{#[^#]*\n", shown) == [], path
        if "email" not in path.parts:  # mails have no policy and nothing else to lean on
            assert re.findall(r"<style|\sstyle=|\son\w+=|hx-on|<script(?![^>]*\ssrc=)", shown) == [], path


def test_our_styles_and_scripts_fetch_nothing_from_elsewhere() -> None:
    for path in _repository_root().joinpath("static").iterdir():
        if path.suffix in {".css", ".js"}:
            assert re.findall(r"url\(|@import|https?://", path.read_text()) == [], path
