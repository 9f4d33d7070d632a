"""Each way on which something about a fan reaches somebody else, compared with the version of the words that allows it.

A new field in a prompt, on a page of a team or in an event turns a test here red: it needs words that name it.
"""

import json
from dataclasses import fields

import pytest
from django.test import Client

from ai.llm import ModelConfig, build_request
from ai.model_prompt import ModelMessage
from ai.remix.moods import ListeningHints
from artists import generation
from artists.api.drafts import DraftSerializer
from artists.label.api.approvals import ApprovalSerializer
from artists.label.approvals import Approval
from artists.models import Draft
from events import topics
from events.models import Outbox
from fans.consent_texts import CONSENT_TEXTS, CONSENT_VERSION, FLOWS, NEWS, Flow, allows
from tests import factories

pytestmark = pytest.mark.django_db
PROMPT_FACTS = {"artist": "artist", "plays": "plays", "since": "since", "slots": "known"}
"""Which fact of the table each part of a prompt about a fan is."""
PROMPT_WITHOUT_FAN = {"examples", "style"}
SLOTS = {"name", "artist", "song", "plays", "since"}
SLOTS_OF_REQUESTS = {"recipient", "occasion", "relation", "event", "day"}
"""What the fan chooses for a request, which rests on the words of the request itself (`artists.requests`)."""
DRAFT_FACTS = {"text": SLOTS, "facts": SLOTS, "findings": SLOTS}
DRAFT_WITHOUT_FAN = {
    "id", "program", "state", "reason", "revision", "maker", "parts", "mark", "credit", "replaces", "written_at",
    "deadline", "decided_at", "deliver_after", "waits_for",
}  # fmt: skip
APPROVAL_FACTS = {"song": "song", "recording": "song", "sound_url": "sound", "sound": "sound", "changes": "recipe"}
APPROVAL_WITHOUT_FAN = {"pk", "id", "revision", "artist", "use", "deadline", "others", "waits_for"}
HINT_FACTS = {
    "night_percent": "hours", "morning_percent": "hours", "favourite_sections": "sections", "favourite_stems": "stems"
}  # fmt: skip
"""Which fact of the table each hint for the rules is."""
WHY_FACTS = {"moment": "moment", "nth": "moment", "noticed_at": "moment", "recording": "song"}


@pytest.fixture
def draft() -> Draft:
    """A draft of a model about a fan of whom there is more to know."""
    artist = factories.create_artist()
    song = factories.create_recording(artist)
    fan = factories.create_fan("Ana Quintela", opted_in=artist, country="PT", handle="quintela-of-porto")
    other = factories.create_artist("Ove Lind")
    factories.insert_listens(fan, other, 2, recording=factories.create_recording(other, "A Song Nobody May See"))
    return factories.create_pending_draft(artist, fan, program=factories.create_program(artist, recording=song))


def secrets(draft: Draft) -> list[str]:
    fan = draft.person
    return [fan.email, fan.handle, str(fan.pk), "A Song Nobody May See"]


def test_every_flow_names_a_version_that_there_is() -> None:
    assert {flow: terms.since in CONSENT_TEXTS for flow, terms in FLOWS.items()} == dict.fromkeys(Flow, True)
    assert [flow for flow in Flow if not allows(CONSENT_VERSION, flow)] == []
    assert sorted(NEWS) == sorted(CONSENT_TEXTS)[1:]


def test_the_older_words_allow_no_model_no_rightsholder_nothing_unread_and_no_remix_of_rules() -> None:
    since_3 = [Flow.MODEL, Flow.RIGHTSHOLDER, Flow.UNREAD]
    assert [flow for flow in Flow if not allows(3, flow)] == [Flow.REMIX]
    assert [flow for flow in Flow if not allows(2, flow)] == [*since_3, Flow.REMIX]
    assert [flow for flow in Flow if not allows(1, flow)] == [Flow.LOOK_BACK, *since_3, Flow.REMIX]


