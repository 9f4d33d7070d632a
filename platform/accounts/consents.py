"""Agree: write down each yes and its end, with exactly the words that were shown."""

from accounts.models import Consent, Person


def give(person: Person, about: str, version: int, words: str) -> Consent:
    """One more row. `about` is `kind:<id>`, `version` counts the wordings. What it allows is the caller's to switch."""
    return Consent.objects.create(person=person, about=about, act=Consent.Act.GIVEN, version=version, words=words)


def withdraw(person: Person, about: str, version: int, words: str) -> Consent:
    """One more row; what was given before stays written."""
    return Consent.objects.create(person=person, about=about, act=Consent.Act.WITHDRAWN, version=version, words=words)


def current_consent(person: Person, about: str) -> Consent | None:
    """The yes that holds now, or None."""
    last = Consent.objects.filter(person=person, about=about).order_by("-id").first()
    return last if last and last.act == Consent.Act.GIVEN else None
