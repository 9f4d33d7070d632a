"""Programs and versions over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artists.models import Program
from catalog.models import Artist
from rights import grants
from rights.models import Use
from tests import factories

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_a_version_with_an_unknown_slot_is_refused(artist: Artist) -> None:
    program = factories.create_program(artist, signed=False)
    wording = {**factories.WORDING, "templates": ["Hello {nmae}"]}
    body = {"moment": "nth_listen", "nth": 3, "wording": wording}

    response = factories.signed_in_client(factories.get_member(artist, "editor")).post(
        f"/api/v1/studio/mara-veil/programs/{program.pk}/versions", body, content_type=JSON
    )

    assert (response.status_code, response.json()["code"]) == (400, "Refused")
    assert "nmae" in response.json()["detail"]
    assert program.versions.count() == 1


def test_a_version_about_another_artists_recording_is_refused(artist: Artist) -> None:
    program = factories.create_program(artist, signed=False)
    other_recording = factories.create_recording(factories.create_artist("Ove Lind"), "Ferry")
    body = {"moment": "nth_listen", "nth": 3, "wording": factories.WORDING, "recording": other_recording.pk}

    response = factories.signed_in_client(factories.get_member(artist, "editor")).post(
        f"/api/v1/studio/mara-veil/programs/{program.pk}/versions", body, content_type=JSON
    )

    assert (response.status_code, response.json()["detail"]) == (400, "Ferry is no recording of Mara Veil’s.")


def test_signing_needs_a_principal_and_a_fresh_password(artist: Artist) -> None:
    program = factories.create_program(artist, signed=False)
    path = f"/api/v1/studio/mara-veil/programs/{program.pk}/versions/1/sign"

    editor = factories.reauthenticated_client(factories.get_member(artist, "editor")).post(path)
    stale = factories.signed_in_client(factories.get_member(artist, "principal")).post(path)
    signed = factories.reauthenticated_client(factories.get_member(artist, "principal")).post(path)

    assert [editor.status_code, stale.status_code, signed.status_code] == [403, 403, 200]
    assert (signed.json()["state"], signed.json()["current"]["signed"]) == ("live", True)
    assert signed.json()["current"]["wording"]["templates"] == factories.WORDING["templates"]


def test_a_program_is_paused_and_resumed(artist: Artist) -> None:
    program = factories.create_program(artist)
    client, path = (
        factories.signed_in_client(factories.get_member(artist, "owner")),
        f"/api/v1/studio/mara-veil/programs/{program.pk}/pause",
    )

    assert client.put(path).json()["state"] == "paused"
    assert client.delete(path).json()["state"] == "live"
    assert Program.objects.get(pk=program.pk).state == "live"


def test_a_live_program_waits_while_personal_messages_are_off(artist: Artist) -> None:
    for signed in (True, True, False):
        factories.create_program(artist, signed=signed)
    client, path = (
        factories.signed_in_client(factories.get_member(artist, "owner")),
        "/api/v1/studio/mara-veil/programs",
    )

    before = [program["standing"] for program in client.get(path).json()]
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "owner"))
    with CaptureQueriesContext(connection) as queries:
        after = client.get(path).json()

    assert before == ["runs", "runs", "unsigned"]
    assert [(program["state"], program["standing"]) for program in after] == [
        ("live", "waits"),
        ("live", "waits"),
        ("draft", "unsigned"),
    ]
    assert len([query for query in queries if "rights_answers" in query["sql"]]) == 1
