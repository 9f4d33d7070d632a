"""Stripe's SDK over a FakeStripe in this process: no socket, and each answer is compared with the official schema."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
import pytest
import stripe
from stripe import _api_requestor, _stripe_response, _util

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


class QuickParser:
    """In the place of the module `json`, where the SDK reads an answer."""

    @staticmethod
    def loads(body: str, **_: Any) -> Any:
        return msgspec.json.decode(body)


class QuickAnswer(dict[str, Any]):
    """An answer of one page as it came, with what our adapter asks of the SDK's objects."""

    def to_dict(self) -> dict[str, Any]:
        return self

    def auto_paging_iter(self) -> Iterator["QuickAnswer"]:
        return map(QuickAnswer, self["data"])

    def __getattr__(self, name: str) -> Any:
        return self[name]


def answer_quickly(patch: pytest.MonkeyPatch) -> None:
    """Let the SDK make no objects out of answers, which takes most of its time. Lists of several pages it still does.

    It reads answers by a faster parser, writes no lines for logs that nobody keeps, and does not look through the
    environment for each request. Only where many thousand histories are tried: all other tests have the SDK as it is.
    """
    patch.setattr(_util, "logfmt", lambda _: "")
    patch.setattr(_api_requestor._APIRequestor, "_detect_ai_agent", staticmethod(lambda _: ""))
    patch.setattr(_stripe_response, "json", QuickParser)
    convert = _api_requestor._convert_to_stripe_object

    def convert_quickly(*, resp: Any, **how: Any) -> Any:
        if resp.data.get("has_more") or (how.get("params") or {}).get("starting_after"):
            return convert(resp=resp, **how)
        return QuickAnswer(resp.data)

    patch.setattr(_api_requestor, "_convert_to_stripe_object", convert_quickly)


def ask(fake: FakeStripe, method: str, path: str, form: str = "") -> Answer:
    """Ask without the SDK, so the answer is as FakeStripe gave it."""
    return fake.handle(method, path, {"Authorization": f"Bearer {KEY}"}, form)


def get(fake: FakeStripe, path: str) -> Object:
    """What FakeStripe answers to a GET, as it stands in the body."""
    return ask(fake, "GET", path).body
