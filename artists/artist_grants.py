"""The artist's grants: whether programs may send messages, and switches that the API and the studio press."""

from collections.abc import Iterable
from typing import Unpack

from django.db import transaction

from accounts.models import Person
from artists.models import Program
from artists.notifications import artist_notices
from catalog.models import Artist, Recording
from live import notices
from rights import clearance, grants
from rights.clearance_result import ClearanceRefusal, ClearanceRequest
from rights.grants import Limits
from rights.models import Use

type MessageRefusals = dict[int | None, ClearanceRefusal | None]
"""Why no message is sent, by the id of the song that it is about; None is the key for all songs."""


def find_message_refusals(artist: Artist, programs: Iterable[Program] = ()) -> MessageRefusals:
    """Ask for messages about all songs, and about the songs of these programs, in one query. It reads `current`."""
    songs = {program.current.recording_id for program in programs if program.current}
    requests = {
        song: ClearanceRequest(Use.PERSONAL_MESSAGE, artist.pk, recordings=(song,) if song else ())
        for song in {None, *songs}
    }
    refusals = clearance.find_all_missing(list(requests.values()))
    return {song: refusals[request] for song, request in requests.items()}


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
