"""The API of requests: what is offered, asking, following, taking back and erasing."""

from hashlib import sha256
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artists.models import Draft
from billing.simulated import faults
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.artists import requests_scene as scene
from tests.billing import factories as billing

pytestmark = pytest.mark.django_db


def accept(offer: dict[str, Any]) -> dict[str, Any]:
    """What somebody sends who read this offer and ticked both boxes."""
    return {"program": offer["program"], "recipient": "Leyla", "occasion": "exam", "may_share_name": True,
            "start_now": True, "words_hash": offer["words_hash"]}  # fmt: skip


def test_a_fan_asks_reads_erases_and_takes_back(artist: Artist) -> None:
    version = scene.create_offer(artist)
    client = factories.signed_in_client(factories.create_fan())
    [offer] = client.get(f"/api/v1/artists/{artist.slug}/offers").json()
    assert (offer["program"], offer["price"]["paid_by"], offer["days"]) == (version.program_id, "free", 1)
    body = {"program": version.program_id, "recipient": "Leyla", "occasion": "exam", "note": scene.NOTE,
            "may_share_name": True, "words_hash": offer["words_hash"]}  # fmt: skip
    asked = client.post("/api/v1/requests", body, content_type="application/json")
    assert (asked.status_code, asked.json()["state"], asked.json()["url"]) == (201, "waiting", "")
    own = f"/api/v1/requests/{asked.json()['id']}"
    assert client.delete(f"{own}/note").json()["note"] is None
    assert client.get("/api/v1/requests").json()[0]["recipient"] == "Leyla"
    assert client.delete(own).json()["ending"] == "taken_back"
    assert client.delete(own).status_code == 409
    assert factories.signed_in_client(factories.create_fan()).get(own).status_code == 404
    wrong = client.post("/api/v1/requests", body | {"occasion": "divorce"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "Refused")


def test_three_requests_are_listed_with_as_many_queries_as_one(artist: Artist) -> None:
    fan, version = factories.create_fan(), scene.create_offer(artist)
    client = factories.signed_in_client(fan)
    scene.write(scene.ask(fan, version))
    client.get("/api/v1/requests")
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/requests")
    for _ in range(2):
        scene.write(scene.ask(fan, version))

    with CaptureQueriesContext(connection) as three:
        listed = client.get("/api/v1/requests").json()

    deadlines = Draft.objects.filter(state="pending").order_by("-pk").values_list("deadline", flat=True)
    assert [each["deadline"] for each in listed] == [deadline.isoformat() for deadline in deadlines]
    assert (len(listed), len(three)) == (3, len(one))


def test_a_card_is_held_at_the_address_that_the_answer_names(fake_provider: FakeStripe, artist: Artist) -> None:
    billing.share_income(artist)
    version = scene.create_offer(artist, free_tries=0, prices={"EUR": 800})
    client = factories.signed_in_client(factories.create_fan())
    [offer] = client.get(f"/api/v1/artists/{artist.slug}/offers").json()
    body = {"program": version.program_id, "recipient": "Leyla", "occasion": "exam", "may_share_name": True}
    assert client.post("/api/v1/requests", body, content_type="application/json").json()["errors"].keys() == {
        "words_hash"
    }
    body["words_hash"] = offer["words_hash"]
    assert client.post("/api/v1/requests", body, content_type="application/json").status_code == 400
    asked = client.post("/api/v1/requests", body | {"start_now": True}, content_type="application/json").json()
    assert (asked["state"], asked["paid_by"], asked["amount"]) == ("paying", "card", 800)
    assert "/pay/checkout/" in asked["url"]


def test_a_request_that_no_card_can_pay_now_has_its_number_and_is_paid_later(
    fake_provider: FakeStripe, artist: Artist
) -> None:
    billing.share_income(artist)
    scene.create_offer(artist, free_tries=0, prices={"EUR": 800})
    client = factories.signed_in_client(factories.create_fan())
    [offer] = client.get(f"/api/v1/artists/{artist.slug}/offers").json()
    faults.add(fake_provider.simulation, "503", times=3, method="POST", path="/v1/checkout/sessions")

    asked = client.post("/api/v1/requests", accept(offer), content_type="application/json")

    assert (asked.status_code, asked.json()["state"], asked.json()["url"]) == (201, "paying", "")
    assert "does not answer" in asked.json()["payment_problem"]
    own = f"/api/v1/requests/{asked.json()['id']}"
    assert "/pay/checkout/" in client.post(f"{own}/payment").json()["url"]
    client.delete(own)
    over = client.post(f"{own}/payment")
    assert (over.status_code, over.json()["code"]) == (409, "Unpayable")


def test_other_terms_than_those_that_were_listed_are_refused(artist: Artist) -> None:
    version = scene.create_offer(artist, free_tries=0, prices={"EUR": 800})
    client = factories.signed_in_client(factories.create_fan())
    [offer] = client.get(f"/api/v1/artists/{artist.slug}/offers").json()
    words = [offer[name] for name in ("words", "payment_words", "immediate_start")]
    assert offer["words_hash"] == sha256("\n".join(words).encode()).hexdigest()
    assert "€8.00" in offer["payment_words"]
    scene.sign_terms(version.program, free_tries=0, prices={"EUR": 900})

    answer = client.post("/api/v1/requests", accept(offer), content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "TermsChanged")
