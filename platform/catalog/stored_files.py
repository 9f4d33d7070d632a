"""Write files that rows name by their content, and delete them with rows that nothing uses."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import QuerySet

BATCH_SIZE = 100


def write_once(storage: Storage, name: str, file: "File[bytes]") -> None:
    """Write a file unless it is there. One that a crash left incomplete is written again."""
    if storage.exists(name):
        if storage.size(name) == file.size:
            return
        storage.delete(name)
    storage.save(name, file)


def delete_batch(unused: QuerySet[Any], storage: Storage, names_of: Callable[[str], Iterable[str]]) -> int:
    """Delete a batch of these rows, and the files that `names_of` gives for the key of each. Return how many rows."""
    with transaction.atomic():
        keys = list(unused.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH_SIZE])
        unused.model.objects.filter(pk__in=keys).delete()
        for key in keys:  # before the commit: afterwards the same files may be stored anew
            for name in names_of(key):
                storage.delete(name)
    return len(keys)
