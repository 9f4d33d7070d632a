"""Records that the batch step rejects, and the sources that may speak for a fan."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Person
from events.records import Incoming
from listens.ingest import ingest_records
from tests.listens.factories import add_source, after_noon, listen_event, make_fan, make_incoming, rejection_reasons

pytestmark = pytest.mark.django_db


def rejected_records() -> dict[str, tuple[Callable[[Person], Incoming], str]]:
    def changed(**changes: Any) -> Callable[[Person], Incoming]:
        return lambda ana: make_incoming({**listen_event(ana.pk), **changes})

    def changed_data(**changes: Any) -> Callable[[Person], Incoming]:
        return lambda ana: make_incoming(listen_event(ana.pk, **changes))

    stranger = uuid.UUID("00000000-0000-4000-8000-000000000000")
    return {
        "an empty record": (lambda ana: make_incoming(None), "the record is empty"),
        "no JSON": (lambda ana: make_incoming(b"nonsense"), "not a CloudEvent: "),
        "no event": (lambda ana: make_incoming(b"{}"), "not a CloudEvent: "),
        "a broken text": (lambda ana: make_incoming(b'{"id":"\xff"}'), "not a CloudEvent: "),
        "endless nesting": (lambda ana: make_incoming(b"[" * 16_000), "not a CloudEvent: "),
        "too large": (changed_data(extra={"x": "y" * 17_000}), "the record takes more than 16384 bytes"),
        "another type": (changed(type="fanfare.listen.lost.v1"), "events of the type 'fanfare.listen.lost.v1' are not"),
        "a type with NUL": (changed(type="a\0"), r"events of the type 'a\x00' are not accepted here"),
        "an id with NUL": (changed(id="a\0"), "the id or the source holds a NUL character"),
        "a source with NUL": (changed(source="a\0"), "the id or the source holds a NUL character"),
        "a bad member": (
            changed_data(time_basis="whenever"),
            "not a listen: Invalid enum value 'whenever' - at `$.time_basis`",
        ),
        "a time in another unit": (changed_data(started_at="1970-01-21T18:12:14Z"), "started_at is 1970-01-21: "),
        "another key": (
            lambda ana: make_incoming(listen_event(ana.pk), key=str(stranger).encode()),
            "the record's key is not the user_id",
        ),
        "an unknown source": (changed(source="/api/nobody"), "the source '/api/nobody' is not registered"),
        "an unknown fan": (lambda ana: make_incoming(listen_event(stranger)), f"there is no fan '{stranger}'"),
        "no id of a fan": (lambda ana: make_incoming(listen_event("ana")), "there is no fan 'ana'"),
        "a fan in braces": (lambda ana: make_incoming(listen_event(f"{{{ana.pk}}}")), "there is no fan '{"),
        "a fan with NUL": (lambda ana: make_incoming(listen_event("a\0")), "a text holds a NUL character"),
    }


@pytest.mark.parametrize("name", rejected_records())
def test_a_rejected_record_has_a_reason_and_does_not_stop_the_batch(ana: Person, name: str) -> None:
    make, reason = rejected_records()[name]
    bad, good = make(ana), make_incoming(listen_event(ana.pk, started_at=after_noon(1)))

    result = ingest_records([bad, good])

    assert [(each.record, each.reason[: len(reason)]) for each in result.rejected] == [(bad, reason)]
    assert len(result.listens) == 1


def test_listens_of_a_closed_account_are_rejected(ana: Person) -> None:
    ana.is_active = False
    ana.save()

    assert rejection_reasons(ingest_records([make_incoming(listen_event(ana.pk))])) == [f"there is no fan '{ana.pk}'"]


def test_a_source_speaks_only_for_fans_who_allowed_it(ana: Person) -> None:
    bo = make_fan("bo")
    topic = add_source("https://player.example/1", ana)
    add_source("https://player.example/2", bo)

    events = [listen_event(fan.pk, source="https://player.example/1") for fan in (ana, bo)]
    result = ingest_records([make_incoming(event, topic=topic) for event in events])

    assert [listen.person_id for listen in result.listens] == [ana.pk]
    assert rejection_reasons(result) == [f"the source 'https://player.example/1' may not speak for the fan {bo.pk}"]
