"""Enter: new artists and recordings. Only staff may, and whoever calls has checked that."""

from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Team
from audit import trail
from catalog import text_keys
from catalog.models import Artist, Recording


class AlreadyInCatalog(Exception):
    """The catalogue has it, or something of the same identifier; the sentence says what."""


def add_artist(name: str, slug: str, team_name: str = "", *, by: str, mbid: UUID | None = None) -> Artist:
    """A new artist, and the team that acts for them, still without members.

    Raises AlreadyThere, and Django's ValidationError for what is no name, slug or MBID.
    """
    with transaction.atomic():
        team = Team.objects.create(name=team_name or name)
        artist = Artist(team=team, name=name, slug=slug, mbid=mbid)
        _save_new(artist, f"There is an artist of this address ({slug}) or MBID already.")
        trail.record("artist.added", by=by, subject=f"artist:{artist.pk}", team=team.pk)
    return artist


def describe_artist(artist: Artist, *, spot: str, about: str, by: str) -> None:
    """The artist's ink, and a line about them. Raises Django's ValidationError for what is no ink, or too long."""
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
    """A new recording, credited to the artist's name unless it says otherwise. Raises as `add_artist` does."""
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
