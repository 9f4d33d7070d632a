"""Add artists and recordings to the catalogue, and change them. The caller has checked who may do so."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import Team
from accounts.people import clean_name, has_letter_or_digit
from audit import trail
from catalog import pictures, recordings, text_keys
from catalog.exceptions import AlreadyInCatalog
from catalog.links import Link
from catalog.lookalikes import has_visible_character
from catalog.models import Artist, ArtistLink, Recording, RecordingWork, Work
from catalog.picture_encoding import EncodedPicture


def add_artist(name: str, slug: str, team_name: str = "", *, by: str, mbid: UUID | None = None) -> Artist:
    """Add an artist and a team for the artist, which has no members yet.

    Raises AlreadyInCatalog, and Django's ValidationError for an invalid name, slug or MBID.
    """
    if not has_visible_character(name):
        raise ValidationError({"name": "Nobody can see this name."})
    team_name = clean_name(team_name) or (name if has_letter_or_digit(name) else f"Team of {name}")
    with transaction.atomic():
        team = Team.objects.create(name=team_name)
        artist = Artist(team=team, name=name, slug=slug, mbid=mbid)
        _save_new(artist, f"There is an artist of this address ({slug}) or MBID already.")
        trail.record("artist.added", by=by, subject=f"artist:{artist.pk}", team=team.pk)
    return artist


def describe_artist(artist: Artist, *, spot: str, about: str, by: str, links: Sequence[Link] | None = None) -> None:
    """Set the artist's colour, the line about the artist, and unless they are None the links.

    Raises Django's ValidationError for invalid values. The links were checked by `catalog.links.parse_link`.
    """
    artist.spot, artist.about = spot, about
    artist.clean_fields()
    with transaction.atomic():
        artist.save(update_fields=["spot", "about"])  # locks the row, so that links are replaced by one at a time
        facts: dict[str, Any] = {"spot": spot}
        if links is not None:
            artist.links.all().delete()
            artist.links.bulk_create(
                ArtistLink(artist=artist, position=position, label=link.label, url=link.url)
                for position, link in enumerate(links)
            )
            facts["links"] = len(links)
        trail.record("artist.described", by=by, subject=f"artist:{artist.pk}", **facts)


def set_artist_picture(artist: Artist, encoded: EncodedPicture | None, *, by: str) -> None:
    """Show this picture of the artist, or none."""
    with transaction.atomic():
        artist.picture = pictures.store(encoded) if encoded else None
        artist.save(update_fields=["picture"])
        trail.record("artist.picture_set", by=by, subject=f"artist:{artist.pk}", picture=artist.picture_id)


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
    """Add a recording. Without `artist_credit` it is credited to the artist's name. Raises as `add_artist` does.

    A second one of the same title and credit is another recording only if both have an ISRC.
    """
    credit = artist_credit or artist.name
    keys = text_keys.recording_keys(title, credit)
    names: dict[str, Any] = {"artist": artist, "title": title, "artist_credit": credit}
    recording = Recording(**names, isrc=isrc or None, mbid=mbid, duration_ms=duration_ms, **keys)
    with transaction.atomic():
        Artist.objects.select_for_update().get(pk=artist.pk)  # one at a time adds recordings to this artist
        recordings.require_free(recording)
        _save_new(recording, "There is a recording of this ISRC or this MBID already.")
        trail.record("recording.added", by=by, subject=f"recording:{recording.pk}", artist=artist.pk)
    return recording


def add_work(recording: Recording, title: str = "", *, by: str, iswc: str | None = None, weight: int = 1) -> Work:
    """Say that a recording is of a work, which has the recording's title unless another is given.

    A work with an ISWC that is known already is used again. Raises Django's ValidationError and AlreadyInCatalog.
    """
    with transaction.atomic():
        work = Work.objects.filter(iswc=iswc).first() if iswc else None
        if work is None:
            work = Work(title=title or recording.title, iswc=iswc or None)
            _save_new(work, "There is a work of this ISWC already.", field="iswc")
        Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)  # one at a time says what it is of
        if not RecordingWork.objects.live().filter(recording=recording, work=work).exists():
            RecordingWork.objects.create(recording=recording, work=work, weight=weight, added_by=by)
            trail.record("work.added", by=by, subject=f"work:{work.pk}", recording=recording.pk, weight=weight)
    return work


def end_work(recording: Recording, work: Work, *, by: str) -> bool:
    """Say that a recording is not of this work any more, from now on. Returns whether it was.

    The caller has checked who may. The database asks too.
    """
    with transaction.atomic():
        tie = RecordingWork.objects.live().filter(recording=recording, work=work)
        ended = bool(tie.update(live_until=Now(), ended_by=by))
        if ended:
            trail.record("work.ended", by=by, subject=f"work:{work.pk}", recording=recording.pk)
    return ended


def mark_main(recording: Recording, *, by: str) -> None:
    """Let plays that fit several recordings of this title and these names count for this one."""
    with transaction.atomic():
        Artist.objects.select_for_update().get(pk=recording.artist_id)
        of_the_song = Recording.objects.filter(artist=recording.artist_id, names_key=recording.names_key)
        of_the_song.filter(is_main=True).exclude(pk=recording.pk).update(is_main=False)
        Recording.objects.filter(pk=recording.pk).update(is_main=True)
        recording.is_main = True
        trail.record("recording.marked_main", by=by, subject=f"recording:{recording.pk}", artist=recording.artist_id)


def _save_new(entry: Artist | Recording | Work, taken: str, field: str = "title") -> None:
    entry.clean_fields()
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyInCatalog(taken, field) from error
