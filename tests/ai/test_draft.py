import json
from typing import Any, cast

import pytest

from ai.compose import compose
from ai.draft import DraftedMessage, draft_message
from ai.exceptions import GuardRejected, MissingClearance
from ai.facts import Facts
from ai.guard import check_text
from ai.llm import ModelConfig
from ai.model_prompt import write_with_model
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
    drafted = draft_sample(None)

    assert drafted == DraftedMessage(COMPOSED.text, "composer", COMPOSED)


def test_a_models_words_are_used_when_the_guard_finds_nothing(chat: ChatServer) -> None:
    chat.answers = [text_answer("Thank you, {name}, for {plays} listens of “{song}”.")]

    drafted = draft_sample(model_config(chat))

    assert drafted == DraftedMessage("Thank you, Ana, for 100 listens of “Tidal”.", "model:small-7b", None)


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
        ("Danke, {name}, und bis bald.", "meeting"),
        ("Thank you so much, {name}. " * 25, "length"),
    ],
)
def test_the_composer_writes_where_the_guard_rejects_a_models_words(chat: ChatServer, text: str, code: str) -> None:
    chat.answers = [text_answer(text)]

    drafted = draft_sample(model_config(chat))
    with pytest.raises(GuardRejected) as rejected:
        write_with_model(model_config(chat), WORDING, FACTS, person="a" * 64)

    assert drafted == DraftedMessage(COMPOSED.text, "composer", COMPOSED, "guard")
    assert code in str(rejected.value).split(", ")


@pytest.mark.parametrize("text", ["Thank you for the casserole, Ana.", "Thank you, Ana 😀", "Merci pour tout, Ana."])
def test_words_that_only_a_person_can_judge_are_drafted(chat: ChatServer, text: str) -> None:
    chat.answers = [text_answer(text.replace("Ana", "{name}"))]

    drafted = draft_sample(model_config(chat))

    assert drafted == DraftedMessage(text, "model:small-7b", None)
    assert [finding.is_hard for finding in check_text(text, FACTS, wording=WORDING)][:1] == [False]


def test_the_guard_rejects_a_slot_without_a_value(chat: ChatServer) -> None:
    chat.answers = [text_answer("Thank you, {name}.")]

    drafted = draft_sample(model_config(chat), Facts(artist="Mara Veil", plays=3))

    assert (drafted.maker, drafted.fallback_reason) == ("composer", "guard")


def test_the_composer_writes_where_the_model_fails(chat: ChatServer) -> None:
    chat.answers = [http_answer(completion("Dear fan, I love you!"))]
    assert draft_sample(model_config(chat)).fallback_reason == "schema"

    chat.answers = [hanging_answer(chat)]
    drafted = draft_sample(model_config(chat, timeout_seconds=0.3))
    assert (drafted.text, drafted.maker, drafted.fallback_reason) == (COMPOSED.text, "composer", "timeout")


def test_a_model_writes_in_the_language_of_the_signed_words(chat: ChatServer) -> None:
    chat.answers = [text_answer("Danke fürs Zuhören, {name}.")]
    wording = Wording.parse({"locale": "de", "templates": ["Danke[, {name}]."]})

    drafted = draft_sample(model_config(chat), wording=wording)

    assert (drafted.text, drafted.maker) == ("Danke fürs Zuhören, Ana.", "model:small-7b")
    assert "one short message in German" in chat.received[0].body["messages"][0]["content"]


def test_no_model_is_asked_in_a_language_that_the_guard_does_not_know(chat: ChatServer) -> None:
    chat.answers = [text_answer("Obrigada, {name}.")]
    wording = Wording.parse({"locale": "pt", "templates": ["Obrigada[, {name}]."]})

    drafted = draft_sample(model_config(chat), wording=wording)

    assert (drafted.text, drafted.maker, drafted.fallback_reason) == ("Obrigada, Ana.", "composer", "language")
    assert chat.received == []


def test_without_a_clearance_nothing_is_drafted_and_no_model_is_asked(chat: ChatServer) -> None:
    chat.answers = [text_answer("Thank you.")]
    refusal = ClearanceRefusal(use="personal_message", artist_id=1, missing=("Mara Veil (artist)",))

    with pytest.raises(MissingClearance):
        draft_sample(model_config(chat), clearance=cast("Any", refusal))

    assert chat.received == []
