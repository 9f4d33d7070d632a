"""An artist whose team asks a model for wordings, and the server that answers."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from accounts.models import Role
from artists import delivery, drafts, programs, unread
from artists.models import Draft, ModelProfile, Program, Suggestion, SuggestionCall
from artists.suggestions import answering, asking, probing, profiles
from fans.models import Experience
from tests import factories
from tests.ai.chat_server import ChatServer, completion, http_answer, obedient_answer, run_chat_server
from tests.servers import wait_until

MODEL = "test-model"
GOOD = [
    "Thank you for listening[, {name}].",
    "That was number {plays}[, {name}]. Thank you.",
    "{plays} {plays, one: listen, other: listens}, and every one of them counts. Thank you[, {name}].",
    "Listen number {plays}. Thank you for the company[, {name}].",
    "Thank you[, {name}], for so much listening.",
    "It is good to have you here[, {name}]. Thank you.",
    "Many thanks[, {name}], for {plays} listens.",
    "Thank you for staying[, {name}].",
    "A quiet thank you[, {name}], for all the time with these songs.",
    "Thanks for every listen[, {name}].",
]
"""Ten suggestions in which the guard finds nothing hard."""


def templates_answer(texts: Sequence[str]) -> Callable[..., None]:
    return http_answer(completion(json.dumps({"templates": list(texts)})))


@contextmanager
def run_suggesting_server(settings: Any, *, site_probes: bool = False) -> Iterator[ChatServer]:
    """A server that is saved, probed and in use; then it answers with GOOD. `settings` is the fixture of that name.

    `site_probes`: the workers of a running site probe it.
    """
    with run_chat_server() as chat:
        chat.answers = [obedient_answer(chat)]
        settings.LLM_INTERNAL_HOSTS, settings.LLM_TIMEOUT_SECONDS = {f"127.0.0.1:{chat.port}"}, 5
        profile = save_server(chat)
        if site_probes:
            wait_until(lambda: ModelProfile.objects.filter(pk=profile.pk, is_usable=True).exists(), seconds=20)
        else:
            probing.probe_next()
        profiles.use(profile, by=factories.get_staff())
        chat.received.clear()
        chat.answers = [templates_answer(GOOD)]
        yield chat


def save_server(chat: ChatServer) -> ModelProfile:
    fields = {"base_url": chat.base_url, "key_name": "", "model": MODEL, "token_parameter": "max_tokens"}
    return profiles.save("Local", by=factories.get_staff(), structured="json_schema", **fields)


def editor_of(program: Program) -> Any:
    return factories.get_member(program.artist, Role.EDITOR)


def suggest(program: Program, **wish: Any) -> SuggestionCall:
    """Ask, and let the worker make the call."""
    call = asking.ask(program, by=editor_of(program), **wish)
    assert answering.answer_next()
    call.refresh_from_db()
    return call


def sign_templates(program: Program, templates: Sequence[str], *, is_unread: bool = False) -> Program:
    """Save a version with these templates for the third listen, and sign it as the principal."""
    wording = {"locale": "en", "templates": list(templates), "fragments": {}, "unread": is_unread}
    principal = factories.get_member(program.artist, Role.PRINCIPAL)
    version = programs.edit(program, by=principal, moment="nth_listen", nth=3, wording=wording)
    programs.sign(version, by=principal, fresh=True)
    return Program.objects.select_related("current", "artist").get(pk=program.pk)


def draft_for_fan(program: Program, fan: Any = None) -> Draft:
    moment = factories.create_moment(program, fan)
    drafts.write_next()
    return Draft.objects.select_related("artist", "version__program", "version__decision").get(moment=moment)


def deliver_unread(draft: Draft) -> Experience:
    """Let the workers approve and deliver it at once."""
    factories.remove_undo_time(draft.artist)
    assert unread.approve_next()
    assert delivery.deliver_next()
    return Experience.objects.select_related("decision__under").get(draft=draft.pk)


def offered(call: SuggestionCall) -> list[Suggestion]:
    return list(call.suggestions.order_by("number"))
