"""Create, revoke and check the tokens with which scrobblers send a person's listens."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.exceptions import TokenRefused
from accounts.models import Person, Token, hash_secret
from accounts.roles import is_staff
from audit import trail

MAX_TOKENS_PER_PERSON = 50
"""Counts the tokens that are not revoked."""


@transaction.atomic
def create(person: Person, name: str, *, by: Person) -> tuple[Token, str]:
    """Store a new token; return it with its secret, which can be shown only now: just its hash is stored.

    Raises TokenRefused when `by` is somebody else, or when the person has MAX_TOKENS_PER_PERSON tokens.
    """
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
    """Make the token useless from now on. Revoking it twice changes nothing. Raises TokenRefused."""
    if by.pk != token.person_id and not is_staff(by):
        raise TokenRefused("A token is revoked by the person it belongs to, or by staff.")
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now()):
        trail.record("token.revoked", by=by.actor, subject=f"token:{token.pk}", person=f"person:{token.person_id}")


def has_usable(person: Person) -> bool:
    """Whether the person has a token that is not revoked."""
    return Token.objects.usable().filter(person=person).exists()


@transaction.atomic
def revoke_all(person: Person) -> None:
    """Revoke every token of this person, by the person's own wish."""
    for token in Token.objects.usable().filter(person=person):
        revoke(token, by=person)


def authenticate(secret: str) -> Person | None:
    """The active person whose token has this secret, or None. Never cached, so that a revoked token stops at once."""
    token = Token.objects.usable().filter(digest=hash_secret(secret)).select_related("person").first()
    return token.person if token else None
