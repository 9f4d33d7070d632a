"""Reach: what went out to fans, how it was marked and where its receipt is; and what went no further, and why."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from ai import unicode
from artists import review
from artists.studio.access import MarkLabel
from artists.studio.review_context import moment_words
from catalog.models import Artist
from fans import opt_ins

# Withdrawn is both: taken back, or taken out of the queue before anybody had said yes. Each is an index, as it stands.
SENT_CONDITION = "(state IN ('approved', 'delivered') OR (state = 'withdrawn' AND decision_id IS NOT NULL))"
STOPPED_CONDITION = (
    "(state IN ('declined', 'expired', 'undeliverable') OR (state = 'withdrawn' AND decision_id IS NULL))"
)
SETTLED_DRAFTS_SQL = """
SELECT draft.id, draft.state, draft.reason, {stands}, person.name, draft.text, version.nth, recording.title,
    program.name, version.wording::json ->> 'locale', draft.mark, draft.credit,
    coalesce(experience.delivered_at, draft.decided_at, draft.deadline), draft.deliver_after,
    experience.withdrawn_at, experience.receipt_key
FROM (
    SELECT id FROM artists_draft
    WHERE artist_id = %(artist)s AND {which} {older}
    ORDER BY settled_at DESC, id DESC LIMIT %(limit)s
) AS newest
JOIN artists_draft draft ON draft.id = newest.id
JOIN accounts_person person ON person.id = draft.person_id
JOIN artists_programversion version ON version.id = draft.version_id
JOIN artists_program program ON program.id = version.program_id
LEFT JOIN catalog_recording recording ON recording.id = version.recording_id
LEFT JOIN fans_experience experience ON experience.draft = draft.id
ORDER BY draft.settled_at DESC, draft.id DESC
"""
OLDER_THAN_SQL = """AND (settled_at, id) < (
        SELECT settled_at, id FROM artists_draft WHERE id = %(before)s AND artist_id = %(artist)s
    )"""
OPT_IN_SQL = opt_ins.active_sql("draft.person_id", "draft.artist_id", since="draft.written_at")


@dataclass(frozen=True, slots=True)
class SettledDraft:
    """One draft after its decision. Whether the fan opened what came of it is nobody's but theirs."""

    pk: int
    state: str
    reason: str
    stands: bool
    """Whether the fan lets the team know of them."""
    name: str
    words: str | None
    nth: int
    title: str | None
    program: str
    tag: str
    made: str | None
    credit: str | None
    at: datetime
    deliver_after: datetime | None
    withdrawn_at: datetime | None
    receipt_key: str | None

    @property
    def fan(self) -> str | None:
        """By name only while the fan lets the team know of them."""
        return self.name if self.stands else None

    @property
    def text(self) -> str | None:
        """Greeted by name as a rule, so it goes with the name."""
        return self.words if self.stands else None

    @property
    def moment(self) -> str:
        return moment_words(self.nth, self.title)

    @property
    def mark(self) -> MarkLabel | None:
        return MarkLabel.of(self.made, self.credit) if self.made and self.credit else None

    @property
    def direction(self) -> str:
        return unicode.text_direction(self.tag)

    @property
    def can_undo(self) -> bool:
        decided = self.state in review.UNDOABLE_STATES and self.stands
        return decided and self.deliver_after is not None and self.deliver_after > timezone.now()

    @property
    def why(self) -> str:
        """A reason as a sentence: it is stored with its kind before a colon, and may end as its writer ended it."""
        kind, _, rest = self.reason.partition(": ")
        said = f"{kind.capitalize()}: {rest}" if rest else kind.capitalize()
        return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def list_settled_drafts(
    artist: Artist, *, out: bool = True, before: int | None = None, limit: int = 20
) -> list[SettledDraft]:
    """Newest first, in one query; older than the draft `before`, where one is named."""
    older = OLDER_THAN_SQL if before is not None else ""
    asked = SETTLED_DRAFTS_SQL.format(
        stands=OPT_IN_SQL, which=SENT_CONDITION if out else STOPPED_CONDITION, older=older
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, {"artist": artist.pk, "before": before, "limit": limit})
        return [SettledDraft(*row) for row in cursor.fetchall()]
