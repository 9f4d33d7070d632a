"""Clear: has everyone who must say yes to this use said so? A yes is stored, and asked again by its number."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from catalog.models import Artist, Recording
from rights.clearance_result import Clearance, ClearanceRefusal
from rights.models import ClearanceGrant, Grant, StoredClearance, Use


@dataclass(frozen=True, slots=True)
class ClearanceRequest:
    """One question. `territory` is a country's code; "" asks about everywhere, which only a yes for everywhere covers.

    `recordings` are the ones used. A personal message names a recording and uses none of its sound, so it needs only
    the artist's own yes, always.
    """

    use: str
    artist_id: int
    territory: str = ""
    recordings: tuple[int, ...] = ()


def clear(
    use: str, recordings: Iterable[Recording], artist: Artist, *, at: datetime | None = None, territory: str = ""
) -> Clearance | ClearanceRefusal:
    """Everyone's yes at that time (default: now, by the database's clock), or who is missing."""
    ask = ClearanceRequest(use, artist.pk, territory, tuple(sorted(recording.pk for recording in recordings)))
    return clear_all([ask], at=at)[ask]


def clear_all(
    asks: Collection[ClearanceRequest], *, at: datetime | None = None
) -> dict[ClearanceRequest, Clearance | ClearanceRefusal]:
    """Many questions at once, in a constant number of queries. The same yes twice is one stored row."""
    distinct = sorted(set(asks), key=lambda ask: (ask.artist_id, ask.use, ask.territory, ask.recordings))
    live = _live_grants(distinct, at)
    given = {ask: live.get((ask.artist_id, ask.use)) for ask in distinct}
    covered = [(ask, grant) for ask, grant in given.items() if grant and covers_territory(grant, ask.territory)]
    refused = given.keys() - {ask for ask, _ in covered}
    names = _artist_names(refused)
    missing = {ask: _describe_missing(names[ask.artist_id], ask, given[ask]) for ask in refused}
    return {
        ask: ClearanceRefusal(ask.use, ask.artist_id, (said,)) for ask, said in missing.items()
    } | _store_clearances(covered)


STILL_CLEAR_SQL = """
WITH asked AS (
    SELECT coalesce(%(at)s, statement_timestamp()) AS at
), live AS (
    SELECT rests.clearance_id
    FROM rights_clearancegrant rests JOIN rights_grant yes ON yes.id = rests.grant_id, asked
    WHERE rests.clearance_id = ANY(%(ids)s) AND yes.ended_at IS NULL AND yes.live_from <= asked.at
        AND (yes.live_until IS NULL OR yes.live_until > asked.at)
    {lock}
)
SELECT cleared.id FROM rights_clearance cleared, asked
WHERE cleared.id = ANY(%(ids)s) AND (cleared.until IS NULL OR cleared.until > asked.at)
    AND (SELECT count(*) FROM live WHERE live.clearance_id = cleared.id) > 0
    AND (SELECT count(*) FROM live WHERE live.clearance_id = cleared.id)
        = (SELECT count(*) FROM rights_clearancegrant rests WHERE rests.clearance_id = cleared.id)
"""


def still_clear(ids: Iterable[int], at: datetime | None = None, *, hold: bool = False) -> set[int]:
    """Which of these stored clearances still stand, in one SQL query. A number nobody stored stands for nothing.

    `hold` keeps their grants from ending until this transaction has committed: whoever takes a yes back waits those
    few milliseconds, and afterwards nothing more goes out on it.
    """
    lock = "FOR SHARE OF yes" if hold else ""
    with connection.cursor() as cursor:
        cursor.execute(STILL_CLEAR_SQL.format(lock=lock), {"ids": list(set(ids)), "at": at})
        return {row[0] for row in cursor.fetchall()}


def get_live_grant(use: str, artist: Artist) -> Grant | None:
    """The artist's own yes, if it stands now: for a page that says so before anybody tries. Nothing is stored."""
    return _live_grants([ClearanceRequest(use, artist.pk)], None).get((artist.pk, use))


