"""What a reviewer sees of one draft: its text and facts, the mark it will get, and what stands in the way."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import get_text_list

from accounts.models import Role
from accounts.people import display_names
from accounts.roles import may_sign
from ai import unicode
from ai.compose import COMPOSER
from ai.origins import How, parse_maker
from artists import eligibility, generation, marks, program_status, validation
from artists.exceptions import AlreadyDecided, AlreadyHeld, InvalidRequest
from artists.models import Draft, ExperienceRequest, Program
from artists.studio import remix_review
from artists.studio.access import Studio
from artists.studio.fact_annotations import AnnotatedText, annotate_facts
from artists.studio.messages import MarkLabel, error_message, format_reason
from artists.studio.remix_review import RemixReview
from fans.moment_text import describe_moment, moment_shape
from fans.remixes import is_remix
from rights import clearance
from rights.models import ClearanceGrant


@dataclass(frozen=True)
class ReviewContext:
    """One draft on the review page, for one member of the team."""

    draft: Draft
    studio: Studio
    problem: str = ""
    """Why the last action failed."""
    held: AlreadyHeld | None = None
    editing: bool = False
    typed_text: str | None = None
    text_error: str = ""
    """Why the typed text cannot be used."""

    @property
    def is_open(self) -> bool:
        """Whether this member can decide the draft now."""
        return self.draft.state == Draft.State.PENDING and self.held is None and not self.stop_reason

    @property
    def stop_reason(self) -> str:
        """Why nobody can decide a pending draft: its fan opted out or paused the program."""
        return str(eligibility.find_refusal(self.draft) or "")

    @property
    def fan_name(self) -> str:
        """The fan's name, if the team may know it."""
        return (self.draft.person.name or "No name given") if self.draft.opted_in else "A fan"

    @cached_property
    def annotated_text(self) -> AnnotatedText:
        return annotate_facts(self.draft)

    @cached_property
    def sound(self) -> RemixReview | None:
        """What there is to hear; None of words."""
        return remix_review.load(self.draft, self.studio)

    @cached_property
    def language(self) -> str:
        return str(self.draft.version.words["locale"])

    @property
    def direction(self) -> str:
        return unicode.text_direction(self.language)

    @cached_property
    def mark(self) -> "ExpectedMark":
        heard = self.sound.heard if self.sound else None
        return expected_mark(self.draft, self.studio.role, self.typed_text, heard=heard)

    @cached_property
    def mark_if_changed(self) -> "ExpectedMark":
        """The mark after any change of the text, for a page without JavaScript."""
        return expected_mark(self.draft, self.studio.role, f"{self.draft.original_text}, changed")

    @cached_property
    def delivery_obstacle(self) -> str:
        """Why it would not be delivered now, or ""."""
        draft = self.draft
        if draft.version.program.state != Program.State.LIVE:
            return program_status.PROGRAM_PAUSED
        refusal = clearance.find_missing(draft.use, draft.artist, draft.recordings, territory=draft.person.country)
        return program_status.describe_refusal(refusal) if refusal is not None else ""

    @cached_property
    def approval_obstacle(self) -> str:
        """Why an approval would be refused, or ""."""
        if self.delivery_obstacle:
            return self.delivery_obstacle
        if not self.studio.may_sign and not marks.is_within_shape(self.draft):
            return marks.principal_only_reason(self.draft)
        return ""

    @property
    def moment(self) -> str:
        version, song = self.draft.version, self.draft.song
        return describe_moment(version.moment, version.nth, song.title if song else None)

    @property
    def figure(self) -> int | None:
        """The number on its sleeve: which listen it answers."""
        version = self.draft.version
        return None if version.is_asked_for else version.nth

    @property
    def request(self) -> ExperienceRequest | None:
        """What the fan asked for, while the team may know it."""
        return generation.find_request(self.draft) if self.draft.opted_in else None

    @property
    def rewritten_because(self) -> str:
        """Why an earlier draft of the same moment was not true any more, or ""."""
        replaced = self.draft.replaces
        return replaced.reason.partition(": ")[2] if replaced else ""

    @property
    def sleeve_shape(self) -> str:
        return moment_shape(self.draft.version.moment, self.draft.version.nth)

    @property
    def percent_elapsed(self) -> int:
        """How much of the time to decide is over, from 0 to 100."""
        total = (self.draft.deadline - self.draft.written_at).total_seconds()
        elapsed = (timezone.now() - self.draft.written_at).total_seconds()
        return max(0, min(100, round(100 * elapsed / total))) if total > 0 else 100

    @property
    def update_message(self) -> str:
        """What happened to the draft while somebody had it open, or "" while it can be decided."""
        if self.stop_reason:
            return self.stop_reason
        if self.held:
            return str(self.held)
        return "" if self.draft.state == Draft.State.PENDING else self.outcome

    @cached_property
    def maker_description(self) -> str:
        """Who or what wrote the text, as a sentence."""
        draft, version = self.draft, self.draft.version
        if is_remix(draft.maker):
            return "Rules made the sound from your own recording. No AI model took part."
        if draft.team_typed or marks.is_changed(draft):
            return "Somebody in the team changed the text."
        if draft.maker == COMPOSER:
            return f"The sentences are those of signed version {version.version}. No AI model wrote anything."
        if origin := parse_maker(draft.maker):
            changed = ", and your team changed them" if origin.how is How.CHANGED else ""
            return f"{origin.model} suggested the sentences of signed version {version.version}{changed}."
        return f"The model {draft.maker.removeprefix('model:')} wrote this text, from these facts only."

    @cached_property
    def clearance_grants(self) -> list[tuple[str, int, datetime | None]]:
        """The permissions that allowed the draft: party, version, and when it ended if it ended."""
        fields = ("grant__party__name", "grant__version", "grant__ended_at", "grant__live_until")
        rows = ClearanceGrant.objects.filter(clearance=self.draft.clearance_id).order_by("grant")
        return [(party, version, _earliest_end(*ends)) for party, version, *ends in rows.values_list(*fields)]

    @cached_property
    def outcome(self) -> str:
        """What happened to a draft that cannot be decided any more."""
        draft = self.draft
        if self.stop_reason:
            return self.stop_reason
        was_stopped = draft.state in (Draft.State.UNDELIVERABLE, Draft.State.WITHDRAWN)
        if draft.decided_by and draft.decided_at and not was_stopped:
            if draft.declined_by_rightsholder:
                return format_reason(draft.reason)  # names the rightsholder
            name = display_names([draft.decided_by]).get(draft.decided_by, "somebody")
            decided = error_message(AlreadyDecided(name, draft.decided_at, draft.decided_state))
            waits_for = get_text_list(draft.waits_for, "and")
            return format_html("{} <span>Waits for <bdi>{}</bdi>.</span>", decided, waits_for) if waits_for else decided
        return f"This draft no longer waits: {draft.reason or draft.get_state_display().lower()}."


