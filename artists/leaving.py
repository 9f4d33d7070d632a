"""An artist leaves: what fans asked for ends, nothing more is sold or made, and tiers end as the settings say.

What was delivered stays with the fans, unless the artist withdraws it first. What was earned stays owed.
"""

from django.db import transaction
from django.db.models.functions import Now

from artists.models import ExperienceRequest, Program
from artists.notifications import program_notices
from artists.requests import following
from audit import trail
from billing import tiers
from catalog.models import Artist
from live import notices


def leave(artist: Artist, *, by: str, reason: str) -> None:
    """End what needs no provider; `billing.artist_leaving` ends the rest. Doing it again goes on with what is left.

    From the first commit on the database takes no order, gift or request of the artist, and what was begun before is
    seen by what follows.
    """
    with transaction.atomic():
        if Artist.objects.filter(pk=artist.pk, left_at=None).update(left_at=Now()):
            trail.record("artist.left", by=by, subject=f"artist:{artist.pk}", artist=artist.pk, reason=reason)
    artist.refresh_from_db(fields=["left_at"])
    tiers.archive_all(artist, by=by)
    following.end_of_artist(artist, by=by)
    _pause_programs(artist, by=by)


def count_ended_requests(artist: Artist) -> int:
    return ExperienceRequest.objects.filter(artist=artist, ending="artist_left").count()


def _pause_programs(artist: Artist, *, by: str) -> None:
    with transaction.atomic():
        live = list(artist.programs.filter(state=Program.State.LIVE).order_by("pk").select_for_update(no_key=True))
        Program.objects.filter(pk__in=[program.pk for program in live]).update(state=Program.State.PAUSED)
        trail.record_all(
            trail.new_entry("program.paused", by=by, subject=str(program), why="the artist left") for program in live
        )
        notices.post(program_notices("program.paused", live))
