"""The artist's grants: whether programs may send anything, and switches that the API and the studio press."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Unpack

from django.db import transaction

from accounts.models import Person
from artists.models import Program
from artists.notifications import artist_notices
from catalog.models import Artist, Recording
from fans.models import RemixOffer
from live import notices
from rights import clearance, grants
from rights.clearance_result import ClearanceRefusal, ClearanceRequest
from rights.grants import Limits
from rights.models import Use


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Why programs of one artist send nothing."""

    refusals: Mapping[tuple[str, int | None], ClearanceRefusal | None]
    """Who has not said yes, by the use and the id of the song that it is about; None is the key for all songs."""
    closed: frozenset[int]
    """The ids of the songs whose remixes have no limits in force."""

    @property
    def of_messages(self) -> ClearanceRefusal | None:
        """Why no message is sent about any song."""
        return self.refusals[Use.PERSONAL_MESSAGE, None]


def find_obstacles(artist: Artist, programs: Collection[Program] = ()) -> Obstacles:
    """Ask for messages about all songs, and for what these programs send, in one query, or two. It reads `current`.

    Remixes that fans ask for are left out: the page of each song says whether they are permitted.
    """
    versions = [(program, program.current) for program in programs if program.current]
    noticed = [(program.use, version) for program, version in versions if version.wording or not version.is_asked_for]
    keys = {(Use.PERSONAL_MESSAGE, None), *((use, version.recording_id) for use, version in noticed)}
    requests = {(use, song): ClearanceRequest(use, artist.pk, recordings=(song,) if song else ()) for use, song in keys}
    refusals = clearance.find_all_missing(list(requests.values()))
    remixed = {song for use, song in keys if use == Use.REMIX and song}
    is_open = RemixOffer.objects.open().filter(recording__in=remixed).values_list("recording", flat=True)
    return Obstacles(
        {key: refusals[request] for key, request in requests.items()}, frozenset(remixed.difference(is_open))
    )


def switch_on(
    artist: Artist,
    use: str,
    *,
    by: Person,
    fresh: bool,
    recording: Recording | None = None,
    **limits: Unpack[Limits],
) -> None:
    """Permit a use and notify the team's open pages. Raises what `rights.grants.switch_on` raises."""
    with transaction.atomic():
        grants.switch_on(artist, use, by=by, fresh=fresh, recording=recording, **limits)
        notices.post(artist_notices("grant.changed", [artist.pk]))


def switch_off(artist: Artist, use: str, *, by: Person, recording: Recording | None = None) -> None:
    """End what permits a use and notify the team's open pages."""
    with transaction.atomic():
        grants.switch_off(artist, use, by=by, recording=recording)
        notices.post(artist_notices("grant.changed", [artist.pk]))
