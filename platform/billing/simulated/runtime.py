"""The one FakeStripe of a process: used by one thread at a time, saved after each use, and its events delivered."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import requests

from billing.simulated import events
from billing.simulated.server import FakeStripe

logger = logging.getLogger(__name__)
DELIVERY_TIMEOUT = (3, 10)
MAX_DELIVERIES = 20  # in a row, before requests are answered again
REST_SECONDS = 0.5  # between two looks for what is due


class Runtime:
    """Give out the FakeStripe with `locked()`. When its changes cannot be saved, the process ends and starts anew."""

    def __init__(self, fake: FakeStripe, save: Callable[[], None], *, webhook_url: str, webhook_secret: str) -> None:
        self.fake = fake
        self.save = save
        self.webhook_url = webhook_url
        self.webhook_secret = webhook_secret
        self.stopping = threading.Event()
        self.woken = threading.Event()
        self._lock = threading.Lock()

    @contextmanager
    def locked(self) -> Iterator[FakeStripe]:
        """The FakeStripe, with its clock set, for this thread alone. What changed is saved before others get it."""
        with self._lock:
            self.fake.simulation.catch_up()
            try:
                yield self.fake
            finally:
                has_changed = bool(self.fake.simulation.store.changed)
                self._save_or_end()
        if has_changed:  # a look for what is due changes nothing, and must not be the reason for another one
            self.woken.set()

    def _save_or_end(self) -> None:
        try:
            self.save()
        except Exception as error:
            end_process("What simulated payments changed cannot be saved: starting again from what was saved.", error)
            raise

    def deliver_forever(self) -> None:
        """Post what is due to our endpoint, until `stopping` is set."""
        session = requests.Session()
        try:
            while not self.stopping.is_set():
                self.woken.clear()
                if not self.deliver(session):
                    self.woken.wait(REST_SECONDS)
        except Exception as error:
            end_process("Events of simulated payments are no longer delivered: starting again.", error)
            raise

    def deliver(self, session: requests.Session) -> int:
        """Post the events that are due, and note which of them the endpoint took. Returns how many were due."""
        with self.locked() as fake:
            due = events.due_deliveries(fake.simulation, MAX_DELIVERIES)
        for delivery in due:
            taken = self.post(session, delivery)
            with self.locked() as fake:
                (events.delivered if taken else events.failed)(fake.simulation, delivery)
        return len(due)

    def post(self, session: requests.Session, delivery: events.Delivery) -> bool:
        """Whether the endpoint took an event. It is signed with the true time: the endpoint's clock is not advanced."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": delivery.signature(self.webhook_secret, int(time.time())),
        }
        try:
            answer = session.post(self.webhook_url, delivery.body, headers=headers, timeout=DELIVERY_TIMEOUT)
        except requests.RequestException:
            return False
        return answer.ok


def end_process(why: str, error: Exception) -> None:
    """Log the error and end, as on SIGTERM. A supervisor starts the process again."""
    logger.critical(why, exc_info=error)
    os.kill(os.getpid(), signal.SIGTERM)


_runtime: list[Runtime] = []


def set_runtime(runtime: Runtime) -> None:
    """Let pages and the API use this one."""
    _runtime[:] = [runtime]


def get_runtime() -> Runtime:
    return _runtime[0]
