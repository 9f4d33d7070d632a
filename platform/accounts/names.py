"""Sign up: what a person's name may consist of, wherever it is typed."""

import unicodedata


def tidy(name: str) -> str:
    """Without control characters, line breaks and doubled spaces. Joiners and marks stay: names need them."""
    spaced = " ".join(name.split())
    return "".join(letter for letter in spaced if unicodedata.category(letter) != "Cc").strip()
