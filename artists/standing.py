"""Stand: whether a draft's fan still lets this team know of them, and still wants to hear from its program."""

from collections.abc import Collection

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from artists.models import Draft
from artists.refusals import Muted, OptedOut, Stale
from fans import mutes, opt_ins

# As SQL, of a row of artists_draft: to put them together from Django's parts took as long as all the rest of the query.
FAN, ARTIST = "artists_draft.person_id", "artists_draft.artist_id"
STANDS = opt_ins.stands(FAN, ARTIST, since="artists_draft.written_at")
MUTED = mutes.stands(FAN, "(SELECT program_id FROM artists_programversion WHERE id = artists_draft.version_id)")


def beside(drafts: QuerySet[Draft]) -> QuerySet[Draft]:
    """Each with `stands` and `muted`, in the query that reads it: a page that shows a draft asks no further one.

    An opt-in that was given after a draft was written does not stand for it: what waited under the one before stays
    undelivered, as the fan was told.
    """
    read = {"stands": STANDS, "muted": MUTED}
    return drafts.annotate(**{name: RawSQL(sql, [], BooleanField()) for name, sql in read.items()})  # noqa: S611


def held(drafts: Collection[Draft]) -> set[int]:
    """Those whose opt-in stands as when they were written, and cannot end until this transaction has committed."""
    since = opt_ins.standing_since([_pair(draft) for draft in drafts], hold=True)
    return {draft.pk for draft in drafts if _pair(draft) in since and since[_pair(draft)] <= draft.written_at}


def _pair(draft: Draft) -> opt_ins.Pair:
    return draft.person_id, draft.artist_id


def stopped(draft: Draft) -> Stale | None:
    """Why a draft that waits goes nowhere, until it is withdrawn a moment later."""
    if draft.state != Draft.State.PENDING:
        return None
    if not draft.stands:
        return OptedOut()
    return Muted() if draft.muted else None
