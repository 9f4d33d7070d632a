"""The Kafka topics: ours, and one for each producer outside of Fanfare, with partitions, retention and access."""

import re
import shlex
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from events.exceptions import InvalidTopicName
from events.models import MAX_SOURCE_TOPIC_LENGTH, SOURCE_TOPIC_PATTERN, SourceTopic

LISTENS = "listens.v1"
LISTENS_IMPORT = "listens.import.v1"
NOTICES = "notices.v1"
EXPERIENCES = "experiences.v1"
ENTITLEMENTS = "entitlements.v1"
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
    ENTITLEMENTS: Topic(retention=timedelta(days=30)),
    DEAD_LISTENS: Topic(retention=timedelta(days=14)),
}
SOURCE_TOPIC = Topic(retention=timedelta(days=7), counted_by="listens", dead_letter_topic=DEAD_LISTENS)


def definition(name: str) -> Topic:
    """Return how one of our topics, or the topic of a source, is created and read."""
    return TOPICS.get(name, SOURCE_TOPIC)


def source_topics() -> list[str]:
    """Return the names of the topics that belong to sources."""
    return list(SourceTopic.objects.order_by("name").values_list("name", flat=True))


def all_names() -> list[str]:
    """Return the names of our topics and of those that belong to sources."""
    return [*TOPICS, *source_topics()]


def exists(name: str) -> bool:
    """Whether this is one of our topics or the topic of a source."""
    return name in TOPICS or SourceTopic.objects.filter(name=name).exists()


def add_source_topic(name: str) -> SourceTopic:
    """Store a new topic of a source. Raises InvalidTopicName if the name is malformed, ours, or taken."""
    if len(name) > MAX_SOURCE_TOPIC_LENGTH or not re.fullmatch(SOURCE_TOPIC_PATTERN, name):
        raise InvalidTopicName(
            f"{name!r} cannot be the topic of a source. A name has up to {MAX_SOURCE_TOPIC_LENGTH} lower-case letters, "
            "digits, dots and hyphens, and does not begin like one of our own topics."
        )
    topic, is_new = SourceTopic.objects.get_or_create(name=name)
    if not is_new:
        raise InvalidTopicName(f"The topic {name} belongs to another source: choose another name.")
    return topic


def broker_name(topic: str) -> str:
    """Return the topic's name at the broker. The prefix lets several installations or tests share one broker."""
    return f"{settings.KAFKA_TOPIC_PREFIX}{topic}"


def acl_commands(name: str, *, writer: str) -> list[str]:
    """Return the commands that let a source write to its topic, and let us read it and replay its dead letters."""
    ours = f"User:{settings.KAFKA_USERNAME or 'fanfare'}"
    return [
        _acl_command(name, principal, *operations)
        for principal, operations in ((writer, ["Write"]), (ours, ["Read", "Write", "Create"]))
    ]


def _acl_command(name: str, principal: str, *operations: str) -> str:
    words = ["kafka-acls.sh", "--bootstrap-server", ",".join(settings.KAFKA_BOOTSTRAP_SERVERS)]
    words += ["--command-config", "admin.properties", "--add", "--allow-principal", principal]
    for operation in operations:
        words += ["--operation", operation]
    return shlex.join([*words, "--topic", broker_name(name)])
