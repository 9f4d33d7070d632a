"""The Kafka topics: their names, partitions and retention."""

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
    """How a topic is created, and which consumer and dead-letter topic belong to it."""

    retention: timedelta
    partitions: int | None = None  # None: settings.KAFKA_PARTITIONS
    counted_by: str | None = None  # the outbox may keep a record until this consumer's stored offset has passed it
    dead_letter_topic: str | None = None  # records that cannot be processed are copied to this topic


# Listens are personal data: a week is enough time to repair a consumer. Imports have their own topic so that they
# cannot delay live listens. Notices are for open pages only, and every web process reads all of them.
TOPICS = {
    LISTENS: Topic(retention=timedelta(days=7), counted_by="listens", dead_letter_topic=DEAD_LISTENS),
    LISTENS_IMPORT: Topic(retention=timedelta(days=7), counted_by="listens", dead_letter_topic=DEAD_LISTENS),
    NOTICES: Topic(retention=timedelta(hours=1), partitions=1),
    EXPERIENCES: Topic(retention=timedelta(days=30)),
    DEAD_LISTENS: Topic(retention=timedelta(days=14)),
}


def broker_name(topic: str) -> str:
    """Return the topic's name at the broker. The prefix lets several installations or tests share one broker."""
    return f"{settings.KAFKA_TOPIC_PREFIX}{topic}"
