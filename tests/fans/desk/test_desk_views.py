"""The remix desk as a page: change, hear, undo, keep, and what is refused."""

from pathlib import Path

import msgspec
import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from ai.remix.moods import find_moods
from artists.remixes import envelopes
from catalog.models import Artist
from fans.desk import state
from fans.desk_models import Choice, RemixDesk, RemixPart, RemixTry
from fans.models import Render
from fans.remix_models import RemixOffer
from tests import factories
from tests.artists import remix_request_scene, remix_scene
from tests.fans.pages import HTMX, count_queries, signed_in_client
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db


def create_offer(artist: Artist, folder: Path) -> RemixOffer:
    remix_scene.create_signed_scene_in(artist, folder)
    return RemixOffer.objects.select_related("artist").get()


module_scene, offer = share_scene_with_audio(create_offer)


@pytest.fixture
def fan() -> Person:
    return factories.create_fan()


@pytest.fixture
def client(fan: Person) -> Client:
    return signed_in_client(fan)


@pytest.fixture
def url(offer: RemixOffer) -> str:
    return reverse("remix-desk", args=[offer.artist.slug, offer.recording_id])


DATA = {
    "tempo": "100", "pitch": "0", "room": "none", "colour": "none",
    **{f"level-{stem}": "0" for stem in ("drums", "bass", "chords", "vocals")},
    **{f"times-{section}": "1" for section in ("intro", "verse", "chorus", "bridge", "outro")},
}  # fmt: skip
"""What the browser sends when nothing was touched."""


def test_moods_wishes_and_undo_change_the_desk(client: Client, url: str) -> None:
    client.post(url, {"do": "mood:after_midnight"}, headers=HTMX)
    answer = client.post(url, {"do": "wish", "wish": "no chords, and whales"}, headers=HTMX)

    assert "“<bdi>whales</bdi>”" in answer.content.decode()
    assert '"mute":true' in RemixDesk.objects.get().recipe
    client.post(url, {"do": "undo"}, headers=HTMX)
    assert '"mute":true' not in RemixDesk.objects.get().recipe
    assert '"tempo_percent":88' in RemixDesk.objects.get().recipe
    client.post(url, {"do": "undo"}, headers=HTMX)
    client.post(url, {"do": "undo"}, headers=HTMX)
    assert "Nothing changed yet" in client.get(url).content.decode()


def test_it_is_asked_for_where_the_artist_takes_requests(client: Client, url: str, offer: RemixOffer) -> None:
    said = "takes no requests for remixes at the moment"
    closed = client.post(url, {"do": "wish", "wish": "slower"}, headers=HTMX).content.decode()
    assert ("Ask for it" in closed, said in closed) == (False, True)

    remix_request_scene.create_offer(offer.artist)

    opened = client.get(url).content.decode()
    assert ("Ask for it" in opened, said in opened) == (True, False)


def test_a_change_wants_20_seconds_of_it_and_of_the_recording(client: Client, url: str, fan: Person) -> None:
    client.post(url, {"do": "wish", "wish": "slower", "hear": "chorus"}, headers=HTMX)

    yours, recorded = Render.objects.filter(kind="preview").order_by("pk")
    assert (yours.person, yours.section, yours.seconds) == (fan, 2, 10)
    assert '"tempo_percent":92' in yours.recipe
    assert '"tempo_percent":100' in recorded.recipe


def test_a_newer_change_replaces_the_one_that_waits(client: Client, url: str) -> None:
    client.post(url, {"do": "wish", "wish": "slower"}, headers=HTMX)
    client.post(url, {"do": "wish", "wish": "hall"}, headers=HTMX)

    states = Render.objects.filter(kind="preview").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["replaced", "replaced", "wanted", "wanted"]


def test_nobody_hears_the_whole_in_parts(client: Client, url: str) -> None:
    answers = [
        client.post(url, {"do": "wish", "wish": wish, "hear": section}, headers=HTMX).content.decode()
        for section in ("intro", "verse", "chorus", "bridge", "outro")
        for wish in ("a bit softer bass", "as it was")
    ]

    heard = RemixPart.objects.values("family").annotate(seconds=Sum("seconds")).values_list("seconds", flat=True)
    assert 0 < max(heard) <= 10  # a third of 30 seconds
    assert "You have heard as much of this" in answers[-1]


