"""A clearance request and its two answers. They are free of Django, so that the ai room can be given an answer."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ClearanceRequest:
    """A use of one artist's words, or of recordings. `territory` is a country; "" asks for every country at once.

    A personal message names a recording but uses none of its sound, so it needs the artist's own yes only.
    """

    use: str
    artist_id: int
    territory: str = ""
    recordings: tuple[int, ...] = ()
    """Ids, in order and each once."""
    tier_class: str = ""


@dataclass(frozen=True, slots=True)
class Clearance:
    """Everyone whose permission is needed has given it.

    `id` is the stored row. Delivery asks its question again and never trusts this value.
    """

    id: int
    use: str
    artist_id: int
    grants: tuple[tuple[int, int], ...]
    """(id, version) of every grant behind the answer."""
    until: datetime | None
    """The earliest end of those grants, aware, in UTC. None when no grant ends by itself."""
    recordings: tuple[int, ...] = ()
    """The ids of the recordings that are used, in order."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One yes that is missing, with the names that describe it. `rights.refusals` says it in words."""

    problem: str
    """off, refused, country, bounds, unconfirmed, disputed or unknown."""
    use: str
    country: str
    role: str
    """`artist`, or the role of a claim."""
    party: str
    kind: str
    song: str
    """The title of the recording or work; empty where it is about the artist as a whole."""
    recording_id: int | None = None
    known: int = 0
    """Of an unknown owner: how many basis points of the role are known and confirmed."""


@dataclass(frozen=True, slots=True)
class ClearanceRefusal:
    """A permission is missing. It is false, and it is never stored."""

    use: str
    artist_id: int
    missing: tuple[str, ...]
    """What is missing, as a studio can show it: `Mara Veil (artist): personal messages are off`."""
    problems: tuple[str, ...] = ()
    """For each of them a code: off, refused, country, bounds, unconfirmed, disputed or unknown."""
    details: tuple[Missing, ...] = ()
    """Who has not said yes to what, for pages that group it by party."""

    def __bool__(self) -> bool:
        return False
