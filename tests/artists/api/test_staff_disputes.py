"""Staff list disputed claims and settle them over the API, as on the desk's page."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from artists.api import staff_disputes
from artists.label.claims import find_disputed
from artists.label.views import disputes
from catalog.models import Artist
from rights import claims
from rights.models import Claim, Party
from rights.shares import Role
from tests import factories
from tests.artists.studio.pages import visible_text
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
DISPUTES = "/api/v1/staff/disputes"


@pytest.fixture
def claim(artist: Artist) -> Claim:
    """The share of a label, which counts until somebody else claims the whole, too."""
    return owners.own(owners.create_party(), factories.create_recording(artist))


@pytest.fixture
def rival(claim: Claim) -> Claim:
    other: Party = owners.create_party(name="Second Shore")
    return claims.claim(other, Role.RECORDING_OWNER, recording=claim.recording, by=factories.get_staff())


@pytest.fixture
def client() -> Client:
    return factories.signed_in_client(factories.get_staff())


def settle(client: Client, claim: Claim, **sent: Any) -> Any:
    return client.post(f"{DISPUTES}/{claim.pk}", sent, content_type="application/json")


def read(claim: Claim) -> tuple[str, bool]:
    """The note, and whether the claim has ended."""
    claim.refresh_from_db()
    return claim.note, claim.live_until is not None


def test_staff_settle_a_dispute_and_both_sides_read_why(
    claim: Claim,
    rival: Claim,
    client: Client,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: Any,
) -> None:
    signers = [owners.get_signer(one.party) for one in (claim, rival)]
    for person in signers:
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    [listed] = client.get(DISPUTES).json()
    with django_capture_on_commit_callbacks(execute=True):
        settled = settle(client, rival, note="The contract of 2019 says so.", stands=True, end=[claim.pk])

    assert (listed["claim"]["id"], [one["id"] for one in listed["others"]], listed["holder"]) == (
        rival.pk, [claim.pk], None
    )  # fmt: skip
    assert (settled.status_code, settled.json()["note"]) == (200, "The contract of 2019 says so.")
    assert (read(rival), read(claim)) == (("The contract of 2019 says so.", False), ("", True))
    assert client.get(DISPUTES).json() == []
    assert {sent.to[0] for sent in mailoutbox} == {person.email for person in signers}
    assert {"The contract of 2019 says so." in str(sent.body) for sent in mailoutbox} == {True}
    assert settle(client, rival, note="Again.", stands=True).status_code == 404


def test_a_wrong_claim_ends(claim: Claim, rival: Claim, client: Client) -> None:
    assert settle(client, rival, note="A mistake.", stands=False).status_code == 200

    assert (read(rival), read(claim)) == (("A mistake.", True), ("", False))


def test_more_than_all_of_it_does_not_stand(claim: Claim, rival: Claim, client: Client) -> None:
    answer = settle(client, rival, note="Both are right.", stands=True)

    assert (answer.status_code, list(answer.json()["errors"])) == (409, ["end"])
    assert (read(rival), read(claim)) == (("", False), ("", False))


def test_of_two_who_settle_at_once_the_second_changes_nothing(
    claim: Claim, rival: Claim, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = find_disputed(rival.pk)
    settle(client, rival, note="It is theirs.", stands=True, end=[claim.pk])
    for module in (staff_disputes, disputes):
        monkeypatch.setattr(module, "find_disputed", lambda _: row)

    answer = settle(client, rival, note="A mistake.", stands=False)
    page = client.post(f"/desk/claims/{rival.pk}", {"verdict": "wrong", "note": "A mistake."}, follow=True)

    assert (answer.status_code, answer.json()["code"]) == (409, "AlreadySettled")
    assert "Somebody else settled this dispute in the meantime." in visible_text(page)
    assert read(rival) == ("It is theirs.", False)


def test_a_settlement_says_why_and_ends_no_claim_on_something_else(
    artist: Artist, claim: Claim, rival: Claim, client: Client
) -> None:
    elsewhere = owners.own(claim.party, factories.create_recording(artist, "Night Bus"))

    answers = [
        settle(client, rival, note="", stands=True),
        settle(client, rival, note="Why.", stands=True, end=[elsewhere.pk]),
        settle(client, rival, note="Why."),
    ]

    assert [(answer.status_code, list(answer.json()["errors"])) for answer in answers] == [
        (400, ["note"]), (400, ["end"]), (400, ["stands"])
    ]  # fmt: skip
    assert (read(rival), read(elsewhere)) == (("", False), ("", False))
