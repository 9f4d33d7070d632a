"""Confirm what remixes of a recording are rendered from, and find the version that counts."""

from collections.abc import Mapping

from django.db import transaction

from audit import trail
from catalog.exceptions import SourceRefused
from catalog.models import AudioFile, Recording, RecordingSource, SourceStem


def current(recording: Recording) -> RecordingSource | None:
    """The newest confirmed version, or None."""
    return RecordingSource.objects.filter(recording=recording).order_by("-version").first()


def confirm(recording: Recording, content: str, stems: Mapping[str, tuple[str, str]], *, by: str) -> RecordingSource:
    """Add a version with this content, unless it is the current one already, which is returned then.

    `content` is the canonical JSON of `ai.remix.source.Source`; `stems` are the role and the SHA-256 of each stem's id.
    The caller has checked who may do so. Raises SourceRefused where a file is gone.
    """
    with transaction.atomic():
        Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)
        latest = current(recording)
        if latest is not None and latest.content == content:
            return latest
        wanted = {sha256 for _, sha256 in stems.values()}
        found = AudioFile.objects.select_for_update(no_key=True).filter(pk__in=wanted)
        if {audio.pk for audio in found} != wanted:
            raise SourceRefused("One of the files was removed. Look at the files again.")
        source = RecordingSource.objects.create(
            recording=recording, version=latest.version + 1 if latest else 1, content=content, confirmed_by=by
        )
        SourceStem.objects.bulk_create(
            SourceStem(source=source, stem=stem, role=role, audio_id=sha256) for stem, (role, sha256) in stems.items()
        )
        source.refresh_from_db()
        trail.record("source.confirmed", by=by, subject=str(source), recording=recording.pk, digest=source.digest)
    return source
