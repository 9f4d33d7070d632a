"""The pages on which a fan sees tiers, orders one, and learns what became of the order."""

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person
from billing import checkouts, sync, tiers
from billing.models import Checkout, TierPrice, TierVersion
from billing.provider import get_provider
from billing.simulated import checkout as hosted
from billing.simulated import faults
from billing.simulated.server import FakeStripe
from billing.tier_terms import Price
from catalog.models import Artist
from tests import factories
from tests.billing import factories as billing
from tests.fans.pages import count_queries, get_page, send_form, signed_in_client

pytestmark = pytest.mark.django_db
STRIP = "Simulated payments: no money moves"
AGREED = {"start": "now"}


@pytest.fixture
def version(fake_provider: FakeStripe, artist: Artist) -> TierVersion:
    return billing.create_tier(artist)


@pytest.fixture
def fan(version: TierVersion) -> Person:
    return factories.create_fan()


@pytest.fixture
def client(fan: Person) -> Client:
    return signed_in_client(fan)


def path_of(price: TierPrice) -> str:
    return f"/artists/{price.version.tier.artist.slug}/tiers/{price.pk}"


def pay(fake: FakeStripe, order: Checkout) -> None:
    hosted.complete(fake.simulation, fake.simulation.find("checkout.session", order.session_id), "succeeds")
    assert sync.compare(get_provider().checkouts.fetch(order.session_id).subscription, is_full=False)


def test_the_artists_page_names_the_tiers_and_a_price(client: Client, version: TierVersion) -> None:
    billing.create_tier(version.artist, name="Night Shift", prices=(Price("year", "JPY", 9000),))

    words = get_page(client, "/artists/mara-veil").words

    assert "Tiers Harbour €4.00 a month Night Shift ¥9,000 a year See what each includes" in words


def test_an_artist_without_tiers_has_no_such_part(client: Client) -> None:
    factories.create_artist("Ove Lind")

    assert "Tiers" not in get_page(client, "/artists/ove-lind").words


def test_the_tiers_are_tickets_with_what_they_include_and_cost(client: Client) -> None:
    page = get_page(client, "/artists/mara-veil/tiers")

    assert STRIP in page.words
    assert "Harbour 1 request a month Release night, one hour early €4.00 a month See the terms" in page.words
    assert "Or €40.00 a year" in page.words
    assert page.inline_code == []


def test_a_tier_without_a_price_in_the_fans_currency_says_so(client: Client, version: TierVersion) -> None:
    billing.create_tier(version.artist, name="Night Shift", prices=(Price("month", "JPY", 900),))

    in_euro, in_yen = (get_page(client, f"/artists/mara-veil/tiers?currency={code}") for code in ("EUR", "JPY"))

    assert "Not sold in EUR" in in_euro.words
    assert "Not sold in" not in in_yen.words
    assert "¥900 a month" in in_yen.words
    assert [link["href"] for link in in_euro.all("a", class_="chip")] == ["?currency=EUR", "?currency=JPY"]


def test_the_currency_cannot_be_chosen_while_something_is_ordered(client: Client, version: TierVersion) -> None:
    send_form(client, path_of(billing.get_price(version, "JPY")), AGREED)

    page = get_page(client, "/artists/mara-veil/tiers?currency=EUR")

    assert page.all("a", class_="chip") == []
    assert "¥600 a month" in page.words
    assert "Your order of Harbour is open" in page.words


def test_the_terms_stand_before_the_button_that_names_the_sum(client: Client, version: TierVersion) -> None:
    words = get_page(client, path_of(billing.get_price(version))).words

    assert STRIP in words
    assert words.index("Today €4.00 for the first month, tax included.") < words.index("Pay €4.00 a month")
    assert "Where your €4.00 goes Mara Veil €3.20 Fanfare €0.80 Before VAT and card fees." in words
    assert "Start today. I know that I can then no longer take it back within 14 days" in words


