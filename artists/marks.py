"""Mark: tell the truth about how a text was made, from what happened. The one place with the rules of the marks.

* The composer's own text, unchanged, is `filled`. One that a person changed is `written`, by whoever changed it.
* A model's text is `approved`, or `edited` once a person changed it.
* Changed means: it reads differently. Other spaces or capitals make no machine's text a person's.
* The name in the mark is the artist's only when a principal decided and nobody else of the team typed in the text;
  otherwise it is the team's.
* What leaves the signed shape by one letter, and whatever a model wrote, needs a principal's yes.
"""

from typing import Any

from accounts.models import Role
from artists.models import Draft
from catalog.text_keys import normalise
from fans.models import Mark

COMPOSER = "composer"


def is_within_shape(draft: Draft) -> bool:
    """Whether the principal's signature on the shape covers this text, letter for letter."""
    return draft.maker == COMPOSER and draft.text == draft.original_text and draft.version.decision_id is not None


def is_changed(draft: Draft) -> bool:
    """Whether a person made it read differently from what the maker left."""
    return normalise(draft.text or "") != normalise(draft.original_text or "")


def derive_mark(draft: Draft) -> Mark:
    if draft.maker == COMPOSER:
        return Mark.WRITTEN if is_changed(draft) else Mark.FILLED
    return Mark.EDITED if is_changed(draft) else Mark.APPROVED


def derive_credit(draft: Draft, *, decided_by: str) -> str:
    """The name in the mark. `decided_by` is the decider's role. One line: the hash refuses another."""
    name = " ".join(draft.artist.name.split())
    theirs = decided_by == Role.PRINCIPAL and not (is_changed(draft) and draft.team_typed)
    return name if theirs else f"{name}'s team"


def derive_parts(draft: Draft) -> list[dict[str, Any]]:
    """What was made by whom or what, for the receipt: no person's name, only whose side they are on."""
    name = draft.artist.name
    hand = f"{name}'s team" if draft.team_typed else name
    machine = f"the model {draft.maker.removeprefix('model:')}"
    match derive_mark(draft):
        case Mark.WRITTEN:
            return [{"part": "words", "by": f"{hand}, typed by a person", "kind": "person"}]
        case Mark.FILLED:
            return [
                {"part": "words", "by": f"{name}, in sentences signed beforehand", "kind": "person"},
                {"part": "names and facts", "by": "the composer: rules, no model", "kind": "rules"},
            ]
        case Mark.EDITED:
            return [{"part": "words", "by": f"{machine}, changed by {hand}", "kind": "model"}]
        case _:
            return [{"part": "words", "by": machine, "kind": "model"}]
