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
from rights.agreements import Scope
from rights.models import AgreementVersion, Party, Use

MAX_BLOCKERS = 40
"""So many are listed; all are counted."""
MAX_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be accepted, by whom, and which versions it would end. It need not be stored."""

    parties: Sequence[Party]
    scopes: Sequence[Scope]
    starts_at: datetime | None = None
    replaces: Collection[int] = ()
    """The ids of the versions of the same agreement that were ever in force."""

    @classmethod
    def of(cls, version: AgreementVersion) -> "Proposal":
        """What a stored version says, in three queries."""
        parties = [each.party for each in version.parties.select_related("party__artist").order_by("pk")]
        rows = version.scopes.select_related("artist", "recording__artist", "work").order_by("pk")
        scopes = [Scope(**{name: getattr(row, name) for name in Scope.__slots__}) for row in rows]
        others = AgreementVersion.objects.filter(agreement=version.agreement_id, live_from__isnull=False)
        replaces = others.exclude(pk=version.pk).values_list("pk", flat=True)
        return cls(parties, scopes, version.starts_at, list(replaces))


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
    """off, refused, country, unconfirmed, disputed or unknown."""
    is_artist: bool
    """Whether it is asked as the artist. The artist's own no stands."""
    roles: list[str]
    uses: list[str]
    countries: list[str]
    recordings: int
    party: Party | None = None
    examples: list[Recording] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Effect:
    """What could be used, in every country and for every use of the agreement, if every party accepted it."""

    recordings: int
    usable: int
    artists: int
    usable_artists: int
    uses: list[UseEffect]
    blockers: list[Blocker]
    all_blockers: int
    own_overlaps: list[str]
    """Numbers of the viewer's other agreements that permit the same at the same time. They have to end first."""
    other_overlaps: int
    """How many grants of other parties, under other agreements, permit the same at the same time."""

    @property
    def blocked(self) -> int:
        return self.recordings - self.usable

    @property
    def shared(self) -> bool:
        """Whether some recordings are blocked by several."""
        return sum(each.recordings for each in self.blockers) > self.blocked


# In SQL: the question is a function, and 100,000 recordings do not come into Python. Of each recording that the viewer
# has a part in, once for each use and country. In parts of one artist, because a question is about one.
_SCOPE = "use varchar, tier_class varchar, artist_id bigint, recording_id bigint, work_id bigint, country varchar"
_IS_LIVE = "claim.live_from <= clock.at AND (claim.live_until IS NULL OR claim.live_until > clock.at)"
_OWN = f"""
clock AS MATERIALIZED (SELECT greatest(%(at)s, statement_timestamp()) AS at),
own AS MATERIALIZED (
    SELECT recording.id, recording.artist_id FROM catalog_recording recording WHERE recording.artist_id = %(artist)s
    UNION
    SELECT recording.id, recording.artist_id FROM clock, rights_claim claim
    JOIN catalog_recording recording ON recording.id = claim.recording_id
    WHERE (claim.party_id = %(party)s OR claim.administered_by_id = %(party)s) AND {_IS_LIVE}
    UNION
    SELECT recording.id, recording.artist_id FROM clock, rights_claim claim
    JOIN catalog_recordingwork link ON link.work_id = claim.work_id
    JOIN catalog_recording recording ON recording.id = link.recording_id
    WHERE (claim.party_id = %(party)s OR claim.administered_by_id = %(party)s) AND {_IS_LIVE}
)"""  # noqa: S608 - of constants
# Countries that no owner names in a grant are alike, so one of them is asked for all.
COUNTRIES_SQL = f"""
WITH {_OWN}, owner AS (
    SELECT party_id AS id FROM rights_claim claim JOIN own ON own.id = claim.recording_id
    UNION SELECT coalesce(administered_by_id, party_id) FROM rights_claim claim
    JOIN catalog_recordingwork link ON link.work_id = claim.work_id JOIN own ON own.id = link.recording_id
    UNION SELECT party.id FROM rights_party party WHERE party.artist_id IN (SELECT artist_id FROM own)
)
SELECT DISTINCT country FROM rights_grant JOIN owner ON owner.id = party_id WHERE country <> '' AND use = ANY(%(uses)s)
"""  # noqa: S608
EFFECT_SQL = f"""
WITH {_OWN}, scope AS (
    SELECT * FROM jsonb_to_recordset(%(scopes)s) scope ({_SCOPE})
), supposed AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(supposed)s) one ({_SCOPE}, party_id bigint, covers_later boolean)
), song AS MATERIALIZED (
    SELECT DISTINCT scope.use, scope.tier_class, scope.country, own.artist_id, own.id
    FROM scope JOIN own ON (scope.artist_id IS NULL OR scope.artist_id = own.artist_id)
        AND (scope.recording_id IS NULL OR scope.recording_id = own.id)
        AND (scope.work_id IS NULL OR EXISTS (
            SELECT FROM catalog_recordingwork WHERE work_id = scope.work_id AND recording_id = own.id
        ))
), part AS MATERIALIZED (
    SELECT use, tier_class, country, artist_id, array_agg(id ORDER BY id)::text AS songs
    FROM (
        SELECT *, row_number() OVER (PARTITION BY use, tier_class, country, artist_id ORDER BY id) / 500 AS number
        FROM song
    ) numbered GROUP BY use, tier_class, country, artist_id, number
), answer AS MATERIALIZED (
    SELECT part.use, part.country, answer.* FROM clock, part, LATERAL rights_answers_supposing(
        ARRAY[part.use::text], ARRAY[part.tier_class::text], ARRAY[part.artist_id], ARRAY[part.country::text],
        ARRAY[part.songs], clock.at, (
            SELECT coalesce(jsonb_agg(to_jsonb(supposed)), '[]') FROM supposed
            WHERE supposed.use = part.use AND supposed.country IN ('', part.country)
                AND (supposed.artist_id IS NULL OR supposed.artist_id = part.artist_id)
        ), %(replaced)s
    ) answer WHERE answer.problem <> ''
), blocked AS MATERIALIZED (
    SELECT DISTINCT use, recording_id FROM answer
), total AS (
    SELECT count(*) AS recordings, count(*) FILTER (WHERE is_usable) AS usable, count(DISTINCT artist_id) AS artists,
        count(DISTINCT artist_id) FILTER (WHERE is_usable) AS usable_artists
    FROM (
        SELECT DISTINCT artist_id, id, id NOT IN (SELECT recording_id FROM blocked) AS is_usable FROM song
    ) one
), by_use AS (
    SELECT song.use, count(DISTINCT song.id) AS recordings, count(DISTINCT blocked.recording_id) AS blocked
    FROM song LEFT JOIN blocked ON blocked.use = song.use AND blocked.recording_id = song.id
    GROUP BY song.use ORDER BY song.use
), blocker AS MATERIALIZED (
    SELECT problem, party_id, bool_or(role = 'artist') AS is_artist, array_agg(DISTINCT role) AS roles,
        array_agg(DISTINCT use::text) AS uses, array_agg(DISTINCT country::text) AS countries,
        count(DISTINCT recording_id) AS recordings, (array_agg(DISTINCT recording_id))[:{MAX_EXAMPLES}] AS examples
    FROM answer GROUP BY problem, party_id, CASE WHEN party_id IS NULL THEN role END
), overlap AS (
    SELECT DISTINCT said.party_id, agreement.number FROM clock, supposed JOIN rights_grant said
        ON said.party_id = supposed.party_id
        AND (said.use, said.tier_class, said.country) = (supposed.use, supposed.tier_class, supposed.country)
        AND (said.artist_id, said.recording_id, said.work_id)
            IS NOT DISTINCT FROM (supposed.artist_id, supposed.recording_id, supposed.work_id)
    JOIN rights_agreementversion version ON version.id = said.agreement_version_id
    JOIN rights_agreement agreement ON agreement.id = version.agreement_id
    WHERE version.id <> ALL (%(replaced)s) AND (said.live_until IS NULL OR said.live_until > clock.at)
        AND (said.ended_at IS NULL OR said.ended_at > clock.at)
        AND (%(ends_at)s::timestamptz IS NULL OR said.live_from < %(ends_at)s)
)
SELECT (SELECT to_jsonb(total) FROM total),
    coalesce((SELECT jsonb_agg(to_jsonb(by_use)) FROM by_use), '[]'),
    coalesce((SELECT jsonb_agg(to_jsonb(one)) FROM (
        SELECT * FROM blocker ORDER BY recordings DESC, problem, party_id LIMIT {MAX_BLOCKERS}
    ) one), '[]'),
    (SELECT count(*) FROM blocker), ARRAY(SELECT number FROM overlap WHERE party_id = %(viewer)s ORDER BY 1),
    (SELECT count(*) FROM overlap WHERE party_id <> %(viewer)s)
"""  # noqa: S608


