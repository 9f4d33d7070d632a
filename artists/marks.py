"""Derive the mark of a draft, which says how it was made. All rules of the marks are here.

* A text of the composer is `filled`. Once a person changed it, it is `written`.
* A text of a model is `approved`. Once a person changed it, it is `edited`.
* So is a text of the composer from sentences that a model suggested; `edited` also where a person changed those before
  they were signed. Where nobody read exactly this, it is `bounds`.
* Changed means that it reads differently. Other spaces or capitals do not count.
* A remix that the fan chose at the desk is `remixed`, one that rules chose is `approved`. Where whoever decided has not
  heard exactly this to its end, it is `bounds`.
* The mark has the artist's name if a principal decided and nobody else changed the text. Else it has the team's.
* `bounds` has the artist's name: a principal signed them.
* A text that differs from the signed sentences by one letter needs a principal's approval, whoever wrote it.
"""

from accounts.models import Role
from ai.compose import COMPOSER
from ai.facts import format_facts
from ai.origins import How, parse_maker
from ai.wording import load_wording
from artists.generation import read_facts
from artists.models import Draft
from artists.remixes import hearing, limits
from catalog.text_keys import normalise
from fans.models import Mark
from fans.receipts import TEAM_SUFFIX, list_parts
from fans.remixes import MAKER_DESK, find_remix, is_remix
from rights.models import Decision


def find_signed(draft: Draft) -> Decision | None:
    """The signature that covers exactly this: on the sentences, or on the limits of remixes that are in force."""
    if is_remix(draft.maker):
        offer = limits.find_offers([draft]).get(draft.pk)
        return offer.decision if offer else None
    return draft.version.decision if is_within_shape(draft) else None


def is_within_shape(draft: Draft) -> bool:
    """Whether the signed version can make the text of the draft's facts, letter for letter.

    The words alone decide it. What the row says about its maker and its editors does not. A remix is inside its limits,
    or it is withdrawn.
    """
    if is_remix(draft.maker):
        return True
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


def derive_mark(draft: Draft, *, heard: int | None = None, is_read: bool = True) -> Mark:
    """`heard` is how many seconds of a remix the decider heard; None tells of it as if it was heard to its end.

    `is_read` is whether a person decides about exactly this text.
    """
    if is_remix(draft.maker):
        if heard is not None and heard < hearing.count_seconds(draft):
            return Mark.BOUNDS
        return Mark.REMIXED if draft.maker == MAKER_DESK else Mark.APPROVED
    if draft.maker == COMPOSER:
        return Mark.WRITTEN if is_changed(draft) else Mark.FILLED
    if not is_read:
        return Mark.BOUNDS
    origin = parse_maker(draft.maker)
    was_changed = origin is not None and origin.how is How.CHANGED
    return Mark.EDITED if was_changed or is_changed(draft) else Mark.APPROVED


def derive_credit(draft: Draft, *, decided_by: str, mark: str = "") -> str:
    """The name in the mark, on one line, because the content hash refuses line breaks. `decided_by` is a role."""
    name = " ".join(draft.artist.name.split())
    by_the_artist = decided_by == Role.PRINCIPAL and not (is_changed(draft) and draft.team_typed)
    return name if by_the_artist or mark == Mark.BOUNDS else f"{name}{TEAM_SUFFIX}"


def derive_parts(draft: Draft) -> list[dict[str, str]]:
    """Who or what made each part, as the receipt says it. A text that waits is told as if a principal approved it."""
    credit = draft.credit or derive_credit(draft, decided_by=Role.PRINCIPAL)
    return list_parts(draft.mark or derive_mark(draft), credit, draft.maker, find_remix(draft.maker, draft.text))
