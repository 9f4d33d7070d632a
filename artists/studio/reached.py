"""Reach: what went out to fans, how it was marked and where its receipt is; and what went no further, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q
from django.utils import timezone

from ai import scripts
from artists import review, standing
from artists.models import Draft, ProgramVersion
from artists.studio.entrance import Shown
from artists.studio.stage import moment_of
from catalog.models import Artist
from fans.models import Experience

# Withdrawn is both: taken back, or taken out of the queue before anybody had said yes. Each is an index, as it stands.
OUT = Q(state__in=["approved", "delivered"]) | Q(state="withdrawn", decision__isnull=False)
NOT_OUT = Q(state__in=["declined", "expired", "failed", "undeliverable"]) | Q(state="withdrawn", decision=None)


@dataclass(frozen=True, slots=True)
class Reached:
    """One draft after its decision. `fan` is a name only while that fan lets the team know of them; whether they opened
    it is nobody's but theirs."""

    draft: Draft
    fan: str | None
    moment: str
    mark: Shown | None
    experience: Experience | None

    @property
    def text(self) -> str | None:
        """Greeted by name as a rule, so it goes with the name."""
        return None if self.fan is None else self.draft.text

    @property
    def tag(self) -> str:
        return str(self.draft.version.words["locale"])

    @property
    def direction(self) -> str:
        return "rtl" if scripts.runs_right_to_left(self.tag) else "ltr"

    @property
    def at(self) -> datetime | None:
        draft = self.draft
        return self.experience.delivered_at if self.experience else draft.decided_at or draft.deadline

    @property
    def withdrawn_at(self) -> datetime | None:
        return self.experience.withdrawn_at if self.experience else None

    @property
    def can_undo(self) -> bool:
        after = self.draft.deliver_after
        decided = self.draft.state in review.UNDONE and self.fan is not None
        return decided and after is not None and after > timezone.now()

    @property
    def why(self) -> str:
        """A reason as a sentence: it is stored with its kind before a colon."""
        kind, _, rest = self.draft.reason.partition(": ")
        return f"{kind.capitalize()}: {rest}" if rest else kind.capitalize()


def reached(artist: Artist, *, out: bool = True, before: int | None = None, limit: int = 20) -> list[Reached]:
    """Newest first, in a constant number of queries."""
    drafts = Draft.objects.filter(OUT if out else NOT_OUT, artist=artist).order_by("-id")
    if before is not None:
        drafts = drafts.filter(pk__lt=before)
    newest = standing.beside(Draft.objects.filter(pk__in=drafts.values("pk")[:limit]).order_by("-id"))
    versions = ProgramVersion.objects.select_related("recording", "program")  # a few, each read once
    found = list(newest.select_related("person").prefetch_related(Prefetch("version", versions)))
    experiences = _experiences(found) if out else {}
    return [
        Reached(
            draft,
            fan=draft.person.name if draft.stands else None,
            moment=moment_of(draft.version),
            mark=Shown.of(draft.mark, draft.credit) if draft.mark and draft.credit else None,
            experience=experiences.get(draft.pk),
        )
        for draft in found
    ]


def _experiences(drafts: Sequence[Draft]) -> dict[int, Experience]:
    shown = Experience.objects.filter(draft__in=[draft.pk for draft in drafts])
    fields = ("draft", "delivered_at", "withdrawn_at", "receipt_key")
    return {experience.draft: experience for experience in shown.only(*fields)}
