"""The page where a rightsholder uses its key, the API that does the same, and what the artist's team sees of it."""

import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from artists import drafts
from artists.models import Draft, Moment
from catalog.models import Artist
from fans import opt_ins
from rights.agreements import Key
from rights.models import PartyDecision
from tests import factories
from tests.accounts.factories import PASSWORD
from tests.artists.remix_notes import agree, approve, write_for, write_remix_note
from tests.artists.studio.pages import visible_text
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]
JSON = "application/json"


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


def create_song(artist: Artist) -> OwnedSong:
    song = owners.create_owned_song(artist, permitted=False)
    agree(song, keys=(Key(song.label), Key(song.publisher)))
    return song


module_scene, song = share_scene(create_song)


@pytest.fixture
def draft(song: OwnedSong) -> Draft:
    return approve(write_remix_note(song))


@pytest.fixture
def client(song: OwnedSong) -> Client:
    return factories.fresh_client(owners.get_signer(song.label))


def read(response: HttpResponse) -> str:
    """What people read, without the spaces that come of the isolated names."""
    return re.sub(r" (?=[.,’])", "", visible_text(response))


def post(client: Client, song: OwnedSong, draft: Draft, **form: str) -> int:
    path = f"/label/{song.label.pk}/approvals/{draft.pk}"
    return client.post(path, {"revision": str(draft.revision), **form}).status_code


def test_the_page_lists_what_waits_and_who_else_is_asked(client: Client, song: OwnedSong, draft: Draft) -> None:
    write_remix_note(song)

    page = read(client.get(f"/label/{song.label.pk}/approvals"))

    assert "Low Tide Choir · Mara Veil Remixes. Approved by Mara Veil’s team." in page
    assert "Also waits for Kestrel Row." in page
    assert "Waits for the artist first Mara Veil 1 to decide" in page
    assert "Approving may ask for your password." in page
    assert "The first 1 of" not in page


def test_a_signatory_approves_and_the_draft_leaves_the_page(client: Client, song: OwnedSong, draft: Draft) -> None:
    assert post(client, song, draft, do="approve") == 302

    page = read(client.get(f"/label/{song.label.pk}/approvals"))
    assert "Nothing waits for you" in page
    assert PartyDecision.objects.get().party == song.label
    assert post(client, song, draft, do="approve") == 409


def test_a_signatory_declines_and_the_team_reads_why(client: Client, song: OwnedSong, draft: Draft) -> None:
    assert post(client, song, draft, do="decline", reason="Not\x00 this\nsong") == 302

    team = factories.signed_in_client(factories.get_member(draft.artist, "reviewer"))
    reason = "Declined by Harbor Lane: Not this song."
    assert reason in read(team.get("/studio/mara-veil/delivered?state=stopped"))
    assert reason in read(team.get(f"/studio/mara-veil/review/{draft.pk}"))


def test_a_wrong_press_changes_nothing(client: Client, song: OwnedSong, draft: Draft) -> None:
    assert post(client, song, draft, do="perhaps") == 404
    assert post(client, song, draft, do="approve", revision="x") == 409
    assert post(client, song, draft, do="approve", revision="2") == 409
    assert not PartyDecision.objects.exists()


def test_the_team_sees_whom_a_draft_waits_for(client: Client, song: OwnedSong, draft: Draft) -> None:
    team = factories.signed_in_client(factories.get_member(draft.artist, "reviewer"))

    assert "Waits for Harbor Lane and Kestrel Row." in read(team.get(f"/studio/mara-veil/review/{draft.pk}"))
    assert "waits for Harbor Lane, Kestrel Row" in read(team.get("/studio/mara-veil/delivered"))
    assert "waits for Harbor Lane, Kestrel Row" in read(team.get("/studio/mara-veil/"))
    done = read(team.get(f"/studio/mara-veil/review?done={draft.pk}"))
    assert "It waits for Harbor Lane, Kestrel Row." in done
    post(client, song, draft, do="approve")
    assert "Waits for Kestrel Row." in read(team.get(f"/studio/mara-veil/review/{draft.pk}"))


def test_the_teams_api_says_whom_a_draft_waits_for(song: OwnedSong, draft: Draft) -> None:
    team = factories.signed_in_client(factories.get_member(draft.artist, "reviewer"))
    [listed] = team.get("/api/v1/studio/mara-veil/drafts?state=awaiting").json()["results"]
    one = team.get(f"/api/v1/drafts/{draft.pk}").json()

    assert (listed["state"], listed["waits_for"]) == ("awaiting", ["Harbor Lane", "Kestrel Row"])
    assert (one["state"], one["waits_for"], one["deliver_after"]) == ("awaiting", ["Harbor Lane", "Kestrel Row"], None)


def test_a_rightsholder_decides_over_the_api(client: Client, song: OwnedSong, draft: Draft) -> None:
    base = f"/api/v1/labels/{song.label.pk}/approvals"
    [listed] = client.get(base).json()["results"]
    approved = client.post(f"{base}/{draft.pk}", {"answer": "approve", "revision": 1}, content_type=JSON)
    again = client.post(f"{base}/{draft.pk}", {"answer": "approve", "revision": 1}, content_type=JSON)
    declined = client.post(
        f"{base}/{draft.pk}", {"answer": "decline", "reason": "Too fast.", "revision": 1}, content_type=JSON
    )

    assert listed | {"deadline": None, "recording": None} == {
        "id": draft.pk, "artist": "mara-veil", "use": "remix", "revision": 1, "recording": None, "deadline": None,
        "waits_for": ["Harbor Lane", "Kestrel Row"], "sound": "", "changes": [],
    }  # fmt: skip
    assert approved.json() == {"id": draft.pk, "state": "awaiting", "deliver_after": None}
    assert again.status_code == 409
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")


def test_the_queries_of_the_page_do_not_grow(client: Client, song: OwnedSong, draft: Draft) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/label/{song.label.pk}/approvals")
        return len(queries)

    one = count()
    for _ in range(2):
        approve(write_remix_note(song))

    assert count() == one


def test_nothing_made_for_a_fan_on_older_words_comes_to_a_rightsholder(
    client: Client, song: OwnedSong, draft: Draft, artist: Artist
) -> None:
    program, fan = draft.version.program, factories.create_fan("Bo")
    factories.opt_in_under(2, fan, artist)
    moment = factories.create_moment(program, fan)

    assert write_for(Moment.objects.select_related("person", "program__artist").get(pk=moment.pk), song) is None
    moment.refresh_from_db()
    assert moment.reason == drafts.REASON_OLDER_WORDS
    opt_ins.opt_out(draft.person, artist)
    factories.opt_in_under(2, draft.person, artist)
    page = read(client.get(f"/label/{song.label.pk}/approvals"))  # type: ignore[arg-type]
    assert "Nothing waits for you" in page
    assert post(client, song, draft, do="approve") == 404


def test_an_approval_asks_for_the_password_and_a_decline_does_not(song: OwnedSong, draft: Draft) -> None:
    signer = owners.get_signer(song.label)
    signer.set_password(PASSWORD)
    signer.save()
    stale = factories.signed_in_client(signer)
    path = f"/label/{song.label.pk}/approvals/{draft.pk}"

    asked = stale.post(path, {"revision": "1", "do": "approve"})
    assert (asked.status_code, asked.url.partition("?")[0]) == (302, "/accounts/reauthenticate/")
    assert not PartyDecision.objects.exists()

    assert stale.post(path, {"revision": "1", "do": "decline"}).url == f"/label/{song.label.pk}/approvals"
    assert PartyDecision.objects.get().approves is False
