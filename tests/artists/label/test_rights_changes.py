"""What changed between a rightsholder and an artist: on the page of its switches, its history and in the API."""

from functools import partial

import pytest
from django.test import Client

from artists.label.rights_changes import list_changes
from catalog.models import Artist
from rights import agreements, claims, grants, roster
from rights.grants import Songs
from rights.models import AfterEnd, Party, Use
from tests import factories
from tests.artists.remix_notes import agree
from tests.artists.studio.pages import visible_text
from tests.fans.pages import count_queries
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = pytest.mark.django_db


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, song = share_scene(partial(owners.create_owned_song, permitted=False))


@pytest.fixture
def client(song: OwnedSong) -> Client:
    return factories.fresh_client(owners.get_signer(song.label))


def changes(party: Party, artist: Artist, limit: int = 50) -> list[str]:
    """The sentences, newest first, as whoever signs for the party reads them."""
    found, _ = list_changes(party, artist, owners.get_signer(party), limit=limit)
    return [f"{each.actor} {each.sentence}" for each in found]


def press(client: Client, song: OwnedSong, **form: str) -> None:
    assert client.post(f"/label/{song.label.pk}/artists/mara-veil", form).status_code == 302


def test_each_press_is_a_line_with_who_pressed_it_and_what_fans_lose(
    client: Client, song: OwnedSong, artist: Artist
) -> None:
    press(client, song, switch_on="remix", after_end="stops")
    press(client, song, switch_off=f"remix:{song.recording.pk}")
    press(client, song, switch_off="remix")

    found, _ = list_changes(song.label, artist, factories.create_person("Rui Anjos"))

    assert [f"{each.actor} {each.sentence}" for each in found] == [
        "Harbor Lane signer switched remixes off for all songs: what fans received of it stops",
        "Harbor Lane signer switched remixes off for Low Tide Choir",
        "Harbor Lane signer switched remixes on for all songs",
        "Harbor Lane confirmed a share of Low Tide Choir",
    ]
    assert changes(song.label, artist)[2] == "You switched remixes on for all songs"


def test_what_others_say_and_what_is_said_of_others_is_not_there(song: OwnedSong, artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    owners.own(song.label, factories.create_recording(other, "Low Tide"))
    owners.permit(song.artist)
    owners.permit(song.publisher)
    owners.permit(song.label, Use.REMIX, Songs(other))

    assert changes(song.label, artist) == ["Harbor Lane confirmed a share of Low Tide Choir"]
    assert changes(song.label, other)[0] == "You switched remixes on for all songs"
    assert changes(song.publisher, artist)[0] == "You switched remixes on for all songs"


def test_a_yes_for_every_artist_and_one_for_a_work_are_there(song: OwnedSong, artist: Artist) -> None:
    owners.permit(song.publisher, Use.DJ, Songs())
    owners.permit(song.publisher, Use.REMIX, Songs(work=song.work))

    assert changes(song.publisher, artist)[:2] == [
        f"You switched remixes on for {song.work.title}",
        "You switched DJ sets on for all songs",
    ]


def test_agreements_the_roster_and_a_dispute_are_there(song: OwnedSong, artist: Artist) -> None:
    entry = owners.add_to_roster(song.label, artist)
    version = agree(song)
    agreements.end(version, by=owners.get_signer(song.label))
    roster.end(entry, by=owners.get_signer(song.label))
    other = owners.create_party("label", "Second Shore")
    claims.claim(other, "recording_owner", by=factories.get_staff(), recording=song.recording)

    assert changes(song.label, artist)[:4] == [
        "Harbor Lane no longer has the artist on its roster",
        "Agreement “Remixes of Mara Veil”, version 1 ended",
        "Agreement “Remixes of Mara Veil”, version 1 began",
        "Harbor Lane has the artist on its roster",
    ]
    assert "disputed" in changes(other, artist)[0]


def test_a_press_that_ends_what_an_agreement_permits_is_a_line(song: OwnedSong, artist: Artist) -> None:
    version = agree(song, after_end=AfterEnd.STOPS)
    grants.refuse(song.label, Use.REMIX, Songs(), by=owners.get_signer(song.label))
    pressed = changes(song.label, artist)[0]
    agreements.end(version, by=owners.get_signer(song.label))

    assert pressed == "You switched remixes off for all songs: what fans received of it stops"
    assert changes(song.label, artist)[:2] == ["Agreement “Remixes of Mara Veil”, version 1 ended", pressed]


def test_the_page_shows_the_newest_and_leads_to_the_history(
    client: Client, song: OwnedSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artists.label.views.switches.HISTORY_PAGE_SIZE", 4)
    base = f"/label/{song.label.pk}/artists/mara-veil"
    for number in range(3):
        press(client, song, switch_on="dj", after_end=AfterEnd.STOPS)
        press(client, song, switch_off="dj")
        assert ("Older ones are in the history" in visible_text(client.get(base))) is (number == 2)

    first = client.get(f"{base}/history")
    older = client.get(f"{base}/history{first.context['older']}")

    assert "What changed" in visible_text(client.get(base))
    assert "You switched DJ sets off for all songs : what fans received of it stops." in visible_text(first)
    assert "confirmed a share" not in visible_text(first)
    assert "Harbor Lane confirmed a share of Low Tide Choir" in visible_text(older)
    assert client.get(f"{base}/history?before=x").status_code == 200


def test_the_api_has_the_same_in_pages(
    client: Client, song: OwnedSong, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artists.label.api.switches.HISTORY_PAGE_SIZE", 2)
    press(client, song, switch_on="dj")
    press(client, song, switch_off="dj")
    address: str | None = f"/api/v1/labels/{song.label.pk}/artists/mara-veil/history"
    told: list[str] = []
    while address:
        page = client.get(address).json()
        told += [f"{each['who']} {each['change']}" for each in page["results"]]
        address = page["next"]

    assert told == changes(song.label, artist)
    assert client.get(f"/api/v1/labels/{song.label.pk}/artists/mara-veil/history?before=x").status_code == 404


def test_it_costs_no_query_for_each_change(client: Client, song: OwnedSong) -> None:
    press(client, song, switch_on="dj")
    paths = [f"/label/{song.label.pk}/artists/mara-veil{end}" for end in ("", "/history")]
    before = [count_queries(client, path) for path in paths]
    press(client, song, switch_off="dj")
    press(client, song, switch_on="playlist")

    assert [count_queries(client, path) for path in paths] == before
