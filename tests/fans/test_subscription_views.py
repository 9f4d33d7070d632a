"""The page of what a fan pays: each state of a tier, and each thing that can be done to it."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import Consent
from audit.models import Entry
from billing import tiers
from billing.models import Entitlement, Subscription, TierPrice, TierVersion
from billing.simulated.objects import Object
from billing.simulated.views import portal
from billing.tier_terms import Price
from catalog.models import Artist
from fans import payment_mails
from live.models import Notice
from tests import factories
from tests.billing import factories as billing
from tests.billing import fan_scene
from tests.billing.fan_scene import DAY, Scene
from tests.billing.in_process import ask
from tests.fans.pages import count_queries, get_page, send_form, signed_in_client

pytestmark = pytest.mark.django_db
PAGE = "/subscriptions"


@pytest.fixture(scope="module")
def module_scene(module_artist: Artist) -> Scene:
    """The fan has paid for a month."""
    with billing.run_fake() as fake:
        scene = fan_scene.begin(fake, module_artist)
        scene.subscribe()
        fan_scene.reconcile_all(scene)
    return scene


@pytest.fixture
def scene(db: None, module_scene: Scene, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return billing.copy_scene(module_scene, settings, monkeypatch)


@pytest.fixture
def client(scene: Scene) -> Client:
    return signed_in_client(scene.fan)


def add_tier(scene: Scene, name: str, *prices: Price) -> TierVersion:
    return billing.create_tier(scene.price.version.tier.artist, name=name, prices=prices)


def own() -> str:
    return f"{PAGE}/{Subscription.objects.get().pk}"


def subscription(scene: Scene) -> Object:
    return scene.find("subscription")


def words(client: Client) -> str:
    return get_page(client, PAGE).words


def follow(scene: Scene, location: str) -> Object:
    """The session of the provider's page to which an answer leads."""
    assert location.startswith(scene.fake.simulation.base_url)
    return scene.fake.simulation.find("billing_portal.session", location.rpartition("/")[2])


def confirm(scene: Scene, location: str) -> None:
    """Press "Confirm" on the provider's page, as its customer does."""
    portal.confirm(scene.fake.simulation, follow(scene, location))
    fan_scene.reconcile_all(scene)


def test_a_fan_who_pays_nothing_reads_so(fake_provider: Any) -> None:
    page = get_page(signed_in_client(factories.create_fan()), PAGE)

    assert "No tier You pay nobody." in page.words
    assert page.inline_code == []


def test_a_tier_is_shown_with_its_price_its_terms_and_until_when_it_is_paid(client: Client) -> None:
    page = get_page(client, PAGE)

    assert re.search(
        r"Mara Veil Harbour €4\.00 a month\. Paid until .+ Terms 1, of .+ Yours Change .*Cancel", page.words
    )
    assert "Simulated payments: no money moves" in page.words
    assert page.inline_code == []


def test_the_page_costs_as_many_queries_with_more_tiers(scene: Scene, client: Client) -> None:
    one = count_queries(client, PAGE)
    fan_scene.begin(scene.fake, factories.create_artist("Ove Lind"), scene.fan).subscribe()
    fan_scene.reconcile_all(scene)

    assert Subscription.objects.count() == 2
    assert count_queries(client, PAGE) == one


def test_canceling_keeps_what_is_paid_and_can_be_taken_back(scene: Scene, client: Client) -> None:
    assert client.post(f"{own()}/cancel")["Location"] == PAGE

    assert "You canceled. It ends on" in words(client)
    assert subscription(scene)["cancel_at_period_end"]
    assert scene.until(subscription(scene)["id"]) == scene.period_end(subscription(scene)["id"])

    client.post(f"{own()}/resume")

    assert "You canceled" not in words(client)
    assert not subscription(scene)["cancel_at_period_end"]
    assert {"subscription.canceled", "subscription.resumed"} <= set(Entry.objects.values_list("action", flat=True))


def test_a_failed_renewal_shows_the_grace_and_ends_at_once_when_the_fan_wants(scene: Scene, client: Client) -> None:
    scene.control("card", customer=subscription(scene)["customer"], card="declined")
    scene.advance(31 * DAY + 7_200)
    fan_scene.reconcile_all(scene)

    page = words(client)
    assert "Your card was refused on" in page
    assert "You keep everything until" in page
    assert re.search(r"\d days? left", page)
    assert "Use another card" in page

    client.post(f"{own()}/cancel")

    assert subscription(scene)["status"] == "canceled"
    assert Entitlement.objects.get().reason == "paid"  # to the end of the month that was paid, and no grace


def test_another_card_and_the_invoices_are_on_the_providers_page(scene: Scene, client: Client) -> None:
    answer = client.post(f"{PAGE}/card")

    assert answer.status_code == 303
    session = follow(scene, answer["Location"])
    assert session["customer"] == subscription(scene)["customer"]
    assert session["return_url"].endswith(PAGE)
    rules = scene.fake.simulation.find("billing_portal.configuration", session["configuration"])["features"]
    assert (rules["subscription_update"]["enabled"], rules["payment_method_update"]["enabled"]) == (False, True)


