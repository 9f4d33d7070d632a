import threading

import psycopg
import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import Person
from tests.accounts.factories import (
    SIGNUP_DATA,
    create_person,
    is_signed_in,
    link_in_mail,
    page_text,
    sign_in,
    signed_in_client,
)
from tests.servers import Database, wait_until


def test_the_second_of_two_sign_ups_with_one_handle_at_the_same_time_is_refused(committing_db: Database) -> None:
    answers = []

    def sign_up() -> None:
        answers.append(Client().post("/accounts/signup/", {**SIGNUP_DATA, "email": "late@example.com"}))
        connection.close()

    with psycopg.connect(committing_db.url) as other:
        other.execute(
            "INSERT INTO accounts_person (id, email, password, handle, name, country, age_band, is_staff, is_active)"
            " VALUES (gen_random_uuid(), 'first@example.com', '', 'ana', '', 'PT', '18_plus', false, true)"
        )
        thread = threading.Thread(target=sign_up)
        thread.start()
        wait_until(_is_waiting_for_lock)
        other.commit()
    thread.join(30)

    assert [answer.context["form"].errors for answer in answers] == [
        {"handle": ["ana is taken. Choose another user name."]}
    ]
    assert list(Person.objects.values_list("email", flat=True)) == ["first@example.com"]


def _is_waiting_for_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
def test_an_address_is_stored_in_lower_case() -> None:
    person = Person(email="Ana@Example.COM", handle="ana", country="PT", age_band="18_plus")
    person.save()

    assert Person.objects.get().email == "ana@example.com"
    with pytest.raises(IntegrityError, match="an_address_is_lower_case"), transaction.atomic():
        Person.objects.update(email="Ana@Example.com")
    with pytest.raises(IntegrityError, match="accounts_person_email_key"), transaction.atomic():
        Person.objects.create(email="ANA@example.com", handle="ana2", country="PT", age_band="18_plus")


@pytest.mark.django_db
def test_an_address_that_another_person_took_meanwhile_is_not_confirmed(mailoutbox: list[EmailMessage]) -> None:
    ana = create_person("ana")
    client = signed_in_client(ana)
    client.post("/accounts/reauthenticate/", {"password": SIGNUP_DATA["password1"]})
    client.post("/accounts/email/", {"action_add": "", "email": "shared@example.com"})
    Person.objects.create_user("shared@example.com", handle="other", country="PT", age_band="18_plus")

    client.post(link_in_mail(mailoutbox[0]))

    message = "shared@example.com belongs to another account, so it was not confirmed for this one."
    assert message in page_text(client.get("/accounts/email/"))
    ana.refresh_from_db()
    assert ana.email == "ana@example.com"
    rows = EmailAddress.objects.order_by("email").values_list("email", "verified", "primary")
    assert list(rows) == [("ana@example.com", True, True), ("shared@example.com", False, False)]


@pytest.mark.django_db
def test_a_confirmation_link_works_once_and_signs_in_only_where_one_signed_up(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.post("/accounts/signup/", SIGNUP_DATA)
    path = link_in_mail(mailoutbox[0])

    assert sign_in(Client(), SIGNUP_DATA["email"])["Location"] == "/accounts/confirm-email/"
    elsewhere = Client()
    first = elsewhere.post(path)
    again = client.post(path)

    assert (first.status_code, first["Location"], again.status_code) == (302, "/accounts/login/", 404)
    assert not is_signed_in(elsewhere)
    assert not is_signed_in(client)
    assert EmailAddress.objects.get().verified
    sign_in(client, SIGNUP_DATA["email"])
    assert is_signed_in(client)


@pytest.mark.django_db
def test_who_confirms_the_address_in_the_same_browser_is_signed_in(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.post("/accounts/signup/", SIGNUP_DATA)

    confirmed = client.post(link_in_mail(mailoutbox[0]))

    assert (confirmed.status_code, confirmed["Location"]) == (302, "/")
    assert is_signed_in(client)
    token = client.post("/settings/tokens", {"scrobbler": "pano", "label": "phone"})
    assert token.status_code == 200  # the password was typed at the sign-up


@pytest.mark.django_db
def test_sign_in_requires_a_confirmed_address(client: Client) -> None:
    client.post("/accounts/signup/", SIGNUP_DATA)
    browser = Client()

    sign_in(browser, SIGNUP_DATA["email"])

    assert not is_signed_in(browser)
