"""Name: the topics that cross our processes and companies, and how long each keeps what it was told."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

LISTENS = "listens.v1"
LISTENS_IMPORT = "listens.import.v1"
NOTICES = "notices.v1"
EXPERIENCES = "experiences.v1"
DEAD_LISTENS = "listens.dead.v1"


@dataclass(frozen=True, slots=True)
class Topic:
    keeps: timedelta
    partitions: int | None = None  # None: what the settings say
    counted_by: str | None = None  # a record rests in the outbox until this consumer's stored offset has passed it
    dead: str | None = None  # where a record that could not be taken in is mirrored


# Listens are personal: a week is enough to mend a consumer. An import is a topic of its own so that it cannot delay
# a live listen. A notice is worth nothing once the socket is closed, and every web process reads all of them.
TOPICS = {
    LISTENS: Topic(keeps=timedelta(days=7), counted_by="listens", dead=DEAD_LISTENS),
    LISTENS_IMPORT: Topic(keeps=timedelta(days=7), counted_by="listens", dead=DEAD_LISTENS),
    NOTICES: Topic(keeps=timedelta(hours=1), partitions=1),
    EXPERIENCES: Topic(keeps=timedelta(days=30)),
    DEAD_LISTENS: Topic(keeps=timedelta(days=14)),
}


def broker_name(topic: str) -> str:
    """What the broker calls it: two installations, or two tests, can share one broker."""
    return f"{settings.KAFKA_TOPIC_PREFIX}{topic}"
