"""Compute the keys of recordings anew, after a new version of the key."""

from django.db import transaction

from catalog import text_keys
from catalog.models import Artist, Recording

BATCH_SIZE = 1000


def update_recordings() -> int:
    """Update a batch of the recordings that have keys of an older version. Return how many it was.

    Where two main recordings of an artist become one song, one of them stays the main one.
    """
    with transaction.atomic():
        stale = Recording.objects.exclude(key_version=text_keys.VERSION).order_by("pk")
        ids = list(stale.values_list("pk", flat=True)[:BATCH_SIZE])
        artists = Recording.objects.filter(pk__in=ids).values("artist")
        list(Artist.objects.filter(pk__in=artists).order_by("pk").select_for_update())
        for recording in stale.filter(pk__in=ids):
            keys = text_keys.recording_keys(recording.title, recording.artist_credit)
            same_song = Recording.objects.filter(artist=recording.artist_id, names_key=keys["names_key"], is_main=True)
            keeps_mark = recording.is_main and not same_song.exclude(pk=recording.pk).exists()
            Recording.objects.filter(pk=recording.pk).update(**keys, is_main=keeps_mark)
    return len(ids)
