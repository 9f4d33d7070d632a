"""Drafts and refused moments over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artists import drafts, review
from artists.models import Draft
from catalog.models import Artist
from fans import opt_ins
from tests import factories

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_the_queue_shows_the_facts_of_a_draft(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))

    response = factories.signed_in_client(factories.get_member(artist, "reviewer")).get(
        "/api/v1/studio/mara-veil/drafts"
    )

    [draft_data] = response.json()["results"]
    assert (draft_data["id"], draft_data["text"], draft_data["state"]) == (draft.pk, draft.text, "pending")
    assert {fact["slot"]: fact["value"] for fact in draft_data["facts"]}["name"] == "Ana"


def test_a_draft_of_a_model_tells_the_words_that_a_person_has_to_judge(artist: Artist) -> None:
    with factories.run_model("Thank you for the casserole, {name}."):
        written = factories.create_pending_draft(artist)
    composed = factories.create_pending_draft(artist)
    client = factories.signed_in_client(factories.get_member(artist, "reviewer"))

    found = [client.get(f"/api/v1/drafts/{draft.pk}").json()["findings"] for draft in (written, composed)]

    reason = "Nobody signed this word, and it is not an everyday one."
    assert found == [[{"code": "word", "text": "casserole", "position": 18, "reason": reason}], []]


def test_a_second_approval_learns_who_decided(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    client = factories.signed_in_client(factories.get_member(artist, "reviewer"))

    first = client.post(f"/api/v1/drafts/{draft.pk}/approve", {"revision": 1}, content_type=JSON)
    second = client.post(f"/api/v1/drafts/{draft.pk}/approve", {"revision": 1}, content_type=JSON)

    assert (first.status_code, first.json()["mark"], first.json()["credit"]) == (200, "filled", "Mara Veil’s team")
    assert (second.status_code, second.json()["code"]) == (409, "AlreadyDecided")
    assert second.json()["detail"].startswith("Already decided by Mara reviewer on ")


def test_a_refused_edit_changes_nothing(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)

    response = factories.signed_in_client(factories.get_member(artist, "principal")).post(
        f"/api/v1/drafts/{draft.pk}/edit", {"text": "Come to https://example.com", "revision": 1}, content_type=JSON
    )

    assert (response.status_code, response.json()["code"]) == (400, "Refused")
    assert Draft.objects.get(pk=draft.pk).text == draft.text


def test_a_declined_draft_is_listed_with_its_reason(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    client = factories.signed_in_client(factories.get_member(artist, "reviewer"))

    client.post(f"/api/v1/drafts/{draft.pk}/decline", {"reason": "Not him", "revision": 1}, content_type=JSON)

    [listed] = client.get("/api/v1/studio/mara-veil/drafts?state=declined").json()["results"]
    assert listed["reason"] == "declined: Not him"


def test_an_approval_can_be_undone(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    client = factories.signed_in_client(factories.get_member(artist, "reviewer"))
    client.post(f"/api/v1/drafts/{draft.pk}/approve", {"revision": 1}, content_type=JSON)

    response = client.post(f"/api/v1/drafts/{draft.pk}/undo")

    assert (response.status_code, response.json()["state"], response.json()["mark"]) == (200, "pending", None)


def test_text_and_name_are_hidden_once_the_fan_opted_out(artist: Artist) -> None:
    fan = factories.create_fan("Xenophon", opted_in=artist)
    waiting = factories.create_pending_draft(artist, fan)
    declined = factories.create_pending_draft(artist, fan, program=factories.create_program(artist, nth=9))
    client = factories.signed_in_client(factories.get_member(artist, "principal"))
    client.post(f"/api/v1/drafts/{declined.pk}/decline", {"revision": 1}, content_type=JSON)
    paths = [
        f"/api/v1/drafts/{waiting.pk}",
        f"/api/v1/drafts/{declined.pk}",
        "/api/v1/studio/mara-veil/drafts",
        "/api/v1/studio/mara-veil/drafts?state=declined",
    ]
    before = [client.get(path).content.decode() for path in paths]
    opt_ins.opt_out(fan, artist)

    after = [client.get(path).content.decode() for path in paths]

    assert ["Xenophon" in text for text in before] == [True] * 4
    assert ["Xenophon" in text or "That was" in text for text in after] == [False] * 4
    assert [client.get(paths[0]).json()[name] for name in ("text", "facts", "state")] == [None, None, "pending"]


@pytest.mark.parametrize("action", ["approve", "edit", "decline"])
def test_a_draft_cannot_be_decided_once_the_fan_opted_out(artist: Artist, action: str) -> None:
    draft = factories.create_pending_draft(artist)
    opt_ins.opt_out(draft.person, artist)
    body = {"text": "Thank you.", "revision": 1}

    response = factories.signed_in_client(factories.get_member(artist, "principal")).post(
        f"/api/v1/drafts/{draft.pk}/{action}", body, content_type=JSON
    )

    assert (response.status_code, response.json()["code"]) == (409, "OptedOut")
    assert response.json()["detail"].startswith("The fan opted out, so nothing of this goes out.")


def test_a_refused_moment_has_a_reason_and_no_fan() -> None:
    artist = factories.create_artist("Ove Lind", granted=False)
    fan = factories.create_fan("Fern", opted_in=artist)
    factories.create_moment(factories.create_program(artist), fan)
    drafts.write_next()

    response = factories.signed_in_client(factories.get_member(artist, "reviewer")).get(
        "/api/v1/studio/ove-lind/moments/refused"
    )

    [refused] = response.json()["results"]
    assert refused["reason"] == "uncleared: Ove Lind (artist): personal messages are off"
    assert "Fern" not in response.content.decode()
    assert str(fan.pk) not in response.content.decode()


def test_an_unknown_state_is_refused(artist: Artist) -> None:
    response = factories.signed_in_client(factories.get_member(artist, "reviewer")).get(
        "/api/v1/studio/mara-veil/drafts?state=lost"
    )

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["state"]


@pytest.mark.parametrize("path", ["drafts", "drafts?state=declined", "programs", "team", "grants"])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(artist: Artist, path: str) -> None:
    client = factories.signed_in_client(factories.get_member(artist, "principal"))
    client.get("/api/v1/me")  # the first request of a window may sweep old ones
    counts = []
    for more in (1, 2):
        for _ in range(more):
            draft = factories.create_pending_draft(artist)
            review.decline(factories.create_pending_draft(artist).pk, by=factories.get_member(artist, "principal"))
            factories.add_member(artist, "reviewer")
            factories.create_program(artist)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"/api/v1/studio/mara-veil/{path}")
        assert response.status_code == 200
        counts.append(len(queries))

    assert draft.state == "pending"
    assert counts[0] == counts[1]
