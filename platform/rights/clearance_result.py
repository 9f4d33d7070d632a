"""The two answers to a clearance request. They are free of Django, so that the ai room can be given one."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clearance:
    """Everyone whose permission is needed has given it.

    `id` is the stored row. Delivery checks that row again and never trusts this value.
    """

    id: int
    use: str
    artist_id: int
    grants: tuple[tuple[int, int], ...]
    """(id, version) of every grant behind the answer."""
    until: datetime | None
    """The earliest end of those grants, aware, in UTC. None when no grant ends by itself."""


@dataclass(frozen=True, slots=True)
class ClearanceRefusal:
    """A permission is missing. It is false, and it is never stored."""

    use: str
    artist_id: int
    missing: tuple[str, ...]
    """What is missing, as a studio can show it: `Mara Veil (artist): personal messages are off`."""

    def __bool__(self) -> bool:
        return False
