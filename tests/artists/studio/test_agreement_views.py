"""An artist reads what labels propose, accepts it, leaves it or closes it, and ends it later."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from live.models import Notice
from rights import clearance
from rights.models import Use
from tests import factories
from tests.artists.label.agreements import Scene, accept, propose
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(scene: Scene) -> Client:
    return factories.fresh_client(owners.get_signer(scene.song.artist))


def path(scene: Scene, rest: str = "") -> str:
    return f"/studio/{scene.artist.slug}/agreements{rest}"


def test_an_artist_reads_accepts_and_ends_it(client: Client, scene: Scene) -> None:
    members = [scene.label, scene.song.artist, scene.song.publisher, scene.song.writer]
    version = propose(*members)
    accept(version, scene.label, scene.song.publisher, scene.song.writer)
    own = path(scene, f"/{version.pk}")

    listed, page = visible_text(client.get(path(scene))), visible_text(client.get(own))
    accepted = visible_text(client.post(f"{own}/accept", follow=True))
    clear = clearance.find_missing(Use.REMIX, scene.artist, [scene.song.recording]) is None
    asked = visible_text(client.get(f"{own}?end=1"))
    ended = visible_text(client.post(f"{own}/end", follow=True))

    assert "Waits for you" in listed
    assert "Counted over all songs of Mara Veil" in page
    assert "Leaving it or closing it costs nothing elsewhere" in page
    assert "Between Harbor Lane (label); Mara Veil (artist);" in page
    assert "Everybody has accepted. It is in force." in accepted
    assert clear
    assert "1 recording can no longer be used" in asked
    assert "Ended. Nothing new is made from it." in ended


def test_leaving_it_is_no_answer_and_closing_it_is_one(client: Client, scene: Scene) -> None:
    version = propose(scene.label, scene.song.artist)

    closed = visible_text(client.post(path(scene, f"/{version.pk}/end"), follow=True))

    assert "The proposal is closed." in closed
    label = factories.fresh_client(owners.get_signer(scene.label))
    assert "Closed before everybody accepted" in visible_text(label.get(scene.path()))


def test_an_artist_who_is_in_no_agreement_reads_so(client: Client, scene: Scene) -> None:
    other = propose(scene.label, scene.song.publisher)

    assert "No agreement yet" in visible_text(client.get(path(scene)))
    assert client.get(path(scene, f"/{other.pk}")).status_code == 404


def test_the_overview_says_that_an_agreement_waits(client: Client, scene: Scene) -> None:
    propose(scene.label, scene.song.artist)

    text = visible_text(client.get(f"/studio/{scene.artist.slug}/"))

    assert "An agreement waits for your answer: Remixes of Mara Veil" in text


def test_everybody_in_it_gets_a_notice_and_the_others_a_mail(
    client: Client,
    scene: Scene,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> None:
    signer, principal = owners.get_signer(scene.label), owners.get_signer(scene.song.artist)
    for person in (signer, principal):
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    label, form = factories.fresh_client(signer), scene.form(others="")
    with django_capture_on_commit_callbacks(execute=True):
        shown = label.post(scene.path("/new"), form).context["shown"]
        sent = label.post(scene.path("/new"), form | {"do": "send", "shown": shown})["Location"]
        label.post(f"{sent}/accept")
        client.post(f"{path(scene)}/{sent.rpartition('/')[2]}/accept")
        label.post(f"{sent}/end")

    kinds = ["agreement.proposed", "agreement.accepted", "agreement.in_force", "agreement.ended"]
    for person in (signer, principal):
        told = Notice.objects.filter(person=person, kind__startswith="agreement.").order_by("sequence")
        assert list(told.values_list("kind", flat=True)) == kinds
    assert [(message.to, message.subject) for message in mailoutbox] == [
        ([principal.email], "Harbor Lane proposes an agreement"),
        ([signer.email], "Everybody has accepted Remixes of Mara Veil"),
        ([principal.email], "Remixes of Mara Veil ended"),
    ]
