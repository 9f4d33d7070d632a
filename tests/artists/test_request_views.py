"""The pages of requests: ask, follow, take back and erase; and what an artist offers, in the studio."""

import re
from typing import Any

import pytest
from django.urls import reverse

from artists.models import ExperienceRequest, ProgramVersion
from billing.models import Authorisation
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from fans.models import Experience
from tests import factories
from tests.artists import requests_scene as scene
from tests.artists.requests_scene import NOTE
from tests.billing import factories as billing
from tests.fans.pages import send_form
from tests.pages.html_page import parse_page

pytestmark = pytest.mark.django_db

FORM = {"recipient": "Leyla", "occasion": "exam", "relation": "sister", "event": "passed", "note": NOTE,
        "may_share_name": "on"}  # fmt: skip
OFFER = {
    "sentences": "Dear {recipient}[, {relation}, {name}, asked me]. For {occasion}.\n\nHello {recipient}. {artist}",
    "locale": "en", "days": "5", "free_tries": "1", "occasions": ["exam", "birthday"], "relations": ["sister"],
    "events": [], "has_song": "on", "price_EUR": "8.00",
}  # fmt: skip


def test_a_fan_asks_follows_it_erases_the_line_and_reads_what_arrived(artist: Artist) -> None:
    version, fan = scene.create_offer(artist), factories.create_fan("Zeynep")
    client = factories.signed_in_client(fan)
    ask = reverse("ask", args=[artist.slug, version.program_id])
    assert ask in client.get(f"/artists/{artist.slug}").content.decode()
    page = client.get(ask).content.decode()
    assert "Nothing to pay." in page
    assert "3 free tries left." in page
    answer = send_form(client, ask, FORM)
    request = ExperienceRequest.objects.get()
    assert answer["Location"] == f"/requests/{request.pk}"
    assert NOTE in client.get(answer["Location"]).content.decode()
    client.post(f"/requests/{request.pk}/erase")
    assert NOTE not in client.get(f"/requests/{request.pk}").content.decode()
    factories.remove_undo_time(artist)
    scene.approve(scene.write(request))
    scene.work()
    page = client.get(f"/requests/{request.pk}").content.decode()
    assert "It is here" in page
    experience = Experience.objects.get(person=fan)
    assert f"/experiences/{experience.pk}" in page
    for path in (f"/experiences/{experience.pk}", f"/r/{experience.receipt_key}", "/requests", "/"):
        shown = client.get(path).content.decode()
        assert NOTE not in shown
    assert "you asked for it" in client.get(f"/experiences/{experience.pk}").content.decode()


