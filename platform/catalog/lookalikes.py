"""Find the artist whose name looks like another name, also with letters of another script."""

import unicodedata
from functools import cache

from confusable_homoglyphs import confusables

from catalog import text_keys
from catalog.models import Artist

SAME_SHAPE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "m": "rn"})
"""Capitals and small letters count as one, so I, i, l and 1 all do. Next to each other, r and n look like m."""
BLANKS = "\u2800"
"""Characters that look empty, though Unicode calls them symbols."""


def find_lookalike(name: str) -> Artist | None:
    """The artist whose name looks like this one. None where the name has no letter or digit to compare."""
    looks = _looks(name)
    same = (pk for pk, other in Artist.objects.order_by("pk").values_list("pk", "name") if looks & _looks(other))
    pk = next(same, None)
    return None if pk is None else Artist.objects.get(pk=pk)


def has_visible_character(name: str) -> bool:
    """Whether one sees anything of this name."""
    visible = text_keys.INVISIBLE.sub("", name)
    return any(unicodedata.category(letter)[0] not in "CZ" and letter not in BLANKS for letter in visible)


def _looks(name: str) -> set[str]:
    """The letters and digits of a name by their shapes: once as they are written, once as small letters.

    A capital can look like another letter where its small form does not, for example the Cyrillic М.
    """
    return {_shapes_of(name), _shapes_of(name.casefold())} - {""}


def _shapes_of(name: str) -> str:
    letters = unicodedata.normalize("NFKD", text_keys.INVISIBLE.sub("", name))
    shapes = _shapes()
    same = "".join(shapes.get(letter, letter) for letter in letters if unicodedata.category(letter)[0] in "LN")
    return same.casefold().translate(SAME_SHAPE)


@cache
def _shapes() -> dict[str, str]:
    """Each letter that has look-alikes, with the one that stands for all: an ASCII letter where there is one."""
    shapes = {}
    for letter, others in confusables.confusables_data.items():
        group = [other["c"] for other in others if len(other["c"]) == 1 and other["c"].isalnum()]
        if len(letter) == 1 and letter.isalnum() and group:
            shapes[letter] = min(letter, *group, key=_preference)
    return shapes


def _preference(letter: str) -> tuple[bool, bool, str]:
    return not letter.isascii(), not letter.isalpha(), letter.casefold()
