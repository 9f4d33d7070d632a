"""The fan sees where each payment went: the parts add up to it."""

from typing import Any

import pytest
from django.db import transaction

from artists.royalties import requests
from billing import where_it_went
from billing.models import Authorisation, Invoice, Payment
from catalog.models import Artist
from rights.models import FeeBearer
from rights.money import format_money
from tests import factories
from tests.artists.royalties import scene
from tests.billing import factories as billing
from tests.billing.fan_scene import Scene
from tests.billing.hold_scene import REFERENCE, HoldScene

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(fake_provider: Any, artist: Artist) -> Scene:
    return scene.begin(fake_provider, artist)


def parts() -> list[tuple[str, str]]:
    return [(part.name, part.money) for part in where_it_went.describe(Invoice.objects.get())]


def requested(row: Authorisation) -> list[tuple[str, str]]:
    return [(part.name, part.money) for part in where_it_went.describe_request(row)]


def add_up(found: list[tuple[str, str]]) -> int:
    return sum(int(money.removeprefix("€").replace(".", "")) for _, money in found)


def test_what_is_not_shared_yet_waits(paid: Scene) -> None:
    assert parts() == [("Not shared yet", "€4.00")]


def test_what_is_shared_names_everybody(paid: Scene) -> None:
    scene.close(scene.this_month())

    assert parts() == [("Mara Veil", "€3.20"), ("Fanfare", "€0.80")]


def test_what_was_paid_back_is_named_too(paid: Scene) -> None:
    scene.close(scene.this_month())
    scene.refund(paid, 100)

    assert parts() == [("Mara Veil", "€2.40"), ("Fanfare", "€0.60"), ("Paid back", "€1.00")]


@pytest.mark.parametrize("is_shared", [True, False])
def test_all_that_came_back_is_named_also_the_card_fee_that_was_shared(
    fake_provider: Any, artist: Artist, is_shared: bool
) -> None:
    billing.share_income(artist, fee_bearer=FeeBearer.SHARED)
    paid = scene.begin(fake_provider, artist)
    if is_shared:
        scene.close(scene.this_month())
    assert "Card fee" in dict(parts())
    assert add_up(parts()) == 400
    scene.refund(paid, 400)

    assert parts() == [("Paid back", "€4.00")]


def test_each_earner_has_a_role_and_who_pays_the_card_fee_is_said(paid: Scene) -> None:
    fee = format_money(Payment.objects.get().settled_fee, "EUR")
    scene.close(scene.this_month())

    assert [(part.name, part.note) for part in where_it_went.describe(Invoice.objects.get())] == [
        ("Mara Veil", "Featured artist"),
        ("Fanfare", f"It pays the card fee: {fee}."),
    ]


@pytest.mark.parametrize("bearer", [FeeBearer.PLATFORM, FeeBearer.SHARED])
def test_what_was_paid_for_a_request_adds_up_before_and_after_delivery_and_after_a_refund(
    fake_provider: Any, artist: Artist, bearer: FeeBearer
) -> None:
    billing.share_income(artist, fee_bearer=bearer)
    experience = factories.create_experience(artist)
    held = HoldScene(fake_provider, experience.person, artist)
    row = held.capture()
    assert row.settled_fee
    assert requested(row) == [("Not shared yet", "€5.00")]
    with transaction.atomic():
        requests.earn(REFERENCE, experience)

    if bearer == FeeBearer.SHARED:
        basis = 500 - row.settled_fee
        assert dict(requested(row))["Card fee"] == format_money(row.settled_fee, "EUR")
        assert dict(requested(row))["Mara Veil"] in {format_money(basis * 8 // 10 + more, "EUR") for more in (0, 1)}
    else:
        assert requested(row) == [("Mara Veil", "€4.00"), ("Fanfare", "€1.00")]
    assert add_up(requested(row)) == 500
    held.want_refund()
    held.tell()
    assert requested(held.row()) == [("Paid back", "€5.00")]


def test_what_is_only_held_went_nowhere(fake_provider: Any, artist: Artist) -> None:
    held = HoldScene(fake_provider, factories.create_fan(), artist)

    assert where_it_went.describe_request(held.hold()) == []


def test_a_payment_that_is_not_posted_yet_says_nothing(paid: Scene) -> None:
    unposted = Invoice.objects.get()
    unposted.provider_id = "in_unknown"

    assert where_it_went.describe(unposted) == []
