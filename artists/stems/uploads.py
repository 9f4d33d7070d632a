"""Let an artist's team bring and remove audio files of a song. `work audio` checks what has arrived whole."""

from django.db import transaction

from accounts import roles
from accounts.models import Person
from artists.exceptions import InvalidRequest
from artists.permissions import require_role
from catalog import audio_uploads
from catalog.models import Artist, AudioUpload, Recording
from catalog.models.audio import StemRole
from web import rate_limits
from worker.wake import notify

CHANNEL = "audio"
FILES_AN_HOUR = 200
PARTS_A_MINUTE = 600


class TooOften(InvalidRequest):
    """The team announced, or the person sent, more than the rate allows."""


def require_editor(artist: Artist, by: Person) -> None:
    require_role(artist, by, roles.may_edit, "bring the files of songs")


def announce(recording: Recording, file_name: str, size: int, *, by: Person) -> AudioUpload:
    """Begin an upload. Raises NotAllowed, UploadRefused and TooOften."""
    require_editor(recording.artist, by)
    if not rate_limits.hit(f"audio-files:{recording.artist_id}", FILES_AN_HOUR, 3600).allowed:
        raise TooOften("That are many files within an hour. Wait a little, then go on.")
    return audio_uploads.begin(recording, file_name, size, by=by.actor)


def append(upload: AudioUpload, offset: int, content: bytes, *, by: Person) -> AudioUpload:
    """Store the next part. Raises NotAllowed, WrongOffset, UploadRefused and TooOften."""
    require_editor(upload.recording.artist, by)
    if not rate_limits.hit(f"audio-parts:{by.pk}", PARTS_A_MINUTE, 60).allowed:
        raise TooOften("That are many parts within a minute. Wait a little, then go on.")
    with transaction.atomic():
        stored = audio_uploads.append(upload, offset, content)
        if stored.state == AudioUpload.State.WAITING:
            notify(CHANNEL)
    return stored


def set_role(upload: AudioUpload, role: str, *, by: Person) -> None:
    """Say what one hears in the file. Raises NotAllowed and InvalidRequest."""
    require_editor(upload.recording.artist, by)
    if role not in StemRole.values:
        raise InvalidRequest("Choose what one hears in the file.")
    audio_uploads.set_role(upload, role)


def remove(upload: AudioUpload, *, by: Person) -> None:
    """Remove a file. What is confirmed already keeps its own. Raises NotAllowed."""
    require_editor(upload.recording.artist, by)
    audio_uploads.remove(upload, by=by.actor)
