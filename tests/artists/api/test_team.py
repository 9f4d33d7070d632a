"""Grants and the settings of the team over the API."""

import pytest

from artists import invitation_mail
from catalog.models import Artist
from rights.models import Grant
from tests import factories

pytestmark = pytest.mark.django_db
JSON = "application/json"
TEAM = "/api/v1/studio/mara-veil/team"


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


def test_a_role_is_changed_and_a_member_removed_as_on_the_page(artist: Artist) -> None:
    factories.get_member(artist, "reviewer")
    owner = factories.get_member(artist, "owner")
    client, stale = factories.fresh_client(owner), factories.signed_in_client(owner)
    [pk] = [one["id"] for one in client.get(TEAM).json() if one["role"] == "reviewer"]

    asked = stale.patch(f"{TEAM}/{pk}", {"role": "editor"}, content_type=JSON)
    wrong = client.patch(f"{TEAM}/{pk}", {"role": "principal"}, content_type=JSON)
    changed = client.patch(f"{TEAM}/{pk}", {"role": "editor"}, content_type=JSON)
    removed = client.delete(f"{TEAM}/{pk}")

    assert (asked.status_code, asked.json()["code"]) == (403, "SignInAgain")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["role"])
    assert (changed.status_code, changed.json()["role"]) == (200, "editor")
    assert (removed.status_code, client.delete(f"{TEAM}/{pk}").status_code) == (204, 404)


def test_only_managers_see_invitations_and_cancel_them(artist: Artist) -> None:
    invitation = invitation_mail.invite(
        artist, "friend@example.com", "editor", by=factories.get_member(artist, "owner")
    )
    path = f"{TEAM}/invitations"
    owner, editor = (factories.fresh_client(factories.get_member(artist, role)) for role in ("owner", "editor"))

    seen = [[one["email"] for one in client.get(path).json()] for client in (owner, editor)]
    refused = editor.delete(f"{path}/{invitation.pk}")
    canceled = owner.delete(f"{path}/{invitation.pk}")

    assert seen == [["friend@example.com"], []]
    assert (refused.status_code, canceled.status_code, owner.get(path).json()) == (403, 204, [])
    assert owner.delete(f"{path}/{invitation.pk}").status_code == 404
