"""The dry run of an agreement: what could be used if every party accepted it, and who blocks the rest.

It asks the same question as `clearance`, over the grants that the agreement would bring in place of those of its
versions before (`rights_answers_supposing`, made of the same text as `rights_answers`).
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from catalog.models import Recording
from rights.agreement_effect_sql import COUNTRIES_SQL, EFFECT_SQL, LOST_SQL, MAX_ASKED
from rights.agreements import Scope
from rights.models import AgreementVersion, Party, SplitScheme, Use


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be accepted, by whom, and which versions it would end. It need not be stored."""

    parties: Sequence[Party]
    scopes: Sequence[Scope]
    starts_at: datetime | None = None
    replaces: Collection[int] = ()
    """The ids of the versions of the same agreement that were ever in force."""
    scheme: SplitScheme | None = None
    remix_bounds: str = ""
    """JSON of how far remixes may go; empty: as far as artists sign."""

    @classmethod
    def of(cls, version: AgreementVersion) -> "Proposal":
        """What a stored version says, in three queries."""
        parties = [each.party for each in version.parties.select_related("party__artist").order_by("pk")]
        rows = version.scopes.select_related("artist", "recording__artist", "work").order_by("pk")
        scopes = [Scope(**{name: getattr(row, name) for name in Scope.__slots__}) for row in rows]
        others = AgreementVersion.objects.filter(agreement=version.agreement_id, live_from__isnull=False)
        replaces = others.exclude(pk=version.pk).values_list("pk", flat=True)
        return cls(parties, scopes, version.starts_at, list(replaces), version.scheme, version.remix_bounds)


@dataclass(frozen=True, slots=True)
class UseEffect:
    """The numbers of one use."""

    use: str
    recordings: int
    usable: int

    @property
    def name(self) -> str:
        return str(Use(self.use).label)


@dataclass(frozen=True, slots=True)
class Blocker:
    """One party, or one thing that nobody knows, that blocks some recordings."""

    problem: str
    """off, refused, country, bounds, unconfirmed, disputed or unknown."""
    is_artist: bool
    """Whether it is asked as the artist. The artist's own no stands."""
    roles: list[str]
    uses: list[str]
    countries: list[str]
    """[""] for all of the agreement."""
    recordings: int
    party: Party | None = None
    examples: list[Recording] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SplitGap:
    """What a complete split of usable recordings lacks: a role's shares, or a party that accepts the split."""

    recordings: int
    role: str = ""
    party: Party | None = None


@dataclass(frozen=True, slots=True)
class BeyondBounds:
    """Recordings whose artists signed limits of remixes beyond the bounds of the agreement."""

    recordings: int
    titles: list[str]
    """Of some of them."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What could be used, in every country and for every use of the agreement, if every party accepted it."""

    reached: int
    """How many recordings the terms are about. Of very many kinds only `recordings` of the newest are asked about."""
    recordings: int
    usable: int
    artists: int
    usable_artists: int
    uses: list[UseEffect]
    blockers: list[Blocker]
    all_blockers: int
    own_overlaps: list[str]
    """Numbers of the viewer's other agreements that permit the same at the same time. They have to end first."""
    split_gaps: list[SplitGap]
    """Why usable recordings could not be sold yet, if the agreement names a split."""
    other_overlaps: int
    """How many grants of other parties, under other agreements, permit the same at the same time."""
    beyond_bounds: BeyondBounds
    """Of all that are reached, also of the usable ones: fans ask for no remix of them before the artist signs less."""

    @property
    def blocked(self) -> int:
        return self.recordings - self.usable

    @property
    def shared(self) -> bool:
        """Whether some recordings are blocked by several."""
        return sum(each.recordings for each in self.blockers) > self.blocked


def measure(proposal: Proposal, viewer: Party, *, ends_at: datetime | None = None) -> Effect:
    """Count over the recordings that the viewer has a part in; an artist's are the artist's own. Up to five queries."""
    parameters, countries = _ask(proposal, viewer, ends_at)
    parameters["supposed"] = Jsonb(list(_supposed_grants(proposal)))
    with connection.cursor() as cursor:
        cursor.execute(EFFECT_SQL, parameters)
        *texts, all_blockers, own_overlaps, other_overlaps, beyond = cursor.fetchone()
    total, uses, blockers, gaps = map(json.loads, texts)  # Django leaves JSON as text
    for row in blockers:
        row["countries"] = sorted({code for asked in row["countries"] for code in countries[asked]})
    by_use = [UseEffect(row["use"], row["recordings"], row["recordings"] - row["blocked"]) for row in uses]
    return Effect(
        **total,
        uses=by_use,
        blockers=_name_blockers(blockers),
        all_blockers=all_blockers,
        split_gaps=_name_gaps(gaps),
        own_overlaps=own_overlaps,
        other_overlaps=other_overlaps,
        beyond_bounds=BeyondBounds(**json.loads(beyond)),
    )


