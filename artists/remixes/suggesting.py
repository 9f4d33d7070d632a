"""Decline a remix and suggest another one, which lies among the fan's tries at the desk then."""

from django.db import transaction

from accounts.models import Person
from ai.remix.recipe import Recipe
from artists import review
from artists.exceptions import InvalidRequest
from artists.models import Draft
from fans.desk import state
from fans.exceptions import TriesFull


def suggest_instead(draft_id: int, recipe: Recipe, *, by: Person, revision: int | None = None) -> Draft:
    """Decline the draft, and put this recipe among what its fan keeps at the desk, until the decline is undone.

    The recipe was checked against the limits in force. Raises what `review.decline` raises, or InvalidRequest where the
    fan has no room for another try.
    """
    with transaction.atomic():
        draft = review.decline(draft_id, by=by, reason="suggested another remix", revision=revision)
        if draft.song is None:
            raise InvalidRequest("This draft is about no song.")
        try:
            state.keep_suggestion(draft.person, draft.song, recipe, instead_of=draft.pk)
        except TriesFull:
            raise InvalidRequest("There is no room for another try at this fan’s desk. Nothing was changed.") from None
    return draft
