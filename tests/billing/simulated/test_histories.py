"""Whatever customers, banks, time and the platform do, FakeStripe stays consistent and in the official shape."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.simulated import cards, control, disputes, refunds
from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.server import FakeStripe
from billing.simulated.store import Store
from tests.billing.in_process import ask, get, sdk
from tests.billing.simulated import scenarios
from tests.billing.simulated.response_schemas import problems
from tests.billing.simulated.scenarios import DAY


class World:
    """A FakeStripe with one payee and two prices. Steps that it refuses change nothing that counts."""

    def __init__(self) -> None:
        self.fake = FakeStripe()
        self.client = sdk(self.fake)
        self.prices = [scenarios.price(self.client, amount) for amount in (500, 900)]
        self.payee = scenarios.payee(self.fake, self.client)

    def post(self, url: str, body: str = "") -> None:
        ask(self.fake, "POST", url, body)

    def pick(self, kind: str, number: int) -> str:
        """Some object of this kind, or an id that is not there."""
        found = self.fake.simulation.store.all(kind)
        return str(found[number % len(found)]["id"]) if found else "none"

    def attempt(self, action: Callable[[], Any]) -> None:
        try:
            action()
        except Refused:
            return

    def subscribe(self, number: int, card: str) -> None:
        session = scenarios.subscription_session(self.client, price=self.prices[number % 2])
        self.attempt(lambda: scenarios.complete(self.fake, session, card, authenticated=True))

    def hold(self, number: int, card: str) -> None:
        session = scenarios.hold_session(self.client, 1 + number)
        self.attempt(lambda: scenarios.complete(self.fake, session, card, authenticated=True))

    def capture(self, number: int, card: str) -> None:
        part = f"amount_to_capture={number % 1000 + 1}" if number % 2 else ""
        self.post(f"/v1/payment_intents/{self.pick('payment_intent', number)}/capture", part)

    def release(self, number: int, card: str) -> None:
        self.post(f"/v1/payment_intents/{self.pick('payment_intent', number)}/cancel")

    def refund(self, number: int, card: str) -> None:
        self.post("/v1/refunds", f"charge={self.pick('charge', number)}&amount={number % 1_500 + 1}")

    def fail_refund(self, number: int, card: str) -> None:
        self.attempt(lambda: refunds.fail_refund(self.fake.simulation, self.pick("refund", number)))

    def dispute(self, number: int, card: str) -> None:
        self.attempt(lambda: disputes.open_dispute(self.fake.simulation, self.pick("charge", number)))

    def close_dispute(self, number: int, card: str) -> None:
        name = self.pick("dispute", number)
        self.attempt(lambda: disputes.close_dispute(self.fake.simulation, name, won=bool(number % 2)))

    def transfer(self, number: int, card: str) -> None:
        source = f"&source_transaction={self.pick('charge', number)}" if number % 2 else ""
        self.post("/v1/transfers", f"destination={self.payee}&currency=eur&amount={number % 900 + 1}{source}")

    def reverse(self, number: int, card: str) -> None:
        self.post(f"/v1/transfers/{self.pick('transfer', number)}/reversals", f"amount={number % 900 + 1}")

    def change_price(self, number: int, card: str) -> None:
        name = self.pick("subscription", number)
        behavior = ("pending_if_incomplete", "allow_incomplete", "error_if_incomplete")[number % 3]
        item = (
            f"items[0][price]={self.prices[number % 2]}&proration_behavior=always_invoice&payment_behavior={behavior}"
        )
        self.post(f"/v1/subscriptions/{name}", item)

    def cancel(self, number: int, card: str) -> None:
        name = self.pick("subscription", number)
        self.post(f"/v1/subscriptions/{name}", f"cancel_at_period_end={'true' if number % 2 else 'false'}")

    def pause(self, number: int, card: str) -> None:
        behavior = ("void", "keep_as_draft", "mark_uncollectible")[number % 3]
        self.post(f"/v1/subscriptions/{self.pick('subscription', number)}", f"pause_collection[behavior]={behavior}")

    def choose_card(self, number: int, card: str) -> None:
        customer = self.pick("customer", number)
        self.attempt(lambda: control.choose_card(self.fake.simulation, customer=customer, card=card))

    def knobs(self, number: int, card: str) -> None:
        self.fake.simulation.knobs["refunds"] = ("succeed", "pending", "fail")[number % 3]
        self.fake.simulation.knobs["after_retries"] = ("cancel", "unpaid", "past_due")[number % 3]

    def advance(self, number: int, card: str) -> None:
        self.fake.advance((60, 3_600, 5 * DAY, 31 * DAY)[number % 4])


ACTIONS = sorted(
    name for name, value in vars(World).items() if callable(value) and "card" in value.__code__.co_varnames
)
STEPS = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 5_000), st.sampled_from(list(cards.CARDS)))


def check_money(fake: FakeStripe) -> None:
    """Movements add up to the balance, and no charge gave back more than it took."""
    store = fake.simulation.store
    balance = get(fake, "/v1/balance")
    sums = {part["currency"]: part["amount"] for part in balance["available"]}
    for part in balance["pending"]:
        sums[part["currency"]] += part["amount"]
    assert sum(sums.values()) == sum(moved["net"] for moved in store.all("balance_transaction"))
    for charge in store.all("charge"):
        gone = sum(
            refund["amount"] for refund in refunds_of(store, charge) if refund["status"] in {"succeeded", "pending"}
        )
        assert charge["amount_refunded"] == gone <= charge["amount"]
        sent = store.belonging("transfer", "source_transaction", charge["id"])
        assert sum(each["amount"] - each["amount_reversed"] for each in sent) <= charge["amount_captured"]


def refunds_of(store: Store, charge: Object) -> list[Object]:
    return store.belonging("refund", "charge", charge["id"])


def check_subscriptions(fake: FakeStripe) -> None:
    """Every invoice that is paid was charged, or cost nothing; what never was paid is not active."""
    store = fake.simulation.store
    for invoice in store.all("invoice"):
        paid = [
            each for each in store.belonging("invoice_payment", "invoice", invoice["id"]) if each["status"] == "paid"
        ]
        assert sum(each["amount_paid"] for each in paid) == invoice["amount_paid"]
        assert (invoice["status"] == "paid") == (invoice["amount_remaining"] == 0 and invoice["attempted"])
    for subscription in store.all("subscription"):
        first, *_ = store.belonging("invoice", "subscription", subscription["id"])
        assert first["status"] == "paid" or subscription["status"] in {"incomplete", "incomplete_expired"}


@settings(max_examples=100)
@given(st.lists(STEPS, min_size=20, max_size=60))
def test_any_history_is_consistent_and_in_the_official_shape(steps: list[tuple[str, int, str]]) -> None:
    world = World()

    for name, number, card in steps:
        getattr(world, name)(number, card)
        check_money(world.fake)
        check_subscriptions(world.fake)

    kinds = world.fake.simulation.store.kinds
    bodies = [body for kind, found in kinds.items() if kind[0] != "_" for body in found.values()]
    assert sorted({problem for body in bodies for problem in problems(body)}) == []


@settings(max_examples=20)
@given(st.lists(STEPS, min_size=5, max_size=25), st.lists(STEPS, min_size=1, max_size=15))
def test_what_is_read_back_goes_on_as_if_nothing_had_happened(before: Any, after: Any) -> None:
    world, again = World(), World()
    for name, number, card in before:
        getattr(world, name)(number, card)

    kinds = world.fake.simulation.store.kinds
    rows = json.loads(json.dumps([(kind, key, body) for kind, found in kinds.items() for key, body in found.items()]))
    again.fake = FakeStripe(Store(rows))
    again.fake.simulation.random.setstate(world.fake.simulation.random.getstate())
    again.client, again.prices, again.payee = sdk(again.fake), world.prices, world.payee
    for name, number, card in after:
        getattr(world, name)(number, card)
        getattr(again, name)(number, card)

    assert plain(again.fake) == plain(world.fake)


def plain(fake: FakeStripe) -> dict[str, dict[str, Object]]:
    """Everything but idempotency keys, which the SDK makes at random."""
    kinds = fake.simulation.store.kinds
    return {kind: found for kind, found in kinds.items() if kind not in {"_idempotency", "event"} and found}
