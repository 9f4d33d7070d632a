"""The terms under which a fan offers a remix to the shelf of its artist, by version."""

from accounts import consents

TERMS = {
    1: (
        "{artist}’s team can hear your remix again, and decides whether other fans of {artist} can hear it on Fanfare. "
        "You are not paid for it, and nobody pays to hear it. "
        "Others see the song, what was changed in it, and the name that you choose here, or “a fan”. "
        "You can take it off at any time, and so can {artist}’s team. You keep your own remix."
    ),
}
"""What a fan accepts, by version. Never edit a version: add a new one. A consent keeps the text it was given to."""
VERSION = max(TERMS)


def write_terms(artist_name: str) -> str:
    """The newest terms."""
    return TERMS[VERSION].format(artist=artist_name)


def hash_terms(artist_name: str) -> str:
    """What a form sends back, so that nobody accepts other terms than it showed."""
    return consents.digest(write_terms(artist_name))
