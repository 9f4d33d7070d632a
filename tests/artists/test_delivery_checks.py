"""What a delivery asks again: the fan's country of now, the keys and the places of each draft."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from artists import delivery
from artists.models import Draft
from catalog.models import Artist
from fans.models import Experience
from rights import grants
from rights.models import Use
from tests import factories

pytestmark = pytest.mark.django_db


def permit_in(artist: Artist, *countries: str) -> None:
    principal = factories.get_member(artist, "principal")
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True, territories=countries)


def move(fan: Person, country: str) -> None:
    Person.objects.filter(pk=fan.pk).update(country=country)


def test_a_fan_who_moved_to_a_country_without_a_yes_gets_nothing() -> None:
    artist = factories.create_artist()
    permit_in(artist, "PT")
    moved, stayed = factories.create_approved_draft(artist), factories.create_approved_draft(artist)
    move(moved.person, "JP")

    delivery.deliver_next()

    moved.refresh_from_db()
    why = "uncleared: Mara Veil (artist): personal messages are not granted in Japan"
    assert (moved.state, moved.reason) == (Draft.State.UNDELIVERABLE, why)
    assert Experience.objects.get().draft == stayed.pk


def test_what_a_fan_who_moved_gets_rests_on_a_clearance_of_the_new_country() -> None:
    artist = factories.create_artist()
    permit_in(artist, "PT", "JP")
    draft = factories.create_approved_draft(artist)
    move(draft.person, "JP")
    permit_in(artist, "JP")

    delivery.deliver_next()

    experience = Experience.objects.select_related("clearance").get(draft=draft.pk)
    assert experience.clearance.territory == "JP"


def test_delivering_to_fans_who_moved_takes_as_many_queries_for_many() -> None:
    artist = factories.create_artist()

    def count(number: int) -> int:
        for _ in range(number):
            move(factories.create_approved_draft(artist).person, "JP")
        with CaptureQueriesContext(connection) as queries:
            delivery.deliver_next()
        return len(queries)

    count(1)  # stores the clearance
    assert count(1) == count(5)
