"""Two people who redeem one gift at the same moment: one of them has it, on a real database."""

from typing import Any

from billing import gifts
from billing.exceptions import Refused
from billing.models import Entitlement, Gift
from tests import factories
from tests.billing import fan_scene
from tests.billing.test_gifts import give
from tests.concurrency import run_at_once
from tests.servers import Database


def test_one_gift_that_two_people_redeem_at_once_is_given_once(committing_db: Database, fake_provider: Any) -> None:
    gift = give(fan_scene.begin(fake_provider, factories.create_artist()))
    fans = [factories.create_fan() for _ in range(3)]

    results = run_at_once(*[lambda fan=fan: gifts.redeem(gift, fan) for fan in fans])

    refusals = [str(one) for one in results if isinstance(one, Refused)]
    assert refusals == [gifts.SAID_REDEEMED] * 2
    gift = Gift.objects.get()
    assert Entitlement.objects.get().person == gift.redeemed_by
