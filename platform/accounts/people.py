"""Clean names that people type, look up the names by which pages call people, and set their time zones."""

import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from accounts.models import Person
from accounts.time_zones import UTC_NAME, known_names

BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the direction of the text after them, also of text by other people."""

BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
"""Hangul fillers: Unicode calls them letters, and nobody sees them."""


def normalise_name(name: str) -> str:
    """Remove control and direction characters, and turn white space into single spaces.

    Joiners and combining marks stay: names in several scripts need them.
    """
    spaced = " ".join(name.split())
    return "".join(
        letter for letter in spaced if unicodedata.category(letter) != "Cc" and letter not in BIDI_CONTROLS
    ).strip()


def clean_name(name: str) -> str:
    """A normalised name of a person or a team; "" stays "". Raises ValidationError for one without letter and digit."""
    name = normalise_name(name)
    if name and not has_letter_or_digit(name):
        raise ValidationError("A name needs a letter or a digit.", code="no_letter")
    return name


def has_letter_or_digit(name: str) -> bool:
    """Whether the name has one of any script that can be seen."""
    return any(unicodedata.category(letter)[0] in "LN" and letter not in BLANK_LETTERS for letter in name)


def display_names(actors: Iterable[str]) -> dict[str, str]:
    """The display name of each actor `person:<uuid>`, in one query. Other actors and unknown people are left out."""
    ids = {actor.removeprefix("person:") for actor in actors if actor.startswith("person:")}
    people = Person.objects.filter(pk__in=ids).only("name", "handle") if ids else ()
    return {person.actor: person.display_name for person in people}


def clean_browser_zone(name: str) -> str:
    """The time zone that a browser named; UTC where we do not know it, and "" where it named none."""
    return name if name in known_names() or not name else UTC_NAME


def adopt_browser_zone(person: Person, name: str) -> None:
    """Store the browser's time zone, unless the person has one: what somebody chose stays."""
    Person.objects.filter(pk=person.pk, time_zone="").update(time_zone=clean_browser_zone(name))