def covers_territory(grant: Grant, territory: str) -> bool:
    return not grant.territories or territory in grant.territories.split(",")


LIVE_GRANTS_SQL = """
SELECT yes.id, yes.party_id, yes.artist_id, yes.use, yes.version, yes.territories, yes.by, yes.live_from,
    yes.live_until, yes.ended_at, yes.ended_by
FROM rights_grant yes JOIN rights_party party ON party.id = yes.party_id,
    (SELECT coalesce(%(at)s, statement_timestamp()) AS at) asked
WHERE party.kind = 'artist' AND yes.artist_id = ANY(%(artists)s) AND yes.use = ANY(%(uses)s)
    AND yes.live_from <= asked.at
    AND (yes.live_until IS NULL OR yes.live_until > asked.at) AND (yes.ended_at IS NULL OR yes.ended_at > asked.at)
"""


def _live_grants(asks: Sequence[ClearanceRequest], at: datetime | None) -> dict[tuple[int, str], Grant]:
    """The live yes of each artist as their own party, by artist and use."""
    asked = {"artists": list({ask.artist_id for ask in asks}), "uses": list({ask.use for ask in asks}), "at": at}
    return {(grant.artist_id, grant.use): grant for grant in Grant.objects.raw(LIVE_GRANTS_SQL, asked)}


def _artist_names(asks: Collection[ClearanceRequest]) -> Mapping[int, str]:
    if not asks:
        return {}
    return dict(Artist.objects.filter(pk__in={ask.artist_id for ask in asks}).values_list("pk", "name"))


def _describe_missing(name: str, ask: ClearanceRequest, grant: Grant | None) -> str:
    what = Use(ask.use).label.lower()
    if grant is None:
        return f"{name} (artist): {what} are off"
    return f"{name} (artist): {what} are not granted {f'for {ask.territory}' if ask.territory else 'for everywhere'}"


def _store_clearances(
    covered: Sequence[tuple[ClearanceRequest, Grant]],
) -> dict[ClearanceRequest, Clearance | ClearanceRefusal]:
    """A row for each, the one that is there already where it rests on the same grant."""
    if not covered:
        return {}
    rows = _find_rows([grant for _, grant in covered])
    absent = {key: ask for ask, grant in covered if (key := _row_key(ask, grant)) not in rows}
    if absent:
        rows |= _create_rows(absent, {grant.pk: grant for _, grant in covered})
    return {
        ask: Clearance(
            rows[_row_key(ask, grant)], ask.use, ask.artist_id, ((grant.pk, grant.version),), grant.live_until
        )
        for ask, grant in covered
    }


type RowKey = tuple[int, str]
"""What a stored clearance rests on, and for where."""


def _row_key(ask: ClearanceRequest, grant: Grant) -> RowKey:
    return grant.pk, ask.territory


def _find_rows(grants: Sequence[Grant]) -> dict[RowKey, int]:
    resting = ClearanceGrant.objects.filter(grant__in={grant.pk for grant in grants}).order_by("-clearance_id")
    return {
        (grant, where): row for grant, where, row in resting.values_list("grant", "clearance__territory", "clearance")
    }


def _create_rows(absent: Mapping[RowKey, ClearanceRequest], grants: Mapping[int, Grant]) -> dict[RowKey, int]:
    """Two processes may each store one for the same grant: both are true, and either will do."""
    with transaction.atomic():
        rows = StoredClearance.objects.bulk_create(
            StoredClearance(use=ask.use, artist_id=ask.artist_id, territory=where, until=grants[grant].live_until)
            for (grant, where), ask in absent.items()
        )
        ClearanceGrant.objects.bulk_create(
            ClearanceGrant(clearance=row, grant_id=grant) for row, (grant, _) in zip(rows, absent, strict=True)
        )
    return {key: row.pk for key, row in zip(absent, rows, strict=True)}
