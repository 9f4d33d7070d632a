"""What the guard finds in the words of a draft that a model wrote, for whoever decides it."""

from ai.findings import Finding
from ai.guard import check_text
from ai.wording import load_wording
from artists.generation import read_facts
from artists.models import Draft
from artists.validation import MAX_MESSAGE_LENGTH

MODEL_PREFIX = "model:"


def find_in_words(draft: Draft) -> list[Finding]:
    """The findings in the text as it is now, in reading order. Words that no model wrote have none."""
    if draft.text is None or not draft.maker.startswith(MODEL_PREFIX):
        return []
    wording = load_wording(draft.version.wording)
    return check_text(draft.text, read_facts(draft.facts), limit=MAX_MESSAGE_LENGTH, wording=wording)
