"""Change recordings: their words, identifiers and covers. The caller has checked who may do so."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from audit import trail
from catalog import pictures, text_keys
from catalog.exceptions import AlreadyInCatalog
from catalog.models import Artist, Recording
from catalog.picture_encoding import EncodedPicture


def edit_recording(
    recording: Recording,
    *,
    by: str,
    title: str,
    artist_credit: str,
    isrc: str | None,
    mbid: UUID | None,
    duration_ms: int | None,
) -> list[str]:
    """Store what changed, and return the names of these fields. The keys follow the title and the credit.

    Listens that were counted for the recording stay with it. Raises AlreadyInCatalog, and Django's ValidationError.
    """
    fields: dict[str, Any] = {
        "title": title, "artist_credit": artist_credit, "isrc": isrc, "mbid": mbid, "duration_ms": duration_ms,
    }  # fmt: skip
    with transaction.atomic():
        Artist.objects.select_for_update().get(pk=recording.artist_id)  # as `registration.add_recording` does
        stored = Recording.objects.select_for_update().get(pk=recording.pk)
        changed = sorted(name for name, value in fields.items() if getattr(stored, name) != value)
        for name, value in fields.items():
            setattr(stored, name, value)
        if changed:
            stored.clean_fields()
            _save_changes(stored, changed)
            facts = {"artist": stored.artist_id, "changed": changed}
            trail.record("recording.edited", by=by, subject=f"recording:{stored.pk}", **facts)
    return changed


def set_cover(recording: Recording, encoded: EncodedPicture | None, *, by: str) -> None:
    """Show this cover of the recording, or none."""
    with transaction.atomic():
        recording.cover = pictures.store(encoded) if encoded else None
        recording.save(update_fields=["cover"])
        facts = {"artist": recording.artist_id, "picture": recording.cover_id}
        trail.record("recording.cover_set", by=by, subject=f"recording:{recording.pk}", **facts)


def require_free(recording: Recording) -> None:
    """Raise AlreadyInCatalog where another recording has its ISRC or its MBID, or its title and credit.

    A second one of the same title and credit is another recording only if both have an ISRC.
    """
    others = Recording.objects.exclude(pk=recording.pk)
    for field in ("isrc", "mbid"):
        value = getattr(recording, field)
        other = others.filter(**{field: value}).first() if value else None
        if other and other.artist_id == recording.artist_id:
            raise AlreadyInCatalog(f"“{other.title}” has this {field.upper()} already.", field)
        if other:
            raise AlreadyInCatalog(
                f"Another artist here has a recording with this {field.upper()}. Look whether it is typed right. "
                "If it is yours, tell our staff: they find out whose it is.",
                field,
            )
    same = others.filter(artist=recording.artist_id, text_key=recording.text_key)
    if (same if recording.isrc is None else same.filter(isrc=None)).exists():
        raise AlreadyInCatalog(
            "There is a recording of this title and credit already. Two of them are told apart by an ISRC each."
        )


def _save_changes(recording: Recording, changed: list[str]) -> None:
    if "title" in changed or "artist_credit" in changed:
        keys = text_keys.recording_keys(recording.title, recording.artist_credit)
        for name, value in keys.items():
            setattr(recording, name, value)
        same_song = Recording.objects.filter(artist=recording.artist_id, names_key=keys["names_key"], is_main=True)
        recording.is_main = recording.is_main and not same_song.exclude(pk=recording.pk).exists()
        changed = [*changed, *keys, "is_main"]
    require_free(recording)
    try:
        with transaction.atomic():
            recording.save(update_fields=changed)
    except IntegrityError:
        require_free(recording)  # another artist's team was first by a moment
        raise
