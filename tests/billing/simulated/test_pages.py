"""The hosted pages of the simulated provider: paying, the portal, invoices, onboarding, and what each of them says."""

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from billing.simulated import runtime
from billing.simulated.server import FakeStripe
from billing.simulated.views import portal
from tests.billing.in_process import sdk
from tests.billing.simulated import scenarios
from tests.billing.simulated.scenarios import DAY

RETURN = "https://fanfare.example/return"
LABEL = "Simulated payments: no money moves"


@pytest.fixture
def pages(fake: FakeStripe) -> Iterator[Client]:
    """A browser at the pages of this FakeStripe."""
    runtime.set_runtime(runtime.Runtime(fake, lambda: None, webhook_url="", webhook_secret=""))
    with override_settings(
        ROOT_URLCONF="billing.simulated.urls",
        MIDDLEWARE=["django.middleware.csp.ContentSecurityPolicyMiddleware"],
        DEBUG=True,
    ):
        yield Client()
    runtime._runtime.clear()


def path(url: str | None) -> str:
    assert url
    return "/" + url.split("/", 3)[3]


def text(response: HttpResponse) -> str:
    """What a page says, and that it says what it is."""
    body = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    assert LABEL in body
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    return body


def form_action(response: HttpResponse) -> str:
    [found] = re.findall(r"form-action ([^;]+)", response["Content-Security-Policy"])
    return str(found)


