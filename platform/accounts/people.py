"""Sign up: what a person's name may consist of, wherever it is typed."""

import unicodedata

BIDI_CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They turn what follows around, a stranger's words too; a name runs its own way without them."""


def normalise_name(name: str) -> str:
    """Without control characters, turns, line breaks and doubled spaces. Joiners and marks stay: names need them."""
    spaced = " ".join(name.split())
    return "".join(
        letter for letter in spaced if unicodedata.category(letter) != "Cc" and letter not in BIDI_CONTROLS
    ).strip()
