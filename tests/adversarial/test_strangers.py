"""Everybody who has no business there, at every address there is. The addresses come from the URL table:
a new one that is not placed here fails the first test."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import world

# What an address is about decides who may see it.
OPEN = {"home", "health", "schema", "submit-listens", "validate-token", "receipt", "receipt-json"}
OWN = {"me", "tokens", "token", "experiences", "experience", "notices", "opt-in", "experience-report"}
STAFF = {"staff-artists", "staff-recordings"}
DESK = {"desk-reports", "desk-report"}
STUDIO = {
    "studio-team", "studio-grants", "studio-practice", "studio-programs", "program-versions", "program-sign",
    "program-pause", "studio-drafts", "studio-refused", "draft", "draft-approve", "draft-edit", "draft-decline",
    "draft-undo",
}  # fmt: skip
METHODS = ("get", "post", "put", "patch", "delete")


def addresses(resolver: URLResolver | None = None) -> list[URLPattern]:
    found: list[URLPattern] = []
    for entry in (resolver or get_resolver()).url_patterns:
        found += addresses(entry) if isinstance(entry, URLResolver) else [entry]
    return found


def names() -> set[str]:
    every = {str(pattern.name) for pattern in addresses()}
    return {name for name in every if not name.startswith("account_")}


def test_every_address_has_its_place_here() -> None:
    assert names() == OPEN | OWN | STAFF | DESK | STUDIO


@pytest.fixture
def scene(db: None) -> dict[str, Any]:
    """A studio with a draft to decide, an experience that arrived, and people who have no part in either."""
    artist, other = world.an_artist("Mara Veil"), world.an_artist("Ove Lind")
    draft = world.a_pending_draft(artist)
    experience = world.an_experience(artist)
    program = draft.version.program
    return {
        "paths": {
            "studio-team": f"/api/v1/studio/{artist.slug}/team",
            "studio-grants": f"/api/v1/studio/{artist.slug}/grants",
            "studio-practice": f"/api/v1/studio/{artist.slug}/practice",
            "studio-programs": f"/api/v1/studio/{artist.slug}/programs",
            "program-versions": f"/api/v1/studio/{artist.slug}/programs/{program.pk}/versions",
            "program-sign": f"/api/v1/studio/{artist.slug}/programs/{program.pk}/versions/1/sign",
            "program-pause": f"/api/v1/studio/{artist.slug}/programs/{program.pk}/pause",
            "studio-drafts": f"/api/v1/studio/{artist.slug}/drafts",
            "studio-refused": f"/api/v1/studio/{artist.slug}/moments/refused",
            "draft": f"/api/v1/drafts/{draft.pk}",
            "draft-approve": f"/api/v1/drafts/{draft.pk}/approve",
            "draft-edit": f"/api/v1/drafts/{draft.pk}/edit",
            "draft-decline": f"/api/v1/drafts/{draft.pk}/decline",
            "draft-undo": f"/api/v1/drafts/{draft.pk}/undo",
            "staff-artists": "/api/v1/staff/artists",
            "staff-recordings": f"/api/v1/staff/artists/{artist.slug}/recordings",
            "experience": f"/api/v1/experiences/{experience.pk}",
        },
        "strangers": [world.a_fan("stranger"), world.a_member(other, "reviewer"), world.a_member(other, "principal")],
        "team": [world.a_member(artist, role) for role in ("principal", "owner", "editor", "reviewer")],
        "draft": draft,
        "experience": experience,
        "other": other,
        "program": program,
    }


def test_no_studio_opens_to_somebody_outside_the_team(scene: dict[str, Any]) -> None:
    body = {"use": "personal_message", "on": True, "text": "Mine", "email": "a@example.com", "role": "owner"}
    for person in scene["strangers"]:
        client = Client()
        client.force_login(person)
        for name in sorted(STUDIO):
            for method in METHODS:
                answer = getattr(client, method)(scene["paths"][name], body, content_type="application/json")
                assert answer.status_code in {404, 405}, (name, method, person.handle, answer.content)

    scene["draft"].refresh_from_db()
    assert scene["draft"].state == "pending"


def test_somebody_elses_program_is_not_in_ones_own_studio(scene: dict[str, Any]) -> None:
    client = Client()
    client.force_login(world.a_member(scene["other"], "principal"))

    answer = client.get(f"/api/v1/studio/{scene['other'].slug}/programs/{scene['program'].pk}/versions")

    assert answer.status_code == 404


def test_what_reached_a_fan_is_there_for_nobody_else(scene: dict[str, Any]) -> None:
    for person in [*scene["strangers"], *scene["team"]]:
        client = Client()
        client.force_login(person)
        for method in ("get", "post"):
            assert getattr(client, method)(scene["paths"]["experience"]).status_code == 404
        assert client.get("/api/v1/experiences").json()["results"] == []

    client.force_login(scene["experience"].person)
    assert client.get(scene["paths"]["experience"]).json()["text"] == scene["experience"].text


def test_only_staff_create_artists(scene: dict[str, Any]) -> None:
    for person in [*scene["strangers"], *scene["team"]]:
        client = Client()
        client.force_login(person)
        for name in sorted(STAFF):
            assert client.post(scene["paths"][name], {}, content_type="application/json").status_code == 403


def test_nobody_without_a_session_gets_past_the_door(scene: dict[str, Any]) -> None:
    own = [f"/api/v1/{name}" for name in ("me", "tokens", "experiences", "notices")]
    for path in [*scene["paths"].values(), *own]:
        for method in METHODS:
            answer = getattr(Client(), method)(path, {}, content_type="application/json")
            assert answer.status_code == 403, (method, path)


def test_a_write_needs_the_csrf_token(scene: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.a_member(scene["draft"].artist, "principal"))

    answer = client.post(scene["paths"]["draft-approve"], {}, content_type="application/json")

    assert answer.status_code == 403
    scene["draft"].refresh_from_db()
    assert scene["draft"].state == "pending"
