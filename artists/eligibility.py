"""Stand: whether a draft's fan still lets this team know of them, and still wants to hear from its program."""

from collections.abc import Collection

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from artists.exceptions import Muted, OptedOut, Stale
from artists.models import Draft
from fans import mutes, opt_ins

# As SQL, of a row of artists_draft: to put them together from Django's parts took as long as all the rest of the query.
FAN_COLUMN, ARTIST_COLUMN = "artists_draft.person_id", "artists_draft.artist_id"
OPTED_IN_SQL = opt_ins.active_sql(FAN_COLUMN, ARTIST_COLUMN, since="artists_draft.written_at")
MUTED_SQL = mutes.muted_sql(
    FAN_COLUMN, "(SELECT program_id FROM artists_programversion WHERE id = artists_draft.version_id)"
)


def annotate_eligibility(drafts: QuerySet[Draft]) -> QuerySet[Draft]:
    """Each with `stands` and `muted`, in the query that reads it: a page that shows a draft asks no further one.

    An opt-in that was given after a draft was written does not stand for it: what waited under the one before stays
    undelivered, as the fan was told.
    """
    read = {"stands": OPTED_IN_SQL, "muted": MUTED_SQL}
    return drafts.annotate(**{name: RawSQL(sql, [], BooleanField()) for name, sql in read.items()})  # noqa: S611


def lock_opted_in(drafts: Collection[Draft]) -> set[int]:
    """Those whose opt-in stands as when they were written, and cannot end until this transaction has committed."""
    since = opt_ins.active_since([_opt_in_pair(draft) for draft in drafts], hold=True)
    return {
        draft.pk for draft in drafts if _opt_in_pair(draft) in since and since[_opt_in_pair(draft)] <= draft.written_at
    }


def _opt_in_pair(draft: Draft) -> opt_ins.FanAndArtist:
    return draft.person_id, draft.artist_id


def find_refusal(draft: Draft) -> Stale | None:
    """Why a draft that waits goes nowhere, until it is withdrawn a moment later."""
    if draft.state != Draft.State.PENDING:
        return None
    if not draft.stands:
        return OptedOut()
    return Muted() if draft.muted else None
