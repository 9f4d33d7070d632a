"""Stripe's SDK over a FakeStripe in this process: no socket, and each answer is compared with the official schema."""

import threading
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import stripe

from billing.simulated.objects import Object
from billing.simulated.server import Answer, ConnectionLost, FakeStripe

KEY = "sk_test_simulated"
LOCKS: WeakKeyDictionary[FakeStripe, threading.Lock] = WeakKeyDictionary()


class InProcessClient(stripe.HTTPClient):
    """Hands requests of the SDK to a FakeStripe. It never sleeps between retries."""

    name = "in-process"

    def __init__(self, fake: FakeStripe) -> None:
        super().__init__()
        self.fake = fake
        self.lock = LOCKS.setdefault(fake, threading.Lock())  # several threads may have clients of one FakeStripe
        self.requests: list[tuple[str, str, str]] = []

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        body = post_data or ""
        self.requests.append((method.upper(), url, body))
        try:
            with self.lock:
                answer = self.fake.handle(method.upper(), url, headers or {}, body)
        except ConnectionLost as lost:
            raise stripe.APIConnectionError(f"Connection lost: {lost}", should_retry=True) from None
        return answer.text(), answer.status, {name.lower(): value for name, value in answer.headers.items()}

    def close(self) -> None:
        pass

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0


def sdk(fake: FakeStripe, *, retries: int = 2) -> stripe.StripeClient:
    """Stripe's own client, talking to this FakeStripe."""
    return stripe.StripeClient(
        KEY, stripe_version="2026-10-28.endive", max_network_retries=retries, http_client=InProcessClient(fake)
    )


def ask(fake: FakeStripe, method: str, path: str, form: str = "") -> Answer:
    """Ask without the SDK, so the answer is as FakeStripe gave it."""
    return fake.handle(method, path, {"Authorization": f"Bearer {KEY}"}, form)


def get(fake: FakeStripe, path: str) -> Object:
    """What FakeStripe answers to a GET, as it stands in the body."""
    return ask(fake, "GET", path).body
