"""Promotions: what is shown is what is paid, for as many months as were offered, once for each fan of an artist."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.models import Entry
from billing import caps, offers, promotions, subscription_changes, terms, tiers
from billing.exceptions import AboveCap, NothingToChange, Refused, TermsChanged
from billing.introductory_prices import IntroductoryPrice
from billing.models import Checkout, Entitlement, Invoice, Promotion, SpendingSettings, Subscription, TierPrice
from billing.tier_terms import Price
from catalog.models import Artist
from fans import orders
from tests import factories
from tests.billing import factories as billing
from tests.billing import fan_scene
from tests.billing.fan_scene import DAY, Scene
from tests.fans.pages import get_page, signed_in_client

pytestmark = pytest.mark.django_db
TIERS = "/artists/mara-veil/tiers"


@pytest.fixture
def scene(fake_provider: Any, artist: Artist) -> Scene:
    return fan_scene.begin(fake_provider, artist)


def list_paid() -> list[int]:
    return list(Invoice.objects.filter(status="paid").order_by("created").values_list("amount_paid", flat=True))


def renew(scene: Scene, times: int) -> None:
    for _ in range(times):
        scene.advance(31 * DAY + 7_200)
        fan_scene.reconcile_all(scene)


def test_a_price_is_lower_for_as_many_months_as_were_shown_and_then_full(scene: Scene, artist: Artist) -> None:
    billing.create_promotion(artist)
    client = signed_in_client(scene.fan)
    in_short = "€2.80 a month for 3 months, then €4.00"
    for page in ("/artists/mara-veil", TIERS):
        assert in_short in get_page(client, page).words
    page = get_page(client, f"{TIERS}/{scene.price.pk}").words
    assert "Today €2.80 for the first month, tax included." in page
    assert "Then €2.80 a month until you have paid 3 months. After that €4.00 every month until you cancel." in page
    assert f"Pay {in_short}" in page
    assert "Where your first €2.80 goes Mara Veil €2.24 Fanfare €0.56" in page

    scene.subscribe()
    fan_scene.reconcile_all(scene)
    assert in_short in get_page(client, "/subscriptions").words
    renew(scene, 3)

    assert list_paid() == [280, 280, 280, 400]
    order = Checkout.objects.get()
    assert (order.first_amount, "€2.80 for the first month" in order.consent.words) == (280, True)
    assert Entitlement.objects.get().reason == "paid"
    fan_scene.assert_leases_follow_the_provider(scene)
    fan_scene.assert_books_agree(scene)


def test_of_a_yearly_price_the_first_year_is_lower(scene: Scene, artist: Artist) -> None:
    billing.create_promotion(artist)
    scene.price = billing.get_price(scene.price.version, interval="year")
    words = get_page(signed_in_client(scene.fan), f"{TIERS}/{scene.price.pk}").words
    assert "Pay €28.00 for the first year, then €40.00" in words

    scene.subscribe()
    fan_scene.reconcile_all(scene)
    scene.advance(366 * DAY + 7_200)
    fan_scene.reconcile_all(scene)

    assert list_paid() == [2_800, 4_000]
    fan_scene.assert_books_agree(scene)


def test_a_code_lowers_the_price_for_who_types_it(scene: Scene, artist: Artist) -> None:
    billing.create_promotion(artist, code="Spring-26", percent=50, months=1)
    client, path = signed_in_client(scene.fan), f"{TIERS}/{scene.price.pk}"

    assert "€2.00" not in get_page(client, TIERS).words
    assert "No promotion with this code" in get_page(client, f"{TIERS}?code=autumn").words
    listed = get_page(client, f"{TIERS}?code=spring 26")
    assert "€2.00 for the first month, then €4.00" in listed.words
    assert "?code=SPRING26" in next(link for link in listed.all("a") if path in link["href"])["href"]
    assert 'value="SPRING26"' in client.get(f"{path}?code=spring26").content.decode()
    api = client.get("/api/v1" + TIERS, {"code": "spring26"}).json()["tiers"][0]["prices"][0]
    assert (api["first_amount"], api["promotion"]["percent"]) == (200, 50)

    shown = billing.read_terms(scene.fan, scene.price, code="spring26")
    with pytest.raises(TermsChanged):
        orders.start(scene.fan, scene.price, **shown | {"code": ""})
    orders.start(scene.fan, scene.price, **shown)
    assert Checkout.objects.get().first_amount == 200


def test_one_that_ends_lowers_nothing_for_who_has_not_ordered(scene: Scene, artist: Artist) -> None:
    promotion, late = billing.create_promotion(artist), factories.create_fan()
    shown = billing.read_terms(late, scene.price)
    order = scene.order()

    editor = factories.get_member(artist, "editor")
    promotions.end(promotion, by=editor)
    promotions.end(promotion, by=editor)
    with pytest.raises(TermsChanged):
        orders.start(late, scene.price, **shown)
    scene.pay(order)
    fan_scene.reconcile_all(scene)

    assert list_paid() == [280]
    actions = Entry.objects.filter(subject=str(promotion)).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["promotion.created", "promotion.ended"]


def test_a_fan_uses_one_promotion_of_an_artist_once(scene: Scene, artist: Artist) -> None:
    billing.create_promotion(artist)
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    scene.fake.simulation.find("subscription", Subscription.objects.get().provider_id)["status"] = "canceled"
    fan_scene.reconcile_all(scene)
    other = billing.create_promotion(artist, percent=50)

    assert "Pay €4.00 a month" in get_page(signed_in_client(scene.fan), f"{TIERS}/{scene.price.pk}").words
    again = scene.order()
    assert (again.promotion, again.first_amount) == (None, 400)
    Checkout.objects.filter(pk=again.pk).update(status="expired")
    with pytest.raises(IntegrityError, match="one_promotion_of_an_artist"), transaction.atomic():
        Checkout.objects.create(
            person=scene.fan, artist=artist, price=scene.price, book="simulated", currency="EUR", promotion=other,
            consent_id=billing.agree_to_terms(scene.fan, scene.price.version), expires_at=again.expires_at,
        )  # fmt: skip


def test_an_open_order_keeps_its_place_and_an_expired_one_gives_it_back(scene: Scene, artist: Artist) -> None:
    billing.create_promotion(artist, places=1)
    order = scene.order()
    late = factories.create_fan()

    assert scene.order() == order
    assert billing.read_terms(late, scene.price) != billing.read_terms(scene.fan, scene.price)
    Checkout.objects.filter(pk=order.pk).update(status="expired")
    orders.start(late, scene.price, **billing.read_terms(late, scene.price))
    assert Checkout.objects.get(person=late).first_amount == 280


def test_it_takes_the_place_of_the_free_days(fake_provider: Any, artist: Artist) -> None:
    version = billing.create_tier(artist, trial_days=14)
    promotion, scene = (
        billing.create_promotion(artist),
        Scene(fake_provider, factories.create_fan(), billing.get_price(version)),
    )
    words = get_page(signed_in_client(scene.fan), f"{TIERS}/{scene.price.pk}").words
    assert "It takes the place of the free days." in words

    order = scene.order()
    assert (order.trial_days, order.promotion) == (0, promotion)
    promotions.end(promotion, by=factories.get_member(artist, "editor"))
    assert scene.order().trial_days == 14


def test_the_limit_counts_what_is_really_paid(scene: Scene, artist: Artist) -> None:
    billing.create_promotion(artist)
    billing.choose_currency(scene.fan)
    SpendingSettings.objects.update(monthly_cap=280)
    order = scene.order()
    cap = caps.read(scene.fan)
    assert cap
    assert (cap.held, cap.left) == (280, 0)

    scene.pay(order)
    fan_scene.reconcile_all(scene)
    soon = timezone.now() + timedelta(seconds=1)
    Subscription.objects.update(period_end=soon)
    cap = caps.read(scene.fan)
    assert cap
    assert (cap.spent, cap.renewing in {0, 280}) == (280, True)  # 0 in the last second of a month

    poor = factories.create_fan()
    billing.choose_currency(poor)
    SpendingSettings.objects.filter(person=poor).update(monthly_cap=279)
    with pytest.raises(AboveCap, match=r"It costs €2\.80"):
        orders.start(poor, scene.price, **billing.read_terms(poor, scene.price))


def test_a_change_of_tier_ends_it_and_gives_credit_for_what_was_paid(scene: Scene, artist: Artist) -> None:
    dearer = billing.get_price(billing.create_tier(artist, name="Night Shift", prices=(Price("month", "EUR", 1_000),)))
    billing.create_promotion(artist)
    scene.subscribe()
    fan_scene.reconcile_all(scene)
    row = subscription_changes.find_own(scene.fan, Subscription.objects.get().pk)

    assert [choice.price for choice in subscription_changes.list_choices(row)] == [dearer]
    shown = terms.list_change_terms(scene.price, dearer, is_later=False, is_lower=True)
    assert "ends with the change" in dict(shown)["Your promotion"]
    year = billing.get_price(scene.price.version, interval="year")
    with pytest.raises(NothingToChange, match="once the promotion is over"):
        subscription_changes.start_upgrade(
            row, year.pk, agreed=True, words_hash="", by=scene.fan, return_url="https://a.example"
        )
    item = scene.find("subscription")["items"]["data"][0]["id"]
    ask = f"items[0][id]={item}&items[0][price]={dearer.provider_price}&proration_behavior=always_invoice"
    fan_scene.ask(scene.fake, "POST", f"/v1/subscriptions/{row.provider_id}", ask)
    fan_scene.reconcile_all(scene)

    credit, rest = (line["amount"] for line in scene.find("invoice")["lines"]["data"])
    assert (-280 <= credit <= -279, 999 <= rest <= 1_000) == (True, True)
    renew(scene, 1)
    assert list_paid()[-1] == 1_000
    fan_scene.assert_books_agree(scene)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"percent": 80}, "No price on sale can be lowered by so much"),
        ({"code": "SPRING"}, "Another promotion has this code"),
    ],
)
def test_what_no_fan_could_use_is_refused(fake_provider: Any, artist: Artist, change: Any, said: str) -> None:
    billing.create_tier(artist, prices=(Price("month", "EUR", 400), Price("month", "KWD", 1_250)))
    billing.create_promotion(artist, code="SPRING")

    with pytest.raises(Refused, match=said):
        billing.create_promotion(artist, **change)


def test_a_price_is_lowered_to_what_can_be_paid_exactly(fake_provider: Any, artist: Artist) -> None:
    """Dinars are paid in whole tens of fils, which 15 % off 1.250 are not; and no price falls below the least one."""
    prices = (
        Price("month", "EUR", 120),
        Price("month", "EUR", 400),
        Price("month", "KWD", 1_250),
        Price("month", "JPY", 333),
    )
    for number, price in enumerate(prices):
        billing.create_tier(artist, name=f"Tier {number}", prices=(price,))
    promotion = billing.create_promotion(artist, percent=20)

    lowered = {
        (price.currency, price.amount): IntroductoryPrice(promotion=promotion).compute_first_amount(price)
        for price in offers.list_prices(artist)
        if promotions.fits(promotion, price)
    }

    assert lowered == {("EUR", 400): 320, ("KWD", 1_250): 1_000, ("JPY", 333): 266}
    promotion.percent = 15
    assert [promotions.fits(promotion, price) for price in TierPrice.objects.filter(currency="KWD")] == [False]


def test_the_database_rounds_as_we_do(fake_provider: Any, artist: Artist) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT amount, percent, amount - round(amount * percent / 100.0)"
            " FROM generate_series(1, 999) amount, generate_series(1, 90, 7) percent"
        )
        rows = cursor.fetchall()
    assert [(amount, percent, promotions.compute_first_amount(amount, percent)) for amount, percent, _ in rows] == rows


def test_a_new_version_of_a_tier_is_lowered_too(scene: Scene, artist: Artist) -> None:
    billing.create_promotion(artist, tier=scene.price.version.tier)
    newer = tiers.edit(scene.price.version.tier, billing.write_terms(prices=(Price("month", "EUR", 600),)),
                       by=factories.get_member(artist, "editor"))  # fmt: skip
    billing.put_on_sale(newer)

    scene.price = billing.get_price(newer)
    assert scene.order().first_amount == 420
    assert Promotion.objects.count() == 1
