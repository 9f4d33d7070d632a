"""The recordings that an artist's team adds and changes. Pages call them songs."""

import contextlib
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import roles
from accounts.models import Person
from artists import rights_mail
from artists.permissions import require_role
from catalog import identifiers, recordings, registration
from catalog.models import Artist, Recording
from catalog.picture_encoding import EncodedPicture
from rights import notices
from rights.models import Claim

MAX_QUERY = 120


def clean_query(text: str) -> str:
    """What somebody typed to find a song, as `search` takes it."""
    return text.strip()[:MAX_QUERY].replace("\0", "")


def search(artist: Artist, query: str = "") -> QuerySet[Recording]:
    """The artist's recordings whose title contains `query`, or that have it as their ISRC."""
    if not query:
        return artist.recordings.all()
    matches = Q(title__icontains=query)
    with contextlib.suppress(identifiers.InvalidIdentifier):
        matches |= Q(isrc=identifiers.parse_isrc(query))
    return artist.recordings.filter(matches)


def require_editor(artist: Artist, by: Person) -> None:
    """Raise NotAllowed unless this person may change the songs. For views, before they decode a picture."""
    require_role(artist, by, roles.may_edit, "add and change songs")


def add(
    artist: Artist,
    *,
    by: Person,
    title: str,
    artist_credit: str = "",
    isrc: str | None = None,
    mbid: UUID | None = None,
    duration_ms: int | None = None,
) -> Recording:
    """Raises NotAllowed, and what `registration.add_recording` raises."""
    require_editor(artist, by)
    identifying: dict[str, Any] = {"isrc": isrc, "mbid": mbid}
    return registration.add_recording(artist, title, artist_credit, by=by.actor, duration_ms=duration_ms, **identifying)


def edit(recording: Recording, *, by: Person, **fields: Any) -> list[str]:
    """Change what `fields` name and keep the rest; return what changed. An empty credit is the artist's name.

    An ISRC of somebody else disputes who owns the song, and both sides are told. Raises NotAllowed, and what
    `recordings.edit_recording` raises.
    """
    require_editor(recording.artist, by)
    names = ("title", "artist_credit", "isrc", "mbid", "duration_ms")
    values = {name: fields.get(name, getattr(recording, name)) for name in names}
    values["artist_credit"] = values["artist_credit"] or recording.artist.name
    with transaction.atomic():
        undisputed = list(recording.claims.filter(disputed_at=None).values_list("pk", flat=True))
        changed = recordings.edit_recording(recording, by=by.actor, **values)
        if "isrc" in changed:
            claims = Claim.objects.select_related("party", "recording", "work")
            for claim in claims.filter(pk__in=undisputed, disputed_at__isnull=False):
                notices.post_about_claim(notices.DISPUTED, claim)
                rights_mail.mail_dispute(claim)
    return changed


def set_cover(recording: Recording, picture: EncodedPicture | None, *, by: Person) -> None:
    """Show this cover, or none. Raises NotAllowed."""
    require_editor(recording.artist, by)
    recordings.set_cover(recording, picture, by=by.actor)
