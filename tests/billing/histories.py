"""What can happen at the provider to one fan of one artist, as steps of a random history.

Each public method is a step, and its number says which of the possible ones. What FakeStripe refuses changes nothing.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from billing.exceptions import InvalidWebhook
from billing.simulated import cards, checkout, control, disputes, refunds
from billing.simulated.events import Delivery
from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.server import Answer, FakeStripe
from tests.billing.fan_scene import DAY, shuffled
from tests.billing.in_process import ask

FOREIGN_SECRET = "whsec_somebody_else"
MAX_SUBSCRIPTIONS = 3


class ProviderSteps:
    """The steps that are the same wherever our side keeps its rows."""

    def __init__(self, fake: FakeStripe, customer: str, prices: list[str]) -> None:
        self.fake, self.customer, self.prices = fake, customer, prices
        self.waiting: list[Object] = []
        self._told: set[str] = set()

    # What the fan does

    def subscribe(self, number: int) -> None:
        """A checkout that is paid; while another subscription runs, it is the second one of two checkouts at once."""
        if len(self._all("subscription")) < MAX_SUBSCRIPTIONS:
            price = self.prices[number % 7 == 6]
            form = f"mode=subscription&customer={self.customer}&success_url=https://a.example"
            form += f"&line_items[0][price]={price}&line_items[0][quantity]=1"
            form += "&subscription_data[trial_period_days]=7" if number % 5 == 4 else ""
            answer = self._post("/v1/checkout/sessions", form)
            if answer.status == 200:
                self._pay(answer.body["id"], number)

    def second(self, number: int) -> None:
        """A subscription that no checkout of ours began."""
        if len(self._all("subscription")) < MAX_SUBSCRIPTIONS:
            self._post("/v1/subscriptions", f"customer={self.customer}&items[0][price]={self.prices[0]}")

    def card(self, number: int) -> None:
        name = [*cards.CARDS][number % len(cards.CARDS)]
        self._attempt(lambda sim: control.choose_card(sim, customer=self.customer, card=name))

    def cancel(self, number: int) -> None:
        ask(self.fake, "DELETE", f"/v1/subscriptions/{self._pick('subscription', number)}")

    def cancel_at_end(self, number: int) -> None:
        ends = "true" if number % 3 else "false"
        self._post(f"/v1/subscriptions/{self._pick('subscription', number)}", f"cancel_at_period_end={ends}")

    def change_price(self, number: int) -> None:
        """An upgrade now: the difference is paid at once, or the change waits."""
        name = self._pick("subscription", number)
        if found := self.fake.simulation.store.get("subscription", name):
            item = f"items[0][id]={found['items']['data'][0]['id']}&items[0][price]={self.prices[number % 2]}"
            behaviour = "proration_behavior=always_invoice&payment_behavior=pending_if_incomplete"
            self._post(f"/v1/subscriptions/{name}", f"{item}&{behaviour}")

    def pause(self, number: int) -> None:
        pause = f"[behavior]={('void', 'keep_as_draft', 'mark_uncollectible')[number % 3]}" if number % 4 else "="
        self._post(f"/v1/subscriptions/{self._pick('subscription', number)}", f"pause_collection{pause}")

    # What the provider, the banks and the clock do

    def advance(self, number: int) -> None:
        self.fake.simulation.advance((1, 3_600, DAY, 8 * DAY, 31 * DAY, 366 * DAY)[number % 6])

    def refund(self, number: int) -> None:
        self._post("/v1/refunds", f"charge={self._pick('charge', number)}&amount={(1, 100, 400)[number % 3]}")

    def refund_all(self, number: int) -> None:
        self._post("/v1/refunds", f"charge={self._pick('charge', number)}")

    def refund_late(self, number: int) -> None:
        self.fake.simulation.knobs["refunds"] = ("succeed", "pending", "fail")[number % 3]

    def fail_refund(self, number: int) -> None:
        self._attempt(refunds.fail_refund, self._pick("refund", number))

    def dispute(self, number: int) -> None:
        self._attempt(disputes.open_dispute, self._pick("charge", number), 400 if number % 2 else None)

    def decide(self, number: int) -> None:
        self._attempt(disputes.close_dispute, self._pick("dispute", number), won=number % 2 == 0)

    def rate(self, number: int) -> None:
        self.fake.simulation.knobs["rates"] = {"eur": (10_000, 9_000, 11_500)[number % 3]}

    # What of it is told

    def deliver(self, number: int) -> None:
        """Some events in another order and twice, some later, and some never."""
        with self._alone():
            new = [json.loads(json.dumps(event)) for event in self._new_events()]
        mixed = shuffled(self.waiting + new, number)
        for event in mixed[: max(len(mixed) - number % 5, 0)]:
            self._tell(event)
        self.waiting = (self.waiting + new)[-3:] if number % 2 else []

    def forge(self, number: int) -> None:
        """What was not signed by the provider within the last minutes is refused, and stores nothing."""
        event = self._newest_event() | {"id": f"evt_forged_{time.monotonic_ns()}"}
        body, now, secret = json.dumps(event).encode(), int(time.time()), self._secret()
        header = (
            _sign(body, FOREIGN_SECRET, now),
            _sign(body, secret, now - 3_600),
            _sign(body, secret, now + 3_600),
            _sign(body + b" ", secret, now),
            "",
        )[number % 5]
        try:
            self._receive(body, header)
        except InvalidWebhook:
            pass
        else:
            raise AssertionError(f"What is forged in this way was believed: {header}")
        assert self._state_of(event["id"]) is None

    def foreign(self, number: int) -> None:
        """What is signed, and of another mode, another version or another account, is kept apart."""
        changes = ({"livemode": True}, {"api_version": "2020-01-01"}, {"account": "acct_somebody"})[number % 3]
        event = self._newest_event() | changes | {"id": f"evt_foreign_{time.monotonic_ns()}"}
        self._tell(event)
        assert self._state_of(event["id"]) in {"quarantined", "ignored"}

    # Our side, which is played or real

    def _alone(self) -> AbstractContextManager[Any]:
        """Nobody else asks FakeStripe meanwhile."""
        return nullcontext()

    def _secret(self) -> str:
        raise NotImplementedError

    def _receive(self, body: bytes, header: str) -> None:
        """What our endpoint does with a webhook. Raises InvalidWebhook."""
        raise NotImplementedError

    def _state_of(self, event: str) -> str | None:
        """The state of a stored event."""
        raise NotImplementedError

    def _check(self) -> None:
        """What must hold after each step."""
        raise NotImplementedError

    def _end(self) -> None:
        """What must hold after a comparison, however the history went."""
        raise NotImplementedError

    # How it is done

    def _all(self, kind: str) -> list[Object]:
        """All of this fan."""
        store = self.fake.simulation.store
        if kind in {"subscription", "charge", "payment_intent"}:
            return store.belonging(kind, "customer", self.customer)
        return [one for charge in self._all("charge") for one in store.belonging(kind, "charge", charge["id"])]

    def _pick(self, kind: str, number: int) -> str:
        found = self._all(kind)
        return str(found[number % len(found)]["id"]) if found else "none"

    def _post(self, url: str, form: str = "") -> Answer:
        return ask(self.fake, "POST", url, form)

    def _attempt(self, action: Callable[..., Any], *values: Any, **named: Any) -> None:
        try:
            action(self.fake.simulation, *values, **named)
        except Refused:
            return

    def _pay(self, session: str, number: int) -> None:
        card = ("succeeds", "fails on renewal", "disputes", "declined")[number % 4]
        self._attempt(checkout.complete, self.fake.simulation.find("checkout.session", session), card)

    def _new_events(self) -> Iterator[Object]:
        """Those that were not told yet, the oldest first."""
        for event in self.fake.simulation.store.all("event"):
            if event["id"] not in self._told:
                self._told.add(event["id"])
                yield event

    def _newest_event(self) -> Object:
        with self._alone():
            return dict(json.loads(json.dumps(next(iter(self.fake.simulation.store.newest_first("event"))))))

    def _tell(self, event: Object) -> None:
        body = json.dumps(event).encode()
        self._receive(body, _sign(body, self._secret(), int(time.time())))


def _sign(body: bytes, secret: str, at: int) -> str:
    return Delivery("", "", body).signature(secret, at)


def step_names(history: type[ProviderSteps]) -> list[str]:
    return sorted(name for name in dir(history) if not name.startswith("_") and callable(getattr(history, name)))


PROVIDER_STEPS = frozenset(step_names(ProviderSteps)) - {"deliver", "forge", "foreign"}
"""Steps that only FakeStripe takes."""


def play(history: ProviderSteps, steps: list[tuple[str, int]]) -> None:
    """Do all steps, look after each, and compare at the end."""
    for name, number in steps:
        with history._alone() if name in PROVIDER_STEPS else nullcontext():
            getattr(history, name)(number)
        history._check()
    history._end()


def random_steps(names: list[str], seed: int, least: int = 20, most: int = 60) -> list[tuple[str, int]]:
    chance = random.Random(seed)
    return [(chance.choice(names), chance.randint(0, 60)) for _ in range(chance.randint(least, most))]
