"""Route: what each kind of event sets off, in order. The urls.py of events."""

from collections.abc import Callable
from typing import Any

from artists import moments
from events import topics
from events.records import Incoming, Rejected
from fans import engagement
from listens import intake
from listens.event import SUBMITTED

CONSUMER = "listens"  # the name under which offsets are stored
TOPICS = (topics.LISTENS, topics.LISTENS_IMPORT)

# Each step gets what the one before it returned; the first, the listens that are new.
ROUTES: dict[str, list[Callable[[Any], Any]]] = {
    SUBMITTED: [engagement.record, moments.notice],
}


def handle(records: list[Incoming]) -> list[Rejected]:
    """The effects of a batch, in the consumer's transaction; returns what could not be taken in."""
    taken = intake.take(records)
    result: Any = taken.listens
    for step in ROUTES[SUBMITTED]:
        result = step(result)
    return taken.rejected
