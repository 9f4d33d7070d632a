"""An order of a tier: who can make it, in which currency, that there is one, and that it gives nothing by itself."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Consent, Person
from audit.models import Entry
from billing import checkouts, expiries, terms, tiers
from billing.exceptions import AlreadyBought, NotAgreed, NotForSale, PaymentsOff, ProviderUnavailable, Unpayable
from billing.models import Checkout, SpendingSettings, TierPrice, TierVersion
from billing.provider import get_provider
from billing.provider_objects import CheckoutSession
from billing.simulated import checkout as hosted
from billing.simulated import faults
from billing.simulated.server import FakeStripe
from billing.simulated.subscription_status import end
from catalog.models import Artist
from rights import agreements
from rights.models import AgreementVersion
from tests import factories
from tests.billing import factories as billing
from tests.billing.in_process import get

pytestmark = pytest.mark.django_db
PAGE = "https://fanfare.example/orders/"


@pytest.fixture
def version(fake_provider: FakeStripe, artist: Artist) -> TierVersion:
    return billing.create_tier(artist)


@pytest.fixture
def fan(version: TierVersion) -> Person:
    return factories.create_fan()


def start(fan: Person, price: TierPrice, **changes: Any) -> CheckoutSession:
    about = {"artist_id": price.artist_id, "page_of": lambda order: f"{PAGE}{order.pk}"} | changes
    return checkouts.start(fan, price.pk, **billing.read_terms(fan, price) | about)


def pay(fake: FakeStripe, session: CheckoutSession) -> CheckoutSession:
    """The fan pays on the hosted page. What the provider then says of the session."""
    simulation = fake.simulation
    hosted.complete(simulation, simulation.find("checkout.session", session.id), "succeeds")
    return get_provider().checkouts.fetch(session.id)


def open_sessions(fake: FakeStripe) -> int:
    return sum(session["status"] == "open" for session in get(fake, "/v1/checkout/sessions")["data"])


def test_an_order_leads_to_the_providers_page_and_says_whose_it_is(
    fake_provider: FakeStripe, version: TierVersion, fan: Person
) -> None:
    price = billing.get_price(version)

    session = start(fan, price)

    order = Checkout.objects.get()
    assert (order.person, order.price, order.status, order.session_id) == (fan, price, "open", session.id)
    assert session.url.startswith("http://127.0.0.1:8012/pay/checkout/")
    assert session.client_reference_id == str(order.pk)
    made = get(fake_provider, f"/v1/checkout/sessions/{session.id}")
    assert (made["amount_total"], made["currency"], made["success_url"]) == (400, "eur", f"{PAGE}{order.pk}")
    assert session.metadata == {
        "checkout": str(order.pk),
        "person": str(fan.pk),
        "artist": str(price.artist_id),
        "tier_price": str(price.pk),
    }
    assert timedelta(minutes=59) < order.expires_at - order.created_at <= timedelta(hours=1, seconds=1)
    assert Entry.objects.filter(action="checkout.started", subject=f"checkout:{order.pk}", actor=fan.actor).exists()


def test_a_subscription_is_paid_by_card_alone(fake_provider: FakeStripe, version: TierVersion, fan: Person) -> None:
    """Other ways say days later whether they paid, and until then the order would stay open."""
    session = start(fan, billing.get_price(version))

    assert get(fake_provider, f"/v1/checkout/sessions/{session.id}")["payment_method_types"] == ["card"]


def test_the_order_keeps_the_terms_word_for_word(version: TierVersion, fan: Person) -> None:
    start(fan, billing.get_price(version))

    consent = Consent.objects.get(about=f"tier:{version.tier_id}")
    assert Checkout.objects.get().consent == consent
    assert (consent.person, consent.act, consent.version) == (fan, "given", terms.VERSION)
    assert consent.words == (
        f"Mara Veil: Harbour, terms 1 ({version.terms_hash})\n"
        "Today: €4.00 for the first month, tax included.\n"
        "Then: €4.00 every month until you cancel.\n"
        "You get: 1 request a month; Release night, one hour early.\n"
        "Cancel: Any day, no reason asked. It runs to the end of the month you paid.\n"
        "If the price changes: Not for you. New terms are offered, and you may stay on these.\n"
        "A request that is turned down: Does not count. You can use it for 30 days at least.\n"
        "Start today. I know that I can then no longer take it back within 14 days, because what I pay for has begun."
    )


def test_without_the_consent_nothing_is_ordered(version: TierVersion, fan: Person) -> None:
    with pytest.raises(NotAgreed):
        start(fan, billing.get_price(version), agreed=False)

    assert (Checkout.objects.count(), Consent.objects.filter(about__startswith="tier:").count()) == (0, 0)


@pytest.mark.parametrize("band", ["13_15", "16_17"])
def test_nobody_under_18_orders_or_is_told_to_the_provider(
    fake_provider: FakeStripe, version: TierVersion, band: str
) -> None:
    with pytest.raises(Unpayable, match="start at 18"):
        start(factories.create_fan(age_band=band), billing.get_price(version))

    assert (Checkout.objects.count(), get(fake_provider, "/v1/customers")["data"]) == (0, [])


def test_with_payments_off_nothing_is_ordered(settings: Any, version: TierVersion, fan: Person) -> None:
    settings.PAYMENTS = "off"

    with pytest.raises(PaymentsOff):
        start(fan, billing.get_price(version))


def test_the_same_order_is_gone_on_with(fake_provider: FakeStripe, version: TierVersion, fan: Person) -> None:
    price = billing.get_price(version)

    first, again = start(fan, price), start(fan, price)

    assert (first.id, Checkout.objects.count(), open_sessions(fake_provider)) == (again.id, 1, 1)


def test_another_price_takes_the_place_of_the_order(
    fake_provider: FakeStripe, version: TierVersion, fan: Person
) -> None:
    month = start(fan, billing.get_price(version))
    year = start(fan, billing.get_price(version, interval="year"))

    assert list(Checkout.objects.order_by("created_at").values_list("session_id", "status")) == [
        (month.id, "expired"),
        (year.id, "open"),
    ]
    assert (get_provider().checkouts.fetch(month.id).status, open_sessions(fake_provider)) == ("expired", 1)


def test_what_was_paid_at_the_last_moment_is_not_ordered_again(
    fake_provider: FakeStripe, version: TierVersion, fan: Person
) -> None:
    pay(fake_provider, start(fan, billing.get_price(version)))

    for price in (billing.get_price(version), billing.get_price(version, interval="year")):
        with pytest.raises(AlreadyBought):
            start(fan, price)
    assert Checkout.objects.get().status == "paid"


def test_the_provider_alone_says_that_an_order_was_paid(
    fake_provider: FakeStripe, version: TierVersion, fan: Person
) -> None:
    session = start(fan, billing.get_price(version))
    assert checkouts.settle(session) == Checkout.objects.get()
    assert Checkout.objects.get().status == "open"

    paid = pay(fake_provider, session)

    for _ in range(2):
        settled = checkouts.settle(paid)
        assert settled is not None
        assert settled.status == Checkout.objects.get().status == "paid"
    assert (checkouts.end(settled.pk), checkouts.end(settled.pk)) == (True, False)
    assert start(fan, billing.get_price(version)).id != session.id


def test_a_session_of_somebody_elses_order_settles_nothing(version: TierVersion, fan: Person) -> None:
    session = start(fan, billing.get_price(version))
    Checkout.objects.get()

    for changes in ({"client_reference_id": ""}, {"client_reference_id": "x"}, {"id": "cs_other"}):
        fields = {name: getattr(session, name) for name in session.__slots__} | {"status": "expired"} | changes
        assert checkouts.settle(CheckoutSession(**fields)) is None
    assert Checkout.objects.get().status == "open"


def test_a_price_that_was_closed_or_is_of_another_artist_is_not_ordered(version: TierVersion, fan: Person) -> None:
    price, other = billing.get_price(version), factories.create_artist("Ove Lind")
    with pytest.raises(NotForSale):
        start(fan, price, artist_id=other.pk)

    newer = tiers.edit(version.tier, billing.write_terms(name="New"), by=factories.get_member(version.artist, "editor"))
    billing.put_on_sale(newer)
    with pytest.raises(NotForSale, match="not on sale any more"):
        start(fan, price)
    tiers.archive(version.tier, by=factories.get_member(version.artist, "owner"))
    with pytest.raises(NotForSale):
        start(fan, billing.get_price(newer))
    assert Checkout.objects.count() == 0


def test_nothing_is_sold_once_the_agreement_about_its_income_ended(version: TierVersion, fan: Person) -> None:
    agreement = AgreementVersion.objects.get()
    agreements.end(agreement, by=factories.get_member(version.artist, "principal"))

    with pytest.raises(NotForSale, match="has not agreed to share subscription income"):
        start(fan, billing.get_price(version))


def test_a_fan_pays_in_the_currency_of_what_is_ordered_or_bought(
    fake_provider: FakeStripe, version: TierVersion, fan: Person
) -> None:
    other = billing.create_tier(factories.create_artist("Ove Lind"))
    session = start(fan, billing.get_price(version))

    with pytest.raises(Unpayable, match=r"You pay in EUR, and this is a price in JPY\. An order in it is open until"):
        start(fan, billing.get_price(other, "JPY"))
    settled = checkouts.settle(pay(fake_provider, session))
    assert settled is not None
    with pytest.raises(Unpayable, match=r"You pay in EUR, and this is a price in JPY\.\Z"):
        start(fan, billing.get_price(other, "JPY"))
    [subscription] = fake_provider.simulation.store.all("subscription")
    end(fake_provider.simulation, subscription, reason="cancellation_requested")
    checkouts.end(settled.pk)
    start(fan, billing.get_price(other, "JPY"))
    assert SpendingSettings.objects.get().currency == "JPY"


def test_an_order_whose_answer_was_lost_is_gone_on_with(
    fake_provider: FakeStripe, version: TierVersion, fan: Person
) -> None:
    faults.add(fake_provider.simulation, "reset", times=3, method="POST", path="/v1/checkout/sessions")
    with pytest.raises(ProviderUnavailable):
        start(fan, billing.get_price(version))
    assert Checkout.objects.get().session_id == ""

    session = start(fan, billing.get_price(version))

    assert (Checkout.objects.get().session_id, open_sessions(fake_provider)) == (session.id, 1)


def test_an_order_expires_on_time_as_the_provider_says(
    fake_provider: FakeStripe, version: TierVersion, fan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = billing.create_tier(factories.create_artist("Ove Lind"))
    start(fan, billing.get_price(version))
    paid = start(fan, billing.get_price(other))
    pay(fake_provider, paid)
    expiries.expire_due()
    assert set(Checkout.objects.values_list("status", flat=True)) == {"open"}

    two_hours_later(monkeypatch)
    expiries.expire_due()

    statuses = dict(Checkout.objects.values_list("artist", "status"))
    assert statuses == {version.artist_id: "expired", other.artist_id: "paid"}
    assert open_sessions(fake_provider) == 0


@pytest.mark.parametrize("end", ["archive", "newer"])
def test_an_open_order_of_a_price_that_was_closed_can_not_be_paid(
    fake_provider: FakeStripe, version: TierVersion, fan: Person, end: str
) -> None:
    start(fan, billing.get_price(version))
    if end == "archive":
        tiers.archive(version.tier, by=factories.get_member(version.artist, "owner"))
    else:
        terms_ = billing.write_terms(name="New")
        billing.put_on_sale(tiers.edit(version.tier, terms_, by=factories.get_member(version.artist, "editor")))

    expiries.expire_due()

    assert (Checkout.objects.get().status, open_sessions(fake_provider)) == ("expired", 0)


def test_an_order_without_a_session_expires_alone(
    fake_provider: FakeStripe, version: TierVersion, fan: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults.add(fake_provider.simulation, "503", times=3, method="POST", path="/v1/checkout/sessions")
    with pytest.raises(ProviderUnavailable):
        start(fan, billing.get_price(version))
    two_hours_later(monkeypatch)

    session = start(fan, billing.get_price(version))

    assert list(Checkout.objects.order_by("created_at").values_list("session_id", "status")) == [
        ("", "expired"),
        (session.id, "open"),
    ]


def two_hours_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the time of all orders be over, for us. The provider's clock stays."""
    later = timezone.now() + timedelta(hours=2)
    for module in (checkouts, expiries):
        monkeypatch.setattr(module, "timezone", SimpleNamespace(now=lambda: later))
