"""The API of promotions for an artist's team."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from billing.models import Promotion, TierVersion
from billing.simulated.server import FakeStripe
from billing.tier_terms import Price
from catalog.models import Artist
from tests import factories
from tests.billing import factories as billing

pytestmark = pytest.mark.django_db
PROMOTIONS = "/api/v1/studio/mara-veil/promotions"


@pytest.fixture
def version(fake_provider: FakeStripe, artist: Artist) -> TierVersion:
    return billing.create_tier(artist)


def member(artist: Artist, role: str) -> Client:
    return factories.signed_in_client(factories.get_member(artist, role))


def send(client: Client, path: str = PROMOTIONS, **changes: Any) -> Any:
    until = (timezone.now() + timedelta(days=7)).isoformat()
    body = {"percent": 30, "months": 3, "redeem_by": until, "code": "fan 26", "places": 50} | changes
    return client.post(path, body, content_type="application/json")


def test_an_editor_makes_one_that_fans_use_and_ends_it(version: TierVersion, artist: Artist) -> None:
    editor, fan = member(artist, "editor"), factories.signed_in_client(factories.create_fan())

    made = send(editor, tier=version.tier_id)

    promotion = Promotion.objects.get()
    facts = {"id": promotion.pk, "tier": version.tier_id, "percent": 30, "months": 3, "code": "FAN26", "places": 50}
    assert (made.status_code, {name: made.json()[name] for name in facts}) == (201, facts)
    assert editor.get(PROMOTIONS).json() == [made.json()]
    [offer] = fan.get("/api/v1/artists/mara-veil/tiers", {"code": "fan26"}).json()["tiers"]
    assert [price["first_amount"] for price in offer["prices"]] == [280, 2800]
    sent = {"price": offer["prices"][0]["id"], "words_hash": offer["prices"][0]["words_hash"]}
    body = {**sent, "code": "fan26", "start_now": True}
    ordered = fan.post("/api/v1/artists/mara-veil/orders", body, content_type="application/json")
    assert ordered.status_code == 201

    ended = editor.post(f"{PROMOTIONS}/{promotion.pk}/end")

    assert (ended.status_code, ended.json()["used"], ended.json()["ended_at"] is not None) == (200, 1, True)
    assert editor.post(f"{PROMOTIONS}/{promotion.pk}/end").json() == ended.json()
    said = Entry.objects.filter(action__startswith="promotion.").order_by("pk").values_list("action", "actor")
    actor = factories.get_member(artist, "editor").actor
    assert list(said) == [("promotion.created", actor), ("promotion.ended", actor)]


def test_what_nobody_could_use_and_who_may_not_are_refused_in_words(version: TierVersion, artist: Artist) -> None:
    editor, reviewer = member(artist, "editor"), member(artist, "reviewer")
    other = billing.create_tier(factories.create_artist("Ove Lind"))
    small = billing.create_tier(artist, name="Mini", prices=(Price("month", "EUR", 400),))
    running = billing.create_promotion(artist, code="TAKEN1")
    elsewhere = billing.create_promotion(other.artist)
    far, past = "9999-12-31T23:59:59-12:00", "2020-01-01T00:00:00Z"

    refused = [
        send(editor, percent=91),
        send(editor, redeem_by=past),
        send(editor, redeem_by=far),
        send(editor, code="ä-b"),
        send(editor, more=1),
        send(editor, tier=other.tier_id),
        send(editor, percent=80, tier=small.tier_id),
        send(editor, code="taken1"),
        send(reviewer),
        reviewer.post(f"{PROMOTIONS}/{running.pk}/end"),
        editor.post(f"{PROMOTIONS}/{elsewhere.pk}/end"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        *[(400, "Invalid")] * 5,
        (409, "Conflict"),
        (409, "Refused"),
        (409, "Refused"),
        (403, "NotAllowed"),
        (403, "NotAllowed"),
        (404, "NotFound"),
    ]
    assert reviewer.get(PROMOTIONS).json()[0]["code"] == "TAKEN1"
    assert Promotion.objects.filter(ended_at=None).count() == 2
