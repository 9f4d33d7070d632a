"""Route: what each kind of event sets off, in order. The urls.py of events."""

from collections.abc import Callable
from typing import Any

from artists import moments
from events import topics
from events.records import Incoming, Rejected
from fans import engagement, forgetting
from listens import intake
from listens.event import SUBMITTED
from listens.retraction import RETRACTED

CONSUMER = "listens"  # the name under which offsets are stored
TOPICS = (topics.LISTENS, topics.LISTENS_IMPORT)

# Each step gets what the one before it returned; the first, what the batch made of the events of this type. What was
# taken back goes off the counts before what is new comes on.
ROUTES: dict[str, list[Callable[[Any], Any]]] = {
    RETRACTED: [forgetting.forget, forgetting.tell],
    SUBMITTED: [engagement.record, moments.notice],
}


def handle(records: list[Incoming]) -> list[Rejected]:
    """The effects of a batch, in the consumer's transaction; returns what could not be taken in."""
    taken = intake.take(records)
    results: dict[str, Any] = {RETRACTED: taken.gone, SUBMITTED: taken.listens}
    for kind, steps in ROUTES.items():
        for step in steps:
            results[kind] = step(results[kind])
    return taken.rejected
