"""Store pictures by their content, and delete those that nothing shows any more."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from catalog import stored_files
from catalog.models import Artist, Picture, Recording
from catalog.picture_encoding import EncodedPicture

SIZES = ("large", "small")


def file_name(key: str, size: str) -> str:
    """The name in the storage."""
    return f"pictures/{key[:2]}/{key}-{size}.webp"


def store(encoded: EncodedPicture) -> Picture:
    """Store a picture in the transaction in which something begins to show it.

    The same picture is stored once. Its row is locked first, so that `delete_unused` leaves the files alone.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A picture is stored in the transaction of what shows it.")
    key = hashlib.sha256(encoded.large + encoded.small).hexdigest()
    picture, _ = Picture.objects.update_or_create(pk=key, defaults={"side": encoded.side, "stored_at": Now()})
    for size in SIZES:
        stored_files.write_once(default_storage, file_name(key, size), ContentFile(getattr(encoded, size)))
    return picture


def read(key: str, size: str) -> bytes | None:
    """The content of a stored file, or None."""
    try:
        with default_storage.open(file_name(key, size)) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    return content


def delete_unused(before: datetime) -> int:
    """Delete a batch of the pictures stored before this time that nothing shows, with their files. Return how many."""
    artists, covers = Artist.objects.filter(picture=OuterRef("pk")), Recording.objects.filter(cover=OuterRef("pk"))
    unused = Picture.objects.filter(~Exists(artists), ~Exists(covers), stored_at__lt=before)
    return stored_files.delete_batch(unused, default_storage, lambda key: [file_name(key, size) for size in SIZES])
