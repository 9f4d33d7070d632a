"""Trials: as long as the artist signed, and one for each fan of an artist, by the database."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing import subscription_changes
from billing.exceptions import InvalidTerms, TermsChanged
from billing.models import Checkout, Entitlement, Subscription
from catalog.models import Artist
from fans import orders
from tests import factories
from tests.adversarial.test_database_constraints import refused
from tests.billing import factories as billing
from tests.billing import fan_scene
from tests.billing.fan_scene import DAY, Scene
from tests.fans.pages import get_page, signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(fake_provider: Any, artist: Artist) -> Scene:
    version = billing.create_tier(artist, trial_days=14)
    return Scene(fake_provider, factories.create_fan(), billing.get_price(version))


def test_a_trial_is_shown_costs_nothing_and_gives_the_tier_until_it_ends(scene: Scene) -> None:
    client = signed_in_client(scene.fan)
    page = get_page(client, f"/artists/mara-veil/tiers/{scene.price.pk}").words
    assert "Nothing for 14 days. Cancel before they are over and nothing is charged." in page
    assert "Try it 14 days, then pay €4.00 a month" in page

    scene.subscribe()
    fan_scene.reconcile_all(scene)

    row, lease = Subscription.objects.get(), Entitlement.objects.get()
    assert (row.status, lease.reason, lease.valid_until) == ("trialing", "trial", row.trial_end)
    assert "Nothing for 14 days." in Checkout.objects.get().consent.words
    assert "Free until" in get_page(client, "/subscriptions").words
    fan_scene.assert_books_agree(scene)

    scene.advance(14 * DAY + 7_200)
    fan_scene.reconcile_all(scene)
    assert (Subscription.objects.get().status, Entitlement.objects.get().reason) == ("active", "paid")
    fan_scene.assert_books_agree(scene)


def test_a_fan_has_one_trial_of_an_artist(scene: Scene) -> None:
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    scene.fake.simulation.find("subscription", Subscription.objects.get().provider_id)["status"] = "canceled"
    fan_scene.reconcile_all(scene)
    assert Checkout.objects.get().status == "ended"

    again = scene.order()

    assert again.trial_days == 0
    words = get_page(signed_in_client(scene.fan), f"/artists/mara-veil/tiers/{scene.price.pk}").words
    assert "€4.00 for the first month" in words
    refused("permission denied", "UPDATE billing_checkout SET trial_days = 14")


def test_who_was_shown_free_days_that_are_gone_pays_nothing_before_reading_again(scene: Scene) -> None:
    shown = billing.read_terms(scene.fan, scene.price)
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    scene.fake.simulation.find("subscription", Subscription.objects.get().provider_id)["status"] = "canceled"
    fan_scene.reconcile_all(scene)

    with pytest.raises(TermsChanged):
        orders.start(scene.fan, scene.price, **shown)
    assert Checkout.objects.count() == 1


def test_an_order_that_is_open_keeps_the_words_that_were_shown(scene: Scene) -> None:
    """Its free days are shown again, and it is gone on with."""
    first = scene.order()

    assert scene.order() == first
    page = get_page(signed_in_client(scene.fan), f"/artists/mara-veil/tiers/{scene.price.pk}").words
    assert "Try it 14 days, then pay €4.00 a month" in page


def test_the_database_refuses_a_second_trial_and_one_that_was_not_signed(scene: Scene) -> None:
    order = scene.order()
    Checkout.objects.filter(pk=order.pk).update(status="paid")
    Checkout.objects.filter(pk=order.pk).update(status="ended")

    for trial_days, promise in ((14, "one_trial_of_an_artist"), (30, "as long as was signed")):
        consent = billing.agree_to_terms(scene.fan, scene.price.version)
        with pytest.raises(IntegrityError, match=promise), transaction.atomic():
            Checkout.objects.create(
                person=scene.fan, artist_id=scene.price.artist_id, price=scene.price, book="simulated",
                currency="EUR", trial_days=trial_days, consent_id=consent, expires_at=order.expires_at,
            )  # fmt: skip


def test_an_order_that_was_never_paid_takes_no_trial_away(scene: Scene) -> None:
    Checkout.objects.filter(pk=scene.order().pk).update(status="expired")

    assert scene.order().trial_days == 14


def test_a_trial_is_of_three_months_at_most(artist: Artist, fake_provider: Any) -> None:
    with pytest.raises(InvalidTerms):
        billing.create_version(artist, trial_days=91)


def test_no_other_price_is_taken_in_a_trial(scene: Scene) -> None:
    scene.subscribe()
    fan_scene.reconcile_all(scene)

    assert "days are over" in subscription_changes.find_problem(Subscription.objects.get())
