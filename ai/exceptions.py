"""What can go wrong when a message is made."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ai.findings import Finding


class AIError(Exception):
    """The base of every exception here."""


class MissingClearance(AIError):
    """Something was about to be made without a clearance for it. It is a fault in the caller, so nobody catches it."""


class NoUsableTemplate(AIError):
    """The facts are too few for every template. `missing` are the slots that the nearest template lacks."""

    def __init__(self, missing: frozenset[str]) -> None:
        super().__init__(f"no template does without {', '.join(sorted(missing))}")
        self.missing = missing


class OnlySuggested(AIError):
    """A model suggested every sentence that could be filled in, and this fan did not agree to such words."""


class GuardRejected(AIError):
    """The guard found something wrong with a text. The message names the codes of its findings.

    If a model wrote the text, the composer writes instead. If the composer wrote it, there is no draft.
    """

    def __init__(self, findings: "Sequence[Finding]") -> None:
        super().__init__(", ".join(sorted({finding.code for finding in findings})))


class ModelFailed(AIError):
    """The model gave no usable answer. `reason` is one word for counting, never a text that the model wrote.

    `answer` is that text, where there is one. The message does not have it.
    """

    def __init__(self, reason: str, detail: str = "", *, answer: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.answer = reason, answer


class InvalidTemplate(AIError, ValueError):
    """A sentence breaks the rules of the template language.

    `slot` names the slot that is wrong, if one is. `position` is the character, from 0. `where` names the sentence.
    """

    def __init__(
        self, problem: str, *, position: int | None = None, slot: str | None = None, where: str | None = None
    ) -> None:
        place = f"{where}: " if where else ""
        at = "" if position is None else f" (character {position + 1})"
        super().__init__(f"{place}{problem}{at}")
        self.problem, self.position, self.slot, self.where = problem, position, slot, where

    def in_sentence(self, where: str) -> "InvalidTemplate":
        """The same problem, with the name of the sentence it is in."""
        return InvalidTemplate(self.problem, position=self.position, slot=self.slot, where=where)
