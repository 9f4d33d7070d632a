"""The API of gifts for fans."""

from hashlib import sha256
from typing import Any
from urllib.parse import urlparse

import pytest
from django.test import Client

from accounts.models import Person
from billing import leases
from billing.models import Gift
from billing.simulated import checkout as hosted
from catalog.models import Artist
from fans import wrong_codes
from tests import factories
from tests.billing import fan_scene
from tests.billing.fan_scene import Scene

pytestmark = pytest.mark.django_db
OFFERS, GIFTS = "/api/v1/artists/mara-veil/gifts", "/api/v1/gifts"


@pytest.fixture
def scene(fake_provider: Any, artist: Artist) -> Scene:
    """Its fan is the giver."""
    return fan_scene.begin(fake_provider, artist)


@pytest.fixture
def giver(scene: Scene) -> Client:
    return factories.signed_in_client(scene.fan)


@pytest.fixture
def recipient(scene: Scene) -> Person:
    """Of an age at which nobody pays."""
    return factories.create_fan(age_band="13_15")


def order(client: Client, **changes: Any) -> Any:
    [offer] = client.get(OFFERS).json()["gifts"]
    body = {"price": offer["price"], "months": 3, "words_hash": offer["lengths"][1]["words_hash"], "agreed": True}
    return client.post(OFFERS, body | changes, content_type="application/json")


def give(scene: Scene, giver: Client) -> dict[str, Any]:
    """A gift that is paid on the provider's page, as the API tells of it."""
    made = order(giver).json()
    session = Gift.objects.get(pk=made["id"]).session_id
    hosted.complete(scene.fake.simulation, scene.fake.simulation.find("checkout.session", session), "succeeds")
    scene.deliver()
    fan_scene.work_all()
    answer: dict[str, Any] = giver.get(f"{GIFTS}/{made['id']}").json()
    return answer


def link_of(gift: dict[str, Any]) -> str:
    """The address of the API for the link that the giver passes on."""
    return f"/api/v1{urlparse(gift['link']).path}"


def test_a_gift_is_ordered_paid_and_redeemed_by_somebody_of_any_age(
    scene: Scene, giver: Client, recipient: Person
) -> None:
    offers = giver.get(OFFERS).json()
    [offer] = offers["gifts"]
    assert (offers["may_pay"], offers["payments"], offer["currency"]) == (True, "simulated", "EUR")
    lengths = [(each["months"], each["amount"]) for each in offer["lengths"]]
    assert lengths == [(1, 400), (3, 1_200), (6, 2_400), (12, 4_800)]
    assert [sha256(each["words"].encode()).hexdigest() for each in offer["lengths"]] == [
        each["words_hash"] for each in offer["lengths"]
    ]
    made = order(giver)
    assert (made.status_code, made.json()["status"], made.json()["link"]) == (201, "open", None)
    assert made.json()["url"].startswith("http://127.0.0.1:8012/pay/checkout/")

    gift, theirs = give(scene, giver), factories.signed_in_client(recipient)
    seen = theirs.get(link_of(gift)).json()
    assert (seen["artist"], seen["months"], seen["problem"]) == ("mara-veil", 3, "")
    assert not {"giver", "amount"} & seen.keys()
    redeemed = theirs.post(link_of(gift))

    assert (redeemed.status_code, redeemed.json()["redeemed_at"] is not None) == (200, True)
    assert leases.has_access(recipient.pk, scene.price.artist_id)
    after = giver.get(f"{GIFTS}/{gift['id']}").json()
    assert (after["status"], after["redeemed_at"] is not None, after["link"]) == ("paid", True, None)
    assert [each["id"] for each in giver.get(GIFTS).json()] == [gift["id"], made.json()["id"]]
    late = giver.post(f"{GIFTS}/{gift['id']}/take-back")
    assert (late.status_code, late.json()["detail"]) == (409, "This gift was redeemed already.")


def test_a_gift_that_is_taken_back_is_for_nobody(scene: Scene, giver: Client, recipient: Person) -> None:
    gift, theirs = give(scene, giver), factories.signed_in_client(recipient)

    assert theirs.get(f"{GIFTS}/{gift['id']}").status_code == 404
    assert theirs.post(f"{GIFTS}/{gift['id']}/take-back").status_code == 404
    taken = giver.post(f"{GIFTS}/{gift['id']}/take-back")

    assert (taken.status_code, taken.json()["back_wanted_at"] is not None, taken.json()["link"]) == (200, True, None)
    late = theirs.post(link_of(gift))
    assert (late.status_code, late.json()["code"]) == (409, "Refused")
    assert not leases.has_access(recipient.pk, scene.price.artist_id)
    fan_scene.assert_books_agree(scene)


def test_what_cannot_be_given_is_refused_in_words(scene: Scene, giver: Client, recipient: Person) -> None:
    young = factories.signed_in_client(recipient)

    refused = [
        order(giver, agreed=False),
        order(giver, words_hash="0" * 64),
        order(giver, months=2),
        order(giver, price=0),
        order(giver, price=2**62),
        order(giver, more=1),
        order(young),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (400, "NotAgreed"),
        (409, "TermsChanged"),
        (409, "NotForSale"),
        (400, "Invalid"),
        (404, "NotFound"),
        (400, "Invalid"),
        (409, "Unpayable"),
    ]
    assert not Gift.objects.exists()


def test_nobody_finds_a_gift_by_guessing(scene: Scene, giver: Client, recipient: Person) -> None:
    gift, theirs = give(scene, giver), factories.signed_in_client(recipient)

    guesses = [theirs.get(f"{GIFTS}/guess:{number}/redeem").status_code for number in range(wrong_codes.WRONG_AN_HOUR)]
    blocked = theirs.post(link_of(gift))

    assert guesses == [404] * wrong_codes.WRONG_AN_HOUR
    assert (blocked.status_code, blocked["Retry-After"]) == (429, "3600")
    assert not leases.has_access(recipient.pk, scene.price.artist_id)