def test_a_fan_pays_a_session_and_goes_back(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    session = client.v1.checkout.sessions.retrieve(scenarios.subscription_session(client))

    shown = pages.get(path(session.url))
    paid = pages.post(path(session.url), {"card": "succeeds"})

    assert "Supporters EUR 5.00 every month Due today EUR 5.00" in text(shown)
    assert form_action(shown) == "'self' https://fanfare.example"
    assert (paid.status_code, paid["Location"]) == (303, RETURN)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"
    assert "This was paid." in text(pages.get(path(session.url)))


def test_a_declined_card_is_told_and_another_can_be_tried(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    session = client.v1.checkout.sessions.retrieve(scenarios.hold_session(client))

    declined = pages.post(path(session.url), {"card": "declined"})
    again = pages.post(path(session.url), {"card": "succeeds"})

    assert declined.status_code == 402
    assert "Your card was declined." in text(declined)
    assert "Hold EUR 15.00" in text(declined)
    assert again.status_code == 303
    assert client.v1.payment_intents.list().data[0].status == "requires_capture"


@pytest.mark.parametrize(("answer", "status"), [("yes", "complete"), ("no", "open")])
def test_the_bank_asks_a_card_that_needs_authentication(
    answer: str, status: str, pages: Client, fake: FakeStripe
) -> None:
    client = sdk(fake)
    session = client.v1.checkout.sessions.retrieve(scenarios.subscription_session(client))

    asked = pages.post(path(session.url), {"card": "needs authentication"})
    pages.post(path(session.url), {"card": "needs authentication", "bank": answer})

    assert "Your bank asks: is it you?" in text(asked)
    assert client.v1.checkout.sessions.retrieve(session.id).status == status


def test_an_expired_session_cannot_be_paid(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    session = client.v1.checkout.sessions.retrieve(scenarios.subscription_session(client))
    fake.advance(DAY)

    answer = pages.post(path(session.url), {"card": "succeeds"})

    assert "This page has expired. Nothing was paid." in text(answer)
    assert client.v1.subscriptions.list().data == []


def test_a_renewal_that_failed_is_paid_on_the_page_of_its_invoice(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    subscription = scenarios.subscribe(fake, client, "fails on renewal")
    fake.advance(31 * DAY + 3_600)
    invoice = client.v1.invoices.list().data[0]

    shown = pages.get(path(invoice.hosted_invoice_url))
    paid = pages.post(path(invoice.hosted_invoice_url), {"card": "succeeds"})

    assert "Pay EUR 5.00" in text(shown)
    assert "This invoice is paid." in text(paid)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def portal_path(fake: FakeStripe, customer: str, **flow: object) -> str:
    client = sdk(fake)
    features = {
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        "subscription_update": {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": [],
        },
    }
    configuration = client.v1.billing_portal.configurations.create({"features": features}).id  # type: ignore[typeddict-item]
    given = {"customer": customer, "return_url": RETURN, "configuration": configuration, **flow}
    return path(client.v1.billing_portal.sessions.create(given).url)  # type: ignore[arg-type]


def test_a_fan_cancels_and_resumes_in_the_portal(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    subscription = scenarios.subscribe(fake, client)
    url = portal_path(fake, str(subscription.customer))

    shown = pages.get(url)
    pages.post(url, {"do": "cancel", "about": subscription.id})
    cancelled = client.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end
    pages.post(url, {"do": "resume", "about": subscription.id})

    assert "Cancel Supporters" in text(shown)
    assert "SIM-" in text(shown)
    assert (cancelled, client.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end) == (True, False)


def test_nobody_changes_a_subscription_of_somebody_else(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    other, own = scenarios.subscribe(fake, client), scenarios.subscribe(fake, client)
    url = portal_path(fake, str(own.customer))

    pages.post(url, {"do": "cancel", "about": other.id})

    assert client.v1.subscriptions.retrieve(other.id).cancel_at_period_end is False


def test_an_upgrade_is_confirmed_in_the_portal_with_its_price(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    subscription = scenarios.subscribe(fake, client)
    dearer = scenarios.price(client, 1_100)
    item = {"id": subscription["items"].data[0].id, "price": dearer, "quantity": 1}
    after = {"type": "redirect", "redirect": {"return_url": "https://fanfare.example/mine"}}
    confirm = {"subscription": subscription.id, "items": [item]}
    flow = {"type": "subscription_update_confirm", "subscription_update_confirm": confirm, "after_completion": after}
    url = portal_path(fake, str(subscription.customer), flow_data=flow)

    shown = pages.get(url)
    done = pages.post(url, {"do": "confirm"})

    assert "From now on EUR 11.00 every month Due today EUR 6.00" in text(shown)
    assert done["Location"] == "https://fanfare.example/mine"
    assert client.v1.subscriptions.retrieve(subscription.id)["items"].data[0].price.id == dearer
    assert client.v1.invoices.list().data[0].amount_paid == 600


def test_the_new_card_of_the_portal_pays_the_next_renewal(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    subscription = scenarios.subscribe(fake, client, "fails on renewal")

    pages.post(portal_path(fake, str(subscription.customer)), {"do": "card", "about": "succeeds"})
    fake.advance(31 * DAY + 3_600)

    assert client.v1.invoices.list().data[0].status == "paid"


def test_a_portal_page_is_of_no_use_after_an_hour(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    subscription = scenarios.subscribe(fake, client)
    url = portal_path(fake, str(subscription.customer))
    fake.advance(portal.SESSION_SECONDS + 1)

    answer = pages.post(url, {"do": "cancel", "about": subscription.id})

    assert "This page has expired" in text(answer)
    assert client.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end is False


@pytest.mark.parametrize(("answer", "state"), [("all", "active"), ("half", "inactive")])
def test_an_account_is_onboarded_whole_or_in_part(answer: str, state: str, pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    account = scenarios.payee(fake, client, onboarded=False)
    link = client.v1.account_links.create(
        {"account": account, "type": "account_onboarding", "return_url": RETURN, "refresh_url": RETURN + "/again"}
    )

    shown = pages.get(path(link.url))
    done = pages.post(path(link.url), {"answer": answer})
    fake.advance(301)
    later = pages.get(path(link.url))

    assert "Who gets the money" in text(shown)
    assert (done["Location"], later["Location"]) == (RETURN, RETURN + "/again")
    capabilities = client.v1.accounts.retrieve(account).capabilities
    assert capabilities
    assert capabilities.transfers == state


def test_the_panel_lets_time_pass_and_banks_act(pages: Client, fake: FakeStripe) -> None:
    client = sdk(fake)
    scenarios.subscribe(fake, client)
    held = scenarios.hold(fake, client)
    began = fake.simulation.now()

    shown = text(pages.get("/"))
    pages.post("/", {"do": "advance", "days": "2"})
    pages.post("/", {"do": "knobs", "drop": "30", "duplicate": "", "delay": "5", "refunds": "fail"})
    pages.post("/", {"do": "drop-hold", "about": held})
    pages.post("/", {"do": "dispute", "about": client.v1.charges.list().data[1].id})

    assert "The simulated provider" in shown
    assert fake.simulation.now() == began + 2 * DAY
    assert fake.simulation.knobs["drop"] == 30
    assert fake.simulation.store.get("_dropped_hold", held)
    assert "won lost" in text(pages.get("/"))


def test_there_is_no_panel_without_debug(pages: Client) -> None:
    with override_settings(DEBUG=False):
        assert pages.get("/").status_code == 404


def test_a_form_of_another_site_does_nothing(pages: Client, fake: FakeStripe) -> None:
    began = fake.simulation.now()

    answer = pages.post("/", {"do": "advance", "days": "2"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, fake.simulation.now()) == (403, began)


def test_what_is_not_there_is_a_404(pages: Client) -> None:
    urls = ["/pay/checkout/x", "/pay/portal/x", "/pay/invoices/x", "/pay/onboarding/x"]

    assert [pages.get(url).status_code for url in urls] == [404] * 4
