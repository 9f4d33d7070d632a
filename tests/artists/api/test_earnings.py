"""The API of statements and payouts says what the pages say, to whom the pages say it."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from artists.models import Statement
from billing.models import PayoutLine
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from rights.models import Party
from tests import factories
from tests.adversarial import label_scene
from tests.artists.royalties import scene
from tests.billing import payees
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
STUDIO = "/api/v1/studio/mara-veil"


def test_a_statement_has_its_lines_and_leads_to_the_file_with_its_hash(fake_provider: Any, artist: Artist) -> None:
    scene.begin(fake_provider, artist)
    [statement] = scene.close(scene.this_month())
    client = factories.signed_in_client(factories.get_member(artist, "principal"))

    [listed] = client.get(f"{STUDIO}/statements").json()["results"]
    whole = client.get(f"{STUDIO}/statements/{statement.pk}").json()

    assert listed == {name: whole[name] for name in listed}
    assert (listed["month"], listed["book"]) == (scene.this_month(), "simulated")
    assert [(line["role"], line["gross"], line["share"], line["amount"]) for line in whole["lines"]] == [
        ("featured_artist", 400, 800_000, 320)
    ]
    assert whole["opening"] + whole["earned"] + whole["returned"] + whole["paid"] == whole["closing"] == 320
    assert hashlib.sha256(client.get(whole["csv"]).content).hexdigest() == whole["content_hash"]


def test_what_is_held_of_a_statement_says_why(fake_provider: FakeStripe) -> None:
    label = owners.create_party()
    [statement] = scene.state(label)
    client = factories.signed_in_client(owners.get_signer(label))

    whole = client.get(f"/api/v1/labels/{label.pk}/statements/{statement.pk}").json()

    assert [(hold["amount"], hold["released"]) for hold in whole["holds"]] == [(700, False)]
    assert "is disputed" in whole["holds"][0]["reason"]
    assert whole["csv"] == f"/label/{label.pk}/earnings/{statement.pk}.csv"


def test_what_is_owed_and_each_payout_with_its_state(fake_provider: FakeStripe, artist: Artist) -> None:
    party = payees.get_party(artist)
    client = factories.signed_in_client(factories.get_member(artist, "principal"))
    payees.owe(party, 5_000)
    before = client.get(f"{STUDIO}/standing").json()
    assert (before["account"], before["country"]) == ("new", "")
    assert [(one["currency"], one["payable"], one["held"]) for one in before["owed"]] == [("EUR", 5_000, 0)]
    payees.onboard(artist, fake_provider)
    payees.fund(fake_provider, 10_000)
    payees.run()
    payees.work_all()

    [sent] = client.get(f"{STUDIO}/payouts").json()["results"]
    after = client.get(f"{STUDIO}/standing").json()

    assert (sent["state"], sent["amount"], sent["book"], sent["run"]) == ("sent", 5_000, "simulated", "2026-11")
    assert sent["id"] == str(PayoutLine.objects.get().pk)
    assert (after["account"], after["country"], after["owed"]) == ("ready", "DE", [])


@pytest.mark.parametrize("role", ["editor", "reviewer"])
def test_who_does_not_manage_the_team_reads_no_amounts(fake_provider: Any, artist: Artist, role: str) -> None:
    scene.begin(fake_provider, artist)
    [statement] = scene.close(scene.this_month())
    label = owners.create_party()
    studio = factories.signed_in_client(factories.get_member(artist, role))
    of_label = factories.signed_in_client(label_scene.member(label, role))

    assert _statuses(studio, STUDIO, statement) == {404}
    assert _statuses(of_label, f"/api/v1/labels/{label.pk}", statement) == {404}


def test_a_statement_of_another_party_is_not_there(fake_provider: Any) -> None:
    first, second = owners.create_party(), owners.create_party("label", "Second Shore")
    statement, _ = scene.state(first, second)
    client = factories.signed_in_client(owners.get_signer(second))

    assert client.get(_path(second, statement)).status_code == 404
    assert client.get(_path(first, statement)).status_code == 404


def _path(party: Party, statement: Statement) -> str:
    return f"/api/v1/labels/{party.pk}/statements/{statement.pk}"


def _statuses(client: Client, base: str, statement: Statement) -> set[int]:
    paths = ("statements", f"statements/{statement.pk}", "payouts", "standing")
    return {client.get(f"{base}/{path}").status_code for path in paths}
