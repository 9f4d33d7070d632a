"""Route: what each kind of event sets off, in order. The urls.py of events."""

from collections.abc import Callable
from typing import Any

from artists import moments
from events import topics
from events.records import Incoming, Rejected
from fans import engagement, forgetting
from listens import ingest
from listens.event import LISTEN_SUBMITTED
from listens.retraction import LISTEN_RETRACTED

CONSUMER_NAME = "listens"  # the name under which offsets are stored
CONSUMED_TOPICS = (topics.LISTENS, topics.LISTENS_IMPORT)

# Each step gets what the one before it returned; the first, what the batch made of the events of this type. What was
# taken back goes off the counts before what is new comes on.
ROUTES: dict[str, list[Callable[[Any], Any]]] = {
    LISTEN_RETRACTED: [forgetting.forget, forgetting.tell],
    LISTEN_SUBMITTED: [engagement.record, moments.notice],
}


def handle_batch(records: list[Incoming]) -> list[Rejected]:
    """The effects of a batch, in the consumer's transaction; returns what could not be taken in."""
    taken = ingest.ingest_records(records)
    results: dict[str, Any] = {LISTEN_RETRACTED: taken.gone, LISTEN_SUBMITTED: taken.listens}
    for kind, steps in ROUTES.items():
        for step in steps:
            results[kind] = step(results[kind])
    return taken.rejected
