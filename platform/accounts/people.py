"""Clean names that people type, and look up the names by which pages call people."""

import unicodedata
from collections.abc import Iterable

from accounts.models import Person

BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the direction of the text after them, also of text by other people."""


def normalise_name(name: str) -> str:
    """Remove control and direction characters, and turn white space into single spaces.

    Joiners and combining marks stay: names in several scripts need them.
    """
    spaced = " ".join(name.split())
    return "".join(
        letter for letter in spaced if unicodedata.category(letter) != "Cc" and letter not in BIDI_CONTROLS
    ).strip()


def display_names(actors: Iterable[str]) -> dict[str, str]:
    """The display name of each actor `person:<uuid>`, in one query. Other actors and unknown people are left out."""
    ids = {actor.removeprefix("person:") for actor in actors if actor.startswith("person:")}
    people = Person.objects.filter(pk__in=ids).only("name", "handle") if ids else ()
    return {person.actor: person.display_name for person in people}
