"""Say who blocks recordings in the dry run of an agreement, and the one thing that the reader may do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import get_text_list

from accounts.countries import country_names
from artists.agreement_proposals import party_key
from rights.agreement_effect import Blocker, SplitGap
from rights.models import Party, Use
from rights.refusals import write_use
from rights.shares import PLURALS, Role

UNKNOWN = {
    Role.RECORDING_OWNER: "Nobody knows who owns all of them",
    Role.WRITER: "Nobody knows who wrote them",
    Role.PUBLISHER: "Nobody knows everybody who publishes them",
}
SETTLED_BY_STAFF = "Our staff settle it. Nothing new is sold until then."
NAMED_BY_THE_ARTIST = "The artist’s team names them on the page of each song. Then they confirm it."
EACH_ARTIST = "Each artist decides alone. Nobody can say yes in their place."
THEIR_NO = "Their no stays until they take it back."
UNSETTLED = ("unconfirmed", "disputed")
MAX_COUNTRIES = 3


@dataclass(frozen=True, slots=True)
class BlockerRow:
    """One blocker in words."""

    blocker: Blocker
    title: str
    reason: str
    ask: str = ""
    """What finds the party that can be asked, for the form; "" where nobody can be."""
    page: str = ""
    """The page where the reader can do something: claims or owners; "" for none."""

    @property
    def number(self) -> int:
        return self.blocker.recordings

    @property
    def is_final(self) -> bool:
        """The artist's own no, which no agreement overrules."""
        return self.blocker.problem == "refused" and self.blocker.is_artist

    @property
    def titles(self) -> str:
        """For example "Low Tide Choir, Untitled 4 and 9 more"."""
        return list_titles([song.title for song in self.blocker.examples], self.number)


def list_titles(named: Sequence[str], number: int) -> str:
    """These titles of so many songs in words."""
    more = number - len(named)
    return get_text_list([*named, f"{more:,} more"] if more else list(named), "and")


def describe_blockers(blockers: Sequence[Blocker], viewer: Party, members: Sequence[Party]) -> list[BlockerRow]:
    """Each blocker for this reader. `members` are the parties of the agreement."""
    ids = {party.pk for party in members}
    return [_describe(each, viewer, ids) for each in blockers]


def describe_gap(gap: SplitGap) -> str:
    """Why some recordings could be used and not sold, as a sentence."""
    many = f"{gap.recordings:,} recording{'s' * (gap.recordings != 1)}"
    if gap.party is not None:
        return f"{gap.party} says yes elsewhere, and has not accepted this split: {many}."
    whose = "the " + PLURALS[Role(gap.role)] if gap.role == Role.SESSION_POOL else PLURALS[Role(gap.role)]
    return f"Nobody has all shares of {whose}: {many}."


def _describe(blocker: Blocker, viewer: Party, members: set[int]) -> BlockerRow:
    party = blocker.party
    if blocker.problem == "unknown":
        title = UNKNOWN[Role(blocker.roles[0])]
        if viewer.artist_id or blocker.roles[0] == Role.RECORDING_OWNER:
            return BlockerRow(blocker, title, "Without them no split can be complete.", page="owners")
        return BlockerRow(blocker, title, NAMED_BY_THE_ARTIST)
    if party is None:  # an artist who never said anything is no party yet
        return BlockerRow(blocker, "The artist has not said yes", EACH_ARTIST)
    words = f"{get_text_list([_name_use(use) for use in blocker.uses], 'and')}{_where(blocker.countries)}"
    if party == viewer:
        return _describe_own(blocker, words)
    name = party.name if party.artist_id else str(party)
    ask = "" if blocker.problem in UNSETTLED else _ask(party, members)
    title, reason = _describe_problem(blocker, name, words) or (
        f"{name} has not said yes to {words}",
        _explain_silence(party, members),
    )
    return BlockerRow(blocker, title, reason, ask=ask)


def _describe_problem(blocker: Blocker, name: str, words: str) -> tuple[str, str] | None:
    """The title and the reason of what somebody else said; None of somebody who said nothing."""
    match blocker.problem:
        case "unconfirmed":
            return f"{name} has not confirmed a share", "It counts once they confirm it."
        case "disputed":
            return f"The share of {name} is disputed", SETTLED_BY_STAFF
        case "refused":
            return (
                f"{name} said no to {words}",
                "This no stands. No agreement can overrule it." if blocker.is_artist else THEIR_NO,
            )
        case "bounds":
            return f"{name} agreed to less than the artist signed", "The artist can sign narrower limits."
    return None


def _name_use(use: str) -> str:
    return f"sharing {write_use(use)}" if use == Use.TIER else write_use(use)


def _describe_own(blocker: Blocker, words: str) -> BlockerRow:
    """What the reader itself has not said."""
    match blocker.problem:
        case "unconfirmed":
            return BlockerRow(
                blocker, "You have not confirmed your share", "It counts once you confirm it.", page="claims"
            )
        case "disputed":
            return BlockerRow(blocker, "Your share is disputed", SETTLED_BY_STAFF)
        case "refused":
            return BlockerRow(blocker, f"You said no to {words}", "Your no stays until you take it back.")
    return BlockerRow(blocker, f"You have not said yes to {words}", "These terms do not reach as far as your part.")


def _explain_silence(party: Party, members: set[int]) -> str:
    if party.pk in members:
        return "These terms do not reach as far as their part."
    if party.artist_id:
        return EACH_ARTIST
    if not party.acting_team_ids:
        return "They have no account here, so nobody can ask them for you."
    return "They are not in this agreement. Their part is theirs to permit."


def _ask(party: Party, members: set[int]) -> str:
    """What finds the party in the form; "" if it is in the agreement, or has nobody who answers."""
    can_answer = party.artist_id is None and bool(party.acting_team_ids)
    return party_key(party) if can_answer and party.pk not in members else ""


def _where(codes: Sequence[str]) -> str:
    named = [country_names().get(code, code) for code in codes if code]
    if not named or "" in codes:
        return ""
    return f" in {get_text_list(named, 'and')}" if len(named) <= MAX_COUNTRIES else f" in {len(named)} countries"
