"""Compute the key by which titles are compared. A listen and a recording with the same words have the same key."""

import hashlib
import unicodedata
from functools import lru_cache

FIELD_SEPARATOR = "\x1f"  # white space to str.split, so a normalised text never holds it


def normalise(text: str) -> str:
    """NFKC, casefold, one space for any run of spaces, none at the ends."""
    if not text.isascii():  # NFKC leaves ASCII as it is
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


@lru_cache(maxsize=65_536)  # few titles make most listens
def compute(title: str, artist_credit: str) -> bytes:
    """The key, as 32 bytes. Album and duration are left out, because sources of the same play disagree on them."""
    return hashlib.sha256(f"{normalise(title)}{FIELD_SEPARATOR}{normalise(artist_credit)}".encode()).digest()
