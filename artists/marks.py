"""Derive the mark of a text, which says how it was made. All rules of the marks are here.

* A text of the composer is `filled`. Once a person changed it, it is `written`.
* A text of a model is `approved`. Once a person changed it, it is `edited`.
* Changed means that it reads differently. Other spaces or capitals do not count.
* The mark has the artist's name if a principal decided and nobody else changed the text. Else it has the team's.
* A text that differs from the signed sentences by one letter needs a principal's approval, whoever wrote it.
"""

from accounts.models import Role
from ai.compose import COMPOSER
from ai.facts import format_facts
from ai.wording import load_wording
from artists.generation import read_facts
from artists.models import Draft
from catalog.text_keys import normalise
from fans.models import Mark
from fans.receipts import TEAM_SUFFIX, list_parts


def is_within_shape(draft: Draft) -> bool:
    """Whether the signed version can make the text of the draft's facts, letter for letter.

    The words alone decide it. What the row says about its maker and its editors does not.
    """
    if draft.version.decision_id is None or draft.text is None:
        return False
    wording = load_wording(draft.version.wording)
    return wording.matches(draft.text, format_facts(read_facts(draft.facts), wording.locale))


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
    return name if by_the_artist else f"{name}{TEAM_SUFFIX}"


def derive_parts(draft: Draft) -> list[dict[str, str]]:
    """Who or what made each part, as the receipt says it. A text that waits is told as if a principal approved it."""
    credit = draft.credit or derive_credit(draft, decided_by=Role.PRINCIPAL)
    return list_parts(draft.mark or derive_mark(draft), credit, draft.maker)
