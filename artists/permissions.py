"""Refuse what a person's role in an artist's team does not allow."""

from collections.abc import Callable

from accounts import roles
from accounts.exceptions import NotAllowed
from accounts.models import Person, Role
from catalog.models import Artist

ROLE_PHRASES: dict[Callable[[Role | None], bool], str] = {
    roles.may_decide: "its members",
    roles.may_edit: "a principal, an owner or an editor",
    roles.may_manage: "a principal or an owner",
}


def require_role(artist: Artist, by: Person, may: Callable[[Role | None], bool], what: str) -> None:
    """Raise NotAllowed unless the person's role in the artist's team, as the database has it now, allows it."""
    if not may(roles.role_of(by, artist.team_id)):
        raise NotAllowed(f"In {artist.name}’s team, only {ROLE_PHRASES[may]} may {what}.")
