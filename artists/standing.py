"""Stand: whether a draft's fan still lets this team know of them, and still wants to hear from its program."""

from django.db.models import QuerySet

from artists.models import Draft
from artists.refusals import Muted, OptedOut, Stale
from fans import mutes, opt_ins


def beside(drafts: QuerySet[Draft], *, since: str | None = None) -> QuerySet[Draft]:
    """Each with `stands` and `muted`, in the query that reads it: a page that shows a draft asks no further one.

    With `since`, a time of the draft, no opt-in stands that was given after it.
    """
    read = {
        "stands": opt_ins.stands("person", "artist", since=since),
        "muted": mutes.stands("person", "version__program"),
    }
    return drafts.annotate(**read)


def stopped(draft: Draft) -> Stale | None:
    """Why a draft that waits goes nowhere, until it is withdrawn a moment later."""
    if draft.state != Draft.State.PENDING:
        return None
    if not draft.stands:
        return OptedOut()
    return Muted() if draft.muted else None
