"""What a batch changed in a fan's listens: which count now, and which do not count any more."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

# A scrobbler without a network sends its listens later, as an import. Those that started within this time before they
# were accepted are no history: they may reach moments.
BACKLOG_PERIOD = timedelta(hours=48)


class NewListen(Struct, frozen=True, gc=False):
    """A listen that counts from now on.

    `is_backlog`: a client of our ListenBrainz API could not send it earlier (BACKLOG_PERIOD). `took_place`: it counts
    in place of another listen of the same recording. `is_remix`: our own player played a remix of the recording.
    """

    id: int
    person_id: UUID
    artist_id: int | None
    recording_id: int | None
    started_at: datetime
    origin: str
    set_aside: bool
    is_backlog: bool = False
    took_place: bool = False
    is_remix: bool = False


class RemovedListen(Struct, frozen=True):
    """A listen that was deleted, and whether it was counted."""

    person_id: UUID
    artist_id: int | None
    recording_id: int | None
    started_at: datetime
    was_counted: bool


class DisplacedListen(RemovedListen, frozen=True):
    """A listen that is a duplicate of `duplicate_of` from now on, and was counted before."""

    listen_id: int
    duplicate_of: int


class Changes(Struct, frozen=True):
    """`counted` begins with the listens that took a place. Subtract `displaced` before you add `counted`."""

    counted: list[NewListen] = []
    displaced: list[DisplacedListen] = []
