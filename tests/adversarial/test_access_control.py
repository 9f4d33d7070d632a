"""Everybody who has no business there, at every address there is. The addresses come from the URL table:
a new one that is not placed in addresses.py fails the first test."""

from pathlib import Path
from typing import Any

from django.test import Client
from pytest_django import Settings

from accounts import tokens
from accounts.models import Person, Token
from catalog.models import Artist
from fans import mutes
from fans.desk import previews, state
from fans.models import RemixOffer, Render
from listens.models import Listen
from tests import factories
from tests.adversarial.addresses import (
    FAN_OWNED_PAGES,
    FAN_PAGES,
    LABEL_API,
    LABEL_PAGES,
    PUBLIC_NAMES,
    SIGNED_IN_NAMES,
    STAFF_API_NAMES,
    STAFF_PAGE_NAMES,
    STUDIO_API_NAMES,
    STUDIO_PAGES,
    url_names,
)
from tests.artists import remix_scene
from tests.billing import factories as billing
from tests.billing import mirrors
from tests.operator import addresses as operator

METHODS = ("get", "post", "put", "patch", "delete")


def test_every_address_has_its_place_here() -> None:
    assert (
        url_names()
        == PUBLIC_NAMES
        | SIGNED_IN_NAMES
        | STAFF_API_NAMES
        | STAFF_PAGE_NAMES
        | STUDIO_API_NAMES
        | STUDIO_PAGES.keys()
        | set(FAN_PAGES)
        | set(FAN_OWNED_PAGES)
        | LABEL_API.keys()
        | LABEL_PAGES.keys()  # tests/adversarial/test_label_access.py asks for each of them
        | operator.URL_NAMES  # tests/operator/test_access.py asks for each of them
    )


def test_no_studio_opens_to_somebody_outside_the_team(scene: dict[str, Any]) -> None:
    body = {
        "use": "personal_message",
        "on": True,
        "text": "Mine",
        "email": "a@example.com",
        "role": "owner",
        "revision": 1,
    }
    for person in scene["strangers"]:
        client = Client()
        client.force_login(person)
        for name in sorted(STUDIO_API_NAMES):
            for method in METHODS:
                answer = getattr(client, method)(scene["paths"][name], body, content_type="application/json")
                assert answer.status_code in {404, 405}, (name, method, person.handle, answer.content)

    scene["draft"].refresh_from_db()
    assert scene["draft"].state == "pending"


def test_somebody_elses_program_is_not_in_ones_own_studio(scene: dict[str, Any]) -> None:
    client = Client()
    client.force_login(factories.get_member(scene["other"], "principal"))

    answer = client.get(f"/api/v1/studio/{scene['other'].slug}/programs/{scene['program'].pk}/versions")

    assert answer.status_code == 404


def test_what_reached_a_fan_is_there_for_nobody_else(scene: dict[str, Any]) -> None:
    for person in [*scene["strangers"], *scene["team"]]:
        client = Client()
        client.force_login(person)
        for method in ("get", "post"):
            assert getattr(client, method)(scene["paths"]["api-experience"]).status_code == 404
        assert client.get("/api/v1/experiences").json()["results"] == []

    client.force_login(scene["experience"].person)
    assert client.get(scene["paths"]["api-experience"]).json()["text"] == scene["experience"].text


def test_only_staff_create_artists(scene: dict[str, Any]) -> None:
    for person in [*scene["strangers"], *scene["team"]]:
        client = Client()
        client.force_login(person)
        for name in sorted(STAFF_API_NAMES):
            assert client.post(scene["paths"][name], {}, content_type="application/json").status_code == 404


def test_nobody_without_a_session_gets_past_the_door(scene: dict[str, Any]) -> None:
    own = [f"/api/v1/{name}" for name in ("me", "tokens", "experiences", "listens", "listens/1", "notices")]
    for path in [*scene["paths"].values(), *own]:
        for method in METHODS:
            answer = getattr(Client(), method)(path, {}, content_type="application/json")
            assert answer.status_code == 403, (method, path)


def test_a_write_needs_the_csrf_token(scene: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.get_member(scene["draft"].artist, "principal"))

    answer = client.post(scene["paths"]["api-draft-approve"], {}, content_type="application/json")

    assert answer.status_code == 403
    scene["draft"].refresh_from_db()
    assert scene["draft"].state == "pending"


def test_a_fans_pages_are_for_who_signed_in_and_what_is_theirs_for_nobody_else(
    scene: dict[str, Any], settings: Settings, tmp_path: Path
) -> None:
    experience = scene["experience"]
    preview = _create_preview(experience.artist, experience.person, settings, tmp_path)
    token, _ = tokens.create(experience.person, "phone", by=experience.person)
    mute = mutes.pause(experience.person, scene["program"].pk, experience.artist)
    [heard] = factories.insert_listens(experience.person, experience.artist)
    own = {"slug": experience.artist.slug, "experience": experience.pk, "token": token.pk, "mute": mute.pk}
    own |= {"offer": scene["offer"], "request": scene["request"].pk, "shelf": 1}
    running = mirrors.add_subscription(experience.person, scene["order"].price)
    own |= {"remix": preview.recording_id, "preview": preview.pk}
    own |= {"listen": heard.id, "price": scene["order"].price_id, "order": scene["order"].pk}
    own |= {"gift": billing.give_tier(scene["order"].price, factories.create_fan()).pk}
    own |= {"subscription": running.pk, "payment": mirrors.add_invoice(running).pk}

    for name, (path, method) in {**FAN_PAGES, **FAN_OWNED_PAGES}.items():
        answer = getattr(Client(), method)(path.format(**own))
        assert (answer.status_code, answer["Location"][:17]) == (302, "/accounts/login/?"), name
    for person in [*scene["strangers"], *scene["team"]]:
        client = Client()
        client.force_login(person)
        for name, (path, method) in FAN_OWNED_PAGES.items():
            assert getattr(client, method)(path.format(**own)).status_code == 404, (name, person.handle)

    assert Token.objects.usable().filter(pk=token.pk).exists()
    scene["request"].refresh_from_db()
    assert scene["request"].state == "waiting"
    assert mutes.muted_pairs({(experience.person_id, scene["program"].pk)})
    assert Listen.objects.filter(pk=heard.id, retracted_at=None).exists()


def _create_preview(artist: Artist, fan: Person, settings: Settings, folder: Path) -> Render:
    """A try-out that the fan wants at the remix desk."""
    remixes = remix_scene.create_scene(artist, settings, folder)
    remixes.sign(remixes.save())
    offer = RemixOffer.objects.select_related("artist", "recording", "source").get(recording=remixes.recording)
    return previews.want_preview(state.open_desk(fan, offer), "chorus").yours
