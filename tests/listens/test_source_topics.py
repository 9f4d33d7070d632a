"""The topic of another producer, with real processes: noticed while they run, replayed to, guarded by the broker."""

import itertools
import shlex
import time
from collections.abc import Iterator
from contextlib import closing
from io import StringIO

import msgspec
import pytest
from django.core.management import CommandError, call_command
from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from pytest_django import Settings

from config.events import consumed_topics, handle_batch
from events import dead_letters, topics
from events.consumer import Consumer
from events.exceptions import CredentialsRefused
from events.kafka import Producer, create_topics
from events.kafka_client import check_credentials, open_client
from events.models import DeadLetter, Outbox
from events.records import Position, Record, SendFailure
from listens.models import Listen
from tests import servers
from tests.events.conftest import consume_until, read_records
from tests.listens.factories import add_source, listen_event, make_fan
from tests.servers import Broker, Database, Processes, ServerUnavailable, wait_until

URI = "https://player.example/app"
TOPIC = "sources.player.example.app.v1"
NOTICED_SECONDS = 10


def make_record(fan: object, *, source: str = URI, topic: str = TOPIC) -> Record:
    """A record of a listen to a song that has the name of the topic."""
    event = listen_event(fan, source=source, track={"title": topic})
    return Record(topic, str(fan).encode(), msgspec.json.encode(event))


def add_once_permitted() -> list[str] | None:
    """What `source add` prints. None while Kafka does not know yet what it was told to permit."""
    try:
        return run_source("add", URI, "--principal", "User:player")
    except CommandError:
        return None


def run_source(*words: str) -> list[str]:
    output = StringIO()
    call_command("source", *words, stdout=output)
    return output.getvalue().splitlines()


@pytest.mark.broker
def test_running_processes_notice_a_new_topic_and_replay_its_dead_letters_to_it(
    committing_db: Database, broker: Broker, processes: Processes
) -> None:
    ana = make_fan("ana")
    for command in ("relay", "consume"):
        processes.start(command)
    with closing(Producer()) as producer:
        create_topics()
        add_source("https://first.example", ana)
        first = make_record(ana.pk, source="https://first.example", topic="sources.first.example.v1")
        wait_until(lambda: isinstance(producer.send([first])[0], Position), seconds=30)  # the consumer creates it
        wait_until(Listen.objects.exists, seconds=30)

        printed = run_source("add", URI)
        sent = make_record(ana.pk)
        began = time.monotonic()
        producer.send([sent])
        letter = wait_until(DeadLetter.objects.first, seconds=NOTICED_SECONDS)
        seconds = time.monotonic() - began
        run_source("allow", URI, "--fan", "ana")
        dead_letters.replay(letter, by="system:operator")
        wait_until(lambda: Listen.objects.filter(source__uri=URI).exists(), seconds=30)
        wait_until(lambda: not Outbox.objects.exists(), seconds=30)

    assert printed[0] == f"{URI} is now registered, with the topic {TOPIC}."
    assert letter.reason == f"the source {URI!r} may not speak for the fan {ana.pk}"
    assert [(each.key, each.value, each.headers) for each in read_records(TOPIC, 2)] == [(sent.key, sent.value, ())] * 2
    assert seconds < NOTICED_SECONDS


@pytest.mark.broker
def test_a_record_that_claims_to_be_our_own_api_is_a_dead_letter(committing_db: Database, broker: Broker) -> None:
    ana = make_fan("ana")
    add_source(URI, ana)
    claims = make_record(ana.pk, source="/api/listenbrainz")
    create_topics(topics.all_names())
    with closing(Producer()) as producer:
        producer.send([claims, make_record(ana.pk, topic="listens.v1"), make_record(ana.pk)])

    with closing(Consumer("listens", consumed_topics, handle_batch)) as consumer:
        consume_until(consumer, until=lambda: DeadLetter.objects.count() == 2 and Listen.objects.exists())

    assert dict(DeadLetter.objects.values_list("topic", "reason")) == {
        TOPIC: f"the source '/api/listenbrainz' is not believed on {TOPIC}",
        "listens.v1": f"the source {URI!r} is not believed on listens.v1",
    }
    assert Listen.objects.get().source.uri == URI


# A broker with users and access rights


@pytest.fixture(scope="module")
def guarded_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    try:
        with servers.run_apache_kafka(tmp_path_factory.mktemp("kafka"), users=("admin", "fanfare", "player")) as broker:
            yield broker
    except ServerUnavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def guarded_broker(guarded_kafka: Broker, settings: Settings, committing_db: Database) -> Settings:
    """Our topics exist, and we are the user `fanfare`, who may use them."""
    settings.KAFKA_BOOTSTRAP_SERVERS = [guarded_kafka.address]
    settings.KAFKA_USERNAME, settings.KAFKA_PASSWORD = "fanfare", "fanfare-secret"
    rights = "--allow-principal User:fanfare --operation Read --operation Write --operation Create"
    run_acl_commands(settings, [f"kafka-acls.sh --add {rights} --topic {name}" for name in topics.TOPICS])
    create_topics()
    return settings


