"""FakeStripe answers every call of our adapter: its own list of calls, over a small world."""

import re
import time
from typing import Any

import pytest
import stripe

from billing.provider import Provider
from billing.provider.client import connect_client
from billing.simulated import disputes
from billing.simulated.server import FakeStripe
from tests.billing.in_process import InProcessClient, sdk
from tests.billing.provider.calls import CALLS, run
from tests.billing.simulated import scenarios
from tests.billing.simulated.response_schemas import problems

REFUNDED = {"payments.refund"}


@pytest.fixture
def world() -> tuple[FakeStripe, dict[str, str]]:
    """A FakeStripe with one object of each kind, and the ids by the names that the calls use."""
    fake = FakeStripe(start=int(time.time()))
    client = sdk(fake)
    names = {"cus_1": scenarios.customer(client), "prod_1": client.v1.products.create({"name": "Tier"}).id}
    for name, amount in (("price_0", 300), ("price_1", 500), ("price_2", 900)):
        given: Any = {"product": names["prod_1"], "currency": "eur", "recurring": {"interval": "month"}}
        names[name] = client.v1.prices.create({**given, "unit_amount": amount}).id
    names["coupon_1"] = client.v1.coupons.create({"percent_off": 30}).id
    subscription = scenarios.subscribe(fake, client, customer=names["cus_1"], price=names["price_1"])
    names |= {"sub_1": subscription.id, "si_1": subscription["items"].data[0].id}
    names |= {"in_1": str(subscription.latest_invoice), "acct_1": scenarios.payee(fake, client)}
    names |= money(fake, client, names["acct_1"])
    names |= {"cs_1": scenarios.subscription_session(client), "pi_1": scenarios.hold(fake, client)}
    names["bpc_1"] = client.v1.billing_portal.configurations.create(
        {"features": {"invoice_history": {"enabled": True}}}
    ).id
    return fake, names


def money(fake: FakeStripe, client: stripe.StripeClient, account: str) -> dict[str, str]:
    """A captured payment with a refund of a part, one with a dispute, a transfer and a payout."""
    paid, disputed = scenarios.payment(fake, client), scenarios.payment(fake, client)
    refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": 100})
    charge = str(paid.latest_charge)
    transfer = client.v1.transfers.create(
        {"amount": 400, "currency": "eur", "destination": account, "source_transaction": charge}
    )
    fake.advance(7 * scenarios.DAY - 60)
    dispute = disputes.open_dispute(fake.simulation, str(disputed.latest_charge))
    return {"pi_paid": paid.id, "re_1": refund.id, "ch_1": charge, "tr_1": transfer.id, "dp_1": dispute["id"]}


class Renaming(InProcessClient):
    """Puts real ids in place of the names that the calls use."""

    names: dict[str, str]

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        return super().request(method, self.rename(url), headers, self.rename(post_data or ""))

    def rename(self, text: str) -> str:
        return re.sub(r"\b[a-z]+_(?:\d|paid)\b", lambda found: self.names.get(found[0], found[0]), text)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_of_the_adapter_is_answered(name: str, world: tuple[FakeStripe, dict[str, str]]) -> None:
    fake, names = world
    client = Renaming(fake)
    client.names = {**names, "pi_1": names["pi_paid"]} if name in REFUNDED else names

    run(name, Provider.of(connect_client("sk_test_simulated", http_client=client)))

    assert client.requests != []
    bodies = [body for kind, found in fake.simulation.store.kinds.items() if kind[0] != "_" for body in found.values()]
    assert sorted({problem for body in bodies for problem in problems(body)}) == []
