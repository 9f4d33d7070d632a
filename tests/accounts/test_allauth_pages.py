"""Tests of allauth's pages as we configure them: sign-up, sign-in, passwords, addresses, and their limits."""

import re

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client

from accounts import tokens
from accounts.models import Person, Token
from audit.models import Entry
from tests.accounts.factories import (
    PASSWORD,
    SIGNUP_DATA,
    create_person,
    is_signed_in,
    link_in_mail,
    page_text,
    sign_in,
    signed_in_client,
    switch_off,
)

pytestmark = pytest.mark.django_db
NEW = "another lantern on the quay"
CHANGE = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}


def test_sign_up_password_reset_and_change_of_address(client: Client, mailoutbox: list[EmailMessage]) -> None:
    client.post("/accounts/signup/", SIGNUP_DATA)
    client.post(link_in_mail(mailoutbox.pop()))
    sign_in(client, "Ana@Example.com")
    assert client.get("/api/v1/me").json() == {"handle": "ana", "name": "Ana", "time_zone": "", "roles": []}

    client.post("/accounts/logout/")
    assert not is_signed_in(client)

    client.post("/accounts/password/reset/", {"email": "ana@example.com"})
    form = client.get(link_in_mail(mailoutbox.pop()), follow=True)
    done = client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert done["Location"] == "/accounts/password/reset/key/done/"
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed"]
    mailoutbox.clear()
    sign_in(client, "ana@example.com", PASSWORD)
    assert not is_signed_in(client)
    sign_in(client, "ana@example.com", NEW)
    assert is_signed_in(client)

    response = client.post("/accounts/email/", {"action_add": "", "email": "Ana.New@example.com"})
    assert response["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"
    resumed = client.post("/accounts/reauthenticate/", {"password": NEW, "next": "/accounts/email/"})
    assert (resumed.status_code, resumed["Location"]) == (302, "/accounts/email/")
    mail = mailoutbox.pop()
    assert (mail.to, Person.objects.get().email) == (["ana.new@example.com"], "ana@example.com")
    client.post(link_in_mail(mail))
    assert Person.objects.get().email == "ana.new@example.com"
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [(["ana@example.com"], "Your address was changed")]
    old, new = Client(), Client()
    sign_in(old, "ana@example.com", NEW)
    sign_in(new, "ana.new@example.com", NEW)
    assert (is_signed_in(old), is_signed_in(new)) == (False, True)


def test_a_link_for_a_new_password_works_once(client: Client, mailoutbox: list[EmailMessage]) -> None:
    create_person("ana")
    client.post("/accounts/password/reset/", {"email": "ana@example.com"})
    path = link_in_mail(mailoutbox[0])
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})

    again = Client().get(path, follow=True)

    assert "This link was already used, or is too old." in page_text(again)


def test_a_new_password_ends_every_other_session(client: Client) -> None:
    ana = create_person("ana")
    stolen = signed_in_client(ana)
    sign_in(client, ana.email)

    changed = client.post("/accounts/password/change/", CHANGE)

    assert (changed["Location"], is_signed_in(client), is_signed_in(stolen)) == ("/settings", True, False)


@pytest.mark.parametrize(("more", "left"), [({}, 1), ({"revoke_tokens": "on"}, 0)])
def test_a_new_password_offers_to_revoke_the_tokens(client: Client, more: dict[str, str], left: int) -> None:
    ana, eve = create_person("ana"), create_person("eve")
    for person in (ana, eve):
        tokens.create(person, "phone", by=person)
    sign_in(client, ana.email)
    offered = "Revoke my tokens too" in page_text(client.get("/accounts/password/change/"))

    client.post("/accounts/password/change/", CHANGE | more)

    assert (offered, Token.objects.usable().filter(person=ana).count()) == (True, left)
    assert Token.objects.usable().filter(person=eve).count() == 1
    assert list(Entry.objects.filter(action="token.revoked").values_list("actor", flat=True)) == [ana.actor] * (
        1 - left
    )


def test_a_password_reset_offers_to_revoke_the_tokens(client: Client, mailoutbox: list[EmailMessage]) -> None:
    ana = create_person("ana")
    tokens.create(ana, "phone", by=ana)
    client.post("/accounts/password/reset/", {"email": "ana@example.com"})
    form = client.get(link_in_mail(mailoutbox[0]), follow=True)

    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW, "revoke_tokens": "on"})

    assert "Revoke my tokens too" in page_text(form)
    assert not Token.objects.usable().exists()


def test_nobody_without_tokens_is_asked_about_them() -> None:
    page = signed_in_client(create_person("ana")).get("/accounts/password/change/")

    assert "tokens too" not in page_text(page)


def test_a_password_reset_does_not_show_who_has_an_account(mailoutbox: list[EmailMessage]) -> None:
    create_person("ana")

    known = Client().post("/accounts/password/reset/", {"email": "ana@example.com"}, follow=True)
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)

    assert (known.redirect_chain, page_text(known)) == (unknown.redirect_chain, page_text(unknown))
    subjects = {mail.to[0]: mail.subject for mail in mailoutbox}
    assert subjects == {
        "ana@example.com": "Choose a new password",
        "nobody@example.com": "There is no account with this address",
    }


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer() -> None:
    create_person("ana")

    wrong = sign_in(Client(), "ana@example.com", "not the password")
    unknown = sign_in(Client(), "nobody@example.com", "not the password")

    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert wrong.context["form"].non_field_errors() == ["That address and password do not match."]


