"""What clearance answers: values free of Django, so that whoever makes something can be handed one."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clearance:
    """Everyone who must say yes has. `id` is the stored row; delivery asks that row again, never this value."""

    id: int
    use: str
    artist_id: int
    grants: tuple[tuple[int, int], ...]
    """(grant id, its version) for every yes it rests on."""
    until: datetime | None
    """The earliest end of those grants, aware, in UTC; None when none of them ends by itself."""


@dataclass(frozen=True, slots=True)
class ClearanceRefusal:
    """Somebody who must say yes has not. Never stored as a yes, falsy, and says who is missing."""

    use: str
    artist_id: int
    missing: tuple[str, ...]
    """In words a studio can show: `Mara Veil (artist): personal messages are off`."""

    def __bool__(self) -> bool:
        return False
