"""Derive the mark of a text, which says how it was made. All rules of the marks are here.

* A text of the composer is `filled`. Once a person changed it, it is `written`.
* A text of a model is `approved`. Once a person changed it, it is `edited`.
* Changed means that it reads differently. Other spaces or capitals do not count.
* The mark has the artist's name if a principal decided and nobody else changed the text. Else it has the team's.
* A text that differs from the signed sentences by one letter, or that a model wrote, needs a principal's approval.
"""

from typing import Any

from accounts.models import Role
from artists.models import Draft
from catalog.text_keys import normalise
from fans.models import Mark

COMPOSER = "composer"


def is_within_shape(draft: Draft) -> bool:
    """Whether the text is one that the signed version can produce, letter for letter."""
    return draft.maker == COMPOSER and draft.text == draft.original_text and draft.version.decision_id is not None


def principal_only_reason(draft: Draft) -> str:
    """Why only a principal can approve a text that is not within the signed shape."""
    return f"{draft.artist.name} did not sign these words, so only {draft.artist.name} can approve them."


def is_changed(draft: Draft) -> bool:
    """Whether the text reads differently from the maker's original."""
    return normalise(draft.text or "") != normalise(draft.original_text or "")


def derive_mark(draft: Draft) -> Mark:
    if draft.maker == COMPOSER:
        return Mark.WRITTEN if is_changed(draft) else Mark.FILLED
    return Mark.EDITED if is_changed(draft) else Mark.APPROVED


def derive_credit(draft: Draft, *, decided_by: str) -> str:
    """The name in the mark, on one line, because the content hash refuses line breaks. `decided_by` is a role."""
    name = " ".join(draft.artist.name.split())
    by_the_artist = decided_by == Role.PRINCIPAL and not (is_changed(draft) and draft.team_typed)
    return name if by_the_artist else f"{name}'s team"


def derive_parts(draft: Draft) -> list[dict[str, Any]]:
    """Who or what made each part, for the receipt. A person is "the artist" or "the team", never named."""
    name = draft.artist.name
    editor = f"{name}'s team" if draft.team_typed else name
    model = f"the model {draft.maker.removeprefix('model:')}"
    match derive_mark(draft):
        case Mark.WRITTEN:
            return [{"part": "words", "by": f"{editor}, typed by a person", "kind": "person"}]
        case Mark.FILLED:
            return [
                {"part": "words", "by": f"{name}, in sentences signed beforehand", "kind": "person"},
                {"part": "names and facts", "by": "the composer: rules, no model", "kind": "rules"},
            ]
        case Mark.EDITED:
            return [{"part": "words", "by": f"{model}, changed by {editor}", "kind": "model"}]
        case _:
            return [{"part": "words", "by": model, "kind": "model"}]