def test_a_higher_price_is_confirmed_on_the_providers_page_and_begins_when_it_is_paid(
    scene: Scene, client: Client
) -> None:
    more = billing.get_price(add_tier(scene, "Night Shift", Price("month", "EUR", 900)))
    path = f"{own()}/prices/{more.pk}"
    assert "Night Shift , €9.00 a month from today" in get_page(client, own()).words
    assert "The difference for the rest of your period" in get_page(client, path).words
    assert send_form(client, path).status_code == 409  # the box is not ticked

    answer = send_form(client, path, {"start": "now"})

    assert answer.status_code == 303
    assert Subscription.objects.get().price == scene.price
    assert "Start today" in Consent.objects.order_by("pk").last().words  # type: ignore[union-attr]

    confirm(scene, answer["Location"])

    assert Subscription.objects.get().price == more
    assert Entitlement.objects.get().version == more.version
    assert "Night Shift €9.00 a month" in words(client)
    fan_scene.assert_books_agree(scene)


def test_what_was_not_confirmed_changed_nothing(scene: Scene, client: Client) -> None:
    more = billing.get_price(add_tier(scene, "Night Shift", Price("month", "EUR", 900)))

    send_form(client, f"{own()}/prices/{more.pk}", {"start": "now"})
    fan_scene.reconcile_all(scene)

    assert (Subscription.objects.get().price, Entitlement.objects.get().version) == (scene.price, scene.price.version)


def test_a_lower_price_begins_with_the_next_period_and_can_be_dropped(scene: Scene, client: Client) -> None:
    less = billing.get_price(add_tier(scene, "Shore", Price("month", "EUR", 200)))
    path = f"{own()}/prices/{less.pk}"
    assert "Nothing. The change begins with your next period." in get_page(client, path).words

    assert send_form(client, path)["Location"] == PAGE

    assert re.search(r"From .+ : Shore , €2\.00 a month\. .*Stay as it is", words(client))
    assert Subscription.objects.get().price == scene.price
    client.post(f"{own()}/keep")
    assert "Shore" not in words(client)
    assert Subscription.objects.get().next_price is None

    send_form(client, path)
    scene.advance(31 * DAY + 7_200)
    fan_scene.reconcile_all(scene)

    assert Subscription.objects.get().price == less
    assert Entitlement.objects.get().version == less.version
    fan_scene.assert_books_agree(scene)


@pytest.mark.parametrize(("name", "amount"), [("Shore", 200), ("Night Shift", 900)])
def test_another_price_is_not_taken_on_other_terms_than_those_shown(
    scene: Scene, client: Client, name: str, amount: int
) -> None:
    other = billing.get_price(add_tier(scene, name, Price("month", "EUR", amount)))

    for words_hash in ("", "0" * 64):
        form = {"start": "now", "words_hash": words_hash}
        answer = client.post(f"{own()}/prices/{other.pk}", form)
        assert (answer.status_code, "are not what you saw any more" in answer.content.decode()) == (409, True)
    assert not Consent.objects.filter(about=f"tier:{other.version.tier_id}").exists()


def test_canceling_drops_what_was_planned(scene: Scene, client: Client) -> None:
    less = billing.get_price(add_tier(scene, "Shore", Price("month", "EUR", 200)))
    send_form(client, f"{own()}/prices/{less.pk}")

    client.post(f"{own()}/cancel")

    row = Subscription.objects.get()
    assert (row.schedule, row.next_price, row.cancel_at_period_end) == ("", None, True)


def test_a_year_in_place_of_a_month_begins_at_once_and_a_month_in_place_of_a_year_later(
    scene: Scene, client: Client
) -> None:
    year = billing.get_price(scene.price.version, interval="year")

    answer = send_form(client, f"{own()}/prices/{year.pk}", {"start": "now"})
    confirm(scene, answer["Location"])

    assert Subscription.objects.get().price == year
    assert "Harbour , €4.00 a month from" in get_page(client, own()).words
    send_form(client, f"{own()}/prices/{scene.price.pk}")
    assert Subscription.objects.get().next_price == scene.price


def test_a_price_in_another_currency_or_of_another_artist_is_not_there(scene: Scene, client: Client) -> None:
    other = billing.create_tier(factories.create_artist("Ove Lind"))

    for price in (billing.get_price(other), billing.get_price(scene.price.version, "JPY")):
        assert send_form(client, f"{own()}/prices/{price.pk}", {"start": "now"}).status_code == 404


def test_a_price_closed_meanwhile_is_not_taken(scene: Scene, client: Client) -> None:
    more = billing.get_price(add_tier(scene, "Night Shift", Price("month", "EUR", 900)))
    tiers.archive(more.version.tier, by=factories.get_member(more.version.artist, "owner"))

    assert send_form(client, f"{own()}/prices/{more.pk}", {"start": "now"}).status_code == 404


