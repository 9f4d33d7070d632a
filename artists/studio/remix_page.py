"""What the page of an envelope shows: its versions, its corners, and who signs."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Person
from ai.remix.envelope import Envelope
from ai.remix.source import Source
from artists.models import EnvelopeCorner, RemixEnvelope
from artists.remixes import corners, envelope_text, envelopes, owner_bounds
from artists.remixes.owner_bounds import OwnersBounds
from artists.studio.access import Studio
from catalog.models import Recording, RecordingSource
from fans.models import Render
from rights import clearance
from rights.models import Use

STATES = {Render.State.WANTED: "waiting", Render.State.RENDERING: "waiting", Render.State.READY: "ready"}
SPEEDS = ("slow-low", "fast-low", "slow-high", "fast-high")


@dataclass(frozen=True, slots=True)
class CornerRow:
    """One corner. `state` is waiting, ready or silent, where its sound is not there and nobody makes it."""

    name: str
    title: str
    state: str
    is_heard: bool


@dataclass(frozen=True, slots=True)
class RemixPage:
    """The newest version, or the limits that are proposed where there is none."""

    source: Source
    shown: Envelope
    newest: RemixEnvelope | None
    current: RemixEnvelope | None
    is_wider: bool
    may_sign_again: bool
    missing: tuple[str, ...]
    """Who must say yes to remixes of the song, as sentences."""
    corners: list[CornerRow]
    owners: list[OwnersBounds]
    """What the owners agreed to, where their agreements state bounds."""
    beyond: list[str]
    """Where what is in force, or else the newest version, goes beyond that, as sentences."""

    @property
    def speeds(self) -> list[CornerRow]:
        """Those of tempo and key, which are drawn as a rectangle where all four are there."""
        found = [row for row in self.corners if row.name in SPEEDS]
        return found if len(found) == len(SPEEDS) else []

    @property
    def others(self) -> list[CornerRow]:
        drawn = {row.name for row in self.speeds}
        return [row for row in self.corners if row.name not in drawn]

    @property
    def heard(self) -> int:
        return sum(row.is_heard for row in self.corners)

    @property
    def is_waiting(self) -> bool:
        return any(row.state == "waiting" for row in self.corners)

    @property
    def has_silent(self) -> bool:
        return any(row.state == "silent" for row in self.corners)

    @property
    def waits_for(self) -> str:
        """What the newest version waits for: corners, the artist, a second signature, or nothing."""
        if self.newest is None or self.newest.in_force_from:
            return ""
        if self.newest.decision_id:
            return "second"
        return "artist" if self.heard == len(self.corners) else "corners"


def load(studio: Studio, recording: Recording, stored: RecordingSource) -> RemixPage:
    """Of a song whose source is confirmed."""
    source, newest = Source.parse(stored.content), envelopes.find_newest(recording)
    today = timezone.now().date()
    shown = Envelope.parse(newest.content) if newest else envelope_text.propose(source, today)
    if shown.source != source.digest:
        shown = envelope_text.adopt(source, shown, today)
    refusal = clearance.find_missing(Use.REMIX, studio.artist, [recording], territory=studio.person.country)
    is_open = newest is not None and newest.in_force_from is None
    current = envelopes.find_current(recording)
    return RemixPage(
        source,
        shown,
        newest,
        current,
        is_wider=newest is not None and is_open and envelopes.is_wider(newest),
        may_sign_again=newest is not None and is_open and envelopes.may_sign_again(newest, studio.person),
        missing=refusal.missing if refusal is not None else (),
        corners=list_corners(studio.person, source, newest) if newest else [],
        owners=owner_bounds.list_of(recording),
        beyond=owner_bounds.find_beyond(recording, Envelope.parse(current.content) if current else shown),
    )


def list_corners(person: Person, source: Source, envelope: RemixEnvelope) -> list[CornerRow]:
    """The corners of a version, with what this person has heard, in two queries."""
    heard = corners.list_heard(envelope, by=person)
    found = EnvelopeCorner.objects.filter(envelope=envelope).select_related("render")
    return [
        CornerRow(
            corner.name,
            envelope_text.name_corner(source, corner.name),
            STATES.get(Render.State(corner.render.state), "silent") if corner.render else "silent",
            corner.name in heard,
        )
        for corner in found
    ]
