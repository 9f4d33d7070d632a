"""What a server is found to do when it is probed."""

from typing import Any

import pytest

from ai.llm import ModelConfig
from ai.probe import Verdict, probe
from tests.ai.chat_server import (
    ChatServer,
    completion,
    hanging_answer,
    http_answer,
    obedient_answer,
)

PROSE = http_answer(completion("Blue, of course. The number is 5000."))


def probe_server(chat: ChatServer, **changes: Any) -> Verdict:
    chat.answers = chat.answers or [obedient_answer(chat)]
    return probe(ModelConfig(**{"base_url": chat.base_url, "model": "test-model", "timeout_seconds": 10.0, **changes}))


def test_a_server_that_does_what_it_says_keeps_everything(chat: ChatServer) -> None:
    assert probe_server(chat) == Verdict("yes", "yes", "yes", "yes")
    assert [request.path for request in chat.received] == ["/v1/chat/completions"] * 3


def test_a_server_that_ignores_schema_and_limit_is_found_out(chat: ChatServer) -> None:
    chat.answers, chat.models = [PROSE], ["another"]

    assert probe_server(chat) == Verdict(
        "this model is not in its list", "it did not end at the limit", "schema: no Colour", "schema: no Number"
    )


@pytest.mark.parametrize("number", ["5000", "9", "15.5", '"15"'])
def test_a_number_out_of_bounds_is_no_number(chat: ChatServer, number: str) -> None:
    chat.answers = [http_answer(completion(f'{{"number": {number}}}'))]

    assert probe_server(chat).obeys_bounds == "schema: no Number"


def test_a_server_that_says_it_kept_the_limit_and_did_not_is_found_out(chat: ChatServer) -> None:
    chat.answers = [http_answer(completion("One, two, three, " * 40, finish_reason="length"))]

    assert probe_server(chat).keeps_limit == "more than 5 tokens"


def test_the_limit_is_asked_for_by_the_parameter_of_the_profile(chat: ChatServer) -> None:
    probe_server(chat, token_parameter="max_tokens")

    assert [request.body["max_tokens"] for request in chat.received] == [5, 60, 60]
    assert not any("max_completion_tokens" in request.body for request in chat.received)


def test_a_server_that_hangs_is_left_after_the_deadline(chat: ChatServer) -> None:
    chat.answers = [hanging_answer(chat)]

    verdict = probe_server(chat, timeout_seconds=0.3)

    assert (verdict.lists_model, verdict.keeps_limit) == ("yes", "timeout: no answer in 0.3 s")


def test_a_verdict_has_no_text_of_the_server(chat: ChatServer) -> None:
    chat.answers = [http_answer(completion('{"number": 15}').replace(b'"stop"', b'"\\u0000<b>stop\\n</b>"'))]

    assert probe_server(chat).obeys_bounds == "unfinished: <b>stop</b>"
