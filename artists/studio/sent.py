"""List an artist's settled drafts: those that were sent to fans or will be, and those that were stopped."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from ai import unicode
from artists import eligibility, review
from artists.studio.messages import MarkLabel, format_reason
from catalog.models import Artist
from fans import mutes, opt_ins, remix_paper
from fans.desk.words import format_length
from fans.moment_text import describe_moment
from fans.remixes import is_remix
from web.pagination import Cursor

# Written as in the partial indexes drafts_out_newest_first and drafts_stopped_newest_first.
SENT_CONDITION = "state IN ('awaiting', 'approved', 'delivered')"
STOPPED_CONDITION = "state IN ('declined', 'expired', 'undeliverable', 'withdrawn')"
OPT_IN_SQL = f"""coalesce(
    (SELECT asked.ended_at IS NULL OR asked.state = 'delivered' FROM artists_experiencerequest asked
    WHERE asked.moment_id = draft.moment_id),
    {opt_ins.active_sql("draft.person_id", "draft.artist_id", since="draft.written_at")}
)"""  # noqa: S608 - our own constants
MUTED_SQL = mutes.muted_sql("draft.person_id", "version.program_id")
# SQL, because it also runs on every overview: 0.5 ms of CPU for 21 drafts. By the ORM it is 4.3 ms and a query more: an
# experience has its draft as a plain number.
SETTLED_DRAFTS_SQL = """
SELECT draft.id AS pk, draft.state, draft.reason, {opted_in} AS is_opted_in, {muted} AS is_muted,
    person.name AS raw_name, draft.text AS raw_text, draft.maker, version.moment AS moment_kind, version.nth,
    recording.title, program.name AS program,
    coalesce(nullif(version.wording, '')::json ->> 'locale', 'en') AS language, draft.mark AS mark_key, draft.credit,
    coalesce(experience.delivered_at, draft.decided_at, draft.deadline) AS occurred_at,
    draft.settled_at, draft.deliver_after, draft.deadline, experience.withdrawn_at, experience.receipt_key,
    {waits_for} AS waits_for
FROM (
    SELECT id FROM artists_draft
    WHERE artist_id = %(artist)s AND {condition} {older}
    ORDER BY settled_at DESC, id DESC LIMIT %(limit)s
) AS newest
JOIN artists_draft draft ON draft.id = newest.id
JOIN accounts_person person ON person.id = draft.person_id
JOIN artists_programversion version ON version.id = draft.version_id
JOIN artists_program program ON program.id = version.program_id
LEFT JOIN catalog_recording recording ON recording.id = artists_song_of(version.id, draft.moment_id)
LEFT JOIN fans_experience experience ON experience.draft = draft.id
ORDER BY draft.settled_at DESC, draft.id DESC
"""
OLDER_THAN_SQL = "AND (settled_at, id) < (%(before_time)s, %(before_pk)s)"


@dataclass(frozen=True, slots=True)
class SettledDraft:
    """One draft after its decision. Whether the fan opened the message is not read: the team may not know it."""

    pk: int
    state: str
    reason: str
    is_opted_in: bool
    """Whether the team may still see the fan's name and text."""
    is_muted: bool
    raw_name: str
    raw_text: str | None
    maker: str
    moment_kind: str
    nth: int
    title: str | None
    """The title of the recording that the moment is about, or None."""
    program: str
    language: str
    mark_key: str | None
    credit: str | None
    occurred_at: datetime
    """When it was delivered, or else decided, or else when it expired."""
    settled_at: datetime
    """When it was final what happens to it. The lists are in this order."""
    deliver_after: datetime | None
    deadline: datetime
    withdrawn_at: datetime | None
    receipt_key: str | None
    waits_for: list[str]
    """The names of the rightsholders that have not approved it yet."""

    @property
    def fan_name(self) -> str | None:
        """The fan's name, or None if the fan opted out."""
        return self.raw_name if self.is_opted_in else None

    @property
    def text(self) -> str | None:
        """The text, or None if it was erased or the fan opted out: it usually contains the name."""
        if not self.is_opted_in or self.raw_text is None or not is_remix(self.maker):
            return self.raw_text if self.is_opted_in else None
        return f"A remix, {format_length(remix_paper.read(self.raw_text).seconds)} long"

    @property
    def moment(self) -> str:
        return describe_moment(self.moment_kind, self.nth, self.title)

    @property
    def mark(self) -> MarkLabel | None:
        return MarkLabel.from_mark(self.mark_key, self.credit) if self.mark_key and self.credit else None

    @property
    def direction(self) -> str:
        return unicode.text_direction(self.language)

    @property
    def can_undo(self) -> bool:
        return review.can_undo(
            self.state,
            self.deliver_after,
            self.deadline,
            is_opted_in=self.is_opted_in,
            is_muted=self.is_muted,
            now=timezone.now(),
        )

    @property
    def reason_sentence(self) -> str:
        return format_reason(self.reason)


def list_settled_drafts(
    artist: Artist, *, sent: bool = True, before: Cursor | None = None, size: int = 20
) -> tuple[list[SettledDraft], Cursor | None]:
    """One page of the sent drafts, or with `sent=False` of the stopped ones, newest first, in one query.

    Also returns the cursor of the next page, or None at the end.
    """
    sql = SETTLED_DRAFTS_SQL.format(
        opted_in=OPT_IN_SQL,
        muted=MUTED_SQL,
        waits_for=eligibility.waits_for_sql("draft"),
        condition=SENT_CONDITION if sent else STOPPED_CONDITION,
        older=OLDER_THAN_SQL if before else "",
    )
    parameters: dict[str, Any] = {"artist": artist.pk, "limit": size + 1}
    if before:
        parameters |= {"before_time": before.time, "before_pk": int(before.pk)}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        columns = [column.name for column in cursor.description]
        drafts = [SettledDraft(**dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]
    page = drafts[:size]
    return page, Cursor(page[-1].settled_at, str(page[-1].pk)) if len(drafts) > size else None
