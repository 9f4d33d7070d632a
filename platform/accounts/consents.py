"""Record that a person gave or withdrew a consent, with exactly the words that were shown."""

from hashlib import sha256

from accounts.models import Consent, Person


def digest(words: str) -> str:
    """The SHA-256 of words. A page sends it back with its form, so nobody agrees to other words than it showed."""
    return sha256(words.encode()).hexdigest()


def give(person: Person, about: str, version: int, words: str) -> Consent:
    """Record a consent to the subject `about` (`kind:<id>`). `version` numbers the words.

    The caller switches on what the consent allows.
    """
    return Consent.objects.create(person=person, about=about, act=Consent.Act.GIVEN, version=version, words=words)


def withdraw(person: Person, about: str, version: int, words: str) -> Consent:
    """Record that a consent ended. The row of the consent itself stays."""
    return Consent.objects.create(person=person, about=about, act=Consent.Act.WITHDRAWN, version=version, words=words)
