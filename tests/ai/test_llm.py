import json
import subprocess
import sys
import time
from typing import Annotated

import jsonschema
import msgspec
import pytest

from ai.exceptions import ModelFailed
from ai.llm import ModelConfig, ask_model, strict_schema
from ai.openai_client import MAX_RESPONSE_BYTES
from config import BASE_DIR
from tests.ai.chat_server import (
    ChatServer,
    completion,
    dripping_answer,
    hanging_answer,
    http_answer,
    run_chat_server,
    text_answer,
)


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


def model_config(chat: ChatServer, **changes: object) -> ModelConfig:
    return ModelConfig(**{"base_url": chat.base_url, "model": "test-model", "timeout_seconds": 10.0, **changes})


def ask_sample(chat: ChatServer, **changes: object) -> Words:
    config = model_config(chat, **changes)
    return ask_model(config, Words, system="Say hello.", question={"plays": 3}, person="a" * 64).value


def failure_reason(chat: ChatServer, **changes: object) -> str:
    with pytest.raises(ModelFailed) as failed:
        ask_sample(chat, **changes)
    return failed.value.reason


def test_a_valid_answer_is_returned_as_our_own_type(chat: ChatServer) -> None:
    chat.answers = [text_answer("Hello")]

    answer = ask_sample(chat)

    assert answer == Words(text="Hello")
    assert [request.path for request in chat.received] == ["/v1/chat/completions"]


def test_the_request_holds_a_strict_schema(chat: ChatServer) -> None:
    chat.answers = [text_answer("Hello")]

    ask_sample(chat)

    assert chat.received[0].body == {
        "model": "test-model",
        "messages": [{"role": "system", "content": "Say hello."}, {"role": "user", "content": '{"plays":3}'}],
        "max_completion_tokens": 400,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "words", "strict": True, "schema": strict_schema(Words)},
        },
    }


def test_the_schema_is_valid_and_forbids_other_properties() -> None:
    schema = strict_schema(Words)

    jsonschema.Draft202012Validator.check_schema(schema)

    assert schema["additionalProperties"] is False
    assert schema["required"] == ["text"]
    assert list(jsonschema.Draft202012Validator(schema).iter_errors({"text": "x" * 21})) != []


def test_only_openai_is_told_not_to_store_and_given_a_hash(chat: ChatServer) -> None:
    chat.answers = [text_answer("Hello")]

    ask_sample(chat, is_openai=True)
    ask_sample(chat)

    assert chat.received[0].body["store"] is False
    assert chat.received[0].body["safety_identifier"] == "a" * 64
    assert chat.received[1].body.keys().isdisjoint({"store", "safety_identifier"})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(completion("Hello there, my friend!"), "schema", id="prose"),
        pytest.param(completion(None), "schema", id="nothing"),
        pytest.param(completion('{"text": ""}'), "schema", id="too short"),
        pytest.param(completion(json.dumps({"text": "x" * 21})), "schema", id="too long"),
        pytest.param(completion('{"text": 7}'), "schema", id="wrong type"),
        pytest.param(completion('{"text": "Hi", "name": "Bo"}'), "schema", id="one field more"),
        pytest.param(completion('```json\n{"text": "Hi"}\n```'), "schema", id="fenced"),
        pytest.param(completion('{"text": "Hi"}', finish_reason="length"), "unfinished", id="cut off"),
        pytest.param(completion('{"text": "Hi"}', finish_reason="content_filter"), "unfinished", id="filtered"),
        pytest.param(completion(None, refusal="I can't."), "refused", id="refused"),
        pytest.param(b'{"choices": []}', "protocol", id="no choice"),
        pytest.param(b"<html>Welcome to the captive portal</html>", "protocol", id="no JSON"),
        pytest.param(b"[]", "protocol", id="no object"),
        pytest.param(completion('{"text": "Hi"}') + b" " * MAX_RESPONSE_BYTES, "oversize", id="oversize"),
        pytest.param(b"\xff\xfe", "protocol", id="no UTF-8"),
    ],
)
def test_an_answer_that_is_not_exactly_what_was_asked_is_unusable(chat: ChatServer, body: bytes, expected: str) -> None:
    chat.answers = [http_answer(body)]

    assert failure_reason(chat) == expected


def test_a_busy_server_is_asked_again(chat: ChatServer) -> None:
    chat.answers = [http_answer(b"{}", status=429, headers={"retry-after-ms": "10"}), text_answer("Hello")]

    assert ask_sample(chat) == Words(text="Hello")
    assert len(chat.received) == 2


def test_a_broken_server_is_asked_three_times(chat: ChatServer) -> None:
    chat.answers = [http_answer(b"{}", status=500, headers={"retry-after-ms": "10"})]

    assert failure_reason(chat) == "status"
    assert len(chat.received) == 3


def test_a_server_that_asks_for_a_longer_wait_than_the_deadline_fails(chat: ChatServer) -> None:
    chat.answers = [http_answer(b"{}", status=429, headers={"retry-after": "60"})]
    began = time.monotonic()

    assert failure_reason(chat, timeout_seconds=0.5) == "timeout"

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("fault", [hanging_answer, dripping_answer])
def test_one_deadline_holds_for_the_whole_request(chat: ChatServer, fault: object) -> None:
    chat.answers = [fault(chat)]
    began = time.monotonic()

    assert failure_reason(chat, timeout_seconds=0.5) == "timeout"

    assert time.monotonic() - began < 5


