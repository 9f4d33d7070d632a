import pytest
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import Person
from audit.models import Entry
from tests.accounts.factories import SIGNUP_DATA, create_person, page_text

pytestmark = pytest.mark.django_db


def test_a_sign_up_is_stored_as_typed_and_audited_without_personal_data(client: Client) -> None:
    answer = client.post("/accounts/signup/", SIGNUP_DATA)

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    person = Person.objects.get()
    stored = [person.email, person.handle, person.name, person.country, person.age_band, person.is_staff]
    assert stored == ["ana@example.com", "ana", "Ana", "PT", "18_plus", False]
    assert person.password.startswith("argon2$argon2id$")
    assert person.check_password(SIGNUP_DATA["password1"])
    entries = list(Entry.objects.values_list("action", "actor", "subject", "facts"))
    assert entries == [("person.joined", person.actor, person.actor, {})]


@pytest.mark.parametrize(
    ("country", "band", "beginning"),
    [
        ("PT", "under_13", "In Portugal an account needs an age of 13 or more"),
        ("US", "under_13", "In United States an account needs an age of 13 or more"),
        ("AT", "13_15", "In Austria an account needs an age of 14 or more"),
        ("FR", "13_15", "In France an account needs an age of 15 or more"),
        ("MQ", "13_15", "In Martinique an account needs an age of 15 or more"),
        ("DE", "13_15", "In Germany an account needs an age of 16 or more"),
    ],
)
def test_a_person_who_may_be_too_young_for_the_country_gets_an_error_and_nothing_is_stored(
    client: Client, mailoutbox: list[EmailMessage], country: str, band: str, beginning: str
) -> None:
    answer = client.post("/accounts/signup/", {**SIGNUP_DATA, "country": country, "age_band": band})

    sentence = f"{beginning}, and the group you chose begins below that. Nothing of what you typed was stored."
    assert answer.context["form"].errors == {"age_band": [sentence]}
    assert (Person.objects.count(), mailoutbox) == (0, [])


@pytest.mark.parametrize(("country", "band"), [("PT", "13_15"), ("US", "13_15"), ("DE", "16_17"), ("FR", "16_17")])
def test_a_person_who_is_old_enough_for_the_country_gets_an_account(client: Client, country: str, band: str) -> None:
    client.post("/accounts/signup/", {**SIGNUP_DATA, "country": country, "age_band": band})

    assert list(Person.objects.values_list("country", "age_band")) == [(country, band)]


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("handle", "a", "3 to 32 of a-z, 0-9, - and _."),
        ("handle", "-ana", "3 to 32 of a-z, 0-9, - and _."),
        ("handle", "аna", "3 to 32 of a-z, 0-9, - and _."),  # the first letter is Cyrillic
        ("handle", "ana\x00", "Null characters are not allowed."),
        ("handle", "", "This field is required."),
        ("name", "A\x00na", "Null characters are not allowed."),
        ("name", "n" * 81, "Ensure this value has at most 80 characters (it has 81)."),
        ("email", "ana\x00@example.com", "Enter a valid email address."),
        ("email", f"ana@{'.'.join(['long' * 15] * 5)}.example", "An address has at most 254 characters."),
        ("country", "ZZ", "Select a valid choice. ZZ is not one of the available choices."),
        ("country", "", "This field is required."),
        ("age_band", "adult", "Select a valid choice. adult is not one of the available choices."),
        ("age_band", "", "This field is required."),
        ("password1", "short", "This password is too short. It must contain at least 10 characters."),
    ],
)
def test_an_invalid_value_is_refused_at_its_field(client: Client, field: str, typed: str, error: str) -> None:
    answer = client.post("/accounts/signup/", {**SIGNUP_DATA, field: typed})

    assert answer.context["form"].errors[field][0] == error
    assert list(answer.context["form"].errors) == [field]
    assert Person.objects.count() == 0


def test_the_handle_becomes_lower_case_and_the_name_loses_control_characters(client: Client) -> None:
    client.post("/accounts/signup/", {**SIGNUP_DATA, "handle": " AnA_7 ", "name": "\tAna \x1b[1m\r\nMaria\u2028\x7f "})

    assert list(Person.objects.values_list("handle", "name")) == [("ana_7", "Ana [1m Maria")]


def test_the_name_may_be_empty_and_may_be_in_any_script(client: Client) -> None:
    client.post("/accounts/signup/", {**SIGNUP_DATA, "name": ""})
    client.post("/accounts/signup/", {**SIGNUP_DATA, "handle": "noa", "email": "noa@example.com", "name": "می‌نا נועה"})

    assert list(Person.objects.order_by("handle").values_list("name", flat=True)) == ["", "می‌نا נועה"]


def test_a_taken_handle_is_refused(client: Client) -> None:
    client.post("/accounts/signup/", SIGNUP_DATA)

    answer = client.post("/accounts/signup/", {**SIGNUP_DATA, "handle": "ANA", "email": "other@example.com"})

    assert answer.context["form"].errors == {"handle": ["ana is taken. Choose another user name."]}
    assert Person.objects.count() == 1


def test_a_sign_up_with_a_known_address_sends_a_mail_and_shows_the_usual_page(mailoutbox: list[EmailMessage]) -> None:
    create_person("old")

    new = Client().post("/accounts/signup/", {**SIGNUP_DATA, "email": "new@example.com", "handle": "new"}, follow=True)
    known = Client().post(
        "/accounts/signup/", {**SIGNUP_DATA, "email": "OLD@Example.com", "handle": "else"}, follow=True
    )

    assert known.redirect_chain == new.redirect_chain
    assert page_text(known).replace("old@example.com", "new@example.com") == page_text(new)
    assert list(Person.objects.order_by("handle").values_list("handle", flat=True)) == ["new", "old"]
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["new@example.com"], "Confirm your address for Fanfare"),
        (["old@example.com"], "You have an account already"),
    ]
    assert "http://127.0.0.1:8000/accounts/password/reset/" in mailoutbox[1].body


def test_the_sign_up_page_labels_each_field_and_preselects_no_age(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()

    assert [f'<label for="id_{field}">' in page for field in SIGNUP_DATA] == [True] * len(SIGNUP_DATA)
    assert '<option value="under_13">Under 13</option>' in page
    assert '<option value="" selected>Choose…</option>' in page


@pytest.mark.parametrize("name", ["!!!", "\u3164", "…", "👍"])
def test_a_name_needs_a_letter_or_a_digit(client: Client, name: str) -> None:
    response = client.post("/accounts/signup/", {**SIGNUP_DATA, "name": name})

    assert "A name needs a letter or a digit." in response.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize("name", ["7", "李", "நான்", "ñ"])
def test_a_letter_or_digit_of_any_script_is_enough(client: Client, name: str) -> None:
    client.post("/accounts/signup/", {**SIGNUP_DATA, "name": name})

    assert Person.objects.get().name == name
