"""Stage: everything that one reviewer has to see of one draft to decide it, and nothing behind a click."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from accounts.models import Role
from accounts.people import display_names
from accounts.roles import may_sign
from ai import unicode
from artists import eligibility, marks, program_status, validation
from artists.exceptions import AlreadyDecided, AlreadyHeld, InvalidRequest
from artists.models import Draft
from artists.studio.access import MarkLabel, Studio
from artists.studio.fact_annotations import AnnotatedText, annotate_facts
from artists.studio.said import said
from fans.moment_text import ordinal
from rights.models import ClearanceGrant


@dataclass(frozen=True)
class ReviewContext:
    draft: Draft
    studio: Studio
    problem: str = ""
    """Why the last thing that was tried did not happen."""
    held: AlreadyHeld | None = None
    editing: bool = False
    typed: str | None = None
    complaint: str = ""
    """What the guard says about the typed words."""

    @property
    def is_open(self) -> bool:
        return self.draft.state == Draft.State.PENDING and self.held is None and not self.stopped

    @property
    def stopped(self) -> str:
        """Why nobody can decide what still waits: its fan wants none of it."""
        return str(eligibility.find_refusal(self.draft) or "")

    @property
    def fan(self) -> str:
        """As the team may know them."""
        return (self.draft.person.name or "No name given") if self.draft.opted_in else "A fan"

    @cached_property
    def words(self) -> AnnotatedText:
        return annotate_facts(self.draft)

    @cached_property
    def tag(self) -> str:
        return str(self.draft.version.words["locale"])

    @property
    def direction(self) -> str:
        return unicode.text_direction(self.tag)

    @cached_property
    def mark(self) -> "ExpectedMark":
        return expected_mark(self.draft, self.studio.role, self.typed)

    @cached_property
    def if_changed(self) -> "ExpectedMark":
        """What it becomes when a single word is changed, for a page that cannot ask while one types."""
        return expected_mark(self.draft, self.studio.role, f"{self.draft.original_text}, changed")

    @property
    def waits(self) -> str:
        """Why nothing of its program goes out now."""
        draft = self.draft
        return program_status.blocking_reason(draft.version.program, self.studio.allowed, draft.person.country)

    @property
    def why_not(self) -> str:
        """Why approving would be refused, said before anybody tries."""
        if self.waits:
            return self.waits
        if not marks.is_within_shape(self.draft) and not self.studio.may_sign:
            return marks.principal_only_reason(self.draft)
        return ""

    @property
    def moment(self) -> str:
        recording = self.draft.version.recording
        return moment_words(self.draft.version.nth, recording.title if recording else None)

    @property
    def shape(self) -> str:
        return sleeve_shape(self.draft.version.nth)

    @property
    def used(self) -> int:
        """How much of the time to decide is over, in per cent."""
        whole = (self.draft.deadline - self.draft.written_at).total_seconds()
        gone = (timezone.now() - self.draft.written_at).total_seconds()
        return max(0, min(100, round(100 * gone / whole))) if whole > 0 else 100

    @property
    def news(self) -> str:
        """For a page that still shows it as open: what became of it meanwhile."""
        if self.stopped:
            return self.stopped
        if self.held:
            return str(self.held)
        return "" if self.draft.state == Draft.State.PENDING else self.closed

    @cached_property
    def made_by(self) -> str:
        draft, version = self.draft, self.draft.version
        if draft.team_typed or marks.is_changed(draft):
            return "A person of the team changed these words."
        if draft.maker == marks.COMPOSER:
            return f"The sentences are the signed ones, version {version.version}; no model wrote anything."
        return f"The model {draft.maker.removeprefix('model:')} wrote these words, from these facts alone."

    @cached_property
    def grants(self) -> list[tuple[str, int, datetime | None]]:
        """What it was written under: whose yes, its version, and when it ended if it has since."""
        yes = ("grant__party__name", "grant__version", "grant__ended_at", "grant__live_until")
        rows = ClearanceGrant.objects.filter(clearance=self.draft.clearance_id).order_by("grant")
        return [(party, version, _earliest_end(*ends)) for party, version, *ends in rows.values_list(*yes)]

    @cached_property
    def closed(self) -> str:
        """What became of a draft that waits no longer."""
        draft = self.draft
        if self.stopped:
            return self.stopped
        if draft.decided_by and draft.decided_at:
            name = display_names([draft.decided_by]).get(draft.decided_by, "somebody")
            return said(AlreadyDecided(name, draft.decided_at, draft.state))
        return f"This draft no longer waits: {draft.reason or draft.get_state_display().lower()}."


@dataclass(frozen=True, slots=True)
class ExpectedMark:
    """The mark that these words will carry, and whose yes they need."""

    mark: MarkLabel
    waits_for: str = ""
    complaint: str = ""

    @property
    def quietly(self) -> "ExpectedMark":
        """Without the complaint, where it stands under the words already."""
        return replace(self, complaint="")


def expected_mark(draft: Draft, role: Role, typed: str | None = None) -> ExpectedMark:
    """By the one place with the rules of the marks; nothing is stored."""
    tried, complaint = copy(draft), ""
    if typed is not None:
        try:
            tried.text = validation.clean_message(typed, draft)
        except InvalidRequest as refused:
            tried.text, complaint = typed, str(refused)
        tried.team_typed = draft.team_typed or (tried.text != draft.text and not may_sign(role))
    theirs = may_sign(role) or marks.is_within_shape(tried)
    credit = marks.derive_credit(tried, decided_by=role if theirs else Role.PRINCIPAL)
    return ExpectedMark(MarkLabel.of(marks.derive_mark(tried), credit), "" if theirs else draft.artist.name, complaint)


def moment_words(number: int, title: str | None) -> str:
    """Which point in a fan's story it answers, of that recording where it is about one."""
    what = f" of {title}" if title else ""
    return f"First listen{what}" if number == 1 else f"{ordinal(number)} listen{what}"


def sleeve_shape(number: int) -> str:
    """What its sleeve shows: a sun for a first time, a bell for a number."""
    return "sun" if number == 1 else "bell"


def _earliest_end(*ends: datetime | None) -> datetime | None:
    return min((end for end in ends if end and end <= timezone.now()), default=None)
