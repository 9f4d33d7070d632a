"""Sources: producers of listen events other than our own APIs, their topics, and the fans for whom they may speak."""

import re
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import Person
from audit import trail
from events import topics
from events.exceptions import InvalidTopicName
from listens.exceptions import FanNotFound, InvalidSource, SourceNotRegistered
from listens.models import OWN_URI_PREFIX, Source, SourceFan

MAX_URI_LENGTH = 256


def all_with_fan_counts() -> list[tuple[str, str | None, int]]:
    """Return the URI of each source, its topic, and the number of fans for whom it may speak, ordered by URI."""
    sources = Source.objects.annotate(fan_count=Count("fans")).order_by("uri")
    return list(sources.values_list("uri", "topic", "fan_count"))


def add(uri: str, *, topic: str = "", by: str) -> tuple[Source, bool]:
    """Register a source with a topic of its own. Return it, and whether it is new. Raises InvalidSource.

    The topic is named after the URI unless `topic` names it. A source that is registered already keeps its topic.
    """
    if not uri.isprintable() or " " in uri or not 1 <= len(uri) <= MAX_URI_LENGTH:
        raise InvalidSource(f"A source's URI has 1 to {MAX_URI_LENGTH} characters and no spaces.")
    if uri.startswith(OWN_URI_PREFIX):
        raise InvalidSource(f"{uri} cannot be another producer: our own APIs have the names in {OWN_URI_PREFIX}.")
    with transaction.atomic():
        source = Source.objects.filter(uri=uri).first()
        if source is None:
            return _register(uri, topic or _default_topic(uri), by=by), True
    if topic not in ("", source.topic_id):
        raise InvalidSource(f"{uri} has the topic {source.topic_id} already, and keeps it.")
    return source, False


def _register(uri: str, topic: str, *, by: str) -> Source:
    try:
        source = Source.objects.create(uri=uri, topic=topics.add_source_topic(topic))
    except InvalidTopicName as error:
        raise InvalidSource(str(error)) from error
    trail.record("source.registered", by=by, subject=f"source:{source.pk}", topic=topic)
    return source


def _default_topic(uri: str) -> str:
    """Return `sources.player.example.app.v1` for `https://player.example/app`."""
    words = re.sub("[^a-z0-9]+", ".", uri.lower().rpartition("://")[2]).strip(".")
    return f"sources.{words[:60].strip('.')}.v1"


def find_fan(handle_or_id: str) -> Person:
    """Return the fan with this handle or id. Raises FanNotFound."""
    lookup = Q(handle=handle_or_id)
    with suppress(ValueError):
        lookup |= Q(pk=UUID(handle_or_id))
    person = Person.objects.filter(lookup, is_active=True).first()
    if person is None:
        raise FanNotFound(f"No fan with an open account has the handle or id {handle_or_id}.")
    return person


def allow(uri: str, fan: Person, *, by: str) -> bool:
    """Let a source send listens for a fan. Return False if it might already.

    Raises SourceNotRegistered, and InvalidSource for one of our own APIs.
    """
    with transaction.atomic():
        source = _find(uri)
        if source.speaks_for_everyone:
            raise InvalidSource(f"{uri} may speak for every fan already: it is one of our own APIs.")
        _, is_new = SourceFan.objects.get_or_create(source=source, person=fan)
        if is_new:
            trail.record("source.allowed", by=by, subject=f"source:{source.pk}", fan=str(fan.pk))
    return is_new


def disallow(uri: str, fan: Person, *, by: str) -> bool:
    """Stop a source from sending listens for a fan. Its earlier listens stay. Return False if it might not anyway.

    Raises SourceNotRegistered.
    """
    with transaction.atomic():
        source = _find(uri)
        deleted, _ = SourceFan.objects.filter(source=source, person=fan).delete()
        if deleted:
            trail.record("source.disallowed", by=by, subject=f"source:{source.pk}", fan=str(fan.pk))
    return bool(deleted)


def _find(uri: str) -> Source:
    source = Source.objects.filter(uri=uri).first()
    if source is None:
        raise SourceNotRegistered(f"No source {uri} is registered.")
    return source
