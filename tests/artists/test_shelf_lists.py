"""The lists of a shelf: pages that are full of what the hearer may hear, one song at a time, and the team's."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from artists.remixes import shelf as decisions
from catalog.models import Artist
from fans import shelf
from fans.models import ShelfEntry
from rights import grants
from rights.models import Use
from tests import factories
from tests.artists import remix_scene, shelf_scene
from tests.artists.shelf_scene import Shelf
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
SHELF = "/artists/mara-veil/shelf"


@pytest.fixture
def shelves(artist: Artist, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Shelf]:
    """Three remixes of a song on the shelf, and then three newer ones of another. A page has two."""
    monkeypatch.setattr(shelf, "PAGE_SIZE", 2)
    first = shelf_scene.create(artist, settings, tmp_path)
    other = remix_scene.open_song(owners.create_owned_song(artist, "Slack Water").recording, tmp_path)
    made = [first, *(put_on_another(first, name) for name in ("Bo", "Cy"))]
    first.put_on("Zeynep")
    newer = shelf_scene.create_of(other, factories.create_fan("Di", opted_in=artist))
    newer.put_on("Di")
    return [*made, newer, *(put_on_another(newer, name) for name in ("Eve", "Flo"))]


def put_on_another(beside: Shelf, name: str) -> Shelf:
    fan = factories.create_fan(name, opted_in=beside.experience.artist)
    made = shelf_scene.deliver(beside.song, fan)
    made.put_on(name)
    return made


def hearer() -> Client:
    return factories.signed_in_client(factories.create_fan("Ove"))


def makers(answer: Any) -> list[str]:
    """The names on a page of the shelf, in their order."""
    return re.findall(r"</a>, by\s*<bdi>(\w+)</bdi>", answer.content.decode())


def older(answer: Any) -> str:
    """The address of the next page, or ""."""
    found = re.search(r'href="(\?[^"]*before=[^"]*)" rel="next"', answer.content.decode())
    return found[1].replace("&amp;", "&") if found else ""


def test_every_page_is_full_of_what_the_hearer_may_hear(shelves: list[Shelf]) -> None:
    client, artist = hearer(), Artist.objects.get()
    pages = [client.get(SHELF)]
    while address := older(pages[-1]):
        pages.append(client.get(f"{SHELF}{address}"))
    assert [makers(page) for page in pages] == [["Flo", "Eve"], ["Di", "Zeynep"], ["Cy", "Bo"]]

    grants.switch_off(artist, Use.SHARE, by=shelves[0].principal, recording=shelves[-1].song.recording)

    first = client.get(SHELF)
    second = client.get(f"{SHELF}{older(first)}")
    assert (makers(first), makers(second), older(second)) == (["Zeynep", "Cy"], ["Bo"], "")
    assert "That is everything." in visible_text(second)
    assert makers(client.get(f"{SHELF}?before=nonsense")) == ["Zeynep", "Cy"]


def test_one_song_at_a_time(shelves: list[Shelf]) -> None:
    client, song = hearer(), shelves[0].song.recording

    first = client.get(f"{SHELF}?song={song.pk}")
    second = client.get(f"{SHELF}{older(first)}")

    assert (makers(first), makers(second)) == (["Zeynep", "Cy"], ["Bo"])
    assert "Of Low Tide Choir" in visible_text(first)
    assert makers(client.get(f"{SHELF}?song=x")) == ["Flo", "Eve"]


def test_the_api_pages_through_what_the_hearer_may_hear(shelves: list[Shelf]) -> None:
    client, address = hearer(), "/api/v1/artists/mara-veil/shelf"
    song = shelves[0].song.recording.pk

    def names(query: str = "") -> list[str]:
        return [one["maker"] for one in client.get(f"{address}{query}").json()["results"]]

    assert names() == ["Flo", "Eve", "Di", "Zeynep", "Cy", "Bo"]
    assert (names(f"?recording={song}"), names("?recording=x")) == (["Zeynep", "Cy", "Bo"], [])
    grants.switch_off(Artist.objects.get(), Use.SHARE, by=shelves[0].principal, recording=shelves[-1].song.recording)
    assert names() == ["Zeynep", "Cy", "Bo"]
    assert client.get(f"{address}?cursor=x").status_code == 404


def test_the_team_pages_through_all_of_them(shelves: list[Shelf]) -> None:
    entries = {entry.name: entry for entry in ShelfEntry.objects.all()}
    for name in ("Eve", "Flo"):
        decisions.take_off(entries[name].pk, by=shelves[0].principal)
    for each in shelves[-2:]:
        each.offer("", ready=False)
    studio, client = "/studio/mara-veil/shelf", factories.signed_in_client(shelves[0].principal)

    first = client.get(studio)
    last = client.get(f"{studio}{older(first)}")

    assert visible_text(first).count("Decline") == 2
    assert [visible_text(page).count("Take it off") for page in (first, last)] == [2, 2]
    waiting = put_back(shelves[0], entries["Zeynep"])
    assert "3 wait in all" in visible_text(client.get(studio))
    listed = client.get("/api/v1/studio/mara-veil/shelf").json()["results"]
    assert [one["id"] for one in listed] == sorted(one["id"] for one in listed)
    assert (len(listed), listed[-1]["id"]) == (6, waiting.pk)


def put_back(made: Shelf, entry: ShelfEntry) -> ShelfEntry:
    """It is taken off by its maker, and offered again."""
    decisions.take_off(entry.pk, by=made.maker)
    return made.offer("")


def test_pages_ask_no_more_of_more(shelves: list[Shelf], django_assert_max_num_queries: Any) -> None:
    client = hearer()
    client.get(SHELF)

    with django_assert_max_num_queries(16):
        client.get(SHELF)
