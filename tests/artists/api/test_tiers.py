"""The API of tiers for an artist's team."""

from typing import Any

import pytest
from django.test import Client

from billing.models import Tier, TierPrice, TierVersion
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.billing import factories as billing

pytestmark = pytest.mark.django_db
TIERS = "/api/v1/studio/mara-veil/tiers"
BODY = {
    "name": "Harbour",
    "prices": [
        {"interval": "month", "currency": "EUR", "amount": 400},
        {"interval": "month", "currency": "JPY", "amount": 600},
    ],
    "requests_a_month": 2,
    "lines": ["Release night, one hour early"],
}


@pytest.fixture
def editor(fake_provider: FakeStripe, artist: Artist) -> Client:
    return factories.signed_in_client(factories.get_member(artist, "editor"))


@pytest.fixture
def principal(fake_provider: FakeStripe, artist: Artist) -> Client:
    return factories.fresh_client(factories.get_member(artist, "principal"))


def send(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


def test_a_tier_is_written_listed_sold_and_archived(editor: Client, principal: Client, artist: Artist) -> None:
    program = factories.create_program(artist)
    made = send(editor, TIERS, **BODY, programs=[program.pk], tier_class="supporter")
    path = f"{TIERS}/{Tier.objects.get().pk}"

    assert (made.status_code, made.json()["tier_class"], made.json()["on_sale"]) == (201, "supporter", False)
    assert made.json()["newest"]["programs"] == [{"id": program.pk, "name": "Thank you"}]
    assert made.json()["missing"] == ["Mara Veil (artist) has not agreed to share subscription income"]
    assert send(principal, f"{path}/versions/1/sell").status_code == 409
    billing.share_income(artist)
    sold = send(principal, f"{path}/versions/1/sell")
    assert (sold.status_code, sold.json()["on_sale"], sold.json()["missing"]) == (200, True, [])
    assert sold.json()["current"]["terms_hash"] == TierVersion.objects.get().terms_hash
    [listed] = editor.get(TIERS).json()
    assert listed == {name: value for name, value in sold.json().items() if name != "missing"}
    newer = send(editor, f"{path}/versions", **BODY | {"name": "Night Shift"})
    assert (newer.status_code, newer.json()["version"], newer.json()["signed"]) == (201, 2, False)
    assert [version["version"] for version in editor.get(f"{path}/versions").json()] == [2, 1]
    assert (editor.delete(path).status_code, principal.delete(path).status_code) == (403, 204)
    assert (editor.get(path).status_code, TierPrice.objects.on_sale().count()) == (404, 0)


def test_who_may_not_is_told_and_a_session_needs_a_recent_password(editor: Client, artist: Artist) -> None:
    billing.share_income(artist)
    version = billing.create_version(artist)
    reviewer = factories.signed_in_client(factories.get_member(artist, "reviewer"))
    stale = factories.signed_in_client(factories.get_member(artist, "principal"))
    sell = f"{TIERS}/{version.tier_id}/versions/1/sell"

    answers = [send(reviewer, TIERS, **BODY), send(editor, sell), send(stale, sell)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (403, "NotAllowed"),
        (403, "NotAllowed"),
        (403, "SignInAgain"),
    ]
    assert TierPrice.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": ""}, 400),
        ({"prices": []}, 400),
        ({"prices": [{"interval": "month", "currency": "SEK", "amount": 400}]}, 400),
        ({"prices": [{"interval": "month", "currency": "EUR", "amount": 4.5}]}, 400),
        ({"prices": [{"interval": "week", "currency": "EUR", "amount": 400}]}, 400),
        ({"programs": [999_999]}, 409),
        ({"amount": 3}, 400),
    ],
)
def test_what_cannot_be_sold_is_not_stored(editor: Client, change: dict[str, Any], status: int) -> None:
    assert send(editor, TIERS, **BODY | change).status_code == status
    assert Tier.objects.count() == 0


def test_a_program_of_another_artist_is_not_included(editor: Client) -> None:
    other = factories.create_program(factories.create_artist("Ove Lind"))

    assert send(editor, TIERS, **BODY, programs=[other.pk]).status_code == 409
