"""`manage.py source`: the operator lets a producer send listens for a fan."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Person
from audit.models import Entry
from config.events import handle_batch
from listens.models import Listen, Source, SourceFan
from tests.listens.factories import listen_event, make_fan, make_incoming

pytestmark = pytest.mark.django_db
URI = "https://player.example/app"
OWN_APIS = ["/doors/listenbrainz", "/doors/listening", "/doors/player"]


@pytest.fixture
def ana(db: None) -> Person:
    return make_fan("ana")


def run(*words: str) -> str:
    output = StringIO()
    call_command("source", *words, stdout=output)
    return output.getvalue()


def audit_entries() -> list[tuple[str, str, str, dict[str, str]]]:
    return list(Entry.objects.order_by("pk").values_list("action", "actor", "subject", "facts"))


def test_listens_of_a_source_are_taken_once_it_may_speak_for_the_fan(ana: Person) -> None:
    record = make_incoming(listen_event(ana.pk, source=URI), key=str(ana.pk).encode())
    before = handle_batch([record])

    output = run("allow", URI, "--fan", "ana")

    assert output == f"{URI} was not registered. It is now.\n{URI} may now speak for ana.\n"
    assert [rejection.reason for rejection in before] == [f"the source {URI!r} is not registered"]
    assert (handle_batch([record]), Listen.objects.get().source.uri) == ([], URI)
    subject = f"source:{Source.objects.get(uri=URI).pk}"
    assert audit_entries() == [
        ("source.registered", "system:operator", subject, {}),
        ("source.allowed", "system:operator", subject, {"fan": str(ana.pk)}),
    ]


def test_a_fan_may_be_named_by_id_and_a_repeat_changes_nothing(ana: Person) -> None:
    run("allow", URI, "--fan", str(ana.pk))

    assert run("allow", URI, "--fan", "ana") == f"{URI} could already speak for ana.\n"
    assert (SourceFan.objects.count(), len(audit_entries())) == (1, 2)


def test_the_permission_ends_for_that_fan_only(ana: Person) -> None:
    bo = make_fan("bo")
    for handle in ("ana", "bo"):
        run("allow", URI, "--fan", handle)

    outputs = [run("allow", URI, "--fan", "ana", "--end") for _ in range(2)]

    assert outputs == [f"{URI} may no longer speak for ana.\n", f"{URI} could not speak for ana.\n"]
    rejected = handle_batch([make_incoming(listen_event(fan.pk, source=URI)) for fan in (ana, bo)])
    assert [rejection.reason for rejection in rejected] == [f"the source {URI!r} may not speak for the fan {ana.pk}"]
    assert [entry[0] for entry in audit_entries() if entry[3] == {"fan": str(ana.pk)}] == [
        "source.allowed",
        "source.disallowed",
    ]


def test_the_list_says_for_how_many_fans_each_source_may_speak(ana: Person) -> None:
    make_fan("bo")
    for handle in ("ana", "bo"):
        run("allow", URI, "--fan", handle)

    assert run("list").splitlines() == [*(f"{uri}\tevery fan" for uri in OWN_APIS), f"{URI}\t2 fans"]


@pytest.mark.parametrize("end", [[], ["--end"]])
def test_an_unknown_fan_is_an_error(end: list[str]) -> None:
    closed = make_fan("closed")
    Person.objects.filter(pk=closed.pk).update(is_active=False)

    for fan in ("nobody", str(uuid4()), "closed"):
        with pytest.raises(CommandError, match="No fan with an open account has the handle or id"):
            run("allow", URI, "--fan", fan, *end)
    assert not Source.objects.filter(uri=URI).exists()


@pytest.mark.parametrize(
    ("uri", "end", "message"),
    [
        (URI, ["--end"], f"No source {URI} is registered."),
        ("", [], "A source's URI has 1 to 256 characters and no spaces."),
        ("a b", [], "A source's URI has 1 to 256 characters and no spaces."),
        ("a\0", [], "A source's URI has 1 to 256 characters and no spaces."),
        ("a" * 257, [], "A source's URI has 1 to 256 characters and no spaces."),
        ("/doors/player", [], "/doors/player may speak for every fan already: it is one of our own APIs."),
    ],
)
def test_an_uri_that_cannot_be_allowed_is_an_error(ana: Person, uri: str, end: list[str], message: str) -> None:
    with pytest.raises(CommandError) as refused:
        run("allow", uri, "--fan", "ana", *end)

    assert (str(refused.value), refused.value.returncode) == (message, 1)
    assert (SourceFan.objects.count(), audit_entries()) == (0, [])
