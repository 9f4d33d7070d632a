"""Answer requests as Stripe does: authentication, routes, idempotency keys, errors, and faults that were asked for."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec

from billing.simulated import (  # noqa: F401 - each registers its routes
    accounts,
    balance,
    catalogue,
    charges,
    checkout,
    customers,
    disputes,
    events,
    faults,
    invoices,
    payment_intents,
    payouts,
    portal,
    refunds,
    schedules,
    subscription_cycle,
    subscriptions,
    transfers,
)
from billing.simulated.exceptions import Refused
from billing.simulated.expansion import expand
from billing.simulated.objects import API_VERSION, Object
from billing.simulated.parameters import Parameters, decode_form
from billing.simulated.routes import find_route
from billing.simulated.simulation import EPOCH, Simulation
from billing.simulated.store import Store

KEY_PREFIX = "sk_test_"
KEY_SECONDS = 24 * 3_600  # for how long an idempotency key is remembered


class ConnectionLost(Exception):
    """The client gets no answer. What the request did may have been committed."""


@dataclass
class Answer:
    status: int
    body: Object
    headers: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        return msgspec.json.encode(self.body).decode()


class FakeStripe:
    """A provider of payments that answers `handle`."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        secret_key: str = "",
        seed: int | None = 0,
        wall_clock: Callable[[], float] | None = None,
        start: int = EPOCH,
        base_url: str = "http://127.0.0.1:8012",
    ) -> None:
        self.simulation = Simulation(store, seed=seed, wall_clock=wall_clock, start=start, base_url=base_url)
        self.secret_key = secret_key  # the only one that is accepted; without it, every test key is

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: str = "") -> Answer:
        """Answer one request. Raises ConnectionLost where a fault cuts the connection."""
        sim = self.simulation
        sim.catch_up()
        lowered = {name.lower(): value for name, value in headers.items()}
        path = urlsplit(url).path
        fault = faults.take(sim, method, path)
        if fault and fault.before:
            return self.fail(fault)
        key = lowered.get("idempotency-key", "") if method == "POST" else ""
        request_id = f"req_sim_{secrets.token_hex(8)}"
        sim.request = {"id": request_id, "idempotency_key": key or None}
        answer = self.answer(method, url, lowered, body, key, fault)
        sim.request = {"id": None, "idempotency_key": None}
        answer.headers |= {"Request-Id": request_id, "Stripe-Version": lowered.get("stripe-version", API_VERSION)}
        if fault:
            return self.fail(fault)
        return answer

    def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: str, key: str, fault: faults.Fault | None
    ) -> Answer:
        """The answer without faults. One with a key that was used before is the first one again."""
        try:
            self.authenticate(headers)
            params = decode_form(body if method == "POST" else urlsplit(url).query)
            path = urlsplit(url).path
            if key and (known := self.find_replay(key, method, path, params)):
                return known
            answer = self.dispatch(method, path, params)
        except Refused as refused:
            return Answer(refused.status, refused.body())
        if key and was_executed(answer):
            saved = faults.as_saved(fault, answer.status, answer.body)
            self.remember(key, method, path, params, *saved)
        return answer

    def authenticate(self, headers: Mapping[str, str]) -> None:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if not given.startswith(KEY_PREFIX) or (self.secret_key and not hmac.compare_digest(given, self.secret_key)):
            raise Refused("Invalid API Key provided.", status=401)

    def dispatch(self, method: str, path: str, params: Parameters) -> Answer:
        """Call the route. A refusal is an answer too."""
        try:
            route, given = find_route(method, path, params)
            return Answer(200, expand(self.simulation, route.view(self.simulation, given), params))
        except Refused as refused:
            return Answer(refused.status, refused.body())

    def find_replay(self, key: str, method: str, path: str, params: Parameters) -> Answer | None:
        """The first answer to this key, or None. Refuses a key that was used with other parameters."""
        known = self.simulation.store.get("_idempotency", key)
        if known is None or known["at"] + KEY_SECONDS < self.simulation.now():
            return None
        if known["request"] != fingerprint(method, path, params):
            raise Refused(
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        return Answer(known["status"], json.loads(known["body"]), {"Idempotent-Replayed": "true"})

    def remember(self, key: str, method: str, path: str, params: Parameters, status: int, body: Object) -> None:
        known = {
            "at": self.simulation.now(),
            "request": fingerprint(method, path, params),
            "status": status,
            "body": json.dumps(body),
        }
        self.simulation.store.put("_idempotency", key, known)

    def fail(self, fault: faults.Fault) -> Answer:
        """The answer of a fault in place of the true one."""
        if fault.status is None:
            raise ConnectionLost(fault.kind)
        return Answer(fault.status, faults.error_body(fault.status))

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.simulation.advance(seconds)


def was_executed(answer: Answer) -> bool:
    """Whether Stripe would save the result: not where the parameters were refused."""
    return answer.status in {200, 402} or answer.status >= 500


def fingerprint(method: str, path: str, params: Parameters) -> str:
    return hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()