def test_signing_in_changes_the_key_of_the_session(client: Client) -> None:
    ana = create_person("ana")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = session.session_key

    sign_in(client, ana.email)

    assert is_signed_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_signed_in(attacker)


def test_a_switched_off_person_cannot_sign_in(client: Client) -> None:
    create_person("ana", is_active=False)

    answer = sign_in(client, "ana@example.com")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/inactive/")
    assert not is_signed_in(client)
    assert "This account is switched off" in page_text(client.get("/accounts/inactive/"))


def test_a_switched_off_person_is_signed_out_at_the_next_request() -> None:
    ana = create_person("ana")
    client = signed_in_client(ana)
    assert is_signed_in(client)

    switch_off(ana)

    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/",
        "//evil.example/",
        "https:///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "https://evil.example/\x00",
    ],
)
def test_sign_in_does_not_redirect_to_another_site(client: Client, away: str) -> None:
    create_person("ana")

    assert sign_in(client, "ana@example.com", next=away)["Location"] == "/"


def test_sign_in_redirects_to_the_page_that_was_asked_for(client: Client) -> None:
    create_person("ana")

    assert sign_in(client, "ana@example.com", next="/accounts/email/?a=1")["Location"] == "/accounts/email/?a=1"


def test_after_five_wrong_passwords_from_one_address_every_password_is_answered_429(client: Client) -> None:
    create_person("ana")

    answers = [sign_in(client, "ana@example.com", "wrong").status_code for _ in range(6)]
    right = sign_in(client, "ana@example.com")

    assert answers == [200] * 5 + [429]
    assert (right.status_code, is_signed_in(client)) == (429, False)
    assert "This was tried too often in a short time." in page_text(right)


def test_a_forged_client_address_does_not_avoid_the_limit() -> None:
    create_person("ana")

    answers = [
        Client(headers={"x-forwarded-for": f"10.0.0.{number}"})
        .post("/accounts/login/", {"login": f"nobody{number}@example.com", "password": "wrong"})
        .status_code
        for number in range(11)
    ]

    assert answers == [200] * 10 + [429]


def test_the_twenty_first_sign_up_from_one_ip_address_within_a_minute_is_answered_429(client: Client) -> None:
    answers = [client.post("/accounts/signup/", {"email": "x"}).status_code for _ in range(21)]

    assert answers == [200] * 20 + [429]
    assert Person.objects.count() == 0


def test_the_limits_store_hashes_of_addresses(client: Client) -> None:
    from django.db import connection  # to read the table behind the cache, which has no model

    sign_in(client, "nobody@example.com", "wrong")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM fanfare_cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert [len(key) for key in keys] == [64] * len(keys)
    assert len(keys) == 3  # sign-ins from here, wrong ones from here, wrong ones for this account
    assert "127.0.0.1" not in "".join(keys)


@pytest.mark.parametrize("path", ["login", "signup", "logout", "reauthenticate", "email", "password/change"])
def test_a_form_without_its_csrf_token_is_refused(path: str) -> None:
    client = signed_in_client(create_person("ana"), enforce_csrf_checks=True)

    assert client.post(f"/accounts/{path}/", {**SIGNUP_DATA, "login": "ana@example.com"}).status_code == 403
    assert is_signed_in(client)


def test_opening_the_sign_out_page_does_not_sign_out() -> None:
    client = signed_in_client(create_person("ana"))

    client.get("/accounts/logout/")

    assert is_signed_in(client)


@pytest.mark.parametrize("path", ["password/set", "login/code", "login/code/confirm", "signup/passkey", "3rdparty"])
def test_pages_that_we_do_not_offer_are_404(client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}/").status_code == 404


SIGNED_OUT_PAGES = ["login", "signup", "inactive", "confirm-email", "confirm-email/nothing", "password/reset"]
SIGNED_OUT_PAGES += ["password/reset/done", "password/reset/key/done", "password/reset/key/1-nothing"]


@pytest.mark.parametrize("path", SIGNED_OUT_PAGES)
def test_a_page_before_sign_in_uses_our_layout_and_keeps_the_csp(client: Client, path: str) -> None:
    page = client.get(f"/accounts/{path}/")

    _assert_valid_page(page.content.decode())


@pytest.mark.parametrize("path", ["email", "password/change", "reauthenticate", "logout"])
def test_a_page_after_sign_in_uses_our_layout_and_keeps_the_csp(path: str) -> None:
    page = signed_in_client(create_person("ana")).get(f"/accounts/{path}/")

    _assert_valid_page(page.content.decode())


def _assert_valid_page(page: str) -> None:
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert re.findall(r"<h1>", page) == ["<h1>"]
    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", page) == []
    ids = re.findall(r'\sid="([^"]+)"', page)
    fields = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]*\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    assert sorted(fields) == sorted(re.findall(r'<label for="([^"]+)"', page))


def test_an_unconfirmed_new_address_can_be_removed(mailoutbox: list[EmailMessage]) -> None:
    client = signed_in_client(create_person("ana"))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.com"})
    assert "We wrote to new@example.com." in page_text(client.get("/accounts/email/"))

    client.post("/accounts/email/", {"action_remove": "", "email": "new@example.com"})

    assert "new@example.com" not in page_text(client.get("/accounts/email/")).replace("new@example.com is removed.", "")
    assert client.post(link_in_mail(mailoutbox[0])).status_code == 404


@pytest.mark.parametrize("path", ["signup", "login", "password/reset"])
def test_a_field_has_our_label_and_no_placeholder(client: Client, path: str) -> None:
    page = client.get(f"/accounts/{path}/").content.decode()

    assert "placeholder" not in page
    assert ">E-mail address</label>" in page
