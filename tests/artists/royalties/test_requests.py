"""What a fan paid for a request is earned when it is delivered, and a refund takes it back from who got it."""

from typing import Any

import pytest
from django.db import transaction

from artists.royalties import requests
from billing.exceptions import NotForSale
from billing.models import EarnedPart, EarnedShare
from catalog.models import Artist
from fans.models import Experience
from ledger.balances import read_balance, read_balances
from rights.models import FeeBearer, SplitScheme
from tests import factories
from tests.artists.royalties import scene
from tests.billing import factories as billing
from tests.billing.fan_scene import BOOK
from tests.billing.hold_scene import REFERENCE, HoldScene

pytestmark = pytest.mark.django_db


@pytest.fixture
def experience(artist: Artist) -> Experience:
    return factories.create_experience(artist)


@pytest.fixture
def paid(fake_provider: Any, experience: Experience) -> HoldScene:
    """The fan of the experience has paid 500 for it, and the artist had agreed how income is split."""
    billing.share_income(experience.artist)
    held = HoldScene(fake_provider, experience.person, experience.artist)
    held.capture()
    return held


def earn(experience: Experience) -> None:
    with transaction.atomic():
        requests.earn(REFERENCE, experience)


def test_what_was_paid_for_a_request_is_earned_once(paid: HoldScene, experience: Experience) -> None:
    earn(experience)
    earn(experience)

    assert not any(read_balances(book=BOOK, under="deferred").values())
    assert read_balance("platform:revenue", "EUR", book=BOOK) == -100
    [share] = EarnedShare.objects.exclude(party="platform")
    assert (share.amount, share.experience, share.use) == (400, experience.pk, "personal_message")
    [statement] = scene.close(scene.this_month())
    [line] = statement.lines.all()
    assert (line.units, line.gross, line.basis, line.amount, line.tier_name) == (1, 500, 500, 400, "")


def test_a_refund_after_delivery_takes_it_back_from_who_got_it(paid: HoldScene, experience: Experience) -> None:
    earn(experience)
    paid.want_refund()
    paid.tell()

    assert sum(EarnedShare.objects.values_list("amount", flat=True)) == 0
    assert read_balance("stripe:clearing", "EUR", book=BOOK) == paid.balance()
    assert scene.close(scene.this_month())[0].closing == 0


def test_nothing_is_earned_where_nothing_was_captured(fake_provider: Any, experience: Experience) -> None:
    with pytest.raises(NotForSale, match="Nothing was captured"):
        earn(experience)

    assert not EarnedPart.objects.exists()


def test_the_card_fee_is_deducted_where_the_contract_says_so(
    fake_provider: Any, experience: Experience, artist: Artist
) -> None:
    billing.share_income(experience.artist, fee_bearer=FeeBearer.SHARED)
    assert SplitScheme.objects.get(use="tier").fee_bearer == FeeBearer.SHARED
    paid = HoldScene(fake_provider, experience.person, experience.artist)
    row = paid.capture()
    assert row.settled_fee
    earn(experience)

    part = EarnedPart.objects.get()
    assert (part.fee, part.basis) == (row.settled_fee, 500 - row.settled_fee)
    assert read_balance("fees:stripe", "EUR", book=BOOK) == 0
    paid.want_refund()
    paid.tell()
    assert read_balance("fees:stripe", "EUR", book=BOOK) == row.settled_fee
    assert sum(EarnedShare.objects.values_list("amount", flat=True)) == 0
