"""A naive reading of contracts: who must say yes, read from lists of what everybody said, claimed and wrote.

It knows no SQL. `contracts.History` has the lists.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING

from catalog.models import Recording, Work
from rights.models import AgreementVersion, Claim, Party, Use

if TYPE_CHECKING:
    from tests.rights.contracts import History

type Needed = tuple[str, int | None, int | None, int | None, str]
"""Role, party, recording, work, and what is missing."""


@dataclass
class Said:
    """A party said yes or no, for one song, one work or all, in one country or everywhere."""

    party: Party
    use: str
    song: Recording | Work | None
    country: str
    allows: bool
    later: bool
    begins: datetime
    ends: datetime | None = None
    agreement: AgreementVersion | None = None

    def holds(self, at: datetime) -> bool:
        return self.begins <= at and (self.ends is None or at < self.ends)

    def concerns(self, recording: Recording | None, work: Work | None) -> bool:
        if self.song is not None:
            return self.song in (recording, work)
        newest = work or recording
        return not self.allows or self.later or newest is None or newest.created_at <= self.begins


@dataclass
class Tied:
    """A recording is of a work."""

    song: Recording
    work: Work
    begins: datetime
    ended: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.begins <= at and (self.ended is None or at < self.ended)


@dataclass
class Owned:
    """A party owns a share. It counts from its confirmation on."""

    row: Claim
    confirmed: datetime | None = None
    ended: datetime | None = None


def read_contracts(history: "History", use: str, country: str, at: datetime) -> set[Needed]:
    """Who must say yes, and what is missing of each."""
    if use == Use.PERSONAL_MESSAGE:
        return {one_answer(history, use, country, at, "artist", history.mara, song, None) for song in history.songs}
    found = {one_answer(history, use, country, at, "artist", history.mara, song, None) for song in history.songs}
    for song in history.songs:
        found |= read_owners(history, use, country, at, song, None, "recording_owner")
        works = [tie.work for tie in history.tied if tie.song == song and tie.holds(at)]
        for work, role in product(works, ("publisher", "writer")):
            found |= read_owners(history, use, country, at, song, work, role)
        if not works:
            found.add(("writer", None, song.pk, None, "unknown"))
    return found


def read_owners(
    history: "History", use: str, country: str, at: datetime, song: Recording, work: Work | None, role: str
) -> set[Needed]:
    found: set[Needed] = set()
    shares = problems = 0
    for owned in history.owned:
        row = owned.row
        is_here = row.role == role and (row.work_id == work.pk if work else row.recording_id == song.pk)
        if not is_here or row.claimed_at > at or (owned.ended and owned.ended <= at):
            continue
        where = (song.pk, work.pk if work else None)
        if row.disputed_at and row.disputed_at <= at:
            problems += 1
            found.add((role, row.party_id, *where, "disputed"))
        elif owned.confirmed is None or owned.confirmed > at:
            problems += 1
            found.add((role, row.party_id, *where, "unconfirmed"))
        else:
            shares += row.share
            speaker = row.administered_by or row.party
            found.add(one_answer(history, use, country, at, role, speaker, song, work))
    is_known = shares == 10_000 or (role == "publisher" and shares == 0)
    if not is_known and not problems:
        found.add((role, None, song.pk, work.pk if work else None, "unknown"))
    return found


def one_answer(
    history: "History",
    use: str,
    country: str,
    at: datetime,
    role: str,
    party: Party,
    song: Recording,
    work: Work | None,
) -> Needed:
    said = [
        one
        for one in history.said
        if one.party == party and one.use == use and one.holds(at) and one.concerns(song, work)
    ]
    noes = [one for one in said if not one.allows and (not country or one.country in ("", country))]
    yeses = [one for one in said if one.allows]
    here = [one for one in yeses if one.country in ("", country)]
    problem = "refused" if noes else "" if here else "country" if yeses else "off"
    return (role, party.pk, song.pk, work.pk if work else None, problem)
