"""Find fans who are a few listens short of a moment that a program answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Person
from artists.models import Moment, Program
from catalog.models import Artist
from fans.models import Engagement, Mute, OptIn, RecordingEngagement
from rights import clearance
from rights.models import Use

CLOSE_LISTENS, FAR_LISTENS = 6, 100  # listens


@dataclass(frozen=True, slots=True)
class UpcomingMoment:
    """A moment that is `listens_left` listens away: of anything by the artist, or of one recording."""

    program: int
    person: UUID
    artist: int
    recording: int | None
    listens_left: int


def find_upcoming(*, within: int = CLOSE_LISTENS) -> list[UpcomingMoment]:
    """The moments at most `within` listens away, nearest first.

    Left out are moments that happened already, and programs that would not answer: not live, muted by the fan, or
    of an artist without a grant or an opt-in. It reads all counts, which only the demo's few fans allow.
    """
    granted = clearance.live_grants().filter(use=Use.PERSONAL_MESSAGE).values("artist")
    programs = Program.objects.filter(state=Program.State.LIVE, artist__in=granted).select_related("current")
    skipped = set(Moment.objects.values_list("person", "program"))
    skipped |= set(Mute.objects.filter(ended_at=None).values_list("person", "program"))
    upcoming = [
        moment
        for moment in _missing_listens(list(programs))
        if 1 <= moment.listens_left <= within and (moment.person, moment.program) not in skipped
    ]
    return sorted(upcoming, key=lambda moment: (moment.listens_left, moment.program, moment.person))


def _missing_listens(programs: list[Program]) -> Iterator[UpcomingMoment]:
    """For each program and each fan who opted in to its artist, how many listens are missing."""
    counts = _counts(Engagement, "artist")
    recording_counts = _counts(RecordingEngagement, "recording")
    fans = OptIn.objects.filter(ended_at=None).values_list("person", "artist")
    for program in programs:
        version = program.current
        assert version  # a live program has one
        for person, artist in fans:
            if artist != program.artist_id:
                continue
            recording = version.recording_id
            count = recording_counts.get((person, recording), 0) if recording else counts.get((person, artist), 0)
            yield UpcomingMoment(program.pk, person, artist, recording, version.nth - count)


def _counts(model: type[Engagement | RecordingEngagement], field: str) -> dict[tuple[UUID, int], int]:
    return {(person, pk): count for person, pk, count in model.objects.values_list("person", field, "listens")}


def listens_left(person: Person, artist: Artist, program: str) -> int | None:
    """How many listens this fan is short of the program of this name; None if it would not answer."""
    pk = Program.objects.filter(artist=artist, name=program).values_list("pk", flat=True).first()
    return next(
        (
            moment.listens_left
            for moment in find_upcoming(within=FAR_LISTENS)
            if (moment.person, moment.program) == (person.pk, pk)
        ),
        None,
    )
