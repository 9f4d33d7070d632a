"""Every cent that fans paid is somewhere, and the statements of a month are what the ledger moved (L4)."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from artists.models import Statement
from artists.royalties import requests
from billing.models import EarnedShare, Invoice, Payment
from billing.recognition import next_month
from catalog.models import Artist
from ledger.balances import read_balances
from rights.models import FeeBearer
from tests import factories
from tests.artists.royalties import scene
from tests.billing import factories as billing
from tests.billing.fan_scene import BOOK
from tests.billing.hold_scene import REFERENCE, HoldScene

pytestmark = pytest.mark.django_db


def balance(*under: str) -> int:
    """What these accounts are owed together, as credits."""
    return -sum(sum(read_balances(book=BOOK, under=one).values()) for one in under)


@pytest.mark.parametrize("bearer", [FeeBearer.PLATFORM, FeeBearer.SHARED])
def test_what_was_paid_is_tax_fees_platform_and_parties_and_statements_are_what_moved(
    fake_provider: Any, artist: Artist, bearer: FeeBearer
) -> None:
    billing.share_income(artist, fee_bearer=bearer)
    experience = factories.create_experience(artist)
    paid = scene.begin(fake_provider, artist, experience.person)
    held = HoldScene(fake_provider, experience.person, artist)
    row = held.capture()
    with transaction.atomic():
        requests.earn(REFERENCE, experience)
    scene.close(scene.this_month())

    payment, shares = Payment.objects.get(), EarnedShare.objects.exclude(party__startswith="pool:")
    assert (row.captured_amount, payment.amount) == (500, Invoice.objects.get().amount_paid)
    fees = payment.settled_fee + (row.settled_fee or 0)
    of_parties, of_platform = balance("party"), balance("platform:revenue")
    assert shares.aggregate(total=Sum("amount"))["total"] == of_parties + of_platform
    borne = 0 if bearer == FeeBearer.SHARED else fees
    assert balance("tax:payable") + of_platform + of_parties + fees - borne == 900
    assert -balance("fees:stripe") == borne
    assert balance("deferred", "pool") == 0

    scene.refund(paid, 100)
    scene.close(next_month(scene.this_month()))

    for month in (scene.this_month(), next_month(scene.this_month())):
        of_month = Statement.objects.filter(closed_month__month=month)
        assert {one.opening + one.earned + one.returned + one.paid - one.closing for one in of_month} == {0}
    last = Statement.objects.filter(closed_month__month=next_month(scene.this_month()))
    assert last.aggregate(total=Sum("closing"))["total"] == balance("party")
    assert (balance("rounding"), balance("suspense")) == (0, 0)