def count_lost(version: AgreementVersion, viewer: Party) -> int:
    """How many recordings, of those the viewer has a part in, can no longer be used once this version ends."""
    proposal = replace(Proposal.of(version), parties=(), starts_at=None, scheme=None, replaces=())
    parameters, _ = _ask(proposal, viewer, None)
    with connection.cursor() as cursor:
        cursor.execute(LOST_SQL, parameters | {"ended": version.pk})
        return int(cursor.fetchone()[0])


def _ask(proposal: Proposal, viewer: Party, ends_at: datetime | None) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The parameters of the question about each use and country, and the countries that each one stands for."""
    parameters = _sql_parameters(proposal, viewer, ends_at)
    countries = _countries_to_ask(proposal.scopes, parameters)
    asked = [scope for scope in proposal.scopes if scope.country in countries]
    questions = {(scope.use, scope.tier_class, scope.country) for scope in asked}
    parameters["most"] = max(MAX_ASKED // max(len(questions), 1), 1)
    parameters["scopes"] = Jsonb([_scope_row(scope) for scope in asked])
    return parameters, countries


def _sql_parameters(proposal: Proposal, viewer: Party, ends_at: datetime | None) -> dict[str, Any]:
    """Those that both statements have."""
    return {
        "artist": viewer.artist_id,
        "party": None if viewer.artist_id else viewer.pk,
        "viewer": viewer.pk,
        "at": proposal.starts_at,
        "ends_at": ends_at,
        "uses": sorted({scope.use for scope in proposal.scopes}),
        "replaced": list(proposal.replaces),
        "scheme": proposal.scheme and proposal.scheme.pk,
        "scheme_use": proposal.scheme.use if proposal.scheme else "",
        "remix_bounds": proposal.remix_bounds,
    }


def _countries_to_ask(scopes: Iterable[Scope], parameters: dict[str, Any]) -> dict[str, list[str]]:
    """The countries that somebody names in a grant, and one of the others; each with those that it stands for.

    Where all are alike, the one stands for the whole agreement, which is [""].
    """
    chosen = sorted({scope.country for scope in scopes})
    if len(chosen) < 2:
        return {country: [""] for country in chosen}
    with connection.cursor() as cursor:
        cursor.execute(COUNTRIES_SQL, parameters)
        special = {row[0] for row in cursor.fetchall()} | {""}
    alike = [country for country in chosen if country not in special]
    countries = {country: [country] for country in chosen if country in special}
    return countries | ({alike[0]: alike if countries else [""]} if alike else {})


def _supposed_grants(proposal: Proposal) -> Iterable[dict[str, Any]]:
    """The grants that coming into force would bring, as `agreements` inserts them."""
    for party in proposal.parties:
        for scope in proposal.scopes:
            artist = scope.artist.pk if scope.artist else party.artist_id
            if party.artist_id in (None, artist):
                row = {"artist_id": artist, "party_id": party.pk, "covers_later": scope.covers_later}
                yield _scope_row(scope) | row


def _scope_row(scope: Scope) -> dict[str, Any]:
    ids = {
        f"{name}_id": one and one.pk
        for name, one in (("artist", scope.artist), ("recording", scope.recording), ("work", scope.work))
    }
    return {"use": scope.use, "tier_class": scope.tier_class, "country": scope.country, **ids}


def _name_gaps(rows: Sequence[dict[str, Any]]) -> list[SplitGap]:
    parties = Party.objects.select_related("artist").in_bulk([row["party_id"] for row in rows if row["party_id"]])
    return [SplitGap(row["recordings"], row["role"], parties.get(row["party_id"])) for row in rows]


def _name_blockers(rows: Sequence[dict[str, Any]]) -> list[Blocker]:
    parties = Party.objects.select_related("artist", "team", "represented_by").in_bulk(
        [row["party_id"] for row in rows if row["party_id"]]
    )
    songs = Recording.objects.in_bulk({pk for row in rows for pk in row["examples"]})
    return [
        Blocker(
            party=parties.get(row.pop("party_id")),
            examples=[songs[pk] for pk in row.pop("examples")],
            **row,
        )
        for row in rows
    ]
