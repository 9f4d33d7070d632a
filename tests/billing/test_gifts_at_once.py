"""A gift that is redeemed twice, or while the account is closed, at the same moment: on a real database."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Value

from billing import gifts, leases
from billing.exceptions import Refused
from billing.models import Entitlement, Gift
from config.management.commands import close_account
from tests import factories
from tests.billing import fan_scene
from tests.billing.test_gifts import give
from tests.concurrency import run_at_once, start_until_blocked
from tests.servers import Database


def test_one_gift_that_two_people_redeem_at_once_is_given_once(committing_db: Database, fake_provider: Any) -> None:
    gift = give(fan_scene.begin(fake_provider, factories.create_artist()))
    fans = [factories.create_fan() for _ in range(3)]

    results = run_at_once(*[lambda fan=fan: gifts.redeem(gift, fan) for fan in fans])

    refusals = [str(one) for one in results if isinstance(one, Refused)]
    assert refusals == [gifts.SAID_REDEEMED] * 2
    gift = Gift.objects.get()
    assert Entitlement.objects.get().person == gift.redeemed_by


def test_an_account_that_closes_while_it_redeems_a_gift_has_none(committing_db: Database, fake_provider: Any) -> None:
    scene = fan_scene.begin(fake_provider, factories.create_artist())
    gift, other, fan = give(scene), give(scene), factories.create_fan()

    with transaction.atomic():
        gifts.redeem(gift, fan)
        close = start_until_blocked(lambda: close_account._close(fan))

    assert close() is True
    assert not leases.has_access(fan.pk, gift.artist_id)
    with pytest.raises(Refused, match="This account is closed"):
        gifts.redeem(other, fan)
    assert Gift.objects.get(pk=other.pk).redeemed_at is None


def test_what_is_redeemed_at_the_last_moment_is_not_paid_back(
    committing_db: Database, fake_provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time is over when it is looked for, and whoever redeems it was in time and has not committed yet."""
    gift, fan = give(fan_scene.begin(fake_provider, factories.create_artist())), factories.create_fan()
    monkeypatch.setattr(gifts, "Now", lambda: Value(gift.redeem_by))

    with transaction.atomic():
        gifts.redeem(gift, fan)
        pay_back = start_until_blocked(gifts.pay_back_all)
    pay_back()

    assert not list(fake_provider.simulation.store.all("refund"))
    assert leases.has_access(fan.pk, gift.artist_id)
