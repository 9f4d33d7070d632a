"""A model suggests wordings to an artist: what is shown, what is kept, what a fan reads, and what the receipt says."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.exceptions import NotAllowed
from ai.origins import Origin
from ai.wording import Wording, load_wording
from artists import drafts, programs, review
from artists.exceptions import InvalidRequest, Stale
from artists.models import Moment, Program, Suggestion, SuggestionCall
from artists.suggestions import answering, asking, profiles
from catalog.models import Artist
from fans import receipts
from live.models import Notice
from tests import factories
from tests.ai.chat_server import ChatServer, completion, hanging_answer, http_answer
from tests.artists.studio.pages import FORM_DATA, HTMX_HEADERS, member_client, program_path, visible_text
from tests.artists.suggestion_scene import (
    GOOD,
    MODEL,
    deliver_unread,
    draft_for_fan,
    editor_of,
    offered,
    run_suggesting_server,
    sign_templates,
    suggest,
    templates_answer,
)

pytestmark = pytest.mark.django_db
OWN = "That was the hundredth time. I am glad[, {name}]."


@pytest.fixture
def chat(db: None, settings: Any) -> Iterator[ChatServer]:
    with run_suggesting_server(settings) as server:
        yield server


@pytest.fixture
def program(shared_artist: Artist) -> Program:
    return factories.create_program(shared_artist, signed=False)


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def test_ten_are_suggested_three_kept_and_a_fan_reads_one_unread(chat: ChatServer, program: Program) -> None:
    mara = factories.fresh_client(factories.get_member(program.artist, "principal"))
    mara.post(program_path(program, "/suggestions"), {"line": "Short, please.", "locale": "en"})
    waiting = visible_text(mara.get(program_path(program)))
    assert answering.work()
    page = visible_text(mara.get(program_path(program)))
    form = FORM_DATA | {"times": "3", "way": "unread", "template": []}
    for suggestion in Suggestion.objects.order_by("number")[:3]:
        kept = mara.post(program_path(program), form | {"do": f"keep-{suggestion.pk}"})
        form["template"] = [*form["template"], suggestion.text]
        assert suggestion.text in visible_text(kept)
    mara.post(program_path(program), form)
    version = program.versions.order_by("-version")[0]
    mara.post(program_path(program, f"/versions/{version.version}/sign"))

    draft = draft_for_fan(Program.objects.select_related("current", "artist").get(pk=program.pk))
    experience = deliver_unread(draft)

    assert "The suggestions come to this page in a moment." in waiting
    assert "10 came and passed the check." in page
    assert page.count("AI suggestion, not in use") == 10
    assert version.words["templates"] == GOOD[:3]
    assert [origin["how"] for origin in version.words["origins"]["templates"]] == ["suggested"] * 3
    assert (experience.mark, experience.credit) == ("bounds", "Mara Veil")
    assert experience.maker == f"suggested:{today()}:{MODEL}"
    receipt = receipts.build_receipt(experience)
    assert receipt["parts"] == [
        {
            "part": "words",
            "by": f"the model {MODEL}, on {today()}, in sentences that Mara Veil signed beforehand",
            "kind": "model",
        },
        {"part": "names and facts", "by": "the composer: rules, no model", "kind": "rules"},
    ]
    assert (receipt["decision"]["side"], receipt["shape"]["side"]) == ("nobody", "principal")
    read = visible_text(mara.get(f"/r/{experience.receipt_key}"))
    assert "AI-made within bounds Mara Veil signed" in read
    assert "Nobody read exactly this." in read
    assert "Somebody on the artist’s team" not in read


def test_one_call_is_made_and_tells_the_model_of_no_fan(chat: ChatServer, program: Program) -> None:
    call = suggest(program, line="Short, please.")

    assert [request.path for request in chat.received] == ["/v1/chat/completions"]
    told = json.loads(chat.received[0].body["messages"][1]["content"])
    assert told == call.question
    assert told["line"] == "Short, please."
    assert told["slots"] == ["{name}", "{artist}", "{plays}", "{since}"]
    assert (call.state, call.counted_tokens, call.spent_tokens) == ("answered", 2, 2)
    assert json.loads(call.answer) == {"templates": GOOD}
    assert Notice.objects.filter(kind="suggestions.changed", reference=f"program:{program.pk}").exists()
    assert answering.answer_next() is False


def test_what_the_guard_refuses_is_counted_and_not_shown(chat: ChatServer, program: Program) -> None:
    bad = [
        "I love you, {name}.",
        "See you at the show in Berlin.",
        "I met you[, {name}].",
        "Hi {fan}.",
        "[Hi.]",
        GOOD[0],
    ]
    chat.answers = [templates_answer([GOOD[0], *bad, "Listen at nova-music.com now."])]

    call = suggest(program)
    page = visible_text(member_client(program.artist, "editor").get(program_path(program)))

    assert [suggestion.text for suggestion in offered(call)] == [GOOD[0]]
    assert len(call.refused) == 7
    assert {"romance", "syntax", "again"} <= set(call.refused)
    assert "1 came and passed the check." in page
    assert "It is a declaration of love or desire." in page
    assert "I love you" not in page


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (http_answer(b"<html><script>alert(1)</script></html>"), "protocol"),
        (http_answer(completion("x" * 200_000)), "oversize"),
        (http_answer(completion("Here are ten ideas for you!")), "schema"),
        (http_answer(completion('{"templates": [1.5, 2.5]}')), "schema"),
        (http_answer(completion('{"templates": ["\\u0000"]}').replace(b"stop", b"length")), "unfinished"),
        (http_answer(completion(json.dumps({"templates": ["x"] * 11}))), "schema"),
        (http_answer(b"{}", status=429, headers={"retry-after-ms": "1"}), "status"),
        (None, "timeout"),
    ],
    ids=["HTML", "200 kB", "prose", "floats", "cut off", "eleven", "429", "hang"],
)
def test_a_hostile_answer_becomes_a_sentence_and_nothing_else(
    chat: ChatServer, program: Program, settings: Any, answer: Callable[..., None] | None, reason: str
) -> None:
    settings.LLM_TIMEOUT_SECONDS = 1
    chat.answers = [answer or hanging_answer(chat)]

    call = suggest(program)

    assert (call.state, call.reason.partition(":")[0]) == ("failed", reason)
    assert not Suggestion.objects.exists()
    assert call.spent_tokens == call.reserved_tokens
    page = member_client(program.artist, "editor").get(program_path(program))
    assert f"Nothing came: {answering.REASONS[reason]}" in visible_text(page)
    assert "alert(1)" not in page.content.decode()


def test_markup_in_a_suggestion_is_no_suggestion(chat: ChatServer, program: Program) -> None:
    chat.answers = [templates_answer(["<b>Thank you</b>", "**Thank you**", "Thank\u202eyou", "Thank you\x00."])]

    assert offered(suggest(program)) == []


def test_more_like_this_and_a_dropped_one(chat: ChatServer, program: Program) -> None:
    mara = member_client(program.artist, "editor")
    first, second = offered(suggest(program))[:2]

    dropped = mara.post(program_path(program, f"/suggestions/{first.pk}/drop"), headers=HTMX_HEADERS)
    mara.post(program_path(program, "/suggestions"), {"like": second.pk, "locale": "en"})

    assert first.text not in visible_text(dropped)
    assert second.text in visible_text(dropped)
    assert SuggestionCall.objects.order_by("-pk")[0].question["like"] == second.text


def test_one_that_is_edited_is_put_into_the_text_with_the_cursor_in_it(chat: ChatServer, program: Program) -> None:
    first = offered(suggest(program))[0]
    form = FORM_DATA | {"template": [OWN], "do": f"edit-{first.pk}"}

    page = member_client(program.artist, "editor").post(program_path(program), form).content.decode()

    assert page.count("autofocus") == 1
    assert page.index(OWN) < page.index("autofocus") < page.index(first.text)
    first.refresh_from_db()
    assert first.state == "kept"


def test_only_an_editor_asks_and_one_call_waits_at_a_time(chat: ChatServer, program: Program) -> None:
    reviewer = factories.get_member(program.artist, "reviewer")
    with pytest.raises(NotAllowed):
        asking.ask(program, by=reviewer)

    asking.ask(program, by=editor_of(program))
    with pytest.raises(Stale):
        asking.ask(program, by=editor_of(program))
    again = member_client(program.artist, "editor").post(program_path(program, "/suggestions"), {"locale": "en"})
    assert (again.status_code, "You asked already." in visible_text(again)) == (409, True)


def test_without_a_model_the_artist_goes_on_by_hand(program: Program) -> None:
    page = visible_text(member_client(program.artist, "editor").get(program_path(program)))

    assert "No model is switched on here." in page
    with pytest.raises(InvalidRequest):
        asking.ask(program, by=editor_of(program))


def test_the_budget_of_a_day_is_reserved_before_a_call(chat: ChatServer, program: Program, settings: Any) -> None:
    settings.LLM_CALLS_PER_DAY = 2
    suggest(program)
    suggest(program)
    with pytest.raises(InvalidRequest, match="tomorrow"):
        asking.ask(program, by=editor_of(program))

    settings.LLM_CALLS_PER_DAY, settings.LLM_TOKENS_PER_DAY = 20, 1000
    with pytest.raises(InvalidRequest, match="tomorrow"):
        asking.ask(program, by=editor_of(program))
    assert SuggestionCall.objects.count() == 2


def test_a_server_that_fails_three_times_is_left_alone(chat: ChatServer, program: Program) -> None:
    chat.answers = [http_answer(b"{}", status=400)]
    for _ in range(3):
        suggest(program)

    with pytest.raises(InvalidRequest, match="does not answer at the moment"):
        asking.ask(program, by=editor_of(program))
    assert factories.create_pending_draft(program.artist).maker == "composer"


def test_a_server_that_staff_ended_is_not_asked_any_more(chat: ChatServer, program: Program) -> None:
    call = asking.ask(program, by=editor_of(program))
    profiles.end(call.profile, by=factories.get_staff())

    assert answering.answer_next()

    call.refresh_from_db()
    assert (call.state, call.reason) == ("failed", f"ended: {answering.REASONS['ended']}")
    assert chat.received == []


def test_words_of_a_model_are_known_whoever_typed_them(chat: ChatServer, program: Program) -> None:
    suggest(program)
    changed = GOOD[8].replace("A quiet", "A very quiet")

    signed = sign_templates(program, [GOOD[0].replace("Thank", "THANK"), changed, OWN])

    wording = load_wording(signed.current.wording)
    suggested = [Origin("suggested", MODEL, today()), Origin("changed", MODEL, today())]
    assert [wording.find_origin(n, {}) for n in range(2)] == suggested
    assert wording.find_origin(2, {}).maker == "composer"
    assert wording.canonical() == signed.current.wording


def test_the_artists_own_words_stay_written_where_a_model_repeats_them(chat: ChatServer, program: Program) -> None:
    own = "Thank you for the long nights[, {name}]. It means a lot."
    sign_templates(program, [own])
    chat.answers = [templates_answer([f"Hello. {own}"])]
    suggest(program)

    signed = sign_templates(program, [own, f"{own} Truly."])

    assert {origin["how"] for origin in signed.current.words["origins"]["templates"]} == {"written"}


def test_a_suggestion_that_is_copied_into_another_program_stays_suggested(chat: ChatServer, program: Program) -> None:
    suggest(program)

    signed = sign_templates(factories.create_program(program.artist, signed=False), [GOOD[8], OWN])

    assert [origin["how"] for origin in signed.current.words["origins"]["templates"]] == ["suggested", "written"]


def test_own_words_of_another_program_or_of_a_part_stay_written(chat: ChatServer, program: Program) -> None:
    other = factories.create_program(program.artist, signed=False)
    principal = factories.get_member(program.artist, "principal")
    wording = {"locale": "en", "templates": [f"{OWN} {{closing}}"], "fragments": {"closing": [GOOD[8], "Bye."]}}
    programs.edit(other, by=principal, moment="nth_listen", nth=3, wording=wording)
    suggest(program)

    again = programs.edit(other, by=principal, moment="nth_listen", nth=4, wording=wording)
    here = sign_templates(program, [GOOD[8], GOOD[9]])

    assert [origin["how"] for origin in again.words["origins"]["fragments"]["closing"]] == ["written", "written"]
    assert [origin["how"] for origin in here.current.words["origins"]["templates"]] == ["written", "suggested"]


def test_a_version_in_the_older_language_still_reads_and_is_hashed_as_it_was() -> None:
    older = '{"fragments":{},"language":1,"locale":"en","templates":["Thank you[, {name}]."]}'

    wording = load_wording(older)

    assert wording.canonical() == older
    assert (wording.origins, wording.unread) == (None, False)
    assert wording.find_origin(0, {}).maker == "composer"
    assert Wording.parse(json.loads(older)).digest == wording.digest


@pytest.mark.parametrize(("text", "mark"), [(GOOD[1], "approved"), (GOOD[1] + " Truly.", "edited"), (OWN, "filled")])
def test_a_draft_that_somebody_reads_says_who_put_the_words_in(
    chat: ChatServer, program: Program, text: str, mark: str
) -> None:
    suggest(program)
    draft = draft_for_fan(sign_templates(program, [text]))

    approved = review.approve(draft.pk, by=factories.get_member(program.artist, "reviewer"))

    assert (approved.mark, approved.credit) == (mark, "Mara Veil’s team")


def test_a_fan_of_older_words_gets_what_a_person_wrote_or_nothing(chat: ChatServer, program: Program) -> None:
    suggest(program)
    ana, bo = factories.create_fan("Ana"), factories.create_fan("Bo")
    for fan in (ana, bo):
        factories.opt_in_under(2, fan, program.artist)

    draft = draft_for_fan(sign_templates(program, [*GOOD[:5], OWN]), ana)
    moment = factories.create_moment(sign_templates(program, GOOD[:5]), bo)
    drafts.write_next()

    assert (draft.maker, draft.text) == ("composer", "That was the hundredth time. I am glad, Ana.")
    moment.refresh_from_db()
    assert (moment.state, moment.reason) == (Moment.State.REFUSED, drafts.REASON_NO_MODEL)
