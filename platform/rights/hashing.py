"""Compute in Python the hashes that PostgreSQL computes over contents and shapes, so that anyone can check one.

A test compares both. To change what is hashed, add a new column and keep the old one too (docs/adr/0006).
"""

import hashlib
from uuid import UUID

COMMITMENT_DESCRIPTION = (
    "SHA-256, in hexadecimal, over the UTF-8 bytes of these six with one line feed between each: the salt, the fan's "
    "id, the artist's number, the mark's key, the name in the mark, the text."
)


def content_hash(*, salt: str, person: UUID, artist: int, mark: str, credit: str, text: str) -> str:
    """The hash that a decision on one item holds, as 64 hex digits. ValueError where PostgreSQL gives no hash."""
    if len(salt) != 32 or "\n" in mark + credit:
        raise ValueError("A salt has 32 characters, and neither mark nor credit holds a line break.")
    return _hash_fields(salt, str(person), str(artist), mark, credit, text)


def shape_hash(
    *, program: int, version: int, moment: str, nth: int, recording: int | None, audience: str, wording: str
) -> str:
    """The hash that a principal's signature holds, as 64 hex digits."""
    return _hash_fields(
        str(program), str(version), moment, str(nth), "" if recording is None else str(recording), audience, wording
    )


def _hash_fields(*fields: str) -> str:
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()
