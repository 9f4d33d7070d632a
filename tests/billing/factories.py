"""Tiers that are on sale, and orders of them, for tests. Everything goes through the product's own functions."""

import copy
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts import consents
from accounts.models import Person, Role
from billing import caps, gift_terms, gifts, introductory_prices, promotions, terms, tiers
from billing.models import Checkout, Gift, Promotion, SpendingSettings, TierPrice, TierVersion
from billing.provider import Provider, get_provider, threads
from billing.provider import provider as provider_module
from billing.simulated import checkout as hosted
from billing.simulated.server import FakeStripe
from billing.tier_terms import Price, TierTerms
from catalog.models import Artist
from fans import orders
from rights import parties, split_schemes
from rights.models import Use
from rights.shares import Role as Share
from tests import factories
from tests.billing.in_process import sdk
from tests.rights.albums import agree

PRICES = (Price("month", "EUR", 400), Price("year", "EUR", 4000), Price("month", "JPY", 600))


def connect_fake(monkeypatch: Any, fake: FakeStripe | None = None) -> FakeStripe:
    """This FakeStripe in the place of the provider of the settings, or a new one, which our clock drives.

    No other one has its ids.
    """
    fake = fake or FakeStripe(seed=None, wall_clock=time.time, start=int(time.time()))
    provider = Provider.of(sdk(fake))
    monkeypatch.setattr(provider_module, "connect", lambda *_: provider)
    monkeypatch.setattr(threads, "AT_ONCE", 1)  # so that a fault hits the same request each time
    return fake


def copy_scene[Scene](made: Scene, settings: Any, monkeypatch: Any) -> Scene:
    """A copy of a scene that was made once a module. Its `fake` is the provider."""
    settings.PAYMENTS = "simulated"
    scene: Any = copy.deepcopy(made)
    connect_fake(monkeypatch, scene.fake)
    return scene


@contextmanager
def run_fake() -> Iterator[FakeStripe]:
    """Payments are simulated meanwhile, by a FakeStripe in this process. A test has the fixture `fake_provider`."""
    with override_settings(PAYMENTS="simulated"), pytest.MonkeyPatch.context() as patch:
        yield connect_fake(patch)


def share_income(artist: Artist, *, fee_bearer: str = "platform") -> None:
    """The artist agrees how subscription income is split, so tiers can be sold."""
    shares = {Share.PLATFORM: 2_000, Share.FEATURED_ARTIST: 8_000}
    scheme = split_schemes.add_scheme(Use.TIER, shares, by=factories.get_staff(), fee_bearer=fee_bearer)
    agree(f"TIERS-{artist.pk}", scheme, parties.get_artist_party(artist), use=Use.TIER)


def write_terms(**changes: Any) -> TierTerms:
    terms = {"name": "Harbour", "prices": PRICES, "requests_a_month": 1, "lines": ("Release night, one hour early",)}
    return TierTerms(**terms | changes)


def create_version(artist: Artist, **changes: Any) -> TierVersion:
    """The first version of a new tier, which nobody signed."""
    return tiers.create(artist, write_terms(**changes), by=factories.get_member(artist, Role.PRINCIPAL))


def create_tier(artist: Artist, **changes: Any) -> TierVersion:
    """A tier on sale. The artist has agreed how its income is split."""
    if not parties.get_artist_party(artist).grants.filter(use=Use.TIER).exists():
        share_income(artist)
    version = create_version(artist, **changes)
    put_on_sale(version)
    version.refresh_from_db()
    return version


def put_on_sale(version: TierVersion) -> None:
    tiers.put_on_sale(version, by=factories.get_member(version.artist, Role.PRINCIPAL), fresh=True)


def create_promotion(artist: Artist, **changes: Any) -> Promotion:
    """30 % off three months of all tiers of the artist, for a week. One of them is on sale."""
    facts = {"tier": None, "percent": 30, "months": 3, "redeem_by": timezone.now() + timedelta(days=7)} | changes
    return promotions.create(artist, **facts, by=factories.get_member(artist, Role.EDITOR))


def get_price(version: TierVersion, currency: str = "EUR", interval: str = "month") -> TierPrice:
    return version.sold_prices.get(currency=currency, interval=interval)


def agree_to_terms(person: Person, version: TierVersion, about: str = "") -> int:
    """The id of a fan's consent to these terms."""
    return consents.give(person, about or f"tier:{version.tier_id}", 1, "These are the terms.").pk


def choose_currency(person: Person, currency: str = "EUR") -> SpendingSettings:
    return SpendingSettings.objects.create(
        person=person, book="simulated", currency=currency, monthly_cap=caps.get_default(currency)
    )


def read_terms(fan: Person, price: TierPrice, code: str = "") -> dict[str, Any]:
    """What somebody sends who read the words of an order at this price and ticked the box."""
    paper = terms.write_paper(price, introductory_prices.find(fan, price, code=code))
    return {"agreed": True, "words_hash": consents.digest(paper)} | ({"code": code} if code else {})


def give_tier(price: TierPrice, giver: Person, months: int = 3, *, fake: FakeStripe | None = None) -> Gift:
    """A gift that is paid and that nobody has redeemed; without a FakeStripe, at one of its own."""
    words_hash = consents.digest(gift_terms.write_paper(price, months))
    with nullcontext(fake) if fake else run_fake() as provider:
        session = gifts.start(
            giver, price.pk, artist_id=price.artist_id, months=months, agreed=True, words_hash=words_hash,
            page_of=lambda gift: f"https://fanfare.example/gifts/{gift.pk}",
        )  # fmt: skip
        hosted.complete(provider.simulation, provider.simulation.find("checkout.session", session.id), "succeeds")
        gift = gifts.settle(get_provider().checkouts.fetch(session.id))
    assert gift is not None
    return gift


def order_tier(artist: Artist, fan: Person) -> Checkout:
    """The fan orders a new tier of the artist, at a provider of its own, and has not paid yet."""
    with run_fake():
        price = get_price(create_tier(artist))
        session = orders.start(fan, price, **read_terms(fan, price))
    return Checkout.objects.select_related("price__version").get(session_id=session.id)
