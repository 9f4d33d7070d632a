"""A label reads an agreement, accepts it and ends it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import roles
from rights import agreements, clearance
from rights.models import AgreementVersion, Use
from tests import factories
from tests.artists.label.agreements import Scene, accept, propose, send
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(scene: Scene) -> Client:
    return factories.fresh_client(owners.get_signer(scene.label))


def test_everybody_accepts_and_it_is_in_force(client: Client, scene: Scene) -> None:
    path = send(client, scene)["Location"]
    version = AgreementVersion.objects.get()
    accept(version, scene.song.artist, scene.song.publisher, scene.song.writer)

    answer = client.post(f"{path}/accept", follow=True)

    text = visible_text(answer)
    assert "Everybody has accepted. It is in force." in text
    assert "In force" in text
    assert clearance.find_missing(Use.REMIX, scene.artist, [scene.song.recording]) is None
    acceptance = version.acceptances.get(party=scene.label)
    assert (acceptance.country, len(acceptance.address_hash)) == (owners.get_signer(scene.label).country, 64)


def test_a_replayed_acceptance_changes_nothing(client: Client, scene: Scene) -> None:
    path = send(client, scene)["Location"]
    answers = [client.post(f"{path}/accept").status_code for _ in range(2)]

    assert answers == [302, 302]
    assert AgreementVersion.objects.get().acceptances.count() == 1


def test_an_overlap_says_what_to_do(client: Client, scene: Scene) -> None:
    members = [scene.label, scene.song.artist]
    accept(propose(*members), *members)
    other = propose(*members)
    page = visible_text(client.get(scene.path(f"/{other.pk}")))
    accept(other, scene.song.artist)

    answer = client.post(scene.path(f"/{other.pk}/accept"))

    assert "Agreement T-1 of yours permits the same at the same time." in page
    assert answer.status_code == 409
    assert "End it first, or let this one begin when it ends." in visible_text(answer)


def test_the_page_says_what_an_end_stops_before_it_is_pressed(client: Client, scene: Scene) -> None:
    members = [scene.label, scene.song.artist, scene.song.publisher, scene.song.writer]
    version = propose(*members)
    accept(version, *members)

    asked = visible_text(client.get(scene.path(f"/{version.pk}?end=1")))
    still_clear = clearance.find_missing(Use.REMIX, scene.artist, [scene.song.recording]) is None
    ended = client.post(scene.path(f"/{version.pk}/end"), follow=True)
    again = client.post(scene.path(f"/{version.pk}/end"), follow=True)

    assert "1 recording can no longer be used 4 permissions end" in asked
    assert "What fans received before plays on." in asked
    assert still_clear
    assert "Ended. Nothing new is made from it." in visible_text(ended)
    assert again.status_code == 200
    assert clearance.find_missing(Use.REMIX, scene.artist, [scene.song.recording]) is not None


def test_a_proposal_is_taken_back_and_nobody_can_accept_it_then(client: Client, scene: Scene) -> None:
    version = propose(scene.label, scene.song.artist)

    taken_back = client.post(scene.path(f"/{version.pk}/end"), follow=True)
    late = client.post(scene.path(f"/{version.pk}/accept"))

    assert "The proposal is closed." in visible_text(taken_back)
    assert "Closed before everybody accepted" in visible_text(taken_back)
    assert late.status_code == 409
    assert "This proposal was taken back, refused, or replaced by a newer version." in visible_text(late)


def test_terms_whose_last_day_has_passed_are_accepted_by_nobody(client: Client, scene: Scene) -> None:
    soon = timezone.now() + timedelta(milliseconds=300)
    version = propose(scene.label, scene.song.artist, ends_at=soon)
    while timezone.now() < soon:
        pass

    answer = client.post(scene.path(f"/{version.pk}/accept"))

    assert answer.status_code == 409
    assert "The last day of these terms has passed" in visible_text(answer)


@pytest.mark.parametrize("role", ["owner", "editor", "reviewer"])
def test_members_who_do_not_sign_see_it_and_cannot_accept(scene: Scene, role: str) -> None:
    assert scene.label.team
    person = factories.create_person(role)
    roles.add_member(scene.label.team, person, role, by=factories.get_staff())
    client, version = factories.fresh_client(person), propose(scene.label, scene.song.artist)

    page = client.get(scene.path(f"/{version.pk}"))
    answer = client.post(scene.path(f"/{version.pk}/accept"))

    assert "Only people who sign for Harbor Lane can accept." in visible_text(page)
    assert answer.status_code == 409
    assert "Only whoever signs for Harbor Lane may accept an agreement." in visible_text(answer)


def test_the_list_says_how_far_each_version_is(client: Client, scene: Scene) -> None:
    members = [scene.label, scene.song.artist]
    first = propose(*members)
    accept(first, *members)
    agreements.end(first, by=owners.get_signer(scene.label))
    accept(propose(*members), *members)
    accept(propose(*members, starts_at=timezone.now() + timedelta(days=9)), scene.label)

    text = visible_text(client.get(scene.path()))

    assert text.index("Waits for Mara Veil") < text.index("In force") < text.index("Ended")


def test_the_list_asks_as_often_for_many_agreements(client: Client, scene: Scene) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(scene.path())
        return len(asked)

    propose(scene.label, scene.song.artist)
    one = count()
    for _ in range(2):
        propose(scene.label, scene.song.artist)

    assert count() == one
