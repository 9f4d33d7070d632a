"""Take audio files in parts, which may stop and go on, and put the parts together. The caller says who may do so."""

import hashlib
from datetime import datetime
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import OperationalError, transaction
from django.db.models import Q, Sum
from django.db.models.functions import Now

from audit import trail
from catalog import audio
from catalog.exceptions import UploadRefused, WrongOffset
from catalog.models import Artist, AudioFile, AudioUpload, Recording
from catalog.models.audio import MAX_BYTES, StemRole

QUOTA = 20 * 1024**3
MAX_FILES = 40
"""Of one recording at once, with those that were refused."""
MAX_PART = 8 * 1024 * 1024
MIN_PART = 64 * 1024
"""Only the last part may be smaller, so that nobody fills the storage with crumbs."""
BATCH_SIZE = 20


def used_bytes(artist: Artist) -> int:
    """What counts towards the artist's quota: files in use, each once, and what is announced or not yet checked."""
    of_artist = Q(uploads__recording__artist=artist) | Q(stems__source__recording__artist=artist)
    stored = AudioFile.objects.filter(pk__in=AudioFile.objects.filter(of_artist).values("pk")).aggregate(
        all=Sum("size")
    )
    coming = AudioUpload.objects.filter(
        recording__artist=artist, state__in=(AudioUpload.State.SENDING, AudioUpload.State.WAITING)
    ).aggregate(all=Sum("size"))
    return (stored["all"] or 0) + (coming["all"] or 0)


def begin(recording: Recording, file_name: str, size: int, *, by: str) -> AudioUpload:
    """Announce a file of this size. Raises UploadRefused."""
    if not 0 < size <= MAX_BYTES:
        raise UploadRefused("This file is empty." if size <= 0 else "This file is too large. A file may have 1 GB.")
    name = "".join(letter for letter in file_name if letter.isprintable())[-200:] or "audio"
    with transaction.atomic():
        Artist.objects.select_for_update(no_key=True).get(pk=recording.artist_id)
        if recording.uploads.count() >= MAX_FILES:
            raise UploadRefused(f"There are {MAX_FILES} files here. Remove some of them first.")
        if used_bytes(recording.artist) + size > QUOTA:
            raise UploadRefused("All of the 20 GB are used. Remove files of other songs first.")
        role = guess_role(name)
        upload = AudioUpload.objects.create(recording=recording, file_name=name, size=size, role=role, uploaded_by=by)
        trail.record("audio.announced", by=by, subject=str(upload), recording=recording.pk, size=size)
    return upload


WORDS = {
    StemRole.DRUMS: ("drum", "perc", "beat", "kick"),
    StemRole.BASS: ("bass",),
    StemRole.CHORDS: ("chord", "key", "gtr", "guitar", "piano", "synth", "pad"),
    StemRole.VOCALS: ("voc", "vox", "voice", "lead"),
    StemRole.MASTER: ("master", "fullmix", "full mix", "full_mix"),
}


def guess_role(file_name: str) -> str:
    """The role that the name of a file suggests, or an empty text."""
    name = file_name.lower()
    return next((role.value for role, words in WORDS.items() if any(word in name for word in words)), "")


def append(upload: AudioUpload, offset: int, content: bytes) -> AudioUpload:
    """Store the next part. Raises WrongOffset where it does not follow, or somebody is sending at this moment."""
    with transaction.atomic():
        stored = _lock(upload)
        if stored.state != AudioUpload.State.SENDING or offset != stored.received:
            raise WrongOffset(stored.received)
        end = offset + len(content)
        if end > stored.size or len(content) > MAX_PART or (len(content) < MIN_PART and end < stored.size):
            raise UploadRefused("This part is too small, too large, or more than was announced.")
        name = _part_name(stored, offset)
        audio.storage().delete(name)  # what a crash left
        audio.storage().save(name, ContentFile(content))
        stored.received, stored.touched_at = end, Now()
        if end == stored.size:
            stored.state = AudioUpload.State.WAITING
        stored.save(update_fields=["received", "touched_at", "state"])
    return stored


def _lock(upload: AudioUpload) -> AudioUpload:
    try:
        stored = AudioUpload.objects.select_for_update(nowait=True).filter(pk=upload.pk).first()
    except OperationalError as error:  # two pages send the same file
        raise WrongOffset(upload.received) from error
    if stored is None:
        raise UploadRefused("This file was removed.")
    return stored


def set_role(upload: AudioUpload, role: str) -> None:
    AudioUpload.objects.filter(pk=upload.pk).update(role=role)


def assemble(upload: AudioUpload, path: Path) -> None:
    """Write all parts into one file. Raises UploadRefused where a part is missing."""
    offset = 0
    with path.open("wb") as whole:
        while offset < upload.size:
            try:
                with audio.storage().open(_part_name(upload, offset)) as part:
                    content = part.read()
            except FileNotFoundError as error:
                raise UploadRefused("A part of this file is missing. Remove it, and send it again.") from error
            whole.write(content)
            offset += len(content)


def delete_parts(upload: AudioUpload) -> None:
    """Delete the parts, also one that a crash left after the last."""
    offset = 0
    while audio.storage().exists(name := _part_name(upload, offset)):
        length = audio.storage().size(name)
        audio.storage().delete(name)
        if not length:
            break
        offset += length


def remove(upload: AudioUpload, *, by: str) -> None:
    """Remove an upload and its parts. A file that a confirmed source uses stays with the source."""
    with transaction.atomic():
        stored = AudioUpload.objects.select_for_update().filter(pk=upload.pk).first()
        if stored is None:
            return
        delete_parts(stored)
        stored.delete()
        trail.record("audio.removed", by=by, subject=str(upload), recording=upload.recording_id)


def delete_abandoned(before: datetime) -> int:
    """Delete a batch of the uploads that stopped or were refused before this time. Return how many."""
    states = (AudioUpload.State.SENDING, AudioUpload.State.REFUSED)
    abandoned = AudioUpload.objects.filter(state__in=states, touched_at__lt=before).order_by("pk")
    with transaction.atomic():
        found = list(abandoned.select_for_update(skip_locked=True)[:BATCH_SIZE])
        for upload in found:
            delete_parts(upload)
            upload.delete()
    return len(found)


def digest(uploads: list[AudioUpload]) -> str:
    """A hash of which files these are and what they are, to see whether they changed."""
    lines = sorted(f"{upload.role} {upload.audio_id}" for upload in uploads)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _part_name(upload: AudioUpload, offset: int) -> str:
    return f"uploads/{upload.pk}/{offset:012d}"
