"""Seed, last: something to hear for a few songs of each artist. It takes a while, so it goes on beside the rest."""

from catalog.models import Recording
from config.demo import synthesis
from config.demo.artist_data import ARTISTS

EACH = 3  # songs an artist


def compose_next() -> bool:
    """One piece, made by rules from its title. Says whether there was one to make; the first artist's come first."""
    for act in ARTISTS:
        played = list(act.songs)[:EACH]
        silent = Recording.objects.filter(artist__slug=act.slug, title__in=played, sound=None)
        recording = min(silent, key=lambda each: played.index(each.title), default=None)
        if recording:
            synthesis.compose_recording(recording, seed=f"{recording.artist_credit}: {recording.title}")
            return True
    return False
