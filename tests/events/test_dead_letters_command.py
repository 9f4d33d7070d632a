"""`manage.py dead_letters`: what an operator sees of dead letters, and sends again."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from audit.models import Entry
from events import dead_letters
from events.models import DeadLetter, Outbox
from events.records import Headers, Incoming, Rejected
from events.relay import Relay
from events.topics import DEAD_LISTENS, LISTENS, LISTENS_IMPORT
from tests.events.conftest import read_records
from tests.servers import Broker, Database

HEADERS: Headers = (("content-type", b"application/json"), ("odd", b"\0\xff"))


def store_letter(
    offset: int = 0, *, value: bytes | None = b"{}", reason: str = "unreadable", topic: str = LISTENS
) -> DeadLetter:
    record = Incoming(topic, UUID(int=1), 2, offset, b"fan", value, HEADERS)
    with transaction.atomic():
        dead_letters.store([Rejected(record, reason)])
    return DeadLetter.objects.get(topic=topic, offset=offset)


def run(*words: object) -> str:
    """Run the command and return what it prints. Raises CommandError with what it prints to stderr in front."""
    output, errors = StringIO(), StringIO()
    try:
        call_command("dead_letters", *map(str, words), stdout=output, stderr=errors)
    except CommandError as error:
        raise CommandError(errors.getvalue() + str(error), returncode=error.returncode) from error
    return output.getvalue()


@pytest.mark.django_db
def test_the_list_shows_the_newest_and_quotes_no_record() -> None:
    first = store_letter(7, value=b"secret", reason="there is no fan 'ana@fans.example'")
    second = store_letter(8, reason="not a listen: Invalid enum value 'my diary'")
    imported = store_letter(9, topic=LISTENS_IMPORT)
    DeadLetter.objects.update(stored_at=datetime(2026, 11, 23, 12, tzinfo=UTC))

    assert run("list").splitlines() == [
        f"{imported.pk}\t2026-11-23 12:00:00\tlistens.import.v1/2@9\tunreadable",
        f"{second.pk}\t2026-11-23 12:00:00\tlistens.v1/2@8\tnot a listen",
        f"{first.pk}\t2026-11-23 12:00:00\tlistens.v1/2@7\tthere is no fan …",
    ]
    assert run("list", "--topic", LISTENS, "--limit", 1).splitlines() == run("list").splitlines()[1:2]
    assert not Entry.objects.filter(subject__startswith="dead_letter").exists()


@pytest.mark.django_db
def test_one_letter_is_shown_whole_and_the_audit_says_so() -> None:
    letter = store_letter(7, value='{"title": "Über\x1b[2J"}\xff'.encode() + b"\xff", reason="not a listen: 'x'")
    DeadLetter.objects.update(stored_at=datetime(2026, 11, 23, 12, tzinfo=UTC))

    assert run("show", letter.pk).splitlines() == [
        "reason: not a listen: 'x'",
        "position: listens.v1/2@7",
        "stored: 2026-11-23 12:00:00",
        "replayed: no",
        "key: fan",
        "header content-type: application/json",
        "header odd: %00%FF",
        'value: {"title": "Über\\x1b[2J"}ÿ\\xff',
    ]
    entries = Entry.objects.values_list("action", "actor", "subject", "facts")
    assert list(entries) == [("dead_letter.revealed", "system:operator", f"dead_letter:{letter.pk}", {})]


@pytest.mark.django_db
def test_only_the_beginning_of_a_large_value_is_shown() -> None:
    letter = store_letter(value=b"x" * 70_000)

    assert run("show", letter.pk).splitlines()[-1] == f"beginning of the value: {'x' * 65_536}"


def test_replayed_letters_come_through_their_topic_again_as_they_were(
    broker: Broker, committing_db: Database, relay: Relay
) -> None:
    letters = [store_letter(n, value=b"value %d" % n) for n in range(3)]

    output = run("replay", letters[0].pk, letters[2].pk)
    relay.step()

    assert output == "Put 2 into the outbox. The relay sends them to Kafka.\n"
    records = sorted(read_records(LISTENS, 2), key=lambda record: record.value or b"")
    assert [(record.key, record.value, record.headers) for record in records] == [
        (b"fan", b"value 0", HEADERS),
        (b"fan", b"value 2", HEADERS),
    ]
    entries = Entry.objects.order_by("pk").values_list("action", "actor", "subject")
    assert list(entries) == [
        ("dead_letter.replayed", "system:operator", f"dead_letter:{letter.pk}") for letter in letters[::2]
    ]


@pytest.mark.django_db
def test_a_whole_topic_is_replayed_without_what_was_replayed_before() -> None:
    letters = [store_letter(n) for n in range(3)]
    other = store_letter(5, topic=LISTENS_IMPORT)
    run("replay", letters[1].pk)

    output = run("replay", "--topic", LISTENS, "--all")

    assert output == "Put 2 into the outbox. The relay sends them to Kafka.\n"
    assert list(DeadLetter.objects.filter(replayed_at=None)) == [other]
    assert Outbox.objects.exclude(topic=DEAD_LISTENS).count() == 3
    assert run("replay", "--topic", LISTENS, "--all") == "Nothing waits to be replayed.\n"


@pytest.mark.django_db
def test_letters_that_cannot_be_replayed_are_named_and_the_others_replayed() -> None:
    letter, large, empty = store_letter(1), store_letter(2, value=b"x" * 70_000), store_letter(3)
    DeadLetter.objects.filter(pk=empty.pk).update(key=None, value=None)
    run("replay", letter.pk)
    fresh = store_letter(4)

    with pytest.raises(CommandError) as refused:
        run("replay", letter.pk, large.pk, empty.pk, 10**6, fresh.pk)

    assert str(refused.value).splitlines() == [
        f"{letter.pk}: This record was replayed already.",
        f"{large.pk}: Only the beginning of this record was kept.",
        f"{empty.pk}: This record is empty.",
        "1000000: There is no dead letter 1000000.",
        "4 could not be replayed.",
    ]
    assert refused.value.returncode == 1
    assert DeadLetter.objects.get(pk=fresh.pk).replayed_at is not None


@pytest.mark.django_db
def test_a_second_replay_needs_the_option_again() -> None:
    letter = store_letter()
    run("replay", letter.pk)

    run("replay", letter.pk, "--again")

    assert Outbox.objects.filter(topic=LISTENS, keep_until_counted=True).count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", 7), "There is no dead letter 7."),
        (("replay",), "Name the ids of dead letters, or --topic TOPIC --all."),
        (("replay", 1, "--all"), "Name the ids of dead letters, or --topic TOPIC --all."),
        (("replay", "--topic", LISTENS), "Name the ids of dead letters, or --topic TOPIC --all."),
        (("list", "--limit", 0), "--limit must be between 1 and 100000."),
        (("list", "--limit", 10**30), "--limit must be between 1 and 100000."),
    ],
)
def test_mistakes_of_the_operator_are_explained(words: tuple[object, ...], message: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(*words)

    assert (str(refused.value), refused.value.returncode) == (message, 1)


@pytest.mark.django_db
def test_old_letters_are_deleted_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters, "DELETE_BATCH_ROWS", 2)
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for day in range(7):
        letter = store_letter(day)
        DeadLetter.objects.filter(pk=letter.pk).update(stored_at=now - timedelta(days=day))

    deleted = [dead_letters.delete_older_than(now - timedelta(days=1, hours=12)) for _ in range(4)]

    assert (deleted, sorted(DeadLetter.objects.values_list("offset", flat=True))) == ([2, 2, 1, 0], [0, 1])
