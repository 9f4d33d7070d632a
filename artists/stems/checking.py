"""The background work on audio files: check and encode what arrived whole, then listen to the song."""

import logging
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from ai.audio import decode, hearing
from ai.audio.exceptions import DecoderFailed, Refused
from artists.stems import outlines
from catalog import audio, audio_uploads
from catalog.exceptions import UploadRefused
from catalog.models import AudioUpload, SourceOutline
from worker import advisory_locks

logger = logging.getLogger(__name__)

UPLOAD_LOCK, HEARING_LOCK = 0x0FA_0021, 0x0FA_0022
"""Ours among the advisory locks with two numbers: which file, and which song, a process works at."""
MAX_ATTEMPTS = 5
PAUSE = timedelta(minutes=1)
FAILED, INCOMPLETE = "failed", "incomplete"
"""Codes of ours beside those of `ai.audio.exceptions`."""


def work_next() -> bool:
    """Check one file, or listen to one song. Return whether there was one that no other process works at."""
    waiting = AudioUpload.objects.filter(state=AudioUpload.State.WAITING, touched_at__lte=Now())
    for key in waiting.order_by("pk").values_list("pk", flat=True):
        with advisory_locks.hold(UPLOAD_LOCK, key % 2**31) as is_ours:
            if is_ours and (upload := waiting.filter(pk=key).select_related("recording").first()):
                check(upload)
                return True
    for outline in SourceOutline.objects.filter(is_wanted=True, saved_at__lte=Now()).order_by("pk"):
        with advisory_locks.hold(HEARING_LOCK, outline.pk % 2**31) as is_ours:
            if is_ours:
                listen(outline)
                return True
    return False


def check(upload: AudioUpload) -> None:
    """Decode a file and store it as FLAC, or refuse it with a reason. A process that was killed is counted."""
    AudioUpload.objects.filter(pk=upload.pk).update(attempts=F("attempts") + 1)
    if upload.attempts >= MAX_ATTEMPTS:
        _refuse(upload, FAILED)
        return
    try:
        with TemporaryDirectory(prefix="audio-") as folder:
            _encode(upload, Path(folder))
    except Refused as error:
        _refuse(upload, error.code)
    except UploadRefused:
        _refuse(upload, INCOMPLETE)
    except (DecoderFailed, OSError):
        logger.exception("%s was not checked, and is tried again", upload)
        AudioUpload.objects.filter(pk=upload.pk).update(touched_at=Now() + PAUSE)
    else:
        audio_uploads.delete_parts(upload)


def _encode(upload: AudioUpload, folder: Path) -> None:
    from ai.audio.peaks import measure_peaks  # NumPy, which the web process need not load

    audio_uploads.assemble(upload, folder / "sent")
    decoded = decode.decode(folder / "sent", folder / "encoded.flac")
    (folder / "sent").unlink()
    peaks = measure_peaks(folder / "encoded.flac")
    facts = {
        "format": decoded.format,
        "rate": decoded.original_rate,
        "bits": decoded.original_bits,
        "clipped": decoded.clipped,
    }
    with transaction.atomic():
        waiting = AudioUpload.objects.select_for_update().filter(pk=upload.pk, state=AudioUpload.State.WAITING)
        if waiting.first() is None:
            return  # removed meanwhile
        stored = audio.store(
            folder / "encoded.flac", decoded.sha256, frames=decoded.frames, channels=decoded.channels, peaks=peaks
        )
        waiting.update(state=AudioUpload.State.CHECKED, audio=stored, facts=facts)
        outlines.want(upload.recording_id)


def _refuse(upload: AudioUpload, code: str) -> None:
    """The others are listened to where this was the last one that they waited for."""
    waiting = AudioUpload.objects.filter(pk=upload.pk, state=AudioUpload.State.WAITING)
    with transaction.atomic():
        refused = waiting.update(state=AudioUpload.State.REFUSED, problem=code, touched_at=Now())
        if refused:
            outlines.want(upload.recording_id)
    if refused:
        audio_uploads.delete_parts(upload)


def listen(outline: SourceOutline) -> None:
    """Store what a machine hears in the song. Where it fails, the team types everything."""
    found = outlines.pick_usable(outlines.list_files(outline.recording_id))
    wanted = SourceOutline.objects.filter(pk=outline.pk)
    wanted.update(attempts=F("attempts") + 1)
    heard = None
    if found and outline.attempts < MAX_ATTEMPTS:
        try:
            files = [(upload.role or "other", _path(upload)) for upload in found]
            heard = hearing.hear(files)
        except (DecoderFailed, OSError):
            logger.exception("%s: nobody listened", outline)
    facts = msgspec.to_builtins(heard) if heard else {}
    digest = audio_uploads.digest(found)
    wanted.update(heard=facts, heard_of=digest, is_wanted=False, attempts=0)


def _path(upload: AudioUpload) -> Path:
    return audio.local_path(audio.file_name(str(upload.audio_id)))
