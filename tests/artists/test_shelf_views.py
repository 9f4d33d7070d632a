"""The pages of the shelf: who sees, hears, offers and decides what."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person
from artists.remixes import envelopes, shelf_views
from config.events import handle_batch
from events.models import Outbox
from fans import experiences, shelf, shelf_terms
from fans.models import Engagement, Render, RenderFile, ShelfEntry
from listens import first_party
from listens.models import Listen
from rights import grants
from rights.models import Use
from tests import factories
from tests.artists import shelf_scene
from tests.artists.shelf_scene import Shelf
from tests.artists.studio.pages import visible_text
from tests.listens.factories import make_incoming
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db
SHELF = "/artists/mara-veil/shelf"
STUDIO = "/studio/mara-veil/shelf"


module_scene, scene = share_scene_with_audio(shelf_scene.create_in)


@pytest.fixture
def hearer() -> Person:
    return factories.create_fan("Ove")


def offer_of(scene: Shelf) -> str:
    return f"/experiences/{scene.experience.pk}/shelf"


def form(scene: Shelf, **changes: Any) -> dict[str, Any]:
    terms = {"terms_hash": shelf_terms.hash_terms(scene.experience.artist.name)}
    return terms | {"named": "1", "name": "Zeynep"} | changes


def test_a_fan_offers_it_from_its_page_and_takes_it_back(scene: Shelf) -> None:
    client = factories.signed_in_client(scene.maker)

    page = visible_text(client.get(f"/experiences/{scene.experience.pk}"))
    shown = visible_text(client.get(offer_of(scene)))
    answer = client.post(offer_of(scene), form(scene))

    assert "Share your remix" in page
    assert shelf_terms.write_terms("Mara Veil") in shown
    assert (answer.status_code, answer["Location"]) == (302, offer_of(scene))
    entry = ShelfEntry.objects.get()
    assert (entry.name, entry.state) == ("Zeynep", "offered")
    assert "It waits for an answer" in visible_text(client.get(offer_of(scene)))
    assert client.post(f"{offer_of(scene)}/take-off").status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.ended_by) == ("off", scene.maker.actor)
    assert "you can offer it again" in visible_text(client.get(offer_of(scene)))


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"terms_hash": "0"}, 409, "Accept the terms as they are now"),
        ({"name": " "}, 422, "Type the name that others read"),
        ({"name": "www.mara.example"}, 422, "Choose another name"),
        ({"name": "x" * 49}, 422, "at most 48 characters"),
    ],
)
def test_what_cannot_be_offered_says_why_and_keeps_what_was_typed(
    scene: Shelf, changes: dict[str, str], status: int, words: str
) -> None:
    answer = factories.signed_in_client(scene.maker).post(offer_of(scene), form(scene, **changes))

    assert (answer.status_code, ShelfEntry.objects.count()) == (status, 0)
    assert words in visible_text(answer)
    assert f'value="{changes.get("name", "Zeynep")}"' in answer.content.decode()


def test_the_team_may_be_faster_than_its_maker(scene: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    entry, take_off = scene.offer(), shelf_views.decisions.take_off

    def come_second(pk: int, *, by: Person) -> ShelfEntry:
        shelf_views.decisions.decline(pk, by=scene.principal)
        return take_off(pk, by=by)

    monkeypatch.setattr(shelf_views.decisions, "take_off", come_second)
    answer = factories.signed_in_client(scene.maker).post(f"{offer_of(scene)}/take-off")

    assert (answer.status_code, answer["Location"]) == (302, offer_of(scene))
    entry.refresh_from_db()
    assert entry.state == "declined"


def test_pages_say_that_it_cannot_be_heard_once_the_limits_ended(scene: Shelf) -> None:
    entry = scene.put_on()
    maker, team = (factories.signed_in_client(person) for person in (scene.maker, scene.principal))
    assert "It is on the page of Mara Veil" in visible_text(maker.get(offer_of(scene)))

    envelopes.end(scene.song.recording, by=scene.principal)

    paths = [f"/experiences/{scene.experience.pk}", offer_of(scene), SHELF]
    pages = [visible_text(maker.get(path)) for path in paths]
    assert ["annot be heard" in page for page in pages] == [True] * 3
    assert ["It is on the page" in page or "Here since" in page for page in pages] == [False] * 3
    assert "Nobody can hear it now" in visible_text(team.get(STUDIO))
    answer = maker.get(f"/api/v1/experiences/{scene.experience.pk}/shelf").json()
    assert (entry.state, answer["state"], answer["is_heard"]) == ("on", "on", False)


def test_nobody_else_offers_it_or_takes_it_off(scene: Shelf, hearer: Person) -> None:
    scene.offer()
    for person in (hearer, scene.principal, factories.get_staff()):
        client = factories.signed_in_client(person)
        for path in (offer_of(scene), f"{offer_of(scene)}/take-off"):
            assert client.post(path, form(scene)).status_code == 404
        assert client.get(offer_of(scene)).status_code == 404

    assert ShelfEntry.objects.get().state == "offered"


def test_a_hearer_sees_and_hears_exactly_what_was_put_on(scene: Shelf, hearer: Person) -> None:
    client, entry = factories.signed_in_client(hearer), scene.offer()
    sound = f"/shelf/{entry.pk}/sound"
    assert [client.get(path).status_code for path in (sound, f"/shelf/{entry.pk}")] == [404, 404]
    assert "Hear them" not in visible_text(client.get("/artists/mara-veil"))

    factories.signed_in_client(scene.principal).post(f"{STUDIO}/{entry.pk}/put-on")

    file = RenderFile.objects.get(render__kind="shelf")
    part = client.get(sound, headers={"range": "bytes=1-3"})
    assert "Hear them" in visible_text(client.get("/artists/mara-veil"))
    assert "Low Tide Choir , by Zeynep" in visible_text(client.get(SHELF))
    assert "Remixed by Zeynep, approved by Mara Veil" in visible_text(client.get(f"/shelf/{entry.pk}"))
    assert (part.status_code, part.content, part["Cache-Control"]) == (206, b"D3 ", "private, no-store")
    assert part["ETag"] == f'"{file.sha256}"'
    assert [Client().get(path).status_code for path in (SHELF, sound, f"/shelf/{entry.pk}")] == [302] * 3


def test_each_range_is_asked_for_anew_where_the_hearer_is(scene: Shelf, hearer: Person) -> None:
    entry, client = scene.put_on(), factories.signed_in_client(hearer)
    elsewhere = factories.signed_in_client(factories.create_fan("Jo", country="DE"))
    sound = f"/shelf/{entry.pk}/sound"
    grants.switch_on(entry.artist, Use.SHARE, by=scene.principal, fresh=True, territories=["PT"])
    assert [one.get(sound).status_code for one in (client, elsewhere)] == [200, 404]

    grants.switch_off(entry.artist, Use.SHARE, by=scene.principal)

    assert client.get(sound, headers={"range": "bytes=1-3"}).status_code == 404


def test_other_bytes_are_not_served(scene: Shelf, hearer: Person) -> None:
    entry = scene.put_on()
    render = Render.objects.get(kind="shelf")
    path = Path(shelf_scene.audio.storage().path(shelf_scene.renders.fan_file_name(render, "stream")))
    path.unlink()
    path.write_bytes(b"ID3 of somebody else")

    assert factories.signed_in_client(hearer).get(f"/shelf/{entry.pk}/sound").status_code == 404


@pytest.mark.parametrize(
    ("role", "decision", "state", "name", "told"),
    [
        ("principal", "put-on", "on", "Zeynep", "put shared remix"),
        ("owner", "put-on-by-a-fan", "on", "", "on your page, by a fan"),
        ("editor", "decline", "declined", "Zeynep", "declined shared remix"),
        ("reviewer", "take-off", "off", "Zeynep", "off your page"),
    ],
)
def test_every_member_decides_and_nobody_else(
    scene: Shelf, role: str, decision: str, state: str, name: str, told: str
) -> None:
    entry, path = scene.offer(), f"{STUDIO}/{ShelfEntry.objects.get().pk}"
    other = factories.create_artist("Ove Lind")
    for person in (scene.maker, factories.get_staff(), factories.get_member(other, "principal")):
        client = factories.signed_in_client(person)
        assert client.post(f"{path}/{decision}").status_code == 404
        assert [client.get(each).status_code for each in (STUDIO, f"{path}/sound")] == [404, 404]
    foreign = factories.signed_in_client(factories.get_member(other, "principal"))
    assert foreign.post(f"/studio/ove-lind/shelf/{entry.pk}/{decision}").status_code == 404
    client = factories.signed_in_client(factories.get_member(entry.artist, role))
    assert client.get(f"{path}/sound").status_code == 200
    assert "Put it on your page" in visible_text(client.get(STUDIO))
    assert "A fan offers a remix for your page" in visible_text(client.get("/studio/mara-veil/"))

    assert client.post(f"{path}/{decision}").status_code == 302

    entry.refresh_from_db()
    assert (entry.state, entry.name) == (state, name)
    assert client.post(f"{path}/put-on").status_code == 409
    assert client.post(f"{path}/other").status_code == 404
    assert told in visible_text(client.get("/studio/mara-veil/history"))


def test_its_maker_reads_that_others_still_hear_it_where_it_is_permitted(scene: Shelf) -> None:
    entry, maker = scene.put_on(), factories.signed_in_client(scene.maker)
    grants.switch_on(entry.artist, Use.SHARE, by=scene.principal, fresh=True, territories=["ES"])
    spanish = factories.create_fan("Ove", country="ES")

    pages = [visible_text(maker.get(path)) for path in (f"/experiences/{scene.experience.pk}", offer_of(scene), SHELF)]

    assert ["cannot be heard where you are" in page for page in pages] == [True] * 3
    assert shelf.find_for(spanish, entry.pk) == entry


def test_pages_say_only_what_is_so_once_the_yes_or_the_remix_is_taken_back(scene: Shelf) -> None:
    entry, client = scene.put_on(), factories.signed_in_client(scene.maker)
    own = f"/experiences/{scene.experience.pk}"
    assert "cannot be heard where you are" not in visible_text(client.get(offer_of(scene)))

    grants.switch_off(entry.artist, Use.SHARE, by=scene.principal)

    assert "It cannot be heard where you are" in visible_text(client.get(offer_of(scene)))
    client.post(f"{offer_of(scene)}/take-off")
    assert "It is not on the page any more. You keep your remix." in visible_text(client.get(offer_of(scene)))
    page = visible_text(client.get(own))
    assert "It is not on the page of Mara Veil" in page
    assert "Share your remix" not in page
    experiences.withdraw(scene.experience.pk, by="system:command", reason="a test")
    assert "You keep your remix" not in visible_text(client.get(offer_of(scene)))


def test_hearing_it_is_a_listen_of_the_recording_by_the_hearer(
    scene: Shelf, hearer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(minutes=30)

    monkeypatch.setattr(first_party, "datetime", Later)
    entry, client = scene.put_on(), factories.signed_in_client(hearer)
    play = {"started_at": (Later.now(UTC) - timedelta(seconds=40)).isoformat(), "played_ms": 38_000}

    answer = client.post(f"/shelf/{entry.pk}/plays", play)

    assert (answer.status_code, answer.json()) == (200, {"recorded": True})
    rows = Outbox.objects.filter(topic="listens.v1")
    assert handle_batch([make_incoming(bytes(row.value or b""), key=bytes(row.key or b"")) for row in rows]) == []
    listen = Listen.objects.get(person=hearer)
    assert listen.recording_id == scene.song.recording.pk
    assert Engagement.objects.get(person=hearer).listens == 1
    assert client.post(f"/shelf/{entry.pk + 1}/plays", play).status_code == 404


def test_the_api_offers_decides_lists_and_takes_off(scene: Shelf, hearer: Person) -> None:
    maker, team = factories.signed_in_client(scene.maker), factories.signed_in_client(scene.principal)
    own, studio = f"/api/v1/experiences/{scene.experience.pk}/shelf", "/api/v1/studio/mara-veil/shelf"
    before = maker.get(own).json()
    assert (before["may_offer"], before["state"]) == (True, None)
    new = {"name": "Zeynep", "terms_hash": before["terms_hash"]}

    offered = maker.post(own, new, content_type="application/json")
    shelf_scene.make_copy(ShelfEntry.objects.get())

    assert (offered.status_code, offered.json()["state"], offered.json()["may_offer"]) == (201, "offered", False)
    assert maker.post(own, new, content_type="application/json").status_code == 409
    assert factories.signed_in_client(hearer).get(own).status_code == 404
    [waiting] = team.get(studio).json()["results"]
    assert (waiting["title"], waiting["maker"], waiting["state"]) == ("Low Tide Choir", "Zeynep", "offered")
    decide = f"{studio}/{waiting['id']}/decisions"
    wrong = team.post(decide, {"decision": "sell"}, content_type="application/json")
    put = team.post(decide, {"decision": "put_on_without_name"}, content_type="application/json")
    assert (wrong.status_code, put.status_code) == (400, 204)
    [shown] = factories.signed_in_client(hearer).get("/api/v1/artists/mara-veil/shelf").json()["results"]
    assert (shown["maker"], shown["mark_words"]) == ("", "Remixed by a fan, approved by Mara Veil")
    assert factories.signed_in_client(hearer).get(shown["sound"]).status_code == 200
    assert maker.get(own).json()["name_refused"] is True
    assert maker.delete(own).json()["state"] == "off"
    assert factories.signed_in_client(hearer).get("/api/v1/artists/mara-veil/shelf").json()["results"] == []
    assert maker.delete(own).status_code == 404