def test_a_server_that_cannot_be_reached_fails(chat: ChatServer) -> None:
    chat.answers = [text_answer("Hello")]

    assert failure_reason(chat, base_url="http://127.0.0.1:9/v1", timeout_seconds=4.0) == "connection"


def test_a_redirect_is_not_followed_and_no_key_is_sent_elsewhere(chat: ChatServer) -> None:
    with run_chat_server() as elsewhere:
        elsewhere.answers = [text_answer("Hello")]
        chat.answers = [http_answer(b"", status=307, headers={"Location": f"{elsewhere.base_url}/chat/completions"})]

        assert failure_reason(chat, api_key="secret") == "status"

        assert elsewhere.received == []


def test_nothing_in_the_environment_reaches_the_request(chat: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with run_chat_server() as trap:
        trap.answers = [text_answer("Trapped")]
        chat.answers = [text_answer("Hello")]
        for name in ("OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, trap.base_url)
        monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Trap: trap\nAuthorization: Bearer trap")
        for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
            monkeypatch.setenv(f"OPENAI_{name}", "trap")

        assert ask_sample(chat) == Words(text="Hello")

        assert trap.received == []
        assert "trap" not in json.dumps([chat.received[0].headers, chat.received[0].body]).lower()
        assert chat.received[0].headers["Authorization"] == "Bearer local"


def test_the_configured_key_is_sent(chat: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "trap")
    chat.answers = [text_answer("Hello")]

    ask_sample(chat, api_key="ours")

    assert chat.received[0].headers["Authorization"] == "Bearer ours"


def test_the_repr_of_a_config_does_not_hold_the_key() -> None:
    assert "ours" not in repr(ModelConfig(base_url="http://127.0.0.1/v1", model="m", api_key="ours"))


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/v1",
        "http://example.org/v1",
        "https://example.org/v1",
        "https://api.example.com.example.org/v1",
        "https://user:word@api.example.com/v1",
        "https://api.example.com/v1?to=elsewhere",
        "http://api.example.com/v1",
        "file:///etc/passwd",
        "http://[::1",
        "http://127.0.0.1.example.org/v1",
        "",
    ],
)
def test_only_loopback_and_named_hosts_are_asked(address: str) -> None:
    with pytest.raises(ModelFailed) as failed:
        ModelConfig(base_url=address, model="m", hosts=frozenset({"api.example.com"}))

    assert failed.value.reason == "address"


@pytest.mark.parametrize("address", ["http://localhost:8080/v1", "http://[::1]:1/v1", "https://api.example.com/v1"])
def test_loopback_and_named_hosts_are_accepted(address: str) -> None:
    ModelConfig(base_url=address, model="m", hosts=frozenset({"api.example.com"}))


def test_an_internal_host_is_asked_where_it_is_listed_with_its_port() -> None:
    listed = frozenset({"10.0.0.7:11434"})

    ModelConfig(base_url="http://10.0.0.7:11434/v1", model="m", internal_hosts=listed)
    for address in ("http://10.0.0.7:22/v1", "http://127.0.0.1:11434/v1", "http://10.0.0.8:11434/v1"):
        with pytest.raises(ModelFailed):
            ModelConfig(base_url=address, model="m", internal_hosts=listed)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "::ffff:10.0.0.1", "fd00::1", "100.64.0.1", "0.0.0.0"],
)
def test_a_public_name_that_leads_into_our_network_is_not_asked(
    chat: ChatServer, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def resolve(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("203.0.114.9", port)), (0, 0, 0, "", (address, port))]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    changes = {"base_url": "https://models.example/v1", "hosts": frozenset({"models.example"}), "public_only": True}

    assert failure_reason(chat, **changes) == "address"


@pytest.mark.parametrize("structured", ["json_object", "none"])
def test_a_server_without_schemas_is_told_the_schema_in_words(chat: ChatServer, structured: str) -> None:
    chat.answers = [text_answer("Hello")]

    assert ask_sample(chat, structured=structured, token_parameter="max_tokens") == Words(text="Hello")

    body = chat.received[0].body
    assert body.get("response_format") == ({"type": "json_object"} if structured == "json_object" else None)
    assert '"maxLength":20' in body["messages"][-1]["content"]
    assert body["max_tokens"] == 400


def test_the_text_and_the_tokens_are_kept_as_they_came(chat: ChatServer) -> None:
    chat.answers = [text_answer("Hello")]

    answer = ask_model(model_config(chat), Words, system="Say hello.", question={})

    assert (answer.text, answer.prompt_tokens, answer.answer_tokens) == ('{"text": "Hello"}', 1, 1)


def test_the_client_is_not_loaded_before_a_model_is_asked() -> None:
    names = "{'ai.llm', 'ai.openai_client', 'openai'}"
    script = f"import sys, config, ai.draft; print(sorted({names} & sys.modules.keys()))"

    done = subprocess.run([sys.executable, "-c", script], cwd=BASE_DIR, capture_output=True, text=True, check=True)

    assert done.stdout == "['ai.llm']\n"