def measure(proposal: Proposal, viewer: Party, *, ends_at: datetime | None = None) -> Effect:
    """Count over the recordings that the viewer has a part in; an artist's are the artist's own. Up to five queries."""
    parameters: dict[str, Any] = {
        "artist": viewer.artist_id,
        "party": None if viewer.artist_id else viewer.pk,
        "viewer": viewer.pk,
        "at": proposal.starts_at,
        "ends_at": ends_at,
        "uses": sorted({scope.use for scope in proposal.scopes}),
        "replaced": list(proposal.replaces),
    }
    countries = _countries_to_ask(proposal.scopes, parameters)
    asked = [scope for scope in proposal.scopes if scope.country in countries]
    parameters["scopes"] = Jsonb([_scope_row(scope) for scope in asked])
    parameters["supposed"] = Jsonb(list(_supposed_grants(proposal)))
    with connection.cursor() as cursor:
        cursor.execute(EFFECT_SQL, parameters)
        *texts, all_blockers, own_overlaps, other_overlaps = cursor.fetchone()
    total, uses, blockers = map(json.loads, texts)  # Django leaves JSON as text
    by_use = [UseEffect(row["use"], row["recordings"], row["recordings"] - row["blocked"]) for row in uses]
    return Effect(
        **total,
        uses=by_use,
        blockers=_name_blockers(blockers),
        all_blockers=all_blockers,
        own_overlaps=own_overlaps,
        other_overlaps=other_overlaps,
    )


def count_lost(version: AgreementVersion, viewer: Party) -> int:
    """How many recordings, of those the viewer has a part in, can no longer be used once this version ends."""
    proposal = Proposal.of(version)
    now, then = (replace(proposal, parties=(), starts_at=None, replaces=ended) for ended in ((), (version.pk,)))
    return measure(now, viewer).usable - measure(then, viewer).usable


def _countries_to_ask(scopes: Iterable[Scope], parameters: dict[str, Any]) -> set[str]:
    """The countries that somebody names in a grant, and one of the others; everywhere is always asked."""
    named = {scope.country for scope in scopes}
    chosen = sorted(named - {""})
    if len(chosen) < 2:
        return named
    with connection.cursor() as cursor:
        cursor.execute(COUNTRIES_SQL, parameters)
        special = {row[0] for row in cursor.fetchall()}
    alike = [country for country in chosen if country not in special]
    return (named & special) | set(alike[:1]) | (named & {""})


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
