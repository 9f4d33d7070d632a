"""The fan sees where each payment went: the parts add up to it."""

from typing import Any

import pytest

from billing import where_it_went
from billing.models import Invoice
from catalog.models import Artist
from rights.models import FeeBearer
from tests.artists.royalties import scene
from tests.billing import factories as billing
from tests.billing.fan_scene import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(fake_provider: Any, artist: Artist) -> Scene:
    return scene.begin(fake_provider, artist)


def parts() -> list[tuple[str, str]]:
    return [(part.name, part.money) for part in where_it_went.describe(Invoice.objects.get())]


def amounts() -> list[int]:
    return [int(money.removeprefix("€").replace(".", "")) for _, money in parts()]


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
    assert sum(amounts()) == 400
    scene.refund(paid, 400)

    assert parts() == [("Paid back", "€4.00")]


def test_a_payment_that_is_not_posted_yet_says_nothing(paid: Scene) -> None:
    unposted = Invoice.objects.get()
    unposted.provider_id = "in_unknown"

    assert where_it_went.describe(unposted) == []
