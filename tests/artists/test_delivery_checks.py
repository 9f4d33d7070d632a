"""What a delivery asks again: the fan's country of now, the keys and the places of each draft."""

from functools import partial

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from artists import delivery
from artists.models import Draft
from catalog.models import Artist
from fans.models import Experience
from rights import grants
from rights.agreements import Key
from rights.models import Place, Use
from tests import factories
from tests.artists.remix_notes import agree, approve, write_remix_note
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, song = share_scene(partial(owners.create_owned_song, permitted=False))


def permit_in(artist: Artist, *countries: str) -> None:
    principal = factories.get_member(artist, "principal")
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True, territories=countries)


def move(fan: Person, country: str) -> None:
    Person.objects.filter(pk=fan.pk).update(country=country)


def test_a_fan_who_moved_to_a_country_without_a_yes_gets_nothing(artist: Artist) -> None:
    permit_in(artist, "PT")
    moved, stayed = factories.create_approved_draft(artist), factories.create_approved_draft(artist)
    move(moved.person, "JP")

    delivery.deliver_next()

    moved.refresh_from_db()
    why = "uncleared: Mara Veil (artist): personal messages are not allowed where the fan is"
    assert (moved.state, moved.reason) == (Draft.State.UNDELIVERABLE, why)
    assert Experience.objects.get().draft == stayed.pk


def test_what_a_fan_who_moved_gets_rests_on_a_clearance_of_the_new_country(artist: Artist) -> None:
    permit_in(artist, "PT", "JP")
    draft = factories.create_approved_draft(artist)
    move(draft.person, "JP")
    permit_in(artist, "JP")

    delivery.deliver_next()

    experience = Experience.objects.select_related("clearance").get(draft=draft.pk)
    assert experience.clearance.territory == "JP"


def test_delivering_to_fans_who_moved_takes_as_many_queries_for_many(artist: Artist) -> None:
    def count(number: int) -> int:
        for _ in range(number):
            move(factories.create_approved_draft(artist).person, "JP")
        with CaptureQueriesContext(connection) as queries:
            delivery.deliver_next()
        return len(queries)

    count(1)  # stores the clearance
    assert count(1) == count(5)


def deliver_all_but(bad: Draft, good: Draft) -> str:
    """Why the one is not delivered, while the other is."""
    assert delivery.deliver_next()
    assert Experience.objects.get().draft == good.pk
    bad.refresh_from_db()
    assert bad.state == Draft.State.UNDELIVERABLE
    return bad.reason


def test_a_draft_whose_place_was_given_back_stops_nobody_elses_delivery(song: OwnedSong) -> None:
    agree(song, monthly_limit=2)
    bad, good = approve(write_remix_note(song)), approve(write_remix_note(song))
    Place.objects.filter(item=bad.item).update(free_from=Now())

    why = deliver_all_but(bad, good)

    assert why == "uncleared: its place among those of the month was given back"


def test_a_draft_without_its_key_stops_nobody_elses_delivery(song: OwnedSong) -> None:
    agree(song, keys=(Key(song.label),))
    bad = approve(write_remix_note(song))
    Draft.objects.filter(pk=bad.pk).update(state=Draft.State.APPROVED, deliver_after=Now())
    good = factories.create_approved_draft(bad.artist)

    assert deliver_all_but(bad, good) == "uncleared: not approved by Harbor Lane"


def test_a_remix_of_a_fan_who_moved_keeps_its_place(song: OwnedSong) -> None:
    agree(song, monthly_limit=1)
    draft = approve(write_remix_note(song))
    move(draft.person, "JP")

    assert delivery.deliver_next()

    assert Experience.objects.select_related("clearance").get(draft=draft.pk).clearance.territory == "JP"
    assert Place.objects.filter(free_from=None).count() == 1
