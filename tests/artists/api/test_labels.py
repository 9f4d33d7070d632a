"""The artist's side answers and leaves rightsholders over the API, as on the studio's page of labels."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Artist
from rights import roster
from rights.models import Party, RosterEntry
from tests import factories
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
LABELS = "/api/v1/studio/mara-veil/labels"


def ask(artist: Artist, name: str = "Harbor Lane") -> RosterEntry:
    label: Party = owners.create_party(name=name)
    return roster.propose(label, artist, by=owners.get_signer(label), fresh=True)


def client_of(artist: Artist, role: str = "owner") -> Client:
    return factories.fresh_client(factories.get_member(artist, role))


def send(client: Client, path: str, sent: dict[str, Any]) -> Any:
    return client.post(f"{LABELS}/{path}", sent, content_type="application/json")


def test_the_artist_reads_who_asks_says_yes_and_leaves(artist: Artist) -> None:
    entry, client = ask(artist), client_of(artist)

    [asking] = client.get(LABELS).json()
    accepted = send(client, f"{entry.pk}", {"answer": "accept"})
    until = timezone.now() + timedelta(days=30)
    leaving = send(client, f"{entry.pk}/end", {"until": until.isoformat()})

    assert (asking["id"], asking["label"]["name"], asking["accepted"]) == (entry.pk, "Harbor Lane", None)
    assert (accepted.status_code, accepted.json()["accepted"]) == (200, True)
    entry.refresh_from_db()
    assert (leaving.status_code, entry.live_until) == (200, until)
    assert client.get(LABELS).json() == [leaving.json()]


def test_what_was_answered_or_has_ended_is_a_conflict(artist: Artist) -> None:
    entry, client = ask(artist), client_of(artist)
    refused = send(client, f"{entry.pk}", {"answer": "refuse"})

    again = send(client, f"{entry.pk}", {"answer": "accept"})
    ended = send(client, f"{entry.pk}/end", {})

    assert (refused.status_code, refused.json()["accepted"]) == (200, False)
    assert (again.status_code, again.json()["errors"]) == (
        409, {"answer": ["This ended or was answered in the meantime."]}
    )  # fmt: skip
    assert (ended.status_code, list(ended.json()["errors"])) == (409, ["until"])


@pytest.mark.parametrize("role", ["editor", "reviewer"])
def test_who_does_not_manage_the_team_answers_nothing(artist: Artist, role: str) -> None:
    entry, client = ask(artist), client_of(artist, role)

    answers = [send(client, f"{entry.pk}", {"answer": answer}) for answer in ("accept", "refuse")]
    answers.append(send(client, f"{entry.pk}/end", {}))

    entry.refresh_from_db()
    assert ([answer.status_code for answer in answers], entry.answered_at, entry.live_until) == ([403] * 3, None, None)


def test_only_the_label_takes_a_proposal_back(artist: Artist) -> None:
    entry = ask(artist)

    assert send(client_of(artist), f"{entry.pk}/end", {}).status_code == 403


def test_an_entry_of_another_artist_is_not_found(artist: Artist) -> None:
    entry = ask(factories.create_artist("Ove Lind"))

    answers = [send(client_of(artist), path, {"answer": "accept"}) for path in (f"{entry.pk}", f"{entry.pk}/end")]

    assert [answer.status_code for answer in answers] == [404, 404]
