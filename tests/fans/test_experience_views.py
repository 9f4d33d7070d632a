"""Tests of the page of one experience: its words, its state, and what its fan may do."""

import pytest
from django.test import Client

from artists import erasure
from fans import experiences, mutes
from fans.models import Experience, Mute
from tests import factories
from tests.fans.pages import HTMX, count_queries, get_page, received, signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def experience() -> Experience:
    artist = factories.create_artist()
    return received(factories.create_program(artist), factories.create_fan(opted_in=artist))


def test_the_page_shows_words_mark_reason_and_a_link_to_the_receipt(experience: Experience) -> None:
    page = get_page(signed_in_client(experience.person), f"/experiences/{experience.pk}")

    assert str(experience.text) in page.words
    assert experience.mark_words in page.words
    assert "you reached 3 listens of Mara Veil" in page.words
    assert page.all("a", href=f"/r/{experience.receipt_key}")
    assert page.all("a", href=f"/experiences/{experience.pk}/report")
    assert len(page.all("h1")) == 1


def test_a_get_writes_nothing_and_the_page_posts_that_it_was_opened(experience: Experience) -> None:
    client, path = signed_in_client(experience.person), f"/experiences/{experience.pk}"

    page = get_page(client, path)
    experience.refresh_from_db()
    assert experience.opened_at is None
    assert page.all("div", hx_post=f"{path}/opened", hx_trigger="load")

    assert client.post(f"{path}/opened").status_code == 204
    experience.refresh_from_db()
    assert experience.opened_at is not None
    assert not get_page(client, path).all("div", hx_post=f"{path}/opened")


@pytest.mark.parametrize("what", ["", "/opened", "/pause"])
def test_other_people_get_a_404(experience: Experience, what: str) -> None:
    path = f"/experiences/{experience.pk}{what}"
    for person in [factories.create_fan("Bo"), factories.get_member(experience.artist, "principal")]:
        client = signed_in_client(person)
        assert (client.post if what else client.get)(path).status_code == 404
    stranger = Client()
    assert (stranger.post if what else stranger.get)(path).status_code == 302
    assert not Mute.objects.exists()


def test_pausing_stops_its_program_and_resuming_starts_it(experience: Experience) -> None:
    client, path = signed_in_client(experience.person), f"/experiences/{experience.pk}"
    pair = (experience.person_id, experience.program)

    assert client.post(f"{path}/pause", {"on": "1"})["Location"] == path
    assert mutes.muted_pairs({pair}) == {pair}
    assert Mute.objects.get().name == "Thank you"
    assert "Resume" in get_page(client, path).words

    response = client.post(f"{path}/pause", {"on": "0"}, headers=HTMX)
    assert b"Pause this" in response.content
    assert b"<h1" not in response.content
    assert mutes.muted_pairs({pair}) == set()


def test_a_withdrawn_experience_is_a_tombstone_with_its_receipt(experience: Experience) -> None:
    experiences.withdraw(experience.pk, by="system:operator", reason="The artist asked for it.")

    page = get_page(signed_in_client(experience.person), f"/experiences/{experience.pk}")

    assert str(experience.text) not in page.words
    assert "Taken back" in page.words
    assert page.all("a", href=f"/r/{experience.receipt_key}")


def test_an_erased_experience_says_so(experience: Experience) -> None:
    erasure.erase_experience(experience.pk, by="system:operator", reason="The fan asked for it.")

    page = get_page(signed_in_client(experience.person), f"/experiences/{experience.pk}")

    assert "The words were erased" in page.words
    assert page.all("a", href=f"/r/{experience.receipt_key}")
    for other in ("You got this because", experience.mark_words, "Thank you", "Who made what", "Pause"):
        assert other not in page.words


def test_words_have_their_own_direction(experience: Experience) -> None:
    fan = factories.create_fan("Bo", opted_in=experience.artist)
    arabic = received(factories.create_program(experience.artist, nth=2), fan, written="شكرًا لكِ")

    page = get_page(signed_in_client(fan), f"/experiences/{arabic.pk}")

    assert [article["dir"] for article in page.all("article", class_="letter")] == ["auto"]


def test_the_page_takes_a_constant_number_of_queries() -> None:
    artist = factories.create_artist()
    fan, other = factories.create_fan(opted_in=artist), factories.create_fan("Bo", opted_in=artist)
    only = received(factories.create_program(artist, nth=1), fan)
    many = [received(factories.create_program(artist, nth=number), other) for number in (2, 3, 4)]

    cost = count_queries(signed_in_client(fan), f"/experiences/{only.pk}")

    assert count_queries(signed_in_client(other), f"/experiences/{many[0].pk}") == cost <= 8