def test_a_mistake_keeps_what_was_typed_and_says_what_to_change(artist: Artist) -> None:
    version, client = scene.create_offer(artist), factories.signed_in_client(factories.create_fan())
    ask = reverse("ask", args=[artist.slug, version.program_id])
    answer = send_form(client, ask, FORM | {"note": "ana@example.com"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Leave links, addresses and numbers out" in page
    assert "Leyla" in page
    assert send_form(client, ask, FORM | {"occasion": "divorce"}).status_code == 422
    assert not ExperienceRequest.objects.exists()


def test_a_card_is_asked_for_with_consent_and_the_fan_is_led_to_where_it_is_held(
    fake_provider: FakeStripe, artist: Artist
) -> None:
    billing.share_income(artist)
    version = scene.create_offer(artist, free_tries=0, prices={"EUR": 800})
    client = factories.signed_in_client(factories.create_fan())
    ask = reverse("ask", args=[artist.slug, version.program_id])
    waiting = scene.create_offer(artist, free_tries=1)
    scene.approve(scene.write(scene.ask(factories.create_fan("Ben"), waiting)))
    scene.ask(factories.create_fan("Can"), waiting)
    answer = client.get(ask)
    page = answer.content.decode()
    assert "1 request waits before yours." in parse_page(answer).words
    assert "Where your €8.00 goes Mara Veil €6.40 Fanfare €1.60 Before VAT" in parse_page(answer).words
    assert "Of your monthly limit, €100.00 are left." in parse_page(answer).words
    assert "€8.00 is held on your card." in page
    assert "within 1\n        day at most" in page
    assert send_form(client, ask, FORM).status_code == 422
    answer = send_form(client, ask, FORM | {"start": "now"})
    assert answer.status_code == 303
    request = ExperienceRequest.objects.get(paid_by="card")
    page = client.get(f"/requests/{request.pk}").content.decode()
    assert "€8.00 is not held on your card yet." in page
    assert client.post(f"/requests/{request.pk}/pay")["Location"] == answer["Location"]


def test_a_price_signed_between_seeing_and_sending_is_shown_and_not_held(
    fake_provider: FakeStripe, artist: Artist
) -> None:
    billing.share_income(artist)
    version = scene.create_offer(artist, free_tries=0, prices={"EUR": 800})
    client = factories.signed_in_client(factories.create_fan())
    ask = reverse("ask", args=[artist.slug, version.program_id])
    seen = read_hash(client.get(ask))
    scene.sign_terms(version.program, free_tries=0, prices={"EUR": 2900})

    answer = client.post(ask, FORM | {"start": "now", "words_hash": seen})

    page = answer.content.decode()
    assert (answer.status_code, "are not what you saw any more" in page) == (409, True)
    assert "Hold €29.00 and ask" in page
    assert 'value="Leyla"' in page
    assert not ExperienceRequest.objects.exists()
    assert client.post(ask, FORM | {"start": "now", "words_hash": read_hash(answer)}).status_code == 303
    request, hold = ExperienceRequest.objects.get(), Authorisation.objects.get()
    assert (request.amount, hold.amount) == (2900, 2900)
    assert hold.consent.words == request.consent.words
    shown = parse_page(answer).words
    assert all(sentence in shown for sentence in request.consent.words.split("\n"))


def test_a_free_try_that_was_used_elsewhere_is_not_silently_replaced(artist: Artist) -> None:
    version = scene.create_offer(artist, free_tries=1, prices={"EUR": 800})
    fan = factories.create_fan()
    client = factories.signed_in_client(fan)
    ask = reverse("ask", args=[artist.slug, version.program_id])
    seen = read_hash(client.get(ask))
    scene.ask(fan, version)

    assert client.post(ask, FORM | {"start": "now", "words_hash": seen}).status_code == 409
    assert ExperienceRequest.objects.count() == 1


def read_hash(answer: Any) -> str:
    found = re.search(r'name="words_hash" value="([0-9a-f]{64})"', answer.content.decode())
    assert found
    return found[1]


def test_the_team_reads_the_line_as_a_quotation_and_never_in_the_text(artist: Artist) -> None:
    fan = factories.create_fan("Zeynep")
    client = factories.signed_in_client(fan)
    version = scene.create_offer(artist)
    send_form(client, reverse("ask", args=[artist.slug, version.program_id]), FORM)
    draft = scene.write(ExperienceRequest.objects.get())
    team = factories.signed_in_client(factories.get_member(artist, "reviewer"))
    page = team.get(f"/studio/{artist.slug}/review/{draft.pk}").content.decode()
    assert page.count(NOTE) == 1
    assert "It is no part of the message." in page
    client.post(f"/requests/{ExperienceRequest.objects.get().pk}/take-back")
    page = team.get(f"/studio/{artist.slug}/review/{draft.pk}").content.decode()
    assert NOTE not in page
    assert "Zeynep" not in page


def test_an_artist_writes_signs_closes_and_changes_an_offer(artist: Artist) -> None:
    principal = factories.get_member(artist, "principal")
    client = factories.fresh_client(principal)
    offers = f"/studio/{artist.slug}/offers"
    page = client.post(offers, {"name": "A personal message"})["Location"]
    assert client.get(page).status_code == 200
    saved: Any = client.post(page, OFFER)
    assert saved["Location"] == page
    version = ProgramVersion.objects.get()
    assert (version.moment, version.review_seconds) == ("request", 5 * 86_400)
    shown = client.get(page).content.decode()
    assert "A request costs €8.00" in shown
    assert "Sign version 1 and take requests" in shown
    signed = client.post(f"/studio/{artist.slug}/programs/{version.program_id}/versions/1/sign")
    assert client.get(signed["Location"])["Location"] == page
    fan = factories.signed_in_client(factories.create_fan())
    ask = reverse("ask", args=[artist.slug, version.program_id])
    assert fan.get(ask).status_code == 200
    client.post(f"/studio/{artist.slug}/programs/{version.program_id}/pause")
    assert fan.get(ask).status_code == 404
    assert "A personal message" in client.get(offers).content.decode()
    assert client.post(page, OFFER | {"sentences": "You played {plays} times"}).status_code == 422
