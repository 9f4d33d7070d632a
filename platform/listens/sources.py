"""Sources: producers of listen events other than our own APIs, and the fans for whom they may speak."""

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import Person
from audit import trail
from listens.exceptions import FanNotFound, InvalidSource, SourceNotRegistered
from listens.models import Source, SourceFan

MAX_URI_LENGTH = 256


def fans_by_source() -> dict[str, int | None]:
    """Return for the URI of each source the number of fans for whom it may speak. None means every fan."""
    sources = Source.objects.annotate(fan_count=Count("fans")).order_by("uri")
    rows = sources.values_list("uri", "speaks_for_everyone", "fan_count")
    return {uri: None if speaks_for_everyone else fan_count for uri, speaks_for_everyone, fan_count in rows}


def find_fan(handle_or_id: str) -> Person:
    """Return the fan with this handle or id. Raises FanNotFound."""
    lookup = Q(handle=handle_or_id)
    with suppress(ValueError):
        lookup |= Q(pk=UUID(handle_or_id))
    person = Person.objects.filter(lookup, is_active=True).first()
    if person is None:
        raise FanNotFound(f"No fan with an open account has the handle or id {handle_or_id}.")
    return person


def allow(uri: str, fan: Person, *, by: str) -> tuple[bool, bool]:
    """Let a source send listens for a fan. Register the source if it is new.

    Return whether the source was registered now, and whether the fan was added now. Raises InvalidSource.
    """
    if not uri.isprintable() or " " in uri or not 1 <= len(uri) <= MAX_URI_LENGTH:
        raise InvalidSource(f"A source's URI has 1 to {MAX_URI_LENGTH} characters and no spaces.")
    with transaction.atomic():
        source, is_new_source = Source.objects.get_or_create(uri=uri)
        if source.speaks_for_everyone:
            raise InvalidSource(f"{uri} may speak for every fan already: it is one of our own APIs.")
        _, is_new_fan = SourceFan.objects.get_or_create(source=source, person=fan)
        if is_new_source:
            trail.record("source.registered", by=by, subject=f"source:{source.pk}")
        if is_new_fan:
            trail.record("source.allowed", by=by, subject=f"source:{source.pk}", fan=str(fan.pk))
    return is_new_source, is_new_fan


def disallow(uri: str, fan: Person, *, by: str) -> bool:
    """Stop a source from sending listens for a fan. Its earlier listens stay. Return False if it might not anyway.

    Raises SourceNotRegistered.
    """
    with transaction.atomic():
        source = Source.objects.filter(uri=uri).first()
        if source is None:
            raise SourceNotRegistered(f"No source {uri} is registered.")
        deleted, _ = SourceFan.objects.filter(source=source, person=fan).delete()
        if deleted:
            trail.record("source.disallowed", by=by, subject=f"source:{source.pk}", fan=str(fan.pk))
    return bool(deleted)
