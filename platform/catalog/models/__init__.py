"""Artists, their recordings and works, pictures, and the audio files from which remixes are rendered."""

from catalog.models.audio import AudioFile, AudioUpload, RecordingSource, SourceOutline, SourceStem
from catalog.models.recordings import (
    Artist,
    ArtistLink,
    Picture,
    Recording,
    RecordingWork,
    RecordingWorkQuerySet,
    Sound,
    SpotColor,
    Work,
)

__all__ = [
    "Artist",
    "ArtistLink",
    "AudioFile",
    "AudioUpload",
    "Picture",
    "Recording",
    "RecordingSource",
    "RecordingWork",
    "RecordingWorkQuerySet",
    "Sound",
    "SourceOutline",
    "SourceStem",
    "SpotColor",
    "Work",
]