def test_the_provider_is_told_of_prices_that_were_added_later(scene: Scene, client: Client) -> None:
    first = billing.get_price(add_tier(scene, "Night Shift", Price("month", "EUR", 900)))
    send_form(client, f"{own()}/prices/{first.pk}", {"start": "now"})
    later = billing.get_price(add_tier(scene, "Open Sea", Price("month", "EUR", 1900)))

    answer = send_form(client, f"{own()}/prices/{later.pk}", {"start": "now"})

    configuration = follow(scene, answer["Location"])["configuration"]
    found = scene.fake.simulation.find("billing_portal.configuration", configuration)
    offered = {price for each in found["features"]["subscription_update"]["products"] for price in each["prices"]}
    sold = TierPrice.objects.on_sale().filter(artist=later.artist_id)
    assert offered == set(sold.values_list("provider_price", flat=True))


def test_nobody_changes_what_another_fan_has(scene: Scene) -> None:
    stranger = signed_in_client(factories.create_fan("Stranger"))

    for path in ("cancel", "resume", "keep", f"prices/{scene.price.pk}"):
        assert stranger.post(f"{own()}/{path}").status_code == 404
    payment = Subscription.objects.get().invoices.get()
    assert (stranger.get(own()).status_code, stranger.get(f"/payments/{payment.pk}").status_code) == (404, 404)


def test_a_receipt_says_what_was_paid_for_which_time(scene: Scene, client: Client) -> None:
    invoice = Subscription.objects.get().invoices.get()

    page = get_page(client, f"/payments/{invoice.pk}").words

    assert re.search(r"Receipt: Harbour of Mara Veil .+ Harbour €4\.00, for .+ to .+ Total €4\.00", page)
    assert "Paid €4.00" in page
    assert "no money moved" in page


def test_open_pages_are_told_of_each_change(scene: Scene, client: Client) -> None:
    client.post(f"{own()}/cancel")

    assert Notice.objects.filter(person=scene.fan, kind="subscription.changed").count() == 1
    assert "subscription.changed" in get_page(client, PAGE).all("section", id="own")[0]["data-live"]


def test_the_artists_page_names_the_fans_tier_and_not_after_it_was_paid_back(scene: Scene, client: Client) -> None:
    assert "Your tier Harbour" in get_page(client, "/artists/mara-veil").words
    payment = Subscription.objects.get().invoices.get().payments.get()
    ask(scene.fake, "POST", "/v1/refunds", f"payment_intent={payment.provider_id}")

    fan_scene.reconcile_all(scene)

    assert "Your tier" not in get_page(client, "/artists/mara-veil").words
    assert "Yours" not in get_page(client, "/artists/mara-veil/tiers").words
    assert "came back" in words(client)


def test_the_tiers_page_offers_to_change_and_not_to_buy_again(scene: Scene, client: Client) -> None:
    more = billing.get_price(add_tier(scene, "Night Shift", Price("month", "EUR", 900)))

    page = get_page(client, "/artists/mara-veil/tiers")

    assert [link["href"] for link in page.all("a", href=f"{own()}/prices/{more.pk}")] != []
    assert page.all("a", href=f"/artists/mara-veil/tiers/{more.pk}") == []


def test_a_lower_limit_counts_at_once_and_a_higher_one_from_tomorrow(scene: Scene, client: Client) -> None:
    assert "You pay at most €100.00 a month" in words(client)

    client.post(f"{PAGE}/limit", {"limit": "8.50"})
    assert "You pay at most €8.50 a month" in words(client)
    client.post(f"{PAGE}/limit", {"limit": "40"})

    assert re.search(r"You pay at most €8\.50 a month .*From .+ on it is €40\.00", words(client))
    assert client.post(f"{PAGE}/limit", {"limit": "1.234"}).status_code == 422
    assert client.post(f"{PAGE}/limit", {"limit": "-1"}).status_code == 422


def test_an_upgrade_that_is_charged_after_the_limit_was_lowered_is_told(scene: Scene, client: Client) -> None:
    more = billing.get_price(add_tier(scene, "Night Shift", Price("month", "EUR", 2_000)))
    answer = send_form(client, f"{own()}/prices/{more.pk}", {"start": "now"})
    client.post(f"{PAGE}/limit", {"limit": "10"})
    assert "above your limit" not in words(client)

    confirm(scene, answer["Location"])
    fan_scene.reconcile_all(scene)

    assert re.search(r"This month you pay €\d+\.00, which is above your limit\.", words(client))
    mail.outbox.clear()
    while payment_mails.send_next():
        pass
    assert "which is above your limit of €10.00." in " ".join(sent.body for sent in mail.outbox)


def test_nothing_is_upgraded_above_the_limit(scene: Scene, client: Client) -> None:
    more = billing.get_price(add_tier(scene, "Night Shift", Price("month", "EUR", 2_000)))
    client.post(f"{PAGE}/limit", {"limit": "10"})

    answer = send_form(client, f"{own()}/prices/{more.pk}", {"start": "now"})

    assert (answer.status_code, "Your limit is €10.00 a month" in answer.content.decode()) == (409, True)
