"""The maker and the team learn how often an entry of a shelf was played: in steps, and not of a few fans."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Person
from config.events import handle_batch
from events.models import Outbox
from fans import shelf_plays
from fans.models import ShelfEntry
from listens import first_party
from listens.first_party import ReportedPlay
from tests import factories
from tests.artists import shelf_scene
from tests.artists.shelf_scene import Shelf
from tests.artists.studio.pages import visible_text
from tests.listens.factories import make_incoming
from tests.module_scenes import share_scene_with_audio
from web.models import RateWindow

pytestmark = pytest.mark.django_db
UNSAID = "Too few fans played it to give a number."


module_scene, scene = share_scene_with_audio(shelf_scene.create_in)


def hear(entry: ShelfEntry, person: Person, *, times: int = 1) -> None:
    """So many plays, one after the other, which the consumer counts."""
    Outbox.objects.filter(topic="listens.v1").delete()
    now = datetime.now(UTC)
    for number in range(times):
        started_at = now - timedelta(minutes=5 * (number + 1))
        RateWindow.objects.all().delete()  # as if the time between two plays had passed
        assert first_party.submit(
            ReportedPlay(
                person=person,
                recording=entry.recording,
                milliseconds=31_000,
                started_at=started_at,
                played_ms=31_000,
                remix=str(entry),
            )
        )
    rows = Outbox.objects.filter(topic="listens.v1")
    assert handle_batch([make_incoming(bytes(row.value or b""), key=bytes(row.key or b"")) for row in rows]) == []


def read_pages(scene: Shelf) -> list[str]:
    """Of the maker: the page of the offer, and the shelf. Of the team: its page."""
    maker, team = (factories.signed_in_client(person) for person in (scene.maker, scene.principal))
    offer = maker.get(f"/experiences/{scene.experience.pk}/shelf")
    return [
        visible_text(page)
        for page in (offer, maker.get("/artists/mara-veil/shelf"), team.get("/studio/mara-veil/shelf"))
    ]


def test_plays_are_counted_out_once_five_others_heard_it(scene: Shelf) -> None:
    entry = scene.put_on()
    fans = [factories.create_fan(f"Fan {number}") for number in range(shelf_plays.LEAST_FANS)]
    hear(entry, entry.person, times=3)
    for fan in fans[1:]:
        hear(entry, fan, times=3)
    assert [UNSAID in page for page in read_pages(scene)] == [True] * 3
    assert shelf_plays.count([entry]) == {entry.pk: 0}

    hear(entry, fans[0])

    assert shelf_plays.count([entry]) == {entry.pk: 10}
    assert ["Others played it at least 10 times." in page for page in read_pages(scene)] == [True] * 3
    team = factories.signed_in_client(scene.principal).get("/api/v1/studio/mara-veil/shelf").json()
    own = factories.signed_in_client(scene.maker).get(f"/api/v1/experiences/{scene.experience.pk}/shelf").json()
    assert ([one["plays"] for one in team["results"]], own["plays"]) == ([10], 10)


def test_hearers_are_told_no_number(scene: Shelf) -> None:
    entry = scene.put_on()
    hearer = factories.signed_in_client(factories.create_fan("Ove"))

    pages = [visible_text(hearer.get(path)) for path in ("/artists/mara-veil/shelf", f"/shelf/{entry.pk}")]

    assert ["played it" in page for page in pages] == [False, False]


@pytest.mark.parametrize(
    ("plays", "step"), [(5, 5), (9, 5), (19, 10), (20, 20), (99, 50), (100, 100), (12_345, 10_000)]
)
def test_a_number_moves_in_steps(plays: int, step: int) -> None:
    assert shelf_plays.round_down(plays) == step


def test_counting_reads_the_plays_of_the_shelf_and_not_those_of_the_song(scene: Shelf) -> None:
    entry = scene.put_on()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        plan = shelf_plays.list_plays([entry]).explain()

    assert "listens_of_shelves" in plan
