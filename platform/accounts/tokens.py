"""Scrobble: the tokens that a person's scrobblers show at the door."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.exceptions import TokenRefused
from accounts.models import Person, Token, hash_secret
from accounts.roles import is_staff
from audit import trail

MAX_TOKENS_PER_PERSON = 50  # usable ones a person


@transaction.atomic
def create(person: Person, name: str, *, by: Person) -> tuple[Token, str]:
    """A stored token and its secret, which is shown this once: only its digest is kept."""
    if by.pk != person.pk:
        raise TokenRefused("A token is made by the person whose listens it may send, and by nobody else.")
    Person.objects.select_for_update().get(pk=person.pk)
    if Token.objects.usable().filter(person=person).count() >= MAX_TOKENS_PER_PERSON:
        raise TokenRefused(f"You have {MAX_TOKENS_PER_PERSON} tokens. Revoke one that you no longer use first.")
    token, secret = Token.generate(person, name=name)
    token.save()
    trail.record("token.made", by=by.actor, subject=f"token:{token.pk}", person=person.actor)
    return token, secret


@transaction.atomic
def revoke(token: Token, *, by: Person) -> None:
    """From now on it opens nothing. Revoking twice changes nothing."""
    if by.pk != token.person_id and not is_staff(by):
        raise TokenRefused("A token is revoked by the person it belongs to, or by staff.")
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now()):
        trail.record("token.revoked", by=by.actor, subject=f"token:{token.pk}", person=f"person:{token.person_id}")


def authenticate(secret: str) -> Person | None:
    """Whose token this is. One query, never from a cache: what was revoked a moment ago opens nothing."""
    found = Token.objects.usable().filter(digest=hash_secret(secret)).select_related("person").first()
    return found.person if found else None
