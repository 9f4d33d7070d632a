"""Find the parties that a file names as owners, writers and publishers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from catalog import text_keys
from catalog.models import Artist
from rights.imports.lines import Line, SharesByRole
from rights.imports.named_shares import NamedShare
from rights.models import ImportLine, Party
from rights.parties import KINDS_BY_ROLE, list_artist_parties
from rights.shares import PLURALS, Role


class NotFound(Exception):
    """A name does not say who is meant. The verdict on its line is this one, with these facts."""

    def __init__(self, verdict: ImportLine.Verdict, reason: str, **facts: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason, self.facts = verdict, reason, facts


@dataclass(frozen=True, slots=True)
class NamedParties:
    """The verified rightsholders and the artists whom some lines name, by name and by code."""

    by_name: Mapping[str, Sequence[Party]]
    by_code: Mapping[str, Party]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "NamedParties":
        """In two queries; more for an artist who was never needed as a party."""
        named = {each for line in lines for some in line.shares.values() for each in some}
        if not named:
            return cls({}, {})
        names = {each.name.lower() for each in named}
        codes = {each.code for each in named if each.code}
        verified = Party.objects.filter(artist=None, verified_at__isnull=False).alias(lower=Lower("name"))
        of_code = Q(isni__in=codes) | Q(ipi__in=codes) | Q(dpid__in=codes)
        rightsholders: list[Party] = list(verified.filter(Q(lower__in=names) | of_code).order_by("pk"))
        artists = list(Artist.objects.alias(lower=Lower("name")).filter(lower__in=names).order_by("pk"))
        by_name: dict[str, list[Party]] = defaultdict(list)
        for party in rightsholders:
            by_name[text_keys.normalise(party.name)].append(party)
        # An artist becomes a party when it is needed, and the import asks it.
        for artist, party in zip(artists, list_artist_parties(artists), strict=True):
            by_name[text_keys.normalise(artist.name)].append(party)
        codes_of = ((code, party) for party in rightsholders for code in (party.isni, party.ipi, party.dpid))
        return cls(by_name, {code: party for code, party in codes_of if code})

    def find(self, named: NamedShare, role: Role, near: Sequence[Collection[int]] = ()) -> Party:
        """The party that is meant and can have the role. Raises NotFound.

        Of several artists of one name those among `near` are meant, which holds ids of artists, the nearest first.
        """
        shown = named.name or named.code
        kinds = KINDS_BY_ROLE[role]
        if named.code:
            meant = [self.by_code[named.code]] if named.code in self.by_code else []
        else:
            meant = list(self.by_name.get(text_keys.normalise(named.name), []))
        fitting = [party for party in meant if party.kind in kinds]
        for artists in near:
            if len(fitting) > 1:
                fitting = [party for party in fitting if party.artist_id in artists] or fitting
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise NotFound(ImportLine.Verdict.NO, "several_parties", name=shown)
        facts = {"name": shown, "role": role.label.lower()}
        if meant:
            kind = meant[0].get_kind_display().lower()
            raise NotFound(ImportLine.Verdict.WAITS, "wrong_kind", kind=kind, **facts)
        raise NotFound(ImportLine.Verdict.WAITS, "unknown_party", **facts)


def list_named(
    shares: SharesByRole, own: Party, known: NamedParties, near: Sequence[Collection[int]] = ()
) -> list[dict[str, Any]]:
    """The shares that a line says others have in the recording, and everybody in the work. Raises NotFound.

    `near` are the artists who are meant before others of their names; see `NamedParties.find`.
    """
    named: dict[tuple[str, int], dict[str, Any]] = {}
    for role, some in shares.items():
        for each in some:
            if role is Role.RECORDING_OWNER and is_party(each, own):
                continue
            party = known.find(each, role, near)
            if (role.value, party.pk) in named:
                problem = f"“{party.name}” stands among the {PLURALS[role]} twice."
                raise NotFound(ImportLine.Verdict.NO, "unreadable", problem=problem)
            named[role.value, party.pk] = {
                "role": role.value, "party": party.pk, "name": party.name, "share": each.share
            }  # fmt: skip
    return [named[key] for key in sorted(named)]


def is_party(named: NamedShare, party: Party) -> bool:
    if named.code:
        return named.code in (party.isni, party.ipi, party.dpid)
    return text_keys.normalise(named.name) == text_keys.normalise(party.name)
