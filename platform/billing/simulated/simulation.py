"""The state of FakeStripe and what every resource does with it: make, find, save, tell as an event, schedule."""

import heapq
import random
from collections.abc import Callable
from typing import Any

from billing.simulated import events
from billing.simulated.exceptions import missing
from billing.simulated.objects import PREFIXES, Object, blank, copy
from billing.simulated.routes import ACTIONS
from billing.simulated.store import Store

EPOCH = 1_767_225_600  # where a clock that only `advance` moves begins: 1 January 2026, UTC


class Simulation:
    """Objects, a clock and a source of chance. Times are whole seconds since 1970.

    `wall_clock` makes time pass by itself; without it, the clock stands still until `advance`.
    """

    def __init__(
        self,
        store: Store | None,
        *,
        seed: int | None,
        wall_clock: Callable[[], float] | None,
        start: int,
        base_url: str,
    ) -> None:
        self.store = store or Store()
        self.random = random.Random(seed)  # noqa: S311 - ids and faults of a simulation are no secrets
        self.wall_clock = wall_clock
        self.base_url = base_url  # where the hosted pages are
        self.clock = self.own("_clock", {"at": start, "offset": 0})
        self.knobs = self.own("_knobs", {})
        self.counter = self.own("_counter", {"last": 0})
        self.request: Object = {"id": None, "idempotency_key": None}  # the one that is answered, for its events
        self.timers = [(timer["at"], timer["id"]) for timer in self.store.all("_timer")]
        heapq.heapify(self.timers)

    def own(self, kind: str, default: Object) -> Object:
        """The one object of a kind of our own."""
        if (found := self.store.get(kind, "")) is None:
            self.store.put(kind, "", found := default)
        return found

    def now(self) -> int:
        return int(self.clock["at"])

    def catch_up(self) -> None:
        """Let what is due by the wall clock happen, if there is one."""
        if self.wall_clock:
            self.run_until(int(self.wall_clock()) + self.clock["offset"])

    def next_number(self) -> int:
        self.counter["last"] += 1
        self.store.changed.add(("_counter", ""))
        return int(self.counter["last"])

    def new_id(self, kind: str) -> str:
        return f"{PREFIXES[kind]}_sim_{self.next_number():06d}{self.random.getrandbits(48):012x}"

    def create(self, kind: str, **fields: Any) -> Object:
        """Make an object and store it. Fields that are not given are empty."""
        made = blank(kind)
        made["id"] = fields.pop("id", None) or self.new_id(kind)
        if "created" in made:
            made["created"] = self.now()
        made.update(fields)
        self.store.put(kind, made["id"], made)
        return made

    def save(self, changed: Object) -> None:
        self.store.put(changed["object"], changed["id"], changed)

    def find(self, kind: str, identifier: Any, param: str = "id") -> Object:
        """The object. Refuses with 404 if there is none."""
        if (found := self.store.get(kind, str(identifier))) is None:
            raise missing(kind, str(identifier), param)
        return found

    def emit(self, event_type: str, about: Object, *, account: str | None = None, before: Object | None = None) -> None:
        """Store an event with a copy of the object as it is now, and queue its delivery."""
        self.save(about)
        events.record(self, event_type, copy(about), account=account, before=before)

    def schedule(self, at: int, name: str, identifier: str) -> None:
        """Let an action happen at a time. It looks for itself whether it still applies."""
        number = f"{self.next_number():012d}"
        self.store.put("_timer", number, {"id": number, "at": at, "action": name, "object": identifier})
        heapq.heappush(self.timers, (at, number))

    def advance(self, seconds: int) -> None:
        """Let time pass, and everything happen that was due meanwhile, each at its time."""
        self.catch_up()
        self.clock["offset"] += seconds
        self.run_until(self.now() + seconds)

    def run_until(self, until: int) -> None:
        while self.timers and self.timers[0][0] <= until:
            at, number = heapq.heappop(self.timers)
            timer = self.store.get("_timer", number)
            self.store.remove("_timer", number)
            self.move_clock(at)
            if timer:
                ACTIONS[timer["action"]](self, timer["object"])
        self.move_clock(until)

    def move_clock(self, at: int) -> None:
        if at > self.clock["at"]:
            self.clock["at"] = at
            self.store.changed.add(("_clock", ""))
