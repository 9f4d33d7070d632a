"""Publish a file whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ai.remix.process import PART


@contextmanager
def publish(path: Path) -> Iterator[Path]:
    """Write to the path that is given. When nothing was raised it becomes `path`, and is on the disk."""
    part = path.with_name(f"{PART}{os.getpid()}-{path.name}")
    try:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
