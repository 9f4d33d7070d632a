"""What an artist's team says about the artist on the public page: a line, a colour, links and a picture."""

from collections.abc import Sequence

from accounts import roles
from accounts.models import Person
from artists.permissions import require_role
from catalog import registration
from catalog.links import Link
from catalog.models import Artist
from catalog.picture_encoding import EncodedPicture


def require_editor(artist: Artist, by: Person) -> None:
    """Raise NotAllowed unless this person may change the profile. For views, before they decode a picture."""
    require_role(artist, by, roles.may_edit, "change the profile")


def edit(artist: Artist, *, by: Person, about: str, spot: str, links: Sequence[Link]) -> None:
    """Set the line for fans, the colour and the links. Raises NotAllowed."""
    require_editor(artist, by)
    registration.describe_artist(artist, spot=spot, about=about, links=links, by=by.actor)


def set_picture(artist: Artist, picture: EncodedPicture | None, *, by: Person) -> None:
    """Show this picture, or none. Raises NotAllowed."""
    require_editor(artist, by)
    registration.set_artist_picture(artist, picture, by=by.actor)