def test_an_order_leads_to_the_payment_page(client: Client, version: TierVersion) -> None:
    answer = send_form(client, path_of(billing.get_price(version)), AGREED)

    assert answer.status_code == 303
    assert answer["Location"].startswith("http://127.0.0.1:8012/pay/checkout/cs_sim_")
    assert "http://127.0.0.1:8012" in answer["Content-Security-Policy"].partition("form-action")[2].partition(";")[0]


def test_a_form_sent_twice_is_one_order(client: Client, version: TierVersion) -> None:
    path = path_of(billing.get_price(version))

    first, again = send_form(client, path, AGREED), send_form(client, path, AGREED)

    assert first["Location"] == again["Location"]
    assert Checkout.objects.count() == 1


def test_while_an_order_is_open_the_other_tiers_can_be_read_and_ordered(client: Client, version: TierVersion) -> None:
    other = path_of(billing.get_price(billing.create_tier(version.artist, name="Night Shift")))
    send_form(client, path_of(billing.get_price(version)), AGREED)

    page = get_page(client, "/artists/mara-veil/tiers")

    assert "Your order of Harbour is open." in page.words
    assert other in [link.get("href") for link in page.all("a")]
    assert send_form(client, other, AGREED).status_code == 303


def test_without_the_box_nothing_is_ordered(client: Client, version: TierVersion) -> None:
    for form in ({}, {"start": "later"}):
        answer = client.post(path_of(billing.get_price(version)), form)

        assert answer.status_code == 422
        assert "Tick the box to start today" in answer.content.decode()
    assert Checkout.objects.count() == 0


@pytest.mark.parametrize("band", ["13_15", "16_17"])
def test_somebody_under_18_is_told_so_and_finds_no_button(version: TierVersion, band: str) -> None:
    client = signed_in_client(factories.create_fan(age_band=band))
    price = billing.get_price(version)

    listed, page = get_page(client, "/artists/mara-veil/tiers"), get_page(client, path_of(price))

    assert "Paid tiers start at 18" in listed.words
    assert "From 18" in listed.words
    assert [link for link in listed.all("a") if link.get("href") == path_of(price)] == []
    assert page.all("button", class_="btn btn-primary") == []
    answer = send_form(client, path_of(price), AGREED)
    assert (answer.status_code, "start at 18" in answer.content.decode()) == (409, True)
    assert Checkout.objects.count() == 0


def test_a_price_of_another_artist_is_not_there(client: Client, version: TierVersion) -> None:
    other = billing.create_tier(factories.create_artist("Ove Lind"))
    path = f"/artists/mara-veil/tiers/{billing.get_price(other).pk}"

    assert (client.get(path).status_code, send_form(client, path, AGREED).status_code) == (404, 404)
    assert client.get("/artists/mara-veil/tiers/999999").status_code == 404
    assert Checkout.objects.count() == 0


def test_a_price_closed_between_the_page_and_the_button_is_not_ordered(client: Client, version: TierVersion) -> None:
    price = billing.get_price(version)
    get_page(client, path_of(price))
    tiers.archive(version.tier, by=factories.get_member(version.artist, "owner"))

    answer = send_form(client, path_of(price), AGREED)

    assert answer.status_code == 409
    assert "not on sale any more" in answer.content.decode()
    assert Checkout.objects.count() == 0


def test_a_price_in_another_currency_than_what_is_ordered_is_refused(client: Client, version: TierVersion) -> None:
    other = billing.create_tier(factories.create_artist("Ove Lind"))
    send_form(client, path_of(billing.get_price(version)), AGREED)

    answer = send_form(client, path_of(billing.get_price(other, "JPY")), AGREED)

    assert (answer.status_code, "You pay in EUR" in answer.content.decode()) == (409, True)
    assert Checkout.objects.count() == 1


def test_a_provider_that_does_not_answer_is_said_without_its_words(
    fake_provider: FakeStripe, client: Client, version: TierVersion
) -> None:
    faults.add(fake_provider.simulation, "503", times=9, method="POST", path="/v1/checkout/sessions")

    answer = send_form(client, path_of(billing.get_price(version)), AGREED)

    assert answer.status_code == 409
    assert "The payment service does not answer at the moment. Try again in a minute." in answer.content.decode()
    assert "paid nothing" not in answer.content.decode()  # nobody knows that before the provider answers


