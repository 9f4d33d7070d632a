"""`manage.py source`: the operator registers a producer and lets it send listens for a fan."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import Person
from audit.models import Entry
from config.events import handle_batch
from events import topics
from events.records import Incoming
from listens import sources
from listens.exceptions import InvalidSource
from listens.models import Listen, Source, SourceFan
from tests.listens.factories import add_source, listen_event, make_fan, make_incoming

pytestmark = pytest.mark.django_db
URI = "https://player.example/app"
TOPIC = "sources.player.example.app.v1"
OWN_APIS = ["/api/listenbrainz", "/api/listening", "/api/player", "/api/remix-player"]


@pytest.fixture
def ana(db: None) -> Person:
    return make_fan("ana")


def run(*words: str) -> str:
    output = StringIO()
    call_command("source", *words, stdout=output)
    return output.getvalue()


def make_record(fan: Person, *, source: str = URI, topic: str = TOPIC) -> Incoming:
    return make_incoming(listen_event(fan.pk, source=source), key=str(fan.pk).encode(), topic=topic)


def audit_entries() -> list[tuple[str, str, str, dict[str, str]]]:
    return list(Entry.objects.order_by("pk").values_list("action", "actor", "subject", "facts"))


def test_listens_of_a_source_are_taken_once_it_may_speak_for_the_fan(ana: Person) -> None:
    record = make_record(ana)
    unregistered = handle_batch([record])
    sources.add(URI, by="system:operator")
    not_allowed = handle_batch([record])

    output = run("allow", URI, "--fan", "ana")

    assert output == f"{URI} may now speak for ana.\n"
    assert [rejection.reason for rejection in [*unregistered, *not_allowed]] == [
        f"the source {URI!r} is not registered",
        f"the source {URI!r} may not speak for the fan {ana.pk}",
    ]
    assert (handle_batch([record]), Listen.objects.get().source.uri) == ([], URI)
    subject = f"source:{Source.objects.get(uri=URI).pk}"
    assert audit_entries() == [
        ("source.registered", "system:operator", subject, {"topic": TOPIC}),
        ("source.allowed", "system:operator", subject, {"fan": str(ana.pk)}),
    ]


def test_a_fan_may_be_named_by_id_and_a_repeat_changes_nothing(ana: Person) -> None:
    sources.add(URI, by="system:operator")
    run("allow", URI, "--fan", str(ana.pk))

    assert run("allow", URI, "--fan", "ana") == f"{URI} could already speak for ana.\n"
    assert (SourceFan.objects.count(), len(audit_entries())) == (1, 2)


def test_the_permission_ends_for_that_fan_only(ana: Person) -> None:
    bo = make_fan("bo")
    add_source(URI, ana, bo)

    outputs = [run("allow", URI, "--fan", "ana", "--end") for _ in range(2)]

    assert outputs == [f"{URI} may no longer speak for ana.\n", f"{URI} could not speak for ana.\n"]
    rejected = handle_batch([make_record(fan) for fan in (ana, bo)])
    assert [rejection.reason for rejection in rejected] == [f"the source {URI!r} may not speak for the fan {ana.pk}"]
    assert [entry[0] for entry in audit_entries() if entry[3] == {"fan": str(ana.pk)}] == [
        "source.allowed",
        "source.disallowed",
    ]


def test_the_list_says_where_and_for_how_many_fans_each_source_may_speak(ana: Person) -> None:
    add_source(URI, ana, make_fan("bo"))

    own = [f"{uri}\tour own topics\tevery fan" for uri in OWN_APIS]
    assert run("list").splitlines() == [*own, f"{URI}\t{TOPIC}\t2 fans"]


@pytest.mark.parametrize("end", [[], ["--end"]])
def test_an_unknown_fan_is_an_error(end: list[str]) -> None:
    closed = make_fan("closed")
    Person.objects.filter(pk=closed.pk).update(is_active=False)

    for fan in ("nobody", str(uuid4()), "closed"):
        with pytest.raises(CommandError, match="No fan with an open account has the handle or id"):
            run("allow", URI, "--fan", fan, *end)


@pytest.mark.parametrize(
    ("uri", "end", "message"),
    [
        (URI, ["--end"], f"No source {URI} is registered."),
        (URI, [], f"No source {URI} is registered."),
        ("/api/player", [], "/api/player may speak for every fan already: it is one of our own APIs."),
    ],
)
def test_an_uri_that_cannot_be_allowed_is_an_error(ana: Person, uri: str, end: list[str], message: str) -> None:
    with pytest.raises(CommandError) as refused:
        run("allow", uri, "--fan", "ana", *end)

    assert (str(refused.value), refused.value.returncode) == (message, 1)
    assert (SourceFan.objects.count(), audit_entries()) == (0, [])


# The topic


@pytest.mark.parametrize(
    ("source", "topic"),
    [
        ("/api/listenbrainz", TOPIC),  # claims to be our own API on a topic that somebody else writes
        ("/api/listenbrainz", "sources.other.example.v1"),
        (URI, "listens.v1"),
        (URI, "listens.import.v1"),
        (URI, "sources.other.example.v1"),
        ("https://other.example", TOPIC),
    ],
)
def test_a_source_is_believed_on_its_own_topic_alone(ana: Person, source: str, topic: str) -> None:
    add_source(URI, ana)
    add_source("https://other.example", ana)

    [rejected] = handle_batch([make_record(ana, source=source, topic=topic)])

    assert rejected.reason == f"the source {source!r} is not believed on {topic}"
    assert not Listen.objects.exists()
    own_topic = next(name for uri, name, _ in sources.all_with_fan_counts() if uri == source) or "listens.v1"
    assert handle_batch([make_record(ana, source=source, topic=own_topic)]) == []


@pytest.mark.parametrize(
    ("uri", "topic"),
    [
        (URI, TOPIC),
        ("urn:radio:7", "sources.urn.radio.7.v1"),
        (f"https://{'long.' * 40}example", f"sources.{'long.' * 12}v1"),
    ],
)
def test_without_a_name_the_topic_is_named_after_the_uri(db: None, uri: str, topic: str) -> None:
    source, is_new = sources.add(uri, by="system:operator")

    assert (source.topic_id, is_new) == (topic, True)


def test_a_source_that_is_registered_already_keeps_its_topic(db: None) -> None:
    first, _ = sources.add(URI, topic="radio.plays", by="system:operator")

    assert sources.add(URI, by="system:operator") == (first, False)
    with pytest.raises(InvalidSource, match=f"{URI} has the topic radio.plays already, and keeps it."):
        sources.add(URI, topic="another", by="system:operator")
    assert len(audit_entries()) == 1


INVALID_TOPICS = [
    *topics.TOPICS,
    "listens.v2",
    "entitlements.v1",
    "",
    "a b",
    "radio_plays",
    "Radio",
    ".radio",
    "radio.",
    "a..b",
    "__consumer_offsets",
    "radio\n",
    "rädio",
    "a" * 81,
]


@pytest.mark.parametrize("name", INVALID_TOPICS)
def test_a_topic_is_plainly_named_and_never_one_of_ours(db: None, name: str) -> None:
    if name:
        with pytest.raises(InvalidSource, match="cannot be the topic of a source"):
            sources.add(URI, topic=name, by="system:operator")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO events_sourcetopic (name) VALUES (%s)", [name])

    assert (Source.objects.count(), audit_entries()) == (len(OWN_APIS), [])


def test_a_topic_belongs_to_one_source(db: None) -> None:
    sources.add(URI, topic="radio.plays", by="system:operator")

    with pytest.raises(InvalidSource, match=r"The topic radio\.plays belongs to another source: choose another name\."):
        sources.add("https://other.example", topic="radio.plays", by="system:operator")
    attack("INSERT INTO listens_source (uri, topic_id) VALUES ('https://other.example', 'radio.plays')")


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("", "A source's URI has 1 to 256 characters and no spaces."),
        ("a b", "A source's URI has 1 to 256 characters and no spaces."),
        ("a\0", "A source's URI has 1 to 256 characters and no spaces."),
        ("a" * 257, "A source's URI has 1 to 256 characters and no spaces."),
        ("/api/radio", "/api/radio cannot be another producer: our own APIs have the names in /api/."),
        ("/api/player", "/api/player cannot be another producer: our own APIs have the names in /api/."),
    ],
)
def test_an_uri_that_no_producer_can_have_is_an_error(db: None, uri: str, message: str) -> None:
    with pytest.raises(CommandError) as refused:
        run("add", uri)

    assert (str(refused.value), audit_entries()) == (message, [])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO listens_source (uri) VALUES ('https://evil.example')",  # a stranger who speaks for everyone
        "INSERT INTO listens_source (uri, topic_id) VALUES ('/api/evil', 'radio.plays')",
        "UPDATE listens_source SET topic_id = NULL, uri = '/api/evil' WHERE topic_id = 'radio.plays'",
        "UPDATE listens_source SET topic_id = 'radio.plays' WHERE uri = '/api/player'",
        "DELETE FROM listens_source WHERE topic_id = 'radio.plays'",
        "UPDATE events_sourcetopic SET name = 'other.plays'",
        "DELETE FROM events_sourcetopic",
    ],
)
def test_the_database_keeps_every_source_to_its_topic(db: None, statement: str) -> None:
    sources.add(URI, topic="radio.plays", by="system:operator")

    attack(statement)

    assert Source.objects.get(uri=URI).topic_id == "radio.plays"


def attack(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
