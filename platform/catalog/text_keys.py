"""Compute the keys by which titles and credits are compared. Equal keys mean equal words.

A key has a version: the number of the function that made it. A new way to compare is a new version; stored keys are
then computed anew (`manage.py update_keys`). Tombstones hold no words, so the older functions stay.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypedDict

from catalog import artist_credits

FIELD_SEPARATOR = "\x1f"  # white space to str.split, so a normalised text never holds it
CACHE_SIZE = 65_536  # few titles make most listens

APOSTROPHES = "\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u00b4\u0060\u02b9\u02bb\u02bc\u02bd\u02c8\ua78c\uff07"
QUOTES = "\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\uff02"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u05be\ufe58\ufe63\uff0d"
TYPOGRAPHY = str.maketrans(
    {**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(QUOTES, '"'), **dict.fromkeys(DASHES, "-")}
)
# Controls that are no white space, and what Unicode calls Default_Ignorable_Code_Point: characters without a shape,
# such as the zero width space, direction marks, the soft hyphen, the byte order mark and variation selectors.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# casefold() turns the Turkish capital İ into i and a combining dot, and leaves the dotless ı.
TURKISH_I = re.compile("[iı]\u0307*")


def normalise(text: str) -> str:
    """NFKC, casefold, one space for any run of spaces, none at the ends."""
    if not text.isascii():  # NFKC leaves ASCII as it is
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def fold(text: str) -> str:
    """`normalise`, and the same text for any apostrophes, quotes, dashes, invisible characters and the Turkish i."""
    if text.isascii() and text.isprintable():
        return " ".join(text.replace("`", "'").casefold().split())
    text = INVISIBLE.sub("", text).translate(TYPOGRAPHY)  # before NFKC, which would make a space of ´
    text = TURKISH_I.sub("i", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(TYPOGRAPHY).split())


VERSIONS: dict[int, Callable[[str], str]] = {1: normalise, 2: fold}
"""What makes two texts the same text, by the version of the key. Never change one that a release had: add one."""
VERSION = max(VERSIONS)


class LooseKeys(NamedTuple):
    """Keys of the title without the names that it features: with all names, and with those of the credit alone."""

    names: bytes
    leads: bytes


class RecordingKeys(TypedDict):
    """The keys of a recording, by the fields that store them."""

    text_key: bytes
    names_key: bytes
    leads_key: bytes
    key_version: int


@lru_cache(maxsize=CACHE_SIZE)
def compute(title: str, artist_credit: str, version: int = VERSION) -> bytes:
    """The key, as 32 bytes. Album and duration are left out, because sources of the same play disagree on them."""
    same = VERSIONS[version]
    return _hash(same(title), same(artist_credit))


@lru_cache(maxsize=CACHE_SIZE)
def compute_older(title: str, artist_credit: str) -> tuple[bytes, ...] | None:
    """The keys of all older versions, from the first, or None if all are equal to the key of today."""
    # Past the cache of `compute`, which is for the keys of today.
    older = tuple(compute.__wrapped__(title, artist_credit, version) for version in range(1, VERSION))
    return None if set(older) == {compute(title, artist_credit)} else older


@lru_cache(maxsize=CACHE_SIZE)
def compute_loose(title: str, artist_credit: str, artist_names: tuple[str, ...] = ()) -> LooseKeys:
    """The keys of the title and the set of names. `artist_names` are names that a source lists beside its credit."""
    song, in_title = artist_credits.split_title(fold(title))
    leads, names = _credited_names(artist_credit, artist_names)
    names |= in_title
    of_leads = _hash(song, *sorted(leads))
    return LooseKeys(of_leads if names == leads else _hash(song, *sorted(names)), of_leads)


@lru_cache(maxsize=CACHE_SIZE)
def _credited_names(
    artist_credit: str, artist_names: tuple[str, ...]
) -> tuple[artist_credits.Names, artist_credits.Names]:
    """The names before "feat.", and all names."""
    leads, featured = artist_credits.split_credit(fold(artist_credit))
    return leads, leads.union(featured, *(artist_credits.all_names(fold(name)) for name in artist_names))


def recording_keys(title: str, artist_credit: str) -> RecordingKeys:
    # Past the caches, which are for what is played: a file of a catalogue names each title once.
    text_key, loose = compute.__wrapped__(title, artist_credit), compute_loose.__wrapped__(title, artist_credit)
    return RecordingKeys(text_key=text_key, names_key=loose.names, leads_key=loose.leads, key_version=VERSION)


def _hash(*fields: str) -> bytes:
    return hashlib.sha256(FIELD_SEPARATOR.join(fields).encode()).digest()
