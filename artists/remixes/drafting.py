"""Write a draft for each moment whose sound is made, with a paper of exactly what its fan can get."""

from typing import Any

from django.db import transaction

from ai.draft import DraftedMessage
from ai.remix.engine import engine_version
from ai.remix.recipe import Recipe, render_key
from ai.remix.source import Source
from artists import drafts
from artists.generation import GeneratedText
from artists.models import Moment
from artists.remixes import sounds
from fans import remix_paper, renders
from fans.desk import words
from fans.desk_models import Choice
from fans.models import Render
from fans.remix_paper import FileFacts, Paper
from fans.remixes import MAKER_DESK, MAKER_RULES, MAKER_TEAM
from rights.clearance_result import Clearance

MAKERS = {Choice.HAND: MAKER_DESK, Choice.RULES: MAKER_RULES, Choice.TEAM: MAKER_TEAM}
"""`Draft.maker` of a remix, by who chose it."""
PROBLEMS = {
    "clearance": "uncleared: not everybody said yes any more when it was rendered",
    "stem_missing": "unsayable: its sound could not be made: a part of the song is not stored any more",
    "stem_broken": "unsayable: its sound could not be made: a part of the song is damaged",
    "not_stored": "unsayable: its sound could not be stored; the log of the renders process says why",
    "not_marked": "unsayable: its files could not be marked; the log of the renders process says why",
}
"""Why nothing came of a moment, by `Render.problem`, as its team reads it."""
UNKNOWN_PROBLEM = "unsayable: its sound could not be made; the log of the renders process says why"


def work() -> bool:
    """Do one piece of everything that `work drafts` does. Returns whether there was any."""
    found = [drafts.write_next(), sounds.want_next(), write_next()]  # each of them, also where the first found some
    return any(found)


def write_next() -> bool:
    """Write the drafts of one batch of moments whose sound is made, or refuse those whose sound cannot be.

    Returns whether there were any. Several processes may call it at once.
    """
    done = (Render.State.READY, Render.State.FAILED)
    with transaction.atomic():
        found = sounds.lock(Moment.objects.filter(state=Moment.State.RENDERING, render__state__in=done))
        refused, cleared = sounds.clear(found)
        texts: list[GeneratedText] = []
        for moment in found:
            if moment.pk in cleared:
                with sounds.refuse_broken(moment, refused):
                    text, reason = _write(moment, cleared[moment.pk])
                    texts += [text] if text else []
                    refused |= {moment.pk: reason} if reason else {}
        drafts.store_drafts(found, texts, refused, state=Moment.State.RENDERING)
    return bool(found)


def _write(moment: Moment, cleared: Clearance) -> tuple[GeneratedText | None, str]:
    """What goes to review, or why nothing does. Neither where it is rendered anew first."""
    render = moment.render
    assert render is not None  # a constraint says so
    if render.state == Render.State.FAILED:
        return None, PROBLEMS.get(render.problem, UNKNOWN_PROBLEM)
    offer, reason = sounds.find_open_offer(moment)
    if offer is None:
        return None, reason
    source, recipe = Source.parse(render.source.content), Recipe.parse(render.recipe)
    if render.cache_key != render_key(recipe, source):  # another engine made it, before it was upgraded
        renders.let_go([render.pk])
        return None, sounds.want(moment, cleared).get(moment.pk, "")
    paper = remix_paper.write(_build_paper(render, source, recipe))
    choice = Choice(render.choice)
    return GeneratedText(
        moment, cleared, DraftedMessage(paper, MAKERS[choice], None), _list_facts(source, recipe, choice)
    ), ""


def _build_paper(render: Render, source: Source, recipe: Recipe) -> Paper:
    """The envelope is the one that the files name: it was in force when the sound was wanted."""
    offer, files = renders.find_offer(render), render.files.order_by("name")
    assert render.frames is not None
    return Paper(
        recipe=recipe,
        envelope=offer.envelope,
        version=offer.version,
        envelope_hash=offer.envelope_hash,
        stems={stem.id: stem.sha256 for stem in source.stems},
        engine=engine_version(),
        render=render.pk,
        sound=render.sha256,
        frames=render.frames,
        files={file.name: FileFacts(file.sha256, file.bytes, file.media_type) for file in files},
    )


def _list_facts(source: Source, recipe: Recipe, choice: Choice) -> list[dict[str, Any]]:
    """What was changed, for the reviewer. Nothing of it is listening."""
    chosen_by = {Choice.HAND: "the desk", Choice.RULES: "rules", Choice.TEAM: "your team"}[choice]
    return [
        {"slot": "change", "label": what, "value": how, "from": chosen_by, "used": True}
        for what, how in words.list_facts(source, recipe)
    ]
