"""Sign: who may bind an artist's words, likeness and voice. A principal, who has just shown who they are."""

from accounts.exceptions import NotAllowed
from accounts.models import Person
from accounts.roles import may_sign, role_of
from catalog.models import Artist


class ReauthenticationRequired(Exception):
    """Signing needs a password typed in the last minutes."""

    code = "SignInAgain"


def require_principal(artist: Artist, *, by: Person, fresh: bool, what: str) -> None:
    """Or an exception in words: NotAllowed, SignInAgain. `what` ends the sentence "Only a principal of … may …"."""
    if not may_sign(role_of(by, artist.team_id)):
        raise NotAllowed(f"Only a principal of {artist.name}, the artist in person, may {what}.")
    if not fresh:
        raise ReauthenticationRequired("Type your password again before you sign: the last time was too long ago.")
