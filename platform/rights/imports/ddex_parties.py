"""Who has a part in a SoundRecording of a DDEX ERN 4 message, and in which share. Knows no models.

The list of parties stands before the recordings. Contributors say who wrote and publishes the work, without shares.
Rights controllers have the shares: of the recording, and of the work. A share of the work is one of the whole work, so
that those of writers and publishers together are 100 %.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from rights.imports.exceptions import InvalidLine
from rights.imports.named_shares import NamedShare, check_shares, make_share, read_code
from rights.imports.texts import clean, shorten
from rights.shares import PLURALS, WHOLE, Role
from rights.splits import allocate

WRITER_ROLES = {"Author", "Composer", "ComposerLyricist", "Librettist", "Lyricist", "NonLyricAuthor"}
PUBLISHER_ROLES = {"MusicPublisher", "OriginalPublisher", "SubPublisher"}
_CODES = {"IpiNameNumber": "IPI", "ISNI": "ISNI", "DPID": "DPID"}
"""Elements of a PartyId, the best first."""
_BY_COUNTRY = "Shares are the same in all countries here: bring it as CSV."
_PERCENTAGE = re.compile(r"\d{1,3}(?:\.\d{1,10})?", re.ASCII)


@dataclass
class Composite:
    """One element that says who has a part in a recording: the texts in it, by the names of their elements."""

    kind: str
    texts: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        if text := clean(text):
            self.texts.setdefault(name, []).append(text)

    def get(self, name: str) -> str:
        return self.texts.get(name, [""])[0]

    @property
    def reference(self) -> str:
        """Of the party."""
        return self.get("ContributorPartyReference") or self.get("RightsControllerPartyReference")

    @property
    def roles(self) -> set[str]:
        return {*self.texts.get("Role", []), *self.texts.get("RightsControllerRole", [])}

    @property
    def share(self) -> Decimal | None:
        """In percent, or None where it is not known. Raises InvalidLine."""
        text = self.get("RightSharePercentage")
        if not text:
            return None
        share = Decimal(text) if _PERCENTAGE.fullmatch(text) else Decimal(0)
        if not 0 < share <= 100:
            raise InvalidLine(f"“{shorten(text, 20)}” is no share. A RightSharePercentage is more than 0, up to 100.")
        return share


@dataclass
class PartyList:
    """The parties of a message by their references."""

    parties: dict[str, dict[str, str]] = field(default_factory=dict)
    _open: dict[str, str] = field(default_factory=dict)

    def add(self, path: Sequence[str], name: str, text: str) -> None:
        """What an element below PartyList says. `path` is what it stands in, from there on."""
        if name == "Party" and not path:
            self.parties[self._open.get("PartyReference", "")] = self._open
            self._open = {}
        elif (name == "PartyReference" and list(path) == ["Party"]) or name in {"FullName", *_CODES}:
            self._open.setdefault(name, clean(text))

    def name_share(self, reference: str, share: int) -> NamedShare:
        """The party with its code. Raises InvalidLine."""
        party = self.parties.get(reference)
        if party is None:
            raise InvalidLine(f"The list of parties has no “{shorten(reference, 40)}”.")
        codes = [read_code(kind, party[name]) for name, kind in _CODES.items() if party.get(name)]
        return make_share(party.get("FullName", ""), share, codes[0] if codes else "")


def read_roles(parties: PartyList, composites: Sequence[Composite]) -> Mapping[Role, tuple[NamedShare, ...]]:
    """The shares of each role that the message names anybody for. Raises InvalidLine.

    A role is empty where it names several writers or publishers without shares: those cannot be guessed.
    """
    owners = _list_shares(parties, composites, "ResourceRightsController")
    of_work = _list_shares(parties, composites, "WorkRightsController")
    writers = _list_references(composites, WRITER_ROLES)
    publishers = [
        *_list_references(composites, PUBLISHER_ROLES),
        *(reference for reference in of_work if reference not in writers),
    ]
    asked = {Role.WRITER: dict.fromkeys(writers), Role.PUBLISHER: dict.fromkeys(publishers)}
    whole = sum(filter(None, of_work.values()))
    found = {Role.RECORDING_OWNER: _scale(owners, Decimal(100), Role.RECORDING_OWNER)}
    for role, references in asked.items():
        shares = {reference: of_work.get(reference) for reference in references}
        both = whole == 100 and all(any(of_work.get(one) for one in each) for each in asked.values())
        total = sum(filter(None, shares.values())) if both else 100
        found[role] = _scale(shares, Decimal(total), role)
    return {
        role: check_shares([parties.name_share(*each) for each in shares.items()], role)
        for role, shares in found.items()
        if shares or asked.get(role)
    }


def _list_shares(parties: PartyList, composites: Sequence[Composite], kind: str) -> dict[str, Decimal | None]:
    """The shares of the rights controllers of this kind. Raises InvalidLine where they depend on the country."""
    shares: dict[str, Decimal | None] = {}
    for one in composites:
        if one.kind != kind:
            continue
        if one.reference in shares:
            name = parties.parties.get(one.reference, {}).get("FullName") or one.reference
            raise InvalidLine(f"The message names “{shorten(name, 60)}” twice. {_BY_COUNTRY}")
        if places := set(one.texts.get("TerritoryCode", [])) - {"Worldwide"}:
            raise InvalidLine(f"The message says who owns what in {shorten(min(places), 20)}. {_BY_COUNTRY}")
        if "ExcludedTerritoryCode" in one.texts:
            raise InvalidLine(f"The message leaves out {shorten(one.get('ExcludedTerritoryCode'), 20)}. {_BY_COUNTRY}")
        shares[one.reference] = one.share
    return shares


def _list_references(composites: Sequence[Composite], roles: set[str]) -> list[str]:
    return [one.reference for one in composites if one.kind != "ResourceRightsController" and one.roles & roles]


def _scale(shares: Mapping[str, Decimal | None], total: Decimal, role: Role) -> dict[str, int]:
    """The shares in basis points of this total: rounded together where they add up to it."""
    if len(shares) == 1 and None in shares.values():
        return dict.fromkeys(shares, WHOLE)
    if None in shares.values():
        if role is Role.RECORDING_OWNER:
            raise InvalidLine(f"The message does not give the shares of all {PLURALS[role]}.")
        return {}
    known = {reference: Fraction(share) for reference, share in shares.items() if share is not None}
    if sum(known.values()) == total:
        return allocate(WHOLE, known)
    return {reference: int(share * WHOLE / Fraction(total)) for reference, share in known.items()}
