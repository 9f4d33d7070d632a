"""What ListenBrainz clients send as credits and titles counts for the artists' recordings."""

import json
from typing import Any

import pytest

from accounts.models import Person
from catalog import registration
from catalog.models import Artist, Recording
from config.events import handle_batch
from fans.models import Engagement, RecordingEngagement
from listens.listenbrainz import mapping, validation
from listens.models import Listen
from tests.listens.factories import NOON, make_incoming

pytestmark = pytest.mark.django_db


def scrobble(fan: Person, *listens: dict[str, Any]) -> None:
    """Validate and count what a client submits: track metadata, one listen after the other, ten minutes apart."""
    noon = int(NOON.timestamp())
    payload = [{"listened_at": noon + n * 600, "track_metadata": track} for n, track in enumerate(listens)]
    body = json.dumps({"listen_type": "import", "payload": payload}).encode()
    submission = validation.validate_submission(body, now=noon + 86_400)
    events = [mapping.encode_listen_event(each, "import", fan.pk, accepted_at=NOON) for each in submission.listens]
    assert handle_batch([make_incoming(value, key=str(fan.pk).encode()) for value in events]) == []


def track(title: str, artist: str, **info: Any) -> dict[str, Any]:
    return {"track_name": title, "artist_name": artist, "additional_info": info}


def stored_counts() -> tuple[dict[str, int], dict[str, int]]:
    """The listens by the artist's name, and by the title of the recording and its ISRC."""
    by_recording = RecordingEngagement.objects.values_list("recording__title", "recording__isrc", "listens")
    return (
        dict(Engagement.objects.values_list("artist__name", "listens")),
        {f"{title} {isrc or ''}".strip(): listens for title, isrc, listens in by_recording},
    )


def test_every_way_to_write_a_credit_counts_for_the_recording_of_both(ana: Person, ada: Artist) -> None:
    registration.add_recording(ada, "Don't Stop", "Ada & Bo", by="system:operator")

    scrobble(
        ana,
        track("Don't Stop", "Ada & Bo"),
        track("Don’t Stop", "Ada, Bo"),
        track("DON´T STOP", "Ada • Bo"),
        track("Don't\u200b Stop", "Ada; Bo"),
        track("Don't Stop", "Ada feat. Bo"),
        track("Don't Stop", "Ada", artist_names=["Ada", "Bo"]),
        track("Don’t Stop (feat. Bo)", "Ada"),
        track("Don’t Stop (feat. Bo)", "Ada & Bo", artist_names=["Ada", "Bo"]),
        track("Don't Stop", "Ada & Cy"),
    )

    assert stored_counts() == ({"Ada": 8}, {"Don't Stop": 8})
    assert list(Listen.objects.filter(recording=None).values_list("artist_credit", flat=True)) == ["Ada & Cy"]


def test_a_play_that_fits_two_recordings_counts_for_the_artist_and_the_main_one(ana: Person, ada: Artist) -> None:
    for isrc in ("GBAYE6800011", "GBAYE6800012"):
        registration.add_recording(ada, "Night Train", by="system:operator", isrc=isrc)

    scrobble(ana, track("Night Train", "Ada"), track("Night Train", "Ada", isrc="GBAYE6800012"))
    oldest_first = stored_counts()
    registration.mark_main(Recording.objects.get(isrc="GBAYE6800012"), by="system:operator")
    scrobble(ana, *[track("Night Train", "Ada")] * 5)  # the first two are known

    assert oldest_first == ({"Ada": 2}, {"Night Train GBAYE6800011": 1, "Night Train GBAYE6800012": 1})
    assert stored_counts() == ({"Ada": 5}, {"Night Train GBAYE6800011": 1, "Night Train GBAYE6800012": 4})


def test_a_play_that_fits_two_artists_counts_for_nobody(ana: Person, ada: Artist) -> None:
    bo = registration.add_artist("Bo", "bo", by="system:operator")
    registration.add_recording(ada, "Night Train", "Ada & Bo", by="system:operator")
    registration.add_recording(bo, "Night Train", "Bo feat. Ada", by="system:operator")

    scrobble(ana, track("Night Train", "Ada, Bo"))

    assert (stored_counts(), Listen.objects.count()) == (({}, {}), 1)
