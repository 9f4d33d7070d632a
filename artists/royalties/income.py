"""Who is paid of an experience, at the moment of its sale."""

from collections.abc import Iterable
from datetime import datetime

from catalog.models import Artist, Recording
from rights import sales
from rights.models import Use


def find_sale(
    artist: Artist, use: str, recordings: Iterable[Recording] = (), *, at: datetime | None = None
) -> sales.Sale | sales.IncompleteSale:
    """Who is paid of an experience of this use and of these recordings.

    No agreement is about an artist's words, so a message is paid as the artist's own income is.
    """
    if use == Use.PERSONAL_MESSAGE:
        return sales.resolve_sale(Use.TIER, artist, (), at=at)
    return sales.resolve_sale(use, artist, recordings, at=at)
