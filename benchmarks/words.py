"""Measure the composer and the guard over the labelled sets, in three languages, against a Django template.

make bench-words [ARGS="--rounds 5"]
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial

import harness  # first: it sets up Django
from django.template import Context, Engine, Template
from harness import Run, Stopwatch

from ai.compose import Composition, compose
from ai.evaluation import labelled
from ai.evaluation.figures import judge
from ai.evaluation.labelled import Scene
from ai.findings import soft
from ai.guard import check_text
from ai.languages import JUDGED
from rights.clearance_result import Clearance

MIN_FIGURES = {"composed_a_second": 10_000.0, "times_django": 0.2}
AIMS = {"judged_a_second": 10_000.0}
CLEARANCE = Clearance(id=1, use="personal_message", artist_id=1, grants=(), until=None)
DESCRIPTION = """\
Every message of both labelled sets, in English, Spanish and German. For each one the composer fills in the wording of
its scene and the guard checks the result; the Django template says one of the same sentences, and nobody checks it.
Then the guard judges the message itself as a model's, hard and soft. One core; both sides run in turn, medians."""
DJANGO_SENTENCES = {
    "en": "Thank you{% if name %}, {{ name }}{% endif %}. {{ plays }} play{{ plays|pluralize }} of “{{ song }}”.",
    "es": "Gracias{% if name %}, {{ name }}{% endif %}. {{ plays }} escucha{{ plays|pluralize }} de «{{ song }}».",
    "de": "Danke{% if name %}, {{ name }}{% endif %}. {{ plays }} Mal „{{ song }}“.",
}


def choose_messages() -> list[tuple[str, Scene]]:
    """The text and scene of each labelled message in one of the languages that the guard knows."""
    return [
        (message.text, message.scene)
        for part in labelled.PARTS
        for message in labelled.load_messages(part)
        if message.scene.wording is not None and message.scene.language in JUDGED
    ]


def write_composed(scene: Scene, number: int) -> Composition:
    """What `draft_message` does without a model."""
    assert scene.wording is not None
    made = compose(scene.wording, scene.facts, choice_key=b"k" * 32, program="1", fan=str(number), clearance=CLEARANCE)
    if check_text(made.text, scene.facts, wording=scene.wording, formatted=made.formatted):
        raise SystemExit(f"The guard refused what the composer wrote: {made.text}")
    return made


def compose_all(messages: Sequence[tuple[str, Scene]], rounds: int) -> None:
    for number in range(rounds):
        for _, scene in messages:
            write_composed(scene, number)


def render_all(messages: Sequence[tuple[str, Scene]], templates: dict[str, Template], rounds: int) -> None:
    for _ in range(rounds):
        for _, scene in messages:
            facts = scene.facts
            values = {"name": facts.name, "plays": facts.plays, "song": facts.song}
            templates[scene.language].render(Context(values, autoescape=False))


def judge_all(messages: Sequence[tuple[str, Scene]], rounds: int) -> None:
    for _ in range(rounds):
        for text, scene in messages:
            judge(text, scene)


def timed(action: Callable[[], None], items: int) -> Run:
    watch = Stopwatch()
    watch.note(0)
    action()
    watch.note(items)
    return watch.run()


def main(rounds: int) -> None:
    print(DESCRIPTION)
    messages = choose_messages()
    templates = {language: Engine().from_string(text) for language, text in DJANGO_SENTENCES.items()}
    actions = {
        "composer and guard": partial(compose_all, messages, rounds),
        "Django template, unchecked": partial(render_all, messages, templates, rounds),
        "guard, a model's words": partial(judge_all, messages, rounds),
    }
    for action in actions.values():
        action()  # warm
    runs = harness.run_in_turn(
        {name: partial(timed, action, len(messages) * rounds) for name, action in actions.items()}
    )
    harness.print_table(f"{len(messages):,} messages, {rounds} times", runs)
    composed, idiom, judged = (1e6 / harness.median(side, "cpu_us") for side in runs.values())
    with_soft = sum(bool(soft(judge(text, scene))) for text, scene in messages)
    print(f"  {with_soft:,} of the messages have a soft finding.")
    figures = {"composed_a_second": composed, "times_django": composed / idiom, "judged_a_second": judged}
    harness.print_ratio("composed and checked a CPU second", composed, MIN_FIGURES["composed_a_second"])
    harness.print_ratio("times the Django template, unchecked", composed / idiom, MIN_FIGURES["times_django"])
    harness.print_ratio("aim: a model's words judged a CPU second", judged, AIMS["judged_a_second"])
    harness.print_verdict("words", figures, MIN_FIGURES)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5, help="how often each message is written and judged")
    main(parser.parse_args().rounds)