@pytest.mark.parametrize(
    ("name", "value"), [("tempo", "20"), ("tempo", "1.5"), ("room", "cathedral"), ("level-bass", "")]
)
def test_what_the_sliders_cannot_send_changes_nothing(client: Client, url: str, name: str, value: str) -> None:
    answer = client.post(url, DATA | {name: value}, headers=HTMX)

    assert (answer.status_code, Render.objects.filter(kind="preview").count()) == (422, 0)
    assert client.post(url, DATA | {"tempo": "90"}, headers=HTMX).status_code == 200
    assert '"tempo_percent":90' in RemixDesk.objects.get().recipe


def test_ten_tries_are_kept_at_most_and_can_be_used_again(client: Client, url: str) -> None:
    statuses = []
    for tempo in range(90, 101):
        client.post(url, DATA | {"tempo": str(tempo)}, headers=HTMX)
        statuses.append(client.post(url, {"do": "keep"}, headers=HTMX).status_code)

    assert statuses == [200] * 10 + [409]
    assert RemixTry.objects.count() == 10
    client.post(url, {"do": "use:1"}, headers=HTMX)
    assert '"tempo_percent":90' in RemixDesk.objects.get().recipe
    client.post(url, {"do": "drop:1"}, headers=HTMX)
    assert list(RemixTry.objects.values_list("number", flat=True)) == list(range(2, 11))


def test_a_surprise_is_chosen_by_rules_and_the_next_is_another(client: Client, url: str) -> None:
    client.post(url, {"do": "surprise"}, headers=HTMX)
    first = RemixDesk.objects.get()
    client.post(url, {"do": "surprise"}, headers=HTMX)
    second = RemixDesk.objects.get()

    assert (first.choice, second.choice) == ("rules", "rules")
    assert first.recipe != second.recipe


def test_a_surprise_that_is_on_the_desk_already_is_followed_by_another(fan: Person, offer: RemixOffer) -> None:
    desk = state.open_desk(fan, offer)
    kitchen = find_moods(desk.source, desk.envelope)["kitchen"]
    state.change(desk, kitchen)

    state.surprise_me(desk)
    same = state.open_desk(fan, offer)
    state.surprise_me(same)
    other = state.open_desk(fan, offer)

    assert (desk.recipe, desk.row.choice, desk.row.surprises) == (kitchen, "hand", 1)
    assert (other.recipe == kitchen, other.row.choice, other.row.surprises) == (False, "rules", 2)


@pytest.mark.parametrize("chosen_by", ["rules", "team"])
def test_what_is_left_of_a_choice_that_was_not_the_fans_stays_so(
    fan: Person, offer: RemixOffer, chosen_by: str
) -> None:
    desk = state.open_desk(fan, offer)
    recorded = desk.recipe
    state.change(desk, msgspec.structs.replace(recorded, tempo_percent=95, room="hall"), Choice(chosen_by))

    choices = []
    for changes in ({"tempo_percent": 95}, {"tempo_percent": 97}, {"tempo_percent": 97, "room": "kitchen"}):
        state.change(desk, msgspec.structs.replace(recorded, **changes))
        choices.append(desk.row.choice)

    assert choices == [chosen_by, "hand", "hand"]


def test_too_many_changes_a_minute_are_told_and_lose_nothing(client: Client, url: str) -> None:
    answers = [client.post(url, {"do": "surprise"}, headers=HTMX).status_code for _ in range(31)]

    assert answers[-1] == 429
    assert RemixDesk.objects.get().surprises == 31


def test_a_closed_offer_says_so_and_keeps_the_tries(
    client: Client, url: str, offer: RemixOffer, shared_artist: Artist
) -> None:
    client.post(url, {"do": "keep"}, headers=HTMX)
    envelopes.end(offer.recording, by=factories.get_member(shared_artist, "principal"))

    assert "Remixes of this song are closed" in client.get(url).content.decode()
    assert client.post(url, {"do": "surprise"}).status_code == 410
    assert RemixTry.objects.count() == 1


def test_a_try_out_is_its_fans_alone_and_gone_when_the_offer_ends(client: Client, url: str, offer: RemixOffer) -> None:
    client.post(url, {"do": "surprise"}, headers=HTMX)
    render = Render.objects.filter(kind="preview").first()
    assert render
    state, sound = (reverse(name, args=[render.pk]) for name in ("remix-preview", "remix-preview-sound"))
    stranger = signed_in_client(factories.create_person())

    assert client.get(state).status_code == 200
    assert [stranger.get(each).status_code for each in (state, sound)] == [404, 404]
    assert client.get(sound).status_code == 404  # it is not made yet


def test_the_page_makes_few_queries(client: Client, url: str) -> None:
    client.post(url, {"do": "keep"}, headers=HTMX)

    assert count_queries(client, url) <= 10
