"""Stand: whether a draft's fan still lets this team know of them, and still wants to hear from its program."""

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from artists.models import Draft
from artists.refusals import Muted, OptedOut, Stale
from fans import mutes, opt_ins

# As SQL, of a row of artists_draft: to put them together from Django's parts took as long as all the rest of the query.
FAN, ARTIST = "artists_draft.person_id", "artists_draft.artist_id"
STANDS = opt_ins.stands(FAN, ARTIST)
STOOD = opt_ins.stands(FAN, ARTIST, since="artists_draft.written_at")
MUTED = mutes.stands(FAN, "(SELECT program_id FROM artists_programversion WHERE id = artists_draft.version_id)")


def beside(drafts: QuerySet[Draft], *, stands: str = STANDS) -> QuerySet[Draft]:
    """Each with `stands` and `muted`, in the query that reads it: a page that shows a draft asks no further one.

    With `stands=STOOD`, no opt-in stands that was given after the draft was written.
    """
    read = {"stands": stands, "muted": MUTED}
    return drafts.annotate(**{name: RawSQL(sql, [], BooleanField()) for name, sql in read.items()})  # noqa: S611


def stopped(draft: Draft) -> Stale | None:
    """Why a draft that waits goes nowhere, until it is withdrawn a moment later."""
    if draft.state != Draft.State.PENDING:
        return None
    if not draft.stands:
        return OptedOut()
    return Muted() if draft.muted else None
