"""Add artists and recordings to the catalogue. Only staff may do so, and the caller has checked that."""

from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Team
from audit import trail
from catalog import text_keys
from catalog.models import Artist, Recording


class AlreadyInCatalog(Exception):
    """The catalogue has an entry with the same identifier. The message says which."""


def add_artist(name: str, slug: str, team_name: str = "", *, by: str, mbid: UUID | None = None) -> Artist:
    """Add an artist and a team for the artist, which has no members yet.

    Raises AlreadyInCatalog, and Django's ValidationError for an invalid name, slug or MBID.
    """
    with transaction.atomic():
        team = Team.objects.create(name=team_name or name)
        artist = Artist(team=team, name=name, slug=slug, mbid=mbid)
        _save_new(artist, f"There is an artist of this address ({slug}) or MBID already.")
        trail.record("artist.added", by=by, subject=f"artist:{artist.pk}", team=team.pk)
    return artist


def describe_artist(artist: Artist, *, spot: str, about: str, by: str) -> None:
    """Set the artist's colour and the line about the artist. Raises Django's ValidationError for invalid values."""
    artist.spot, artist.about = spot, about
    artist.clean_fields()
    with transaction.atomic():
        artist.save(update_fields=["spot", "about"])
        trail.record("artist.described", by=by, subject=f"artist:{artist.pk}", spot=spot)


def add_recording(
    artist: Artist,
    title: str,
    artist_credit: str = "",
    *,
    by: str,
    isrc: str | None = None,
    mbid: UUID | None = None,
    duration_ms: int | None = None,
) -> Recording:
    """Add a recording. Without `artist_credit` it is credited to the artist's name. Raises as `add_artist` does."""
    credit = artist_credit or artist.name
    recording = Recording(
        artist=artist,
        title=title,
        artist_credit=credit,
        isrc=isrc or None,
        mbid=mbid,
        duration_ms=duration_ms,
        text_key=text_keys.compute(title, credit),
    )
    with transaction.atomic():
        _save_new(recording, "There is a recording of this title and credit, this ISRC or this MBID already.")
        trail.record("recording.added", by=by, subject=f"recording:{recording.pk}", artist=artist.pk)
    return recording


def _save_new(entry: Artist | Recording, taken: str) -> None:
    entry.clean_fields()
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyInCatalog(taken) from error
