"""A fan who subscribes over a FakeStripe, and deliveries of its events: twice, late, in any order, or never."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Person
from billing import checkouts, leases, reconcile, webhook_work, webhooks
from billing.models import Checkout, Entitlement, Subscription, TierPrice, WebhookEvent
from billing.provider.events import read_event
from billing.simulated import checkout, control
from billing.simulated.objects import Object
from billing.simulated.server import FakeStripe
from billing.subscription_rows import read_rows
from ledger.balances import read_balance, read_balances
from tests import factories
from tests.billing import factories as billing
from tests.billing.in_process import ask

BOOK = "simulated"
DAY = 86_400


@dataclass
class ProviderScene:
    """A provider, and what of it was told."""

    fake: FakeStripe
    told: set[str] = field(default_factory=set, kw_only=True)

    def events(self) -> list[Object]:
        """Those that were not taken before, the oldest first."""
        new = [event for event in self.fake.simulation.store.all("event") if event["id"] not in self.told]
        self.told |= {event["id"] for event in new}
        return new

    def advance(self, seconds: int) -> None:
        self.fake.simulation.advance(seconds)

    def control(self, name: str, **arguments: Any) -> Any:
        return control.ACTIONS[name](self.fake.simulation, **arguments)

    def balance(self) -> int:
        """The provider's."""
        return sum(moved["net"] for moved in self.fake.simulation.store.all("balance_transaction"))


@dataclass
class Scene(ProviderScene):
    """One fan and the tier of one artist."""

    fan: Person
    price: TierPrice

    def order(self) -> Checkout:
        session = checkouts.start(
            self.fan,
            self.price.pk,
            **billing.read_terms(self.fan, self.price),
            artist_id=self.price.artist_id,
            page_of=lambda order: f"https://fanfare.example/orders/{order.pk}",
        )
        return Checkout.objects.get(session_id=session.id)

    def pay(self, order: Checkout, card: str = "succeeds") -> str:
        """The id of the subscription."""
        sim = self.fake.simulation
        session = sim.find("checkout.session", order.session_id)
        return str(checkout.complete(sim, session, card)["subscription"])

    def subscribe(self, card: str = "succeeds") -> str:
        return self.pay(self.order(), card)

    def second(self) -> str:
        """Another subscription that nothing of ours began, as two checkouts at one moment would make."""
        first = self.fake.simulation.store.all("subscription")[0]
        form = f"customer={first['customer']}&items[0][price]={self.price.provider_price}"
        return str(ask(self.fake, "POST", "/v1/subscriptions", form).body["id"])

    def deliver(self, events: Iterable[Object] | None = None) -> None:
        """As the endpoint stores them."""
        webhooks.store(map(read_event, self.events() if events is None else events), book=BOOK)

    def find(self, kind: str) -> Object:
        """The newest object of this kind."""
        return next(iter(self.fake.simulation.store.newest_first(kind)))

    def row(self, subscription: str) -> Subscription:
        return Subscription.objects.get(provider_id=subscription)

    def until(self, subscription: str) -> datetime | None:
        """Until when the subscription gives access; None if it gives nothing."""
        found = Entitlement.objects.filter(subscription__provider_id=subscription).first()
        return None if found is None or found.valid_until == found.valid_from else found.valid_until

    def period_end(self, subscription: str) -> datetime:
        item = self.fake.simulation.find("subscription", subscription)["items"]["data"][0]
        return datetime.fromtimestamp(item["current_period_end"], UTC)


def begin(fake: FakeStripe, artist: Any, fan: Person | None = None) -> Scene:
    return Scene(fake, fan or factories.create_fan(), billing.get_price(billing.create_tier(artist)))


def work_all() -> int:
    """Work until nothing is due. Returns how many pieces there were."""
    count = 0
    while webhook_work.work_next():
        count += 1
        assert count < 1_000
    return count


def assert_books_agree(scene: ProviderScene, currency: str = "EUR") -> None:
    """Nothing is lost: clearing is the provider's balance, and all accounts add up to zero."""
    assert read_balance("stripe:clearing", currency, book=BOOK) == scene.balance()
    assert sum(read_balances(book=BOOK).values()) == 0


def assert_leases_follow_the_provider(scene: Scene) -> None:
    """Each entitlement is what the pure function makes of what the provider has."""
    prices = {price.provider_price: price.pk for price in TierPrice.objects.all()}
    for row in Subscription.objects.filter(person__isnull=False):
        lease = leases.compute_lease(read_truth(scene.fake, row.provider_id, prices), grace=timedelta(days=7))
        assert scene.until(row.provider_id) == (lease.valid_until if lease else None), read_rows(row).get_state()


def read_truth(fake: FakeStripe, name: str, prices: Mapping[str, int]) -> leases.SubscriptionState:
    """The state of a subscription, read from FakeStripe's objects and none of our rows.

    `prices` are our ids by the provider's.
    """
    sim = fake.simulation
    subscription = sim.find("subscription", name)
    invoices = sim.store.belonging("invoice", "subscription", name)
    invoices.sort(key=lambda one: (one["created"], one["id"]))
    return leases.SubscriptionState(
        status=subscription["status"],
        created=datetime.fromtimestamp(subscription["created"], UTC),
        price=prices[subscription["items"]["data"][0]["price"]["id"]],
        trial_end=_time(subscription["trial_end"]),
        is_collection_paused=bool(subscription["pause_collection"]),
        invoices=[_read_invoice(fake, one, prices) for one in invoices],
    )


def _read_invoice(fake: FakeStripe, invoice: Object, prices: Mapping[str, int]) -> leases.InvoiceState:
    sim = fake.simulation
    paid = {
        one["payment"]["payment_intent"]
        for one in sim.store.belonging("invoice_payment", "invoice", invoice["id"])
        if one["status"] == "paid"
    }
    refunds = [one for one in _all_of(fake, "refund", paid) if one["balance_transaction"]]
    disputes = [one["status"] for one in _all_of(fake, "dispute", paid)]
    return leases.InvoiceState(
        status=invoice["status"],
        is_renewal=invoice["billing_reason"] == "subscription_cycle",
        total=invoice["total"],
        lines=[_read_line(line, prices) for line in invoice["lines"]["data"]],
        captured=sum(one["amount_captured"] for one in _all_of(fake, "charge", paid)),
        refunded=sum(one["amount"] for one in refunds if one["status"] not in {"failed", "canceled"}),
        is_disputed=any(status not in leases.DECIDED for status in disputes),
        is_lost="lost" in disputes,
    )


def _all_of(fake: FakeStripe, kind: str, intents: Iterable[str]) -> list[Object]:
    store = fake.simulation.store
    return [one for intent in sorted(intents) for one in store.belonging(kind, "payment_intent", intent)]


def _read_line(line: Object, prices: Mapping[str, int]) -> leases.Line:
    price, end = prices[line["pricing"]["price_details"]["price"]], datetime.fromtimestamp(line["period"]["end"], UTC)
    discount = sum(each["amount"] for each in line["discount_amounts"])
    return leases.Line(price, end, line["amount"] - discount, discount)


def _time(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def shuffled(events: list[Object], seed: int) -> list[Object]:
    """In another order, and some of them twice."""
    mixed = events + events[::2]
    random.Random(seed).shuffle(mixed)
    return mixed


def reconcile_all(scene: Scene) -> None:
    """What a day brings without any webhook."""
    reconcile.reconcile(is_full=True)
    work_all()


def received() -> int:
    return WebhookEvent.objects.filter(state="received").count()
