"""Compute in Python the hashes that PostgreSQL computes over contents and shapes, so that anyone can check one.

A test compares both. To change what is hashed, add a new column and keep the old one too (docs/adr/0006).
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from uuid import UUID

from django.utils.crypto import salted_hmac

COMMITMENT_DESCRIPTION = (
    "SHA-256, in hexadecimal, over the UTF-8 bytes of these six with one line feed between each: the salt, the fan’s "
    "id, the artist’s number, the mark’s key, the name in the mark, the text."
)
WHY_DESCRIPTION = (
    "The same over four: the salt, the fan’s id, the artist’s number, and the facts why the fan got it, as JSON on one "
    "line, shorter keys first, with a space after each colon and comma."
)


def new_salt() -> str:
    """32 random hex digits, so that nobody can find a text by trying texts against its hash."""
    return secrets.token_hex(16)


def content_hash(*, salt: str, person: UUID, artist: int, mark: str, credit: str, text: str) -> str:
    """The hash that a decision on one item holds, as 64 hex digits. ValueError where PostgreSQL gives no hash."""
    if len(salt) != 32 or "\n" in mark + credit:
        raise ValueError("A salt has 32 characters, and neither mark nor credit holds a line break.")
    return _hash_fields(salt, str(person), str(artist), mark, credit, text)


def why_hash(*, salt: str, person: UUID, artist: int, why: Mapping[str, str | int | None]) -> str:
    """The second hash of a decision on one item, over the facts why the fan gets it, as 64 hex digits."""
    if len(salt) != 32:
        raise ValueError("A salt has 32 characters.")
    return _hash_fields(salt, str(person), str(artist), _write_like_postgresql(why))


def shape_hash(
    *, program: int, version: int, moment: str, nth: int, recording: int | None, audience: str, wording: str
) -> str:
    """The hash that a principal's signature holds, as 64 hex digits."""
    return _hash_fields(
        str(program), str(version), moment, str(nth), "" if recording is None else str(recording), audience, wording
    )


def shelf_hash(
    *, salt: str, person: UUID, artist: int, render: int, sha256: str, mark: str, credit: str, name: str
) -> str:
    """The hash that a decision on an entry of the shelf holds. ValueError where PostgreSQL gives no hash."""
    if len(salt) != 32 or len(sha256) != 64 or "\n" in mark + credit:
        raise ValueError("A salt has 32 characters, a digest 64, and neither mark nor credit holds a line break.")
    return _hash_fields("shelf", salt, str(person), str(artist), str(render), sha256, mark, credit, name)


def _write_like_postgresql(facts: Mapping[str, str | int | None]) -> str:
    """A flat object as the text that jsonb has: the keys by their length in bytes, then by their bytes."""
    ordered = sorted(facts, key=lambda key: (len(key.encode()), key.encode()))
    return json.dumps({key: facts[key] for key in ordered}, ensure_ascii=False)


def _hash_fields(*fields: str) -> str:
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()


def wording_hash(wording: str) -> str:
    """The hash of an agreement's wording, as the database computes it when a version is proposed."""
    return _hash_fields(wording)


def address_digest(address: str) -> str:
    """A keyed digest of a network address, as 64 hex digits; "" for none. There are few addresses to try."""
    text = address.encode(errors="surrogatepass")
    return salted_hmac("rights.acceptance", text, algorithm="sha256").hexdigest() if address else ""
