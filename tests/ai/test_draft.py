import json
from typing import Any, cast

import pytest

from ai.compose import Contribution, compose
from ai.draft import DraftedMessage, Style, draft_message
from ai.exceptions import MissingClearance
from ai.facts import Facts
from ai.llm import ModelConfig
from ai.wording import Wording
from rights.clearance_result import ClearanceRefusal
from tests.ai.chat_server import ChatServer, completion, hanging_answer, http_answer, text_answer
from tests.ai.samples import CHOICE_KEY, CLEARANCE, FACTS, WORDING

COMPOSED = compose(WORDING, FACTS, choice_key=CHOICE_KEY, program="program:1", fan="fan-1", clearance=CLEARANCE)


def model_config(chat: ChatServer, **changes: Any) -> ModelConfig:
    return ModelConfig(**{"base_url": chat.base_url, "model": "small-7b", "timeout_seconds": 10.0, **changes})


def draft_sample(model: ModelConfig | None, facts: Facts = FACTS, **changes: Any) -> DraftedMessage:
    given: dict[str, Any] = {
        "wording": WORDING,
        "clearance": CLEARANCE,
        "program": "program:1",
        "fan": "fan-1",
        **changes,
    }
    return draft_message(given.pop("wording"), facts, choice_key=CHOICE_KEY, model=model, **given)


def test_without_a_model_the_composer_writes() -> None:
    made = draft_sample(None)

    assert made == DraftedMessage(COMPOSED.text, "composer", COMPOSED.parts, COMPOSED)
    assert made.by_model is False


def test_a_models_words_are_used_when_nothing_is_wrong_with_them(chat: ChatServer) -> None:
    chat.answers = [text_answer("Thank you, {name}, for {plays} listens of “{song}”.")]

    made = draft_sample(model_config(chat))

    assert made == DraftedMessage(
        "Thank you, Ana, for 100 listens of “Tidal”.",
        "model:small-7b",
        (Contribution("words", "model:small-7b"), Contribution("facts", "Counted from listens; rules, no model")),
        None,
    )
    assert made.by_model is True


def test_a_model_never_sees_a_name_or_a_title(chat: ChatServer) -> None:
    chat.answers = [text_answer("Thank you for listening.")]
    facts = Facts(artist="Mara Veil", name="Wilhelmina", song="Unheard Of", plays=7)

    draft_sample(model_config(chat, is_openai=True), facts, fan="fan-77")

    sent = json.dumps(chat.received[0].body)
    assert "{name}" in sent
    assert "{song}" in sent
    assert not [secret for secret in ("Wilhelmina", "Unheard Of", "fan-77", "program:1") if secret in sent]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Thank you, {nam}.", "syntax"),
        ("Thank you, [name].", "syntax"),
        ("Thank you, {{name}}.", "syntax"),
        ("Thank you for {plays} listens, Bo.", "name"),
        ("Thank you for 101 listens, {name}.", "number"),
        ("I love you, {name}.", "romance"),
        ("It was great meeting you, {name}.", "meeting"),
        ("Thank you, {name}. More at mara.com.", "syntax"),
        ("Thank you, {name}. Get your tickets.", "money"),
        ("Thank you for the casserole, {name}.", "word"),
        ("Danke, {name}, und bis bald.", "language"),
        ("Thank you so much, {name}. " * 25, "length"),
        ("Thank you, {name} 😀", "style"),
        ("Thank you for the ride, {name}.", "word"),
    ],
)
def test_a_doubtful_word_of_a_model_brings_the_composer_back(chat: ChatServer, text: str, code: str) -> None:
    chat.answers = [text_answer(text)]

    made = draft_sample(model_config(chat))

    assert (made.text, made.maker, made.by_model, made.fallback_reason) == (COMPOSED.text, "composer", False, "guard")
    assert code in {finding.code for finding in made.findings}


def test_a_slot_without_a_value_is_doubtful(chat: ChatServer) -> None:
    chat.answers = [text_answer("Thank you, {name}.")]

    made = draft_sample(model_config(chat), Facts(artist="Mara Veil", plays=3))

    assert (made.maker, made.fallback_reason) == ("composer", "guard")


def test_the_artists_banned_words_are_doubtful(chat: ChatServer) -> None:
    chat.answers = [text_answer("Thank you so much, {name}.")]

    made = draft_sample(model_config(chat), style=Style(banned=("So Much",)))

    assert [finding.text for finding in made.findings] == ["So Much"]


def test_a_model_that_cannot_be_used_brings_the_composer_back(chat: ChatServer) -> None:
    chat.answers = [http_answer(completion("Dear fan, I love you!"))]
    assert draft_sample(model_config(chat)).fallback_reason == "schema"

    chat.answers = [hanging_answer(chat)]
    made = draft_sample(model_config(chat, timeout_seconds=0.3))
    assert (made.text, made.maker, made.fallback_reason) == (COMPOSED.text, "composer", "timeout")


def test_a_model_is_not_asked_for_words_that_cannot_be_judged(chat: ChatServer) -> None:
    chat.answers = [text_answer("Obrigada, {name}.")]
    wording = Wording.parse({"locale": "pt", "templates": ["Obrigada[, {name}]."]})

    made = draft_sample(model_config(chat), wording=wording)

    assert (made.text, made.maker, made.fallback_reason) == ("Obrigada, Ana.", "composer", "language")
    assert chat.received == []


def test_nothing_is_drafted_and_nobody_asked_without_a_clearance(chat: ChatServer) -> None:
    chat.answers = [text_answer("Thank you.")]
    refusal = ClearanceRefusal(use="personal_message", artist_id=1, missing=("Mara Veil (artist)",))

    with pytest.raises(MissingClearance):
        draft_sample(model_config(chat), clearance=cast("Any", refusal))

    assert chat.received == []
