"""Read where files are kept: pictures, static files, and audio in a folder or in an S3-compatible storage."""

from pathlib import Path
from typing import Any

from config import BASE_DIR, env

# Without DEBUG: file names with a hash, so that browsers keep the files for ever, and gzip made once.
COLLECTED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
FOLDER = "django.core.files.storage.FileSystemStorage"


def read_storages(*, debug: bool) -> dict[str, dict[str, Any]]:
    """STORAGES."""
    return {
        "default": {"BACKEND": FOLDER},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if debug else COLLECTED},
        "audio": _read_audio(),
    }


def _read_audio() -> dict[str, Any]:
    """Where audio files are. No URL serves it directly: views ask who may hear a file."""
    bucket = env.text("AUDIO_BUCKET")
    if not bucket:
        return {"BACKEND": FOLDER, "OPTIONS": {"location": env.text("AUDIO_ROOT", str(BASE_DIR / "var" / "audio"))}}
    options = {
        "bucket_name": bucket,
        "access_key": env.text("AUDIO_BUCKET_KEY") or None,
        "secret_key": env.text("AUDIO_BUCKET_SECRET") or None,
        "endpoint_url": env.text("AUDIO_BUCKET_URL") or None,
        "region_name": env.text("AUDIO_BUCKET_REGION") or None,
        "default_acl": "private",
        "file_overwrite": True,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def read_audio_copies() -> Path:
    """AUDIO_COPIES: the folder for copies of what the bucket has, which players and renders read."""
    return Path(env.text("AUDIO_COPIES", str(BASE_DIR / "var" / "audio-copies")))
