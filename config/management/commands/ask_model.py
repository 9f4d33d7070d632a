"""Ask a model's server one question, to see whether it answers. Nothing is stored."""

import time
from argparse import ArgumentParser
from typing import Annotated, Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from ai.exceptions import ModelFailed
from ai.llm import ask_model
from artists.models import ModelProfile
from artists.suggestions.profiles import build_config


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class Command(BaseCommand):
    help = "Ask the model that is in use, or that of another profile, and print its answer, tokens and seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question", nargs="?", default="Say thanks for listening, in one sentence.")
        parser.add_argument("--profile", help="the name of a profile, in place of the one in use")

    def handle(self, *args: Any, question: str, profile: str | None, **options: Any) -> None:
        current = ModelProfile.objects.current()
        chosen = current.filter(name=profile).first() if profile else current.in_use()
        if chosen is None:
            raise CommandError(f"There is no profile {profile!r}." if profile else "No profile is in use.")
        began = time.monotonic()
        try:
            system = "Answer in one sentence, as the text of a JSON object."
            answer = ask_model(build_config(chosen), Words, system=system, question={"question": question})
        except ModelFailed as failed:
            raise CommandError(f"{chosen.name} gave no usable answer: {failed}") from None
        self.stdout.write(answer.value.text)
        seconds, tokens = time.monotonic() - began, answer.prompt_tokens + answer.answer_tokens
        self.stdout.write(f"{chosen.model}, {tokens} tokens, {seconds:.1f} s")