def become(settings: Settings, user: str) -> None:
    settings.KAFKA_USERNAME, settings.KAFKA_PASSWORD = user, f"{user}-secret"


def run_acl_commands(settings: Settings, lines: list[str]) -> None:
    """Do what the lines of `kafka-acls.sh --add` say, as the administrator."""
    user = settings.KAFKA_USERNAME
    become(settings, "admin")
    admin = open_client(KafkaAdminClient)
    for line in lines:
        options = list(itertools.pairwise(shlex.split(line)))
        [topic] = [value for name, value in options if name == "--topic"]
        [principal] = [value for name, value in options if name == "--allow-principal"]
        pattern = ResourcePattern(ResourceType.TOPIC, topic)
        operations = [ACLOperation[value.upper()] for name, value in options if name == "--operation"]
        admin.create_acls([ACL(principal, "*", each, ACLPermissionType.ALLOW, pattern) for each in operations])
    admin.close()
    become(settings, user)


def send_as(settings: Settings, user: str, *records: Record) -> list[Position | SendFailure]:
    become(settings, user)
    with closing(Producer()) as producer:
        results = [producer.send([record])[0] for record in records]
    become(settings, "fanfare")
    return results


@pytest.mark.broker
def test_with_the_printed_rights_a_producer_writes_to_its_topic_alone_and_we_read_and_replay(
    guarded_broker: Settings,
) -> None:
    ana = make_fan("ana")
    output = StringIO()
    with pytest.raises(CommandError, match="Run the lines above, and then this command again"):
        call_command("source", "add", URI, "--principal", "User:player", stdout=output)
    printed = [line for line in output.getvalue().splitlines() if line.startswith("kafka-acls.sh ")]
    run_source("allow", URI, "--fan", "ana")
    record, claim = make_record(ana.pk), make_record(ana.pk, source="/api/listenbrainz", topic="listens.v1")
    before = send_as(guarded_broker, "player", record)

    run_acl_commands(guarded_broker, printed)
    again = wait_until(add_once_permitted)
    sent = wait_until(
        lambda: [each for each in send_as(guarded_broker, "player", record) if isinstance(each, Position)]
    )
    claimed = send_as(guarded_broker, "player", claim)
    with closing(Consumer("listens", consumed_topics, handle_batch)) as consumer:
        consume_until(consumer, until=Listen.objects.exists)

    assert again[2:] == printed
    assert [type(each) for each in (*before, *sent, *claimed)] == [SendFailure, Position, SendFailure]
    assert "TopicAuthorizationFailed" in str(claimed[0])
    assert (Listen.objects.get().source.uri, DeadLetter.objects.count()) == (URI, 0)


@pytest.mark.broker
def test_a_topic_that_we_may_not_read_or_replay_to_does_not_stop_the_others(
    guarded_broker: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    ana = make_fan("ana")
    add_source("https://unreadable.example", ana)
    add_source("https://missing.example", ana)
    become(guarded_broker, "admin")
    create_topics(["sources.unreadable.example.v1"])
    run_acl_commands(guarded_broker, [
        "kafka-acls.sh --allow-principal User:fanfare --operation Describe --topic sources.unreadable.example.v1"
    ])  # fmt: skip
    [own] = send_as(guarded_broker, "fanfare", make_record(ana.pk, source="/api/player", topic="listens.v1"))

    with closing(Consumer("listens", consumed_topics, handle_batch)) as consumer:
        left_out = "the broker does not let us read sources.unreadable.example.v1; going on without"
        consume_until(consumer, until=lambda: Listen.objects.exists() and left_out in caplog.messages)

    assert isinstance(own, Position)
    assert any(message.startswith("cannot create the topic sources.missing.example.v1") for message in caplog.messages)


@pytest.mark.broker
def test_a_wrong_password_ends_a_process_and_a_broker_that_is_unavailable_does_not(
    guarded_broker: Settings, guarded_kafka: Broker, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", guarded_kafka.address)
    guarded_broker.KAFKA_PASSWORD = "wrong"

    with pytest.raises(CredentialsRefused, match="Kafka refuses our user fanfare: "):
        check_credentials()
    code = processes.start("relay", KAFKA_USERNAME="fanfare", KAFKA_PASSWORD="wrong").wait(60)
    guarded_broker.KAFKA_BOOTSTRAP_SERVERS = ["127.0.0.1:9"]  # nothing listens there
    check_credentials()

    printed = processes.logs[0].read_text()
    assert (code, printed.count("\n"), printed[:42]) == (1, 1, "CommandError: Kafka refuses our user fanfa")