@dataclass(frozen=True, slots=True)
class ExpectedMark:
    """The mark that a text will get, and whose approval it needs."""

    mark: MarkLabel
    needs_approval_of: str = ""
    error: str = ""

    @property
    def without_error(self) -> "ExpectedMark":
        """The same for a page that shows the error elsewhere."""
        return replace(self, error="")


def expected_mark(draft: Draft, role: Role, typed_text: str | None = None, *, heard: int | None = None) -> ExpectedMark:
    """The mark of the draft, or of the text that somebody in this role typed. Nothing is stored.

    `heard` is how many seconds of a remix this person heard.
    """
    tried, error = copy(draft), ""
    if typed_text is not None:
        try:
            tried.text = validation.clean_message(typed_text, draft)
        except InvalidRequest as refused:
            tried.text, error = typed_text, str(refused)
        tried.team_typed = draft.team_typed or (tried.text != draft.text and not may_sign(role))
    may_approve = may_sign(role) or marks.is_within_shape(tried)
    made = marks.derive_mark(tried, heard=heard)
    credit = marks.derive_credit(tried, decided_by=role if may_approve else Role.PRINCIPAL, mark=made)
    return ExpectedMark(MarkLabel.from_mark(made, credit), "" if may_approve else draft.artist.name, error)


def _earliest_end(*ends: datetime | None) -> datetime | None:
    return min((end for end in ends if end and end <= timezone.now()), default=None)
