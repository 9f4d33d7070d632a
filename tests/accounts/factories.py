"""People of these tests, and what they type."""

import re
from typing import Any

from allauth.account.models import EmailAddress
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
LINK_PATTERN = re.compile(r"https?://testserver(/\S+)")
TAG_PATTERN = re.compile(r"<[^>]+>")


def create_person(handle: str, **fields: Any) -> Person:
    """A person whose address is confirmed."""
    about = {"country": "PT", "age_band": "18_plus", **fields}
    person = Person.objects.create_user(f"{handle}@example.com", PASSWORD, handle=handle, **about)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def signed_in_client(person: Person, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(person)
    return client


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def link_in_mail(letter: EmailMessage) -> str:
    """The path of the one link in a mail."""
    [path] = set(LINK_PATTERN.findall(letter.body))
    return path


def page_text(response: Any) -> str:
    """What a page says, without its tags and without what differs by request."""
    return " ".join(TAG_PATTERN.sub(" ", response.content.decode()).split())
