"""A history of one fan with our side in memory, where a worker can die, wait or be overtaken at each request."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import stripe

from billing.exceptions import ProviderError
from billing.leases import RENEWAL_TIME, Lease, compute_lease
from billing.models import TierPrice
from billing.provider import Provider, parse_webhook
from billing.simulated import control
from billing.simulated.server import FakeStripe
from tests.billing.fan_scene import read_truth
from tests.billing.histories import ProviderSteps, step_names
from tests.billing.in_process import InProcessClient, ask
from tests.billing.memory import GRACE, Core, Crashed
from tests.billing.memory_books import LIVE

SECRET = "whsec_ours"
PERSON = UUID(int=7)
PRICES = ((1, 400, "month"), (2, 4_000, "year"))
KINDS = ("500", "503", "reset")


class TroubledClient(InProcessClient):
    """Lets something happen before or after one of the next requests: a crash, or what somebody else does."""

    trouble: Callable[[], Any] | None = None
    countdown = 0
    is_late = False

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        now, self.countdown = self.trouble if self.countdown == 1 else None, max(self.countdown - 1, 0)
        if now and not self.is_late:
            now()
        answer = super().request(method, url, headers, post_data)
        if now and self.is_late:
            now()
        return answer


class CoreHistory(ProviderSteps):
    def __init__(self) -> None:
        fake = FakeStripe(seed=0)
        product = ask(fake, "POST", "/v1/products", "name=Harbour").body["id"]
        self.tier_prices = dict(_sell(fake, product, *price) for price in PRICES)
        customer = ask(fake, "POST", "/v1/customers", "name=Ann").body["id"]
        super().__init__(fake, customer, list(self.tier_prices))
        self.client = TroubledClient(fake)
        sdk = stripe.StripeClient(
            "sk_test_simulated", stripe_version="2026-10-28.endive", max_network_retries=1, http_client=self.client
        )
        self.core = Core(Provider.of(sdk), PERSON, customer, self.tier_prices, fake.simulation.now)
        self.subscribe(0)

    # What our side does

    def work(self, number: int) -> None:
        for turn in range(number % 4 + 1):
            self.core.work_next(number // 4 + turn)

    def crash(self, number: int) -> None:
        """A worker dies at one of its requests, before or after it took effect, or just before it commits."""
        if number % 8 == 7:
            self.core.crash_before_commit = True
        else:
            self._trouble(number, self._die)
        self._survive(lambda: self.core.work_next(number))
        self._end_trouble()

    def crash_comparing(self, number: int) -> None:
        self._trouble(number, self._die)
        self._survive(self.core.reconcile)
        self._end_trouble()

    def at_once(self, number: int) -> None:
        """Another worker works while this one waits for an answer."""
        self._trouble(number, lambda: self.core.work_next(number // 3))
        self.core.work_next(number)
        self._end_trouble()

    def meanwhile(self, number: int) -> None:
        """The provider changes something while a worker waits for an answer about it."""
        change = (self.cancel, self.advance, self.refund, self.dispute, self.deliver)[number % 5]
        self._trouble(number // 5, lambda: change(number))
        self.core.work_next(number)
        self._end_trouble()

    def fault(self, number: int) -> None:
        """The provider fails at some of the next answers."""
        method = "POST" if number % 3 == 2 else "GET"
        control.add_fault(self.fake.simulation, kind=KINDS[number % 3], times=1 + number % 4, method=method)
        self._survive(self.core.reconcile if number % 2 else lambda: self.core.work_next(number))
        self._end_trouble()

    def compare(self, number: int) -> None:
        self.core.reconcile()
        self._check_compared()

    def _secret(self) -> str:
        return SECRET

    def _receive(self, body: bytes, header: str) -> None:
        self.core.store([parse_webhook(body, header, [SECRET])])

    def _state_of(self, event: str) -> str | None:
        found = self.core.events.get(event)
        return found.state if found else None

    # What must hold

    def _check(self) -> None:
        """What holds at any moment, whatever was told so far."""
        books = self.core.books
        assert not any(books.balances[account, "EUR"] for account in ("rounding", "suspense"))
        assert sum(books.balances.values()) == 0
        for (account, _), amount in books.balances.items():
            assert amount <= 0 or not account.startswith(("deferred:", "tax:")), f"{amount} too much left {account}"
        for name, mirror in self.core.subscriptions.items():
            if mirror.lease:
                assert mirror.lease.valid_until <= self._last_moment(name, mirror.lease), f"{name} gives {mirror.lease}"

    def _last_moment(self, name: str, lease: Lease) -> datetime:
        """The end of what was ever paid at the provider, or of a trial, with the grace that its reason allows."""
        sim = self.fake.simulation
        ends = [sim.find("subscription", name)["trial_end"] or 0]
        for invoice in sim.store.belonging("invoice", "subscription", name):
            if invoice["status"] == "paid":
                ends += [line["period"]["end"] for line in invoice["lines"]["data"] if line["amount"] > 0]
        extra = {"grace": GRACE, "renewal": RENEWAL_TIME}.get(lease.reason, timedelta())
        return datetime.fromtimestamp(max(ends), UTC) + extra

    def _check_compared(self) -> None:
        """After a comparison: the provider's truth, its balance, and one subscription that lives."""
        self._check()
        known = {name: price.pk for name, price in self.tier_prices.items()}
        for found in self._all("subscription"):
            lease = self.core.subscriptions[found["id"]].lease
            truth = compute_lease(read_truth(self.fake, found["id"], known), grace=GRACE)
            assert lease == truth, (found["status"], lease, truth)
        moved = sum(one["net"] for one in self.fake.simulation.store.all("balance_transaction"))
        assert self.core.books.balances["stripe:clearing", "EUR"] == moved
        live = [found["id"] for found in self._all("subscription") if found["status"] in LIVE]
        assert len(live) <= 1, live

    def _end(self) -> None:
        """A third comparison changes nothing more, and what was paid for a second subscription was paid back."""
        self.core.reconcile()
        self.core.reconcile()  # what the first one ends changes something again
        self._check_compared()
        before = len(self.core.books.posted), len(self.fake.simulation.store.all("event"))
        self.core.reconcile()
        while self.core.work_next():
            pass
        assert (len(self.core.books.posted), len(self.fake.simulation.store.all("event"))) == before
        self._check_compared()
        self._check_seconds()

    def _check_seconds(self) -> None:
        """Unless its bank has it, or an attempt failed."""
        for mirror in self.core.subscriptions.values():
            for payment in mirror.payments.values() if mirror.row.is_second else ():
                failed = [one for one in mirror.refunds_of([payment]) if one.status in {"failed", "canceled"}]
                assert mirror.count_owed(payment) <= 0 or failed or mirror.disputes_of([payment])

    # How it is done

    def _trouble(self, number: int, what: Callable[[], Any]) -> None:
        self.client.trouble, self.client.countdown, self.client.is_late = what, 1 + number % 6, number % 2 == 0

    def _end_trouble(self) -> None:
        self.client.countdown, self.core.crash_before_commit = 0, False
        self.fake.simulation.knobs.pop("faults", None)

    def _die(self) -> None:
        raise Crashed

    def _survive(self, action: Callable[[], Any]) -> None:
        """A process that died has written nothing since its last commit; the next one begins anew."""
        try:
            action()
        except (Crashed, ProviderError):
            self.core.locked.clear()


def _sell(fake: FakeStripe, product: str, pk: int, amount: int, interval: str) -> tuple[str, TierPrice]:
    form = f"product={product}&currency=eur&unit_amount={amount}&recurring[interval]={interval}"
    name = ask(fake, "POST", "/v1/prices", form).body["id"]
    return name, TierPrice(pk=pk, artist_id=1, amount=amount, currency="EUR", provider_price=name)


STEP_NAMES = step_names(CoreHistory)
