"""People with a confirmed address and a password, the data of the sign-up form, and helpers to read pages and mails."""

import re
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import Person

PASSWORD = "a lantern on the quay"
SIGNUP_DATA = {
    "email": "ana@example.com",
    "password1": PASSWORD,
    "handle": "ana",
    "name": "Ana",
    "country": "PT",
    "age_band": "18_plus",
}
TAG_PATTERN = re.compile(r"<[^>]+>")


def create_person(handle: str, **fields: Any) -> Person:
    """A person whose address is confirmed."""
    fields = {"country": "PT", "age_band": "18_plus", **fields}
    person = Person.objects.create_user(f"{handle}@example.com", PASSWORD, handle=handle, **fields)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def switch_off(person: Person) -> None:
    """Deactivate the account. No page or command of ours does it yet."""
    person.is_active = False
    person.save(update_fields=["is_active"])


def signed_in_client(person: Person, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(person)
    return client


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def link_in_mail(mail: EmailMessage) -> str:
    """The path of the one link in a mail, which is one of our site."""
    [path] = set(re.findall(re.escape(settings.SITE_URL) + r"(/\S+)", mail.body))
    return path


def page_text(response: Any) -> str:
    """The text of a page without its tags, with single spaces."""
    return " ".join(TAG_PATTERN.sub(" ", response.content.decode()).split())
