"""Grants and the settings of the team over the API."""

import pytest

from catalog.models import Artist
from rights.models import Grant
from tests import factories

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_only_a_principal_with_a_fresh_password_switches_a_grant_on() -> None:
    artist = factories.create_artist("Mara Veil", granted=False)
    on = {"use": "personal_message", "on": True}
    principal, path = factories.get_member(artist, "principal"), "/api/v1/studio/mara-veil/grants"

    refused = factories.reauthenticated_client(factories.get_member(artist, "owner")).post(path, on, content_type=JSON)
    stale = factories.signed_in_client(principal).post(path, on, content_type=JSON)
    switched = factories.reauthenticated_client(principal).post(path, on, content_type=JSON)
    off = factories.reauthenticated_client(principal).post(path, {**on, "on": False}, content_type=JSON)

    assert (refused.status_code, refused.json()["code"]) == (403, "NotAllowed")
    assert (stale.status_code, stale.json()["code"]) == (403, "SignInAgain")
    assert [(grant["version"], grant["ended_at"]) for grant in switched.json()] == [(1, None)]
    assert [grant["ended_at"] is None for grant in off.json()] == [False]
    assert Grant.objects.get().version == 1


def test_the_undo_time_is_required(artist: Artist) -> None:
    response = factories.signed_in_client(factories.get_member(artist, "principal")).put(
        "/api/v1/studio/mara-veil/review-settings", {}, content_type=JSON
    )

    assert (response.status_code, response.json()["errors"]) == (400, {"grace_seconds": ["This field is required."]})
