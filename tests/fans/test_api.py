"""Tests of the API for fans, and of receipts, which anyone with the link may read."""

import hashlib
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Consent
from catalog.models import Artist
from fans import experiences, opt_ins
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in_client(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_opting_in_and_out_takes_one_request_each_and_is_recorded(artist: Artist) -> None:
    fan = factories.create_fan("Ana")
    client, path = signed_in_client(fan), "/api/v1/artists/mara-veil/opt-in"

    before = client.get(path).json()
    yes = client.put(path).json()
    again = client.put(path).json()
    no = client.delete(path).json()

    assert [before["opted_in"], yes["opted_in"], again["opted_in"], no["opted_in"]] == [False, True, True, False]
    assert again["since"] == yes["since"]
    assert yes["words"] == opt_ins.consent_text(artist)
    assert list(Consent.objects.filter(person=fan).order_by("id").values_list("act", "words")) == [
        ("given", yes["words"]),
        ("withdrawn", yes["words"]),
    ]


def test_an_unknown_artist_is_a_404(artist: Artist) -> None:
    assert signed_in_client(factories.create_fan("Ana")).put("/api/v1/artists/nobody/opt-in").status_code == 404


def test_a_fan_reads_an_experience_with_its_mark_and_reason(artist: Artist) -> None:
    experience = factories.create_experience(artist, factories.create_fan("Ana", opted_in=artist))

    shown = signed_in_client(experience.person).get(f"/api/v1/experiences/{experience.pk}").json()

    assert shown["text"] == experience.text
    assert shown["mark_words"] == "Mara Veil’s words, filled in for you"
    assert shown["why"]["sentence"] == "You got this because you reached 3 listens of Mara Veil, and opted in."
    assert shown["receipt"] == f"/r/{experience.receipt_key}"


def test_one_experience_takes_as_many_queries_as_three(artist: Artist) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    factories.create_experience(artist, fan)
    signed_in_client(fan).get("/api/v1/me")  # the first request of a window may sweep old ones
    counts = []
    for other in ("", "Ove Lind", "Ida Moor"):
        if other:
            another = factories.create_artist(other)
            opt_ins.opt_in(fan, another)
            factories.create_experience(another, fan)
        with CaptureQueriesContext(connection) as asked:
            shown = signed_in_client(fan).get("/api/v1/experiences").json()["results"]
        counts.append((len(shown), len(asked)))

    assert [found for found, _ in counts] == [1, 2, 3]
    assert len({queries for _, queries in counts}) == 1


def test_opening_is_a_post_and_counts_once(artist: Artist) -> None:
    experience = factories.create_experience(artist)
    client, path = signed_in_client(experience.person), f"/api/v1/experiences/{experience.pk}"

    assert client.get(path).json()["opened_at"] is None
    first = client.post(path).json()["opened_at"]
    assert first is not None
    assert client.post(path).json()["opened_at"] == first


def test_a_receipt_is_read_without_signing_in_and_names_no_fan(artist: Artist) -> None:
    experience = factories.create_experience(artist, factories.create_fan("Ana Quintela", opted_in=artist))

    page = Client().get(f"/r/{experience.receipt_key}")
    receipt = Client().get(f"/r/{experience.receipt_key}.json").json()

    assert (page.status_code, page["X-Robots-Tag"], page["Referrer-Policy"]) == (
        200,
        "noindex, nofollow",
        "no-referrer",
    )
    assert receipt["decision"]["role"] == "principal"
    assert [(grant["use"], grant["version"]) for grant in receipt["grants"]] == [("personal_message", 1)]
    person = experience.person
    for private in (str(person.pk), person.email, person.handle, "Ana Quintela", "Ana", experience.text):
        assert str(private) not in page.content.decode()
        assert str(private) not in str(receipt)


def test_whoever_has_the_text_and_the_salt_can_check_the_commitment(artist: Artist) -> None:
    experience = factories.create_experience(artist)
    shown = signed_in_client(experience.person).get(f"/api/v1/experiences/{experience.pk}").json()
    receipt = Client().get(shown["receipt"] + ".json").json()

    fields = [shown["salt"], str(experience.person_id), str(receipt["artist_id"]), receipt["mark"], receipt["credit"]]
    committed = hashlib.sha256("\n".join([*fields, shown["text"]]).encode()).hexdigest()

    assert receipt["commitment"]["sha256"] == committed


def test_an_unknown_receipt_or_experience_is_a_404(artist: Artist) -> None:
    factories.create_experience(artist)

    assert Client().get("/r/" + "a" * 32).status_code == 404
    assert Client().get("/r/" + "a" * 32 + ".json").status_code == 404
    assert signed_in_client(factories.create_fan("Bo")).get(f"/api/v1/experiences/{uuid.uuid4()}").status_code == 404


def test_an_erased_experience_keeps_its_receipt(artist: Artist) -> None:
    experience = factories.create_experience(artist)
    experiences.erase(experience.pk, by="system:operator", reason="The fan asked for it.")

    receipt = Client().get(f"/r/{experience.receipt_key}.json").json()
    shown = signed_in_client(experience.person).get(f"/api/v1/experiences/{experience.pk}").json()

    assert receipt["commitment"]["sha256"] == experience.content_hash
    assert (shown["text"], shown["why"]) == (None, None)


def test_a_withdrawn_experience_has_no_text_but_its_receipt(artist: Artist) -> None:
    experience = factories.create_experience(artist)
    experiences.withdraw(experience.pk, by="system:operator", reason="The artist asked for it.")
    client = signed_in_client(experience.person)

    shown = client.get(f"/api/v1/experiences/{experience.pk}").json()
    [listed] = client.get("/api/v1/experiences").json()["results"]
    receipt = Client().get(f"/r/{experience.receipt_key}.json").json()

    assert [each[field] for each in (shown, listed) for field in ("text", "why", "salt")] == [None] * 6
    assert shown["withdrawn_at"] is not None
    assert receipt["withdrawn_at"] is not None
    assert receipt["commitment"]["sha256"] == experience.content_hash