def test_with_payments_off_the_page_says_so_and_sells_nothing(
    settings: Any, client: Client, version: TierVersion
) -> None:
    price = billing.get_price(version)
    settings.PAYMENTS = "off"

    page = get_page(client, "/artists/mara-veil/tiers")

    assert "Payments are off here, so nothing can be bought. Everything else works." in page.words
    assert STRIP not in page.words
    assert send_form(client, path_of(price), AGREED).status_code == 404
    assert client.get("/artists/mara-veil").status_code == 200


def test_live_money_has_no_strip_and_test_money_another(settings: Any, client: Client) -> None:
    settings.PAYMENTS = "live"
    live = get_page(client, "/artists/mara-veil/tiers").words
    settings.PAYMENTS = "test"
    test = get_page(client, "/artists/mara-veil/tiers").words

    assert ("no money moves" in live, "Test payments: no money moves" in test) == (False, True)


def test_the_page_of_an_order_asks_and_never_grants(
    fake_provider: FakeStripe, client: Client, version: TierVersion
) -> None:
    send_form(client, path_of(billing.get_price(version)), AGREED)
    order = Checkout.objects.get()
    path = f"/orders/{order.pk}"

    for address in (path, f"{path}?session_id={order.session_id}&status=complete&paid=1"):
        page = get_page(client, address)
        assert "We are asking the payment service whether it went through." in page.words
        assert page.all("section", hx_get=path, hx_trigger="every 3s") != []
    assert Checkout.objects.get().status == "open"

    pay(fake_provider, order)
    page = get_page(client, path)
    assert "You are in The payment is confirmed. Harbour is yours." in page.words
    assert page.all("section", hx_trigger="every 3s") == []
    assert STRIP in page.words


def test_the_page_says_when_an_order_ran_out_or_is_over(
    fake_provider: FakeStripe, client: Client, version: TierVersion
) -> None:
    send_form(client, path_of(billing.get_price(version)), AGREED)
    send_form(client, path_of(billing.get_price(version, interval="year")), AGREED)
    expired, order = Checkout.objects.order_by("created_at")
    pay(fake_provider, order)
    checkouts.end(order.pk)

    assert "This order ran out Nothing was charged" in get_page(client, f"/orders/{expired.pk}").words
    assert "This is over" in get_page(client, f"/orders/{order.pk}").words


def test_an_order_is_there_for_its_fan_alone(client: Client, version: TierVersion) -> None:
    send_form(client, path_of(billing.get_price(version)), AGREED)
    path = f"/orders/{Checkout.objects.get().pk}"

    for person in (factories.create_fan("Stranger"), factories.get_member(version.artist, "principal")):
        assert signed_in_client(person).get(path).status_code == 404
    assert client.get(f"/orders/{uuid.uuid4()}").status_code == 404


def test_the_tier_that_a_fan_has_is_punched_and_not_sold_again(
    fake_provider: FakeStripe, client: Client, version: TierVersion
) -> None:
    price = billing.get_price(version)
    send_form(client, path_of(price), AGREED)
    pay(fake_provider, Checkout.objects.get())

    page = get_page(client, "/artists/mara-veil/tiers")

    assert "Yours €4.00 a month" in page.words
    assert "See the terms" not in page.words
    answer = send_form(client, path_of(price), AGREED)
    assert (answer.status_code, "You have a tier of this artist already." in answer.content.decode()) == (409, True)


def test_more_tiers_take_no_more_queries(client: Client, version: TierVersion) -> None:
    one = [count_queries(client, path) for path in ("/artists/mara-veil", "/artists/mara-veil/tiers")]
    for number in range(3):
        billing.create_tier(version.artist, name=f"Tier {number}")

    assert [count_queries(client, path) for path in ("/artists/mara-veil", "/artists/mara-veil/tiers")] == one
