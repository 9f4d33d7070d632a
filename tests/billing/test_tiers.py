"""Tiers are written by the team, signed by the artist, and sold once everything about their income is agreed."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from audit.models import Entry
from billing import tiers
from billing.exceptions import InvalidTerms, NotForSale, PaymentsOff, ProviderUnavailable, Refused
from billing.models import Tier, TierPrice, TierVersion
from billing.simulated import faults
from billing.simulated.server import FakeStripe
from billing.tier_terms import IncludedProgram, Price, TierTerms
from catalog.models import Artist
from rights.models import Decision
from tests import factories
from tests.billing import factories as billing
from tests.billing.in_process import get

pytestmark = pytest.mark.django_db


def sold() -> list[tuple[str, str, int]]:
    prices = TierPrice.objects.on_sale().order_by("version", "currency", "interval")
    return list(prices.values_list("interval", "currency", "amount"))


def test_a_tier_on_sale_is_signed_and_known_to_the_provider(fake_provider: FakeStripe, artist: Artist) -> None:
    version = billing.create_tier(artist)

    decision = Decision.objects.get(pk=version.decision_id)
    assert (decision.kind, decision.content_hash, decision.role) == ("terms", version.terms_hash, "principal")
    assert Tier.objects.get().current == version
    assert sold() == [("month", "EUR", 400), ("year", "EUR", 4000), ("month", "JPY", 600)]
    price = billing.get_price(version, "JPY")
    known = get(fake_provider, f"/v1/prices/{price.provider_price}")
    assert (known["unit_amount"], known["currency"], known["recurring"]["interval"]) == (600, "jpy", "month")
    assert get(fake_provider, f"/v1/products/{price.provider_product}")["name"] == "Mara Veil: Harbour"


def test_stored_terms_read_back_as_they_were_typed(artist: Artist) -> None:
    terms = billing.write_terms(
        has_downloads=True, programs=(IncludedProgram(4, "At your 100th listen"), IncludedProgram(9, "Thank you"))
    )

    version = tiers.create(artist, terms, by=factories.get_member(artist, "editor"))

    assert TierTerms.of(TierVersion.objects.get()) == TierTerms(
        "Harbour", tuple(sorted(billing.PRICES)), 1, True, terms.programs, ("Release night, one hour early",)
    )
    assert TierTerms.of(version).list_included() == [
        "At your 100th listen",
        "Thank you",
        "1 request a month",
        "Downloads, where the artist allows them",
        "Release night, one hour early",
    ]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "\u200b"}),
        ("name", {"name": "Har\nbour"}),
        ("name", {"name": "H" * 41}),
        ("lines", {"lines": ("x" * 121,)}),
        ("lines", {"lines": ("a\u202eb",)}),
        ("lines", {"lines": tuple("abcdefghi")}),
        ("lines", {"lines": ("  ",), "requests_a_month": 0}),
        ("requests_a_month", {"requests_a_month": 32}),
        ("requests_a_month", {"requests_a_month": -1}),
        ("programs", {"programs": (IncludedProgram(1, "a"), IncludedProgram(1, "b"))}),
        ("prices", {"prices": ()}),
        ("prices", {"prices": (Price("month", "EUR", 99),)}),
        ("prices", {"prices": (Price("month", "EUR", 20_001),)}),
        ("prices", {"prices": (Price("year", "EUR", 240_001),)}),
        ("prices", {"prices": (Price("month", "SEK", 400),)}),
        ("prices", {"prices": (Price("week", "EUR", 400),)}),
        ("prices", {"prices": (Price("month", "EUR", 400), Price("month", "EUR", 500))}),
        ("prices", {"prices": (Price("month", "KWD", 1_234),)}),
    ],
)
def test_terms_that_cannot_be_sold_are_not_stored(artist: Artist, field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTerms) as refused:
        billing.create_version(artist, **changes)

    assert (refused.value.field, Tier.objects.count()) == (field, 0)


@pytest.mark.parametrize(("currency", "amount"), [("JPY", 500), ("EUR", 500), ("KWD", 1_230)])
def test_each_currency_reaches_the_provider_in_its_own_units(
    fake_provider: FakeStripe, artist: Artist, currency: str, amount: int
) -> None:
    version = billing.create_tier(artist, prices=(Price("month", currency, amount),))

    price = billing.get_price(version, currency)
    assert get(fake_provider, f"/v1/prices/{price.provider_price}")["unit_amount"] == amount


def test_a_tier_is_not_sold_until_its_income_is_shared(fake_provider: FakeStripe, artist: Artist) -> None:
    version = billing.create_version(artist)

    with pytest.raises(NotForSale, match=r"Mara Veil \(artist\) has not agreed to share subscription income"):
        billing.put_on_sale(version)

    assert (sold(), TierVersion.objects.get().decision) == ([], None)


def test_an_editor_writes_and_only_the_artist_with_a_fresh_password_sells(
    fake_provider: FakeStripe, artist: Artist
) -> None:
    billing.share_income(artist)
    version = tiers.create(artist, billing.write_terms(), by=factories.get_member(artist, "editor"))

    for role in ("owner", "editor", "reviewer"):
        with pytest.raises(NotAllowed):
            tiers.put_on_sale(version, by=factories.get_member(artist, role), fresh=True)
    with pytest.raises(ReauthenticationRequired):
        tiers.put_on_sale(version, by=factories.get_member(artist, "principal"), fresh=False)
    with pytest.raises(NotAllowed):
        tiers.create(artist, billing.write_terms(), by=factories.get_member(artist, "reviewer"))
    with pytest.raises(NotAllowed):
        tiers.edit(version.tier, billing.write_terms(), by=factories.create_person("Stranger"))
    for role in ("editor", "reviewer"):
        with pytest.raises(NotAllowed):
            tiers.archive(version.tier, by=factories.get_member(artist, role))
    assert sold() == []


def test_a_new_version_takes_the_place_of_the_one_before(fake_provider: FakeStripe, artist: Artist) -> None:
    version = billing.create_tier(artist)
    prices = (Price("month", "EUR", 500),)
    newer = tiers.edit(version.tier, billing.write_terms(prices=prices), by=factories.get_member(artist, "editor"))
    assert sold() == [("month", "EUR", 400), ("year", "EUR", 4000), ("month", "JPY", 600)]

    billing.put_on_sale(newer)

    assert sold() == [("month", "EUR", 500)]
    with pytest.raises(Refused, match="Version 2 is on sale"):
        billing.put_on_sale(version)


def test_putting_on_sale_twice_makes_one_price_of_each(fake_provider: FakeStripe, artist: Artist) -> None:
    version = billing.create_tier(artist)

    billing.put_on_sale(version)

    assert len(sold()) == 3
    assert Entry.objects.filter(action="tier.put_on_sale").count() == 1


def test_after_a_provider_that_did_not_answer_it_goes_on_where_it_was(
    fake_provider: FakeStripe, artist: Artist
) -> None:
    billing.share_income(artist)
    version = billing.create_version(artist)
    faults.add(fake_provider.simulation, "503", times=3, method="POST", path="/v1/prices")
    with pytest.raises(ProviderUnavailable):
        billing.put_on_sale(version)
    assert (sold(), Tier.objects.get().current) == ([], None)

    billing.put_on_sale(version)

    assert len(sold()) == 3
    assert len(get(fake_provider, "/v1/prices")["data"]) == 3
    assert Decision.objects.filter(kind="terms").count() == 1


def test_an_archived_tier_is_sold_to_nobody_and_stays_as_it_is(fake_provider: FakeStripe, artist: Artist) -> None:
    version = billing.create_tier(artist)
    tiers.archive(version.tier, by=factories.get_member(artist, "owner"))

    assert (sold(), tiers.list_tiers(artist)) == ([], [])
    with pytest.raises(Refused, match="archived"):
        billing.put_on_sale(version)
    with pytest.raises(Refused, match="archived"):
        tiers.edit(version.tier, billing.write_terms(), by=factories.get_member(artist, "editor"))


def test_an_artist_has_few_tiers(artist: Artist) -> None:
    for number in range(tiers.MAX_TIERS):
        billing.create_version(artist, name=f"Tier {number}")

    with pytest.raises(Refused, match="at most 6"):
        billing.create_version(artist)
    assert [tier.position for tier in tiers.list_tiers(artist)] == [0, 1, 2, 3, 4, 5]


def test_with_payments_off_tiers_are_written_and_not_sold(settings: Any, artist: Artist) -> None:
    settings.PAYMENTS = "off"
    billing.share_income(artist)

    with pytest.raises(PaymentsOff):
        billing.put_on_sale(billing.create_version(artist))


def test_the_tiers_of_an_artist_are_one_query(fake_provider: FakeStripe, artist: Artist) -> None:
    billing.create_tier(artist)
    billing.create_tier(artist, name="Night Shift")

    with CaptureQueriesContext(connection) as queries:
        assert [tier.current.name for tier in tiers.list_tiers(artist) if tier.current] == ["Harbour", "Night Shift"]
    assert len(queries) == 1
