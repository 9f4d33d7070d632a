"""The API of tiers for fans."""

from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from billing.models import Checkout, TierVersion
from billing.simulated import faults
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.billing import factories as billing

pytestmark = pytest.mark.django_db
TIERS, ORDERS = "/api/v1/artists/mara-veil/tiers", "/api/v1/artists/mara-veil/orders"


@pytest.fixture
def version(fake_provider: FakeStripe, artist: Artist) -> TierVersion:
    return billing.create_tier(artist)


@pytest.fixture
def client(version: TierVersion) -> Client:
    return factories.signed_in_client(factories.create_fan())


def order(client: Client, version: TierVersion, **changes: Any) -> Any:
    offers = client.get(TIERS).json()["tiers"]
    words_hash = offers[0]["prices"][0]["words_hash"] if offers else "0" * 64
    body = {"price": billing.get_price(version).pk, "start_now": True, "words_hash": words_hash} | changes
    return client.post(ORDERS, body, content_type="application/json")


def test_what_is_on_sale_is_listed_in_the_fans_currency(client: Client, version: TierVersion) -> None:
    answer = client.get(TIERS).json()

    words = [price.pop("words") for price in answer["tiers"][0]["prices"]]
    hashes = [price.pop("words_hash") for price in answer["tiers"][0]["prices"]]
    assert hashes == [sha256(each.encode()).hexdigest() for each in words]
    assert ["€4.00 every month" in words[0], "€40.00 every year" in words[1]] == [True, True]
    assert answer["tiers"] == [
        {
            "tier": version.tier_id,
            "version": 1,
            "name": "Harbour",
            "included": ["1 request a month", "Release night, one hour early"],
            "terms_hash": version.terms_hash,
            "prices": [
                {
                    "id": billing.get_price(version).pk,
                    "interval": "month",
                    "currency": "EUR",
                    "amount": 400,
                    "trial_days": 0,
                    "first_amount": 400,
                    "promotion": None,
                },
                {
                    "id": billing.get_price(version, interval="year").pk,
                    "interval": "year",
                    "currency": "EUR",
                    "amount": 4000,
                    "trial_days": 0,
                    "first_amount": 4000,
                    "promotion": None,
                },
            ],
            "own": False,
        }
    ]
    facts = ("payments", "may_pay", "currency", "currencies", "order")
    assert [answer[name] for name in facts] == ["simulated", True, "EUR", ["EUR", "JPY"], None]


def test_an_order_says_where_it_is_paid_and_what_became_of_it(client: Client, version: TierVersion) -> None:
    answer = order(client, version)

    made = answer.json()
    assert (answer.status_code, made["status"], made["name"]) == (201, "open", "Harbour")
    assert made["url"].startswith("http://127.0.0.1:8012/pay/checkout/")
    assert client.get(f"/api/v1/orders/{made['id']}").json() == {name: made[name] for name in made if name != "url"}
    assert client.get(TIERS).json()["order"]["id"] == made["id"]
    stranger = factories.signed_in_client(factories.create_fan("Stranger"))
    assert stranger.get(f"/api/v1/orders/{made['id']}").status_code == 404


def test_what_cannot_be_ordered_is_refused_in_words(
    settings: Any, fake_provider: FakeStripe, client: Client, version: TierVersion
) -> None:
    other = billing.get_price(billing.create_tier(factories.create_artist("Ove Lind")))
    young = factories.signed_in_client(factories.create_fan(age_band="16_17"))
    faults.add(fake_provider.simulation, "503", times=3, method="POST", path="/v1/checkout/sessions")

    refused = [
        order(client, version, start_now=False),
        order(client, version, words_hash="0" * 64),
        order(client, version, price=other.pk),
        order(client, version, price=0),
        order(client, version, more=1),
        order(young, version),
        order(client, version),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (400, "NotAgreed"),
        (409, "TermsChanged"),
        (404, "NotFound"),
        (400, "Invalid"),
        (400, "Invalid"),
        (409, "Unpayable"),
        (503, "ProviderUnavailable"),
    ]
    assert refused[-1].json()["detail"] == "The payment service does not answer at the moment. Try again in a minute."
    assert not Checkout.objects.exclude(session_id="").exists()
    settings.PAYMENTS = "off"
    assert order(client, version).status_code == 404
    assert client.get(TIERS).json()["tiers"] == []
