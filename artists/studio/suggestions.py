"""What the program page shows of suggestions: the newest call, what came of it, and the mark of each template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ai.exceptions import InvalidTemplate
from ai.findings import HARD_REASONS
from ai.origins import How, Origin
from artists.models import ModelProfile, Program, Suggestion, SuggestionCall
from artists.studio.forms.wording import WordingForm
from artists.suggestions.origins import find_origins
from fans.models import Mark

AGAIN = "It repeats another one."
ORIGIN_WORDS = {How.SUGGESTED: "Suggested by AI", How.CHANGED: "Suggested by AI, changed by you"}
MARKS = {How.WRITTEN: Mark.FILLED, How.SUGGESTED: Mark.APPROVED, How.CHANGED: Mark.EDITED}
"""Where somebody reads each message."""


@dataclass(frozen=True)
class SuggestionPanel:
    """The newest call of a program."""

    is_on: bool
    """Whether a model is switched on."""
    call: SuggestionCall | None
    offered: Sequence[Suggestion]
    """Those that nobody kept or dropped."""
    total: int
    problem: str = ""

    @property
    def is_waiting(self) -> bool:
        return self.call is not None and self.call.state == SuggestionCall.State.ASKED

    @property
    def failure(self) -> str:
        """Why the newest call brought nothing, as the end of a sentence."""
        return self.call.reason.partition(": ")[2] if self.call else ""

    @property
    def refused(self) -> list[tuple[int, str]]:
        """How many suggestions are not shown, and why, by reason."""
        counted = Counter(self.call.refused if self.call else [])
        return [(count, HARD_REASONS.get(code, AGAIN)) for code, count in counted.items()]


def load_panel(program: Program, problem: str = "") -> SuggestionPanel:
    """In three queries."""
    call = program.suggestion_calls.order_by("-pk").first()
    came = list(call.suggestions.order_by("number")) if call else []
    offered = [suggestion for suggestion in came if suggestion.state == Suggestion.State.OFFERED]
    return SuggestionPanel(ModelProfile.objects.in_use() is not None, call, offered, len(came), problem)


@dataclass(frozen=True, slots=True)
class TemplateMark:
    """What is told of one template: where it came from, and the mark of its messages."""

    origin: str
    mark: Mark
    words: str


def list_marks(program: Program, form: WordingForm, artist_name: str) -> list[TemplateMark]:
    """Of each template that a model suggested, by its row; none where the words cannot be read."""
    try:
        origins = find_origins(program, form.wording).templates
    except InvalidTemplate:
        return []
    filled = [n for n, text in enumerate(form.templates) if text.strip()]
    by_row = dict(zip(filled, origins, strict=False))
    return [_tell(by_row.get(n), form.unread, artist_name) for n in range(len(form.templates))]


def _tell(origin: Origin | None, unread: bool, artist_name: str) -> TemplateMark:
    how = origin.how if origin else How.WRITTEN
    mark = Mark.BOUNDS if unread and how is not How.WRITTEN else MARKS[how]
    return TemplateMark(ORIGIN_WORDS.get(how, ""), mark, mark.text(artist_name))
