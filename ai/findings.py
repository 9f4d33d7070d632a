"""What the guard finds in a text: hard findings, with which the words go no further, and soft ones, for a reviewer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SOFT_REASONS: Mapping[str, str] = {
    "word": "Nobody signed this word, and it is not an everyday one.",
    "tone": "The signed words do not sound like this.",
    "language": "The guard cannot judge this language, so only a principal can.",
}
"""By code. A text with a soft finding reaches fans only after a person read exactly this text."""

HARD_REASONS: Mapping[str, str] = {
    "length": "It is empty or too long.",
    "control": "Nobody can see this character.",
    "direction": "This character turns the text around.",
    "script": "This is another script than that of the signed words.",
    "lookalike": "These letters look like others.",
    "link": "Messages lead nowhere else.",
    "contact": "Messages lead nowhere else.",
    "elsewhere": "It asks the fan to go or to write somewhere else.",
    "syntax": "This is left over from a template.",
    "format": "This is markup, not a sentence.",
    "number": "This number is not in the facts.",
    "name": "This name is not in the facts.",
    "title": "This title is not in the facts.",
    "meeting": "It claims to know or to have met the fan.",
    "romance": "It is a declaration of love or desire.",
    "money": "It is about money, prizes or things for sale.",
    "promise": "It promises something.",
    "hate": "It insults or threatens.",
    "politics": "It takes a side in politics or religion.",
    "minors": "It speaks to a child, or about age or school.",
    "health": "It is about health.",
    "machine": "It speaks as a model, or about its orders.",
}
"""By code. A model's words with a hard finding are dropped."""


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    """A key of `HARD_REASONS` or `SOFT_REASONS`."""
    text: str
    """The words that are wrong, or what is wrong with the text."""
    position: int
    """The first character, counted from 0."""

    @property
    def is_hard(self) -> bool:
        return self.code not in SOFT_REASONS

    @property
    def reason(self) -> str:
        """A sentence for a reviewer."""
        return HARD_REASONS[self.code] if self.is_hard else SOFT_REASONS[self.code]


def hard(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.is_hard]


def soft(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if not finding.is_hard]