def test_rules_choose_a_remix_from_what_the_words_name() -> None:
    assert {HINT_FACTS[field.name] for field in fields(ListeningHints)} == FLOWS[Flow.REMIX].facts


def test_a_models_provider_gets_what_the_words_name(draft: Draft) -> None:
    program = factories.create_program(draft.artist, nth=4)
    with factories.run_model() as server:
        factories.create_pending_draft(draft.artist, draft.person, program=program)
    [request] = server.received

    system, question = request.body["messages"]
    told = json.loads(question["content"])

    assert request.body.keys() == {"model", "messages", "max_completion_tokens", "response_format"}
    assert {PROMPT_FACTS[key] for key in told.keys() - PROMPT_WITHOUT_FAN} | {"pseudonym"} == FLOWS[Flow.MODEL].facts
    assert "Ana" not in json.dumps(request.body)
    assert [secret for secret in secrets(draft) if secret in json.dumps(request.body) + str(request.headers)] == []
    assert system["content"].startswith("You write one short message")


def test_openai_gets_a_pseudonym_besides_and_nothing_else() -> None:
    plain, openai = (
        build_request(ModelConfig(base_url="http://localhost/", model="m", is_openai=is_openai), ModelMessage, [], "x")
        for is_openai in (False, True)
    )

    assert openai.keys() - plain.keys() == {"store", "safety_identifier"}
    assert (openai["store"], openai["safety_identifier"]) == (False, "x")


def test_the_team_gets_what_the_words_name(draft: Draft) -> None:
    shown = set(DraftSerializer().fields)
    about_the_fan: set[str] = set().union(*(DRAFT_FACTS[field] for field in shown - DRAFT_WITHOUT_FAN))
    why = {WHY_FACTS[key] for key in (draft.why or {}).keys() - {"program"}}

    assert set(generation.FACT_SOURCES) == SLOTS | SLOTS_OF_REQUESTS
    assert about_the_fan | why == FLOWS[Flow.TEAM].facts


def test_the_pages_of_the_team_show_nothing_else_of_the_fan(draft: Draft) -> None:
    factories.create_experience(draft.artist, factories.create_fan("Bo", opted_in=draft.artist))
    client = factories.signed_in_client(factories.get_member(draft.artist, "principal"))
    pages = ["", "review", f"review/{draft.pk}", f"review/{draft.pk}/edit", "delivered", "history"]
    shown = [client.get(f"/studio/{draft.artist.slug}/{page}", follow=True).content.decode() for page in pages]
    shown.append(client.get(f"/api/v1/drafts/{draft.pk}").content.decode())

    assert "Ana Quintela" in shown[2]
    assert [secret for secret in secrets(draft) if secret in "".join(shown)] == []


def test_a_rightsholder_with_a_key_gets_what_the_words_name() -> None:
    shown = {field.name for field in fields(Approval)} | set(ApprovalSerializer().fields)

    assert {APPROVAL_FACTS[name] for name in shown - APPROVAL_WITHOUT_FAN} == FLOWS[Flow.RIGHTSHOLDER].facts


def test_a_receipt_and_an_event_have_no_fact_of_a_fan(draft: Draft) -> None:
    fan = factories.create_fan("Quirin Somebody", opted_in=draft.artist)
    experience = factories.create_experience(draft.artist, fan)
    receipt = "".join(Client().get(f"/r/{experience.receipt_key}{ending}").content.decode() for ending in ("", ".json"))
    events = [json.loads(bytes(record.value)) for record in Outbox.objects.filter(topic=topics.EXPERIENCES)]

    assert FLOWS[Flow.RECEIPT].facts == FLOWS[Flow.EVENTS].facts == set()
    assert [word for word in ("Quirin", str(fan.pk), fan.handle, str(experience.text)) if word in receipt] == []
    assert {key for event in events for key in event["data"]} == {"artist", "draft", "program_version"}
