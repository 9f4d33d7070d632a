"""What fans keep when a yes ends: it is frozen at delivery, and what stops says by whom and since when."""

from datetime import datetime
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from artists import delivery
from catalog.models import Artist
from fans import experiences
from fans.models import Experience
from rights import agreements, claims, grants
from rights.grants import Songs
from rights.models import AfterEnd, Grant, Use
from rights.stops import Stop
from tests import factories
from tests.artists.remix_notes import agree, approve, everybody, write_remix_note
from tests.artists.studio.pages import visible_text
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, song = share_scene(partial(owners.create_owned_song, permitted=False))


def deliver(song: OwnedSong, use: str = Use.REMIX) -> Experience:
    draft = approve(write_remix_note(song, use))
    assert delivery.deliver_next()
    return Experience.objects.select_related("person").get(draft=draft.pk)


def find_stop(experience: Experience) -> Stop | None:
    return experiences.received_by(experience.person).get(pk=experience.pk).stopped


def test_the_strictest_of_the_grants_counts_and_is_frozen_at_delivery(song: OwnedSong) -> None:
    for party in everybody(song):
        owners.permit(party)
    assert deliver(song).after_end == AfterEnd.PLAYS_ON

    agree(song, after_end=AfterEnd.STOPS)

    assert deliver(song).after_end == AfterEnd.STOPS
    assert list(Experience.objects.order_by("pk").values_list("after_end", flat=True)) == ["plays_on", "stops"]


def test_the_page_of_a_switch_says_how_much_stops_and_how_much_stays(song: OwnedSong) -> None:
    for party in everybody(song):
        owners.permit(party)
    deliver(song)
    agree(song, after_end=AfterEnd.STOPS)
    for _ in range(2):
        deliver(song)
    label = factories.signed_in_client(owners.get_signer(song.label))
    studio = factories.signed_in_client(owners.get_signer(song.artist))
    slug, switch = song.recording.artist.slug, {"switch_off": f"remix:{song.recording.pk}"}

    asked = [
        visible_text(client.get(path, switch))
        for client, path in ((label, f"/label/{song.label.pk}/artists/{slug}"), (studio, f"/studio/{slug}/grants"))
    ]
    answer = studio.get(f"/api/v1/studio/{slug}/grants/effect", {"use": "remix", "recording": song.recording.pk})

    for page in asked:
        assert "2 sent already, and stop 1 sent already, and stays with its fan" in page
        assert "What fans received of it stops, and says since when and by whom." in page
        assert "What they paid for it in the last 30 days is paid back." in page
    assert {name: answer.json()[name] for name in ("delivered", "stopping")} == {"delivered": 3, "stopping": 2}


def test_what_plays_on_plays_on(song: OwnedSong) -> None:
    version = agree(song)
    experience = deliver(song)

    agreements.end(version, by=owners.get_signer(song.label))

    assert find_stop(experience) is None


def test_what_stops_says_who_ended_the_agreement_and_when(song: OwnedSong) -> None:
    version = agree(song, after_end=AfterEnd.STOPS)
    experience = deliver(song)
    assert find_stop(experience) is None

    agreements.end(version, by=owners.get_signer(song.publisher))

    assert find_stop(experience) == Stop("Kestrel Row", version.ended_at)


def test_what_stops_says_who_said_no_to_the_song(song: OwnedSong) -> None:
    agree(song, after_end=AfterEnd.STOPS)
    experience = deliver(song)

    grants.refuse(song.label, "remix", Songs(recording=song.recording), by=owners.get_signer(song.label))

    assert find_stop(experience) == Stop("Harbor Lane", Grant.objects.get(allows=False).live_from)
    grants.permit(song.label, "remix", Songs(recording=song.recording), by=owners.get_signer(song.label), fresh=True)
    assert find_stop(experience) is None


def test_what_stops_says_which_new_owner_has_not_said_yes(song: OwnedSong) -> None:
    agree(song, after_end=AfterEnd.STOPS)
    experience = deliver(song)
    claims.end(song.label.claims.get(), by=factories.get_staff())
    owners.own(song.label, song.recording, share=5_000)

    claim = owners.own(owners.create_party("label", "Second Shore"), song.recording, share=5_000)

    assert find_stop(experience) == Stop("Second Shore", claim.confirmed_at)


def test_what_stops_says_so_where_nobody_knows_the_owners(song: OwnedSong) -> None:
    agree(song, after_end=AfterEnd.STOPS)
    experience = deliver(song)

    claims.end(claim := song.label.claims.get(), by=factories.get_staff())

    claim.refresh_from_db()
    assert find_stop(experience) == Stop("", claim.live_until)


def test_the_page_says_stopped_and_shows_no_content_and_the_receipt_stays(song: OwnedSong) -> None:
    version = agree(song, after_end=AfterEnd.STOPS)
    experience = deliver(song)
    client = factories.signed_in_client(experience.person)
    own = [reverse(name, args=[experience.pk]) for name in ("experience", "experience-report")]
    pages = [reverse("feed"), *own]
    words = str(experience.text).split(".")[1].strip()
    assert all(words in visible_text(client.get(page)) for page in pages)

    agreements.end(version, by=owners.get_signer(song.label))

    for page in pages:
        text = visible_text(client.get(page))
        assert words not in text, page
        assert f"Stopped by Harbor Lane , on {day(version.ended_at)} ." in text, page
    read = client.get(f"/api/v1/experiences/{experience.pk}").json()
    assert (read["text"], read["why"], read["salt"]) == (None, None, None)
    assert read["stopped"]["by"] == "Harbor Lane"
    assert client.get(f"/r/{experience.receipt_key}").status_code == 200
    assert Client().get(f"/r/{experience.receipt_key}.json").status_code == 200


def day(at: datetime | None) -> str:
    assert at
    return f"{at.day} {at:%b} {at.year}"


def test_a_message_is_never_asked_about(artist: Artist) -> None:
    experience = factories.create_experience(artist)
    grants.switch_off(artist, "personal_message", by=factories.get_member(artist, "principal"))
    with CaptureQueriesContext(connection) as queries:
        [received] = experiences.received_by(experience.person)

    assert (received.stopped, received.text) == (None, experience.text)
    assert len(queries) == 1


def test_what_can_stop_is_not_shown_where_nobody_asked(song: OwnedSong) -> None:
    agree(song, after_end=AfterEnd.STOPS)
    experience = deliver(song)

    with pytest.raises(RuntimeError, match="received_by"):
        _ = experience.stopped


def test_a_receipt_names_the_use_as_a_sentence_does(song: OwnedSong) -> None:
    for party in everybody(song):
        owners.permit(party, Use.DJ)
    receipt = visible_text(Client().get(f"/r/{deliver(song, Use.DJ).receipt_key}"))

    assert "Harbor Lane , DJ sets" in receipt
    assert "Harbor Lane had switched DJ sets on." in receipt
