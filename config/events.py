"""Which functions handle which type of event, in order, like a urls.py for events."""

from collections.abc import Callable
from typing import Any

from artists import moments
from events import topics
from events.records import Incoming, Rejected
from fans import engagement
from listens import ingest
from listens.event import LISTEN_SUBMITTED
from listens.retraction import LISTEN_RETRACTED

CONSUMER_NAME = "listens"  # the name under which offsets are stored

DISPLACED = "displaced"  # no event: listens that became duplicates, because the batch told of their plays better

# The first step gets the listens of the batch with this type, each next one the result of the step before it.
# Retracted and displaced listens leave the counts before others are added.
ROUTES: dict[str, list[Callable[[Any], Any]]] = {
    LISTEN_RETRACTED: [engagement.uncount, engagement.notify_fans],
    DISPLACED: [engagement.uncount, moments.follow],
    LISTEN_SUBMITTED: [engagement.record, moments.notice],
}


def consumed_topics() -> list[str]:
    """Our own topics of listens, and the topic of each source."""
    return [topics.LISTENS, topics.LISTENS_IMPORT, *topics.source_topics()]


def handle_batch(records: list[Incoming]) -> list[Rejected]:
    """Ingest a batch and run the steps, in the consumer's transaction. Returns the records that were rejected."""
    ingested = ingest.ingest_records(records)
    results: dict[str, Any] = {
        LISTEN_RETRACTED: ingested.removed,
        DISPLACED: ingested.displaced,
        LISTEN_SUBMITTED: ingested.listens,
    }
    for event_type, steps in ROUTES.items():
        for step in steps:
            results[event_type] = step(results[event_type])
    return ingested.rejected
