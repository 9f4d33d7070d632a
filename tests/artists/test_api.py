"""The studio over HTTP: who may do what, and what is said when it cannot be."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from artists import drafts, review
from artists.models import Draft, Program
from catalog.models import Artist, Recording
from fans import opt_ins
from rights import grants
from rights.models import Grant, Use
from tests import factories

pytestmark = pytest.mark.django_db
JSON = "application/json"
PASSWORD = "a lantern on the quay"


@pytest.fixture
def artist() -> Artist:
    return factories.create_artist("Mara Veil")


def reauthenticated_client(person: Person) -> Client:
    """Signed in, with the password typed just now, at the real form."""
    person.set_password(PASSWORD)
    person.save()
    client = signed_in_client(person)
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302
    return client


def signed_in_client(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_staff_create_an_artist_and_name_the_principal() -> None:
    mara = factories.create_person("Mara")
    body = {"name": "Mara Veil", "slug": "mara-veil", "principal": mara.email.upper()}

    answer = signed_in_client(factories.get_staff()).post("/api/v1/staff/artists", body, content_type=JSON)

    artist = Artist.objects.get(slug="mara-veil")
    assert (answer.status_code, answer.json()) == (201, {"id": artist.pk, "name": "Mara Veil", "slug": "mara-veil"})
    assert list(artist.team.members.values_list("person", "role")) == [(mara.pk, "principal")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"principal": "nobody@example.com"},
            {"email": "Nobody with the address nobody@example.com has an account yet."},
        ),
        ({"slug": "ove-lind"}, {"slug": "ove-lind is taken."}),
    ],
)
def test_an_artist_that_cannot_be_created_says_what_to_change(change: dict[str, str], said: dict[str, str]) -> None:
    factories.create_artist("Ove Lind")
    mara = factories.create_person("Mara")
    body = {"name": "Mara Veil", "slug": "mara-veil", "principal": mara.email, **change}

    answer = signed_in_client(factories.get_staff()).post("/api/v1/staff/artists", body, content_type=JSON)

    assert (answer.status_code, answer.json()) == (400, said)
    assert not Artist.objects.filter(name="Mara Veil").exists()


def test_a_recording_is_added_once(artist: Artist) -> None:
    client, path = signed_in_client(factories.get_staff()), "/api/v1/staff/artists/mara-veil/recordings"

    added = client.post(path, {"title": "Salt Radio", "isrc": "PTABC2600001"}, content_type=JSON)
    again = client.post(path, {"title": "Salt  RADIO"}, content_type=JSON)

    assert added.status_code == 201
    assert (again.status_code, list(again.json())) == (400, ["title"])
    assert Recording.objects.filter(artist=artist).count() == 1


def test_only_a_principal_who_typed_the_password_switches_a_grant_on() -> None:
    artist = factories.create_artist("Mara Veil", granted=False)
    on = {"use": "personal_message", "on": True}
    principal, path = factories.get_member(artist, "principal"), "/api/v1/studio/mara-veil/grants"

    refused = reauthenticated_client(factories.get_member(artist, "owner")).post(path, on, content_type=JSON)
    asked_again = signed_in_client(principal).post(path, on, content_type=JSON)
    switched = reauthenticated_client(principal).post(path, on, content_type=JSON)
    off = reauthenticated_client(principal).post(path, {**on, "on": False}, content_type=JSON)

    assert (refused.status_code, refused.json()["code"]) == (403, "NotAllowed")
    assert (asked_again.status_code, asked_again.json()["code"]) == (403, "SignInAgain")
    assert [(grant["version"], grant["ended_at"]) for grant in switched.json()] == [(1, None)]
    assert [grant["ended_at"] is None for grant in off.json()] == [False]
    assert Grant.objects.get().version == 1


def test_an_unknown_slot_is_refused_by_its_name(artist: Artist) -> None:
    program = factories.create_program(artist, signed=False)
    wording = {**factories.WORDING, "templates": ["Hello {nmae}"]}
    body = {"moment": "nth_listen", "nth": 3, "wording": wording}

    answer = signed_in_client(factories.get_member(artist, "editor")).post(
        f"/api/v1/studio/mara-veil/programs/{program.pk}/versions", body, content_type=JSON
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "Refused")
    assert "nmae" in answer.json()["detail"]
    assert program.versions.count() == 1


def test_a_program_about_somebody_elses_recording_is_refused(artist: Artist) -> None:
    program = factories.create_program(artist, signed=False)
    theirs = factories.create_recording(factories.create_artist("Ove Lind"), "Ferry")
    body = {"moment": "nth_listen", "nth": 3, "wording": factories.WORDING, "recording": theirs.pk}

    answer = signed_in_client(factories.get_member(artist, "editor")).post(
        f"/api/v1/studio/mara-veil/programs/{program.pk}/versions", body, content_type=JSON
    )

    assert (answer.status_code, answer.json()["detail"]) == (400, "Ferry is no recording of Mara Veil's.")


def test_signing_over_http_needs_a_principal_and_a_fresh_password(artist: Artist) -> None:
    program = factories.create_program(artist, signed=False)
    path = f"/api/v1/studio/mara-veil/programs/{program.pk}/versions/1/sign"

    editor = reauthenticated_client(factories.get_member(artist, "editor")).post(path)
    tired = signed_in_client(factories.get_member(artist, "principal")).post(path)
    signed = reauthenticated_client(factories.get_member(artist, "principal")).post(path)

    assert [editor.status_code, tired.status_code, signed.status_code] == [403, 403, 200]
    assert (signed.json()["state"], signed.json()["current"]["signed"]) == ("live", True)
    assert signed.json()["current"]["wording"]["templates"] == factories.WORDING["templates"]


def test_a_paused_program_goes_on_when_it_is_resumed(artist: Artist) -> None:
    program = factories.create_program(artist)
    client, path = (
        signed_in_client(factories.get_member(artist, "owner")),
        f"/api/v1/studio/mara-veil/programs/{program.pk}/pause",
    )

    assert client.put(path).json()["state"] == "paused"
    assert client.delete(path).json()["state"] == "live"
    assert Program.objects.get(pk=program.pk).state == "live"


def test_a_live_program_says_that_it_waits_while_messages_are_off(artist: Artist) -> None:
    for signed in (True, True, False):
        factories.create_program(artist, signed=signed)
    client, path = signed_in_client(factories.get_member(artist, "owner")), "/api/v1/studio/mara-veil/programs"

    before = [program["standing"] for program in client.get(path).json()]
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "owner"))
    with CaptureQueriesContext(connection) as asked:
        after = client.get(path).json()

    assert before == ["runs", "runs", "unsigned"]
    assert [(program["state"], program["standing"]) for program in after] == [
        ("live", "waits"),
        ("live", "waits"),
        ("draft", "unsigned"),
    ]
    assert len([query for query in asked if "rights_grant" in query["sql"]]) == 1


def test_the_queue_shows_what_a_draft_was_made_from(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))

    answer = signed_in_client(factories.get_member(artist, "reviewer")).get("/api/v1/studio/mara-veil/drafts")

    [shown] = answer.json()["results"]
    assert (shown["id"], shown["text"], shown["state"]) == (draft.pk, draft.text, "pending")
    assert {fact["slot"]: fact["value"] for fact in shown["facts"]}["name"] == "Ana"


def test_a_second_click_on_approve_is_told_who_decided(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    client = signed_in_client(factories.get_member(artist, "reviewer"))

    first = client.post(f"/api/v1/drafts/{draft.pk}/approve", {"revision": 1}, content_type=JSON)
    second = client.post(f"/api/v1/drafts/{draft.pk}/approve", {"revision": 1}, content_type=JSON)

    assert (first.status_code, first.json()["mark"], first.json()["credit"]) == (200, "filled", "Mara Veil's team")
    assert (second.status_code, second.json()["code"]) == (409, "AlreadyDecided")
    assert second.json()["detail"].startswith("Already decided by Mara reviewer at ")


def test_an_edit_that_is_refused_says_what_to_change(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)

    answer = signed_in_client(factories.get_member(artist, "principal")).post(
        f"/api/v1/drafts/{draft.pk}/edit", {"text": "Come to https://example.com", "revision": 1}, content_type=JSON
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "Refused")
    assert Draft.objects.get(pk=draft.pk).text == draft.text


def test_a_decline_and_its_reason_are_listed(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    client = signed_in_client(factories.get_member(artist, "reviewer"))

    client.post(f"/api/v1/drafts/{draft.pk}/decline", {"reason": "Not him", "revision": 1}, content_type=JSON)

    [listed] = client.get("/api/v1/studio/mara-veil/drafts?state=declined").json()["results"]
    assert listed["reason"] == "declined: Not him"


def test_an_approval_is_undone_within_the_grace(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    client = signed_in_client(factories.get_member(artist, "reviewer"))
    client.post(f"/api/v1/drafts/{draft.pk}/approve", {"revision": 1}, content_type=JSON)

    answer = client.post(f"/api/v1/drafts/{draft.pk}/undo")

    assert (answer.status_code, answer.json()["state"], answer.json()["mark"]) == (200, "pending", None)


def test_a_fan_who_opted_out_has_no_name_and_no_words_for_any_program_either(artist: Artist) -> None:
    fan = factories.create_fan("Xenophon", opted_in=artist)
    waiting = factories.create_pending_draft(artist, fan)
    declined = factories.create_pending_draft(artist, fan, program=factories.create_program(artist, nth=9))
    client = signed_in_client(factories.get_member(artist, "principal"))
    client.post(f"/api/v1/drafts/{declined.pk}/decline", {"revision": 1}, content_type=JSON)
    addresses = [
        f"/api/v1/drafts/{waiting.pk}",
        f"/api/v1/drafts/{declined.pk}",
        "/api/v1/studio/mara-veil/drafts",
        "/api/v1/studio/mara-veil/drafts?state=declined",
    ]
    before = [client.get(address).content.decode() for address in addresses]
    opt_ins.opt_out(fan, artist)

    after = [client.get(address).content.decode() for address in addresses]

    assert ["Xenophon" in shown for shown in before] == [True] * 4
    assert ["Xenophon" in shown or "That was" in shown for shown in after] == [False] * 4
    assert [client.get(addresses[0]).json()[name] for name in ("text", "facts", "state")] == [None, None, "pending"]


@pytest.mark.parametrize("action", ["approve", "edit", "decline"])
def test_nothing_is_decided_for_a_fan_who_opted_out(artist: Artist, action: str) -> None:
    draft = factories.create_pending_draft(artist)
    opt_ins.opt_out(draft.person, artist)
    body = {"text": "Thank you.", "revision": 1}

    answer = signed_in_client(factories.get_member(artist, "principal")).post(
        f"/api/v1/drafts/{draft.pk}/{action}", body, content_type=JSON
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "OptedOut")
    assert answer.json()["detail"].startswith("The fan opted out, so nothing of this goes out.")


def test_a_refused_moment_says_who_is_missing_and_not_whose_it_was() -> None:
    artist = factories.create_artist("Ove Lind", granted=False)
    fan = factories.create_fan("Fern", opted_in=artist)
    factories.create_moment(factories.create_program(artist), fan)
    drafts.write_next()

    answer = signed_in_client(factories.get_member(artist, "reviewer")).get("/api/v1/studio/ove-lind/moments/refused")

    [refused] = answer.json()["results"]
    assert refused["reason"] == "uncleared: Ove Lind (artist): personal messages are off"
    assert "Fern" not in answer.content.decode()
    assert str(fan.pk) not in answer.content.decode()


def test_a_state_that_there_is_none_of_is_refused(artist: Artist) -> None:
    answer = signed_in_client(factories.get_member(artist, "reviewer")).get(
        "/api/v1/studio/mara-veil/drafts?state=lost"
    )

    assert answer.status_code == 400
    assert list(answer.json()) == ["state"]


@pytest.mark.parametrize("path", ["drafts", "drafts?state=declined", "programs", "team", "grants"])
def test_a_list_asks_the_database_the_same_for_one_as_for_three(artist: Artist, path: str) -> None:
    client = signed_in_client(factories.get_member(artist, "principal"))
    client.get("/api/v1/me")  # the first request of a window may sweep old ones
    counts = []
    for more in (1, 2):
        for _ in range(more):
            draft = factories.create_pending_draft(artist)
            review.decline(factories.create_pending_draft(artist).pk, by=factories.get_member(artist, "principal"))
            factories.add_member(artist, "reviewer")
            factories.create_program(artist)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(f"/api/v1/studio/mara-veil/{path}")
        assert answer.status_code == 200
        counts.append(len(asked))

    assert draft.state == "pending"
    assert counts[0] == counts[1]


def test_a_time_to_undo_that_is_not_said_is_asked_for(artist: Artist) -> None:
    answer = signed_in_client(factories.get_member(artist, "principal")).put(
        "/api/v1/studio/mara-veil/practice", {}, content_type=JSON
    )

    assert (answer.status_code, answer.json()) == (400, {"grace_seconds": ["This field is required."]})
