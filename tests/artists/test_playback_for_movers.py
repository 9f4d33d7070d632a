"""What can stop is asked about where its fan is now."""

from collections.abc import Collection

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Person
from catalog.models import Artist
from fans import experiences
from rights import grants
from rights.grants import Songs
from rights.models import AfterEnd, Grant
from rights.stops import Stop
from tests import factories
from tests.artists.remix_notes import everybody
from tests.artists.studio.pages import visible_text
from tests.artists.test_what_stays import deliver, find_stop
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def song(artist: Artist) -> OwnedSong:
    return owners.create_owned_song(artist, permitted=False)


def agree_in(song: OwnedSong, label_in: Collection[str], after_end: AfterEnd = AfterEnd.STOPS) -> None:
    """Everybody permits remixes everywhere, but for the label: it does so in these countries."""
    for party in everybody(song):
        owners.permit(party, after_end=after_end, territories=label_in if party == song.label else ())


def move(fan: Person, country: str) -> None:
    Person.objects.filter(pk=fan.pk).update(country=country)


def test_what_stops_is_asked_about_where_the_fan_is_now(song: OwnedSong) -> None:
    agree_in(song, ["PT", "BR"])
    experience = deliver(song)
    fan = experience.person
    assert fan.country == "PT"

    move(fan, "JP")
    assert find_stop(experience) == Stop("Harbor Lane", None, "JP")
    move(fan, "BR")
    assert find_stop(experience) is None
    move(fan, "PT")
    assert find_stop(experience) is None


def test_a_yes_that_ended_where_the_fan_is_now_stops_it_there_alone(song: OwnedSong) -> None:
    agree_in(song, ["PT", "BR"])
    experience = deliver(song)
    move(experience.person, "BR")
    agree_in(song, ["PT"])

    ended = Grant.objects.get(party=song.label, country="BR").ended_at

    assert find_stop(experience) == Stop("Harbor Lane", ended)
    move(experience.person, "PT")
    assert find_stop(experience) is None


def test_a_yes_that_ended_everywhere_stops_it_for_a_fan_who_moved_too(song: OwnedSong) -> None:
    agree_in(song, ["PT"])
    experience = deliver(song)
    move(experience.person, "JP")

    grants.refuse(song.label, "remix", Songs(), by=owners.get_signer(song.label))

    assert find_stop(experience) == Stop("Harbor Lane", Grant.objects.get(party=song.label, country="PT").ended_at)


def test_what_plays_on_follows_a_fan_who_moves(song: OwnedSong) -> None:
    agree_in(song, ["PT"], AfterEnd.PLAYS_ON)
    experience = deliver(song)

    move(experience.person, "JP")

    assert find_stop(experience) is None


def test_a_page_asks_where_the_fan_is_in_the_same_query_and_says_so(song: OwnedSong) -> None:
    agree_in(song, ["PT"])
    experience = deliver(song)
    move(experience.person, "JP")
    client = factories.signed_in_client(experience.person)
    with CaptureQueriesContext(connection) as queries:
        [received] = experiences.received_by(experience.person)

    assert (received.stopped, len(queries)) == (Stop("Harbor Lane", None, "JP"), 1)
    text = visible_text(client.get(reverse("experience", args=[experience.pk])))
    assert "This does not play in Japan, where you are now: Harbor Lane has not permitted it there." in text
    assert str(experience.text).split(".")[1].strip() not in text
    read = client.get(f"/api/v1/experiences/{experience.pk}").json()
    assert (read["text"], read["stopped"]) == (None, {"by": "Harbor Lane", "at": None, "country": "JP"})
