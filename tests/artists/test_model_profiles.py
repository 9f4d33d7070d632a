"""Staff save profiles of model servers, which are probed before one can be asked. The key is only named."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.exceptions import NotAllowed
from ai.llm import ModelConfig
from ai.probe import Verdict, probe
from artists.exceptions import InvalidRequest, Stale
from artists.models import ModelProfile
from artists.suggestions import probing, profiles
from audit.models import Entry
from live.models import Notice
from tests import factories
from tests.ai.chat_server import ChatServer, obedient_answer, run_chat_server, text_answer
from tests.artists.studio.pages import visible_text

pytestmark = pytest.mark.django_db
PAGE = "/desk/models"
KEY = "sk-a-lantern-on-the-quay"


@pytest.fixture
def chat(settings: Any) -> Iterator[ChatServer]:
    with run_chat_server() as server:
        server.answers = [obedient_answer(server)]
        settings.LLM_INTERNAL_HOSTS = {f"127.0.0.1:{server.port}"}
        settings.LLM_KEYS = {"LLM_KEY_LOCAL": KEY}
        yield server


def fields(chat: ChatServer, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Local",
        "base_url": chat.base_url,
        "key_name": "LLM_KEY_LOCAL",
        "model": "test-model",
        "token_parameter": "max_completion_tokens",
        "structured": "json_schema",
        **changes,
    }


def save(chat: ChatServer, **changes: Any) -> ModelProfile:
    return profiles.save(**fields(chat, **changes), by=factories.get_staff())


def probed(chat: ChatServer, **changes: Any) -> ModelProfile:
    profile = save(chat, **changes)
    assert probing.probe_next()
    profile.refresh_from_db()
    return profile


def test_staff_save_a_server_see_what_it_does_and_use_it(chat: ChatServer) -> None:
    staff = factories.get_staff()
    client = factories.fresh_client(staff)

    saved = visible_text(client.post(PAGE, fields(chat), follow=True))
    assert probing.probe_next()
    profile = ModelProfile.objects.get()
    found = visible_text(client.get(PAGE))
    used = visible_text(client.post(f"{PAGE}/{profile.pk}", {"do": "use"}, follow=True))

    assert "Being probed" in saved
    assert "Obeys a schema that the prompt contradicts: yes" in found
    assert "Not in use" in found
    assert "In use" in used
    assert ModelProfile.objects.in_use() == profile
    assert [*Entry.objects.filter(subject=str(profile)).order_by("pk").values_list("action", "actor")] == [
        ("model_profile.saved", staff.actor),
        ("model_profile.probed", "system:models"),
        ("model_profile.used", staff.actor),
    ]
    assert Notice.objects.filter(person=staff, kind="model.probed").count() == 1
    assert probing.probe_next() is False


def test_a_server_that_ignores_the_schema_is_not_used_by_one(chat: ChatServer) -> None:
    chat.answers = [obedient_answer(chat), text_answer("blue")]
    by_schema = probed(chat)
    chat.answers = [obedient_answer(chat), text_answer("blue")]
    in_words = probed(chat, name="In words", structured="none")

    assert (by_schema.is_usable, in_words.is_usable) == (False, True)
    with pytest.raises(Stale):
        profiles.use(by_schema, by=factories.get_staff())
    assert "Cannot be used" in visible_text(factories.fresh_client(factories.get_staff()).get(PAGE))


def test_a_name_that_is_saved_again_stands_for_the_new_server(chat: ChatServer) -> None:
    first = probed(chat)
    profiles.use(first, by=factories.get_staff())

    second = save(chat, model="another")

    first.refresh_from_db()
    assert (first.in_use, first.ended_at is None) == (False, False)
    assert [*ModelProfile.objects.current()] == [second]
    assert ModelProfile.objects.in_use() is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"base_url": "http://169.254.169.254/v1"}, "LLM_INTERNAL_HOSTS"),
        ({"base_url": "https://models.example/v1"}, "LLM_HOSTS"),
        ({"base_url": "http://api.openai.com/v1"}, "LLM_HOSTS"),
        ({"base_url": "https://api.openai.com@evil.example/v1"}, "no user"),
        ({"base_url": "https://api.openai.com/v1?to=evil"}, "no query"),
        ({"key_name": "SECRET_KEY"}, "begins with LLM_KEY_"),
        ({"key_name": "LLM_KEY_A\nB"}, "begins with LLM_KEY_"),
    ],
)
def test_what_the_settings_do_not_name_is_refused(chat: ChatServer, change: dict[str, str], problem: str) -> None:
    answer = factories.fresh_client(factories.get_staff()).post(PAGE, fields(chat, **change))

    assert answer.status_code == 422
    assert problem in visible_text(answer)
    assert not ModelProfile.objects.exists()


def test_an_address_that_is_not_allowed_any_more_is_not_asked(chat: ChatServer, settings: Any) -> None:
    profile = save(chat)
    settings.LLM_INTERNAL_HOSTS = set()

    probing.probe_next()

    profile.refresh_from_db()
    assert profile.keeps_limit.startswith("address: 127.0.0.1 is neither")
    assert chat.received == []
    with pytest.raises(InvalidRequest):
        save(chat)


def test_the_key_is_sent_and_stands_nowhere_else(
    chat: ChatServer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    profile = probed(chat)
    profiles.use(profile, by=factories.get_staff())
    chat.answers = [text_answer("Thank you."), lambda handler: handler.send_error(401, KEY)]

    call_command("ask_model")
    with pytest.raises(CommandError) as failed:
        call_command("ask_model", "Say hello.", profile="Local")

    assert {request.headers["Authorization"] for request in chat.received} == {f"Bearer {KEY}"}
    shown = visible_text(factories.fresh_client(factories.get_staff()).get(PAGE))
    audited = [str(entry.facts) for entry in Entry.objects.all()]
    printed = capsys.readouterr()
    assert printed.out.splitlines()[0] == "Thank you."
    for text in (caplog.text, shown, *audited, printed.out, printed.err, str(failed.value), repr(profile.__dict__)):
        assert KEY not in text


def test_an_address_that_no_client_can_ask_is_told_and_ends_no_process(chat: ChatServer) -> None:
    profile = probed(chat, base_url=f"{chat.base_url}/\x01")

    assert (profile.keeps_limit, profile.is_usable) == ("broken: the log of the models process says how", False)
    assert probing.probe_next() is False


def test_a_profile_that_ends_while_it_is_probed_stays_as_it_was(
    chat: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, staff = save(chat), factories.get_staff()

    def end_meanwhile(config: ModelConfig) -> Verdict:
        profiles.end(profile, by=staff)
        return probe(config)

    monkeypatch.setattr(probing, "probe", end_meanwhile)

    assert probing.probe_next()
    profile.refresh_from_db()
    assert (profile.probed_at, profile.ended_at is None) == (None, False)
    assert not Entry.objects.filter(action="model_profile.probed").exists()


def test_a_variable_that_is_not_set_is_said(chat: ChatServer) -> None:
    profile = probed(chat, key_name="LLM_KEY_OTHER")

    assert profile.keeps_limit == "key: the variable LLM_KEY_OTHER is not set for this process"
    assert chat.received == []


def test_only_staff_save_use_and_end_a_server(chat: ChatServer) -> None:
    profile, artist = probed(chat), factories.create_artist()
    principal = factories.get_member(artist, "principal")

    for act in (profiles.use, profiles.end):
        with pytest.raises(NotAllowed):
            act(profile, by=principal)
    with pytest.raises(NotAllowed):
        profiles.save(**fields(chat), by=principal)
    assert factories.fresh_client(principal).post(f"{PAGE}/{profile.pk}", {"do": "end"}).status_code == 404
    assert Client().get(PAGE).status_code == 302


def test_a_server_ends_once_and_the_page_says_so_the_second_time(chat: ChatServer) -> None:
    profile = probed(chat)
    client = factories.fresh_client(factories.get_staff())

    answers = [client.post(f"{PAGE}/{profile.pk}", {"do": do}).status_code for do in ("end", "end", "use")]

    assert answers == [302, 409, 409]
