"""Answer whether everyone whose permission a use needs has given it.

A positive answer is stored as a row (StoredClearance). Delivery checks that row again by its id.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from catalog.models import Artist
from rights.clearance_result import Clearance, ClearanceRefusal
from rights.models import ClearanceGrant, Grant, Party, StoredClearance, Use


@dataclass(frozen=True, slots=True)
class ClearanceRequest:
    """A use of one artist's words. `territory` is a country's code; "" asks for every country at once.

    A personal message names a recording but uses none of its sound, so it needs the artist's own grant only.
    """

    use: str
    artist_id: int
    territory: str = ""


def clear(use: str, artist: Artist, *, at: datetime | None = None, territory: str = "") -> Clearance | ClearanceRefusal:
    """Clear one request. `at` is the time to ask about; by default it is now, by the database's clock."""
    request = ClearanceRequest(use, artist.pk, territory)
    return clear_all([request], at=at)[request]


def clear_all(
    requests: Collection[ClearanceRequest], *, at: datetime | None = None
) -> dict[ClearanceRequest, Clearance | ClearanceRefusal]:
    """Clear many requests in a constant number of queries. Requests with the same answer share one stored row."""
    distinct = sorted(set(requests), key=lambda request: (request.artist_id, request.use, request.territory))
    live = _live_grants(distinct, at)
    grants = {request: live.get((request.artist_id, request.use)) for request in distinct}
    covered = [
        (request, grant) for request, grant in grants.items() if grant and covers_territory(grant, request.territory)
    ]
    refused = grants.keys() - {request for request, _ in covered}
    names = _artist_names(refused)
    refusals: dict[ClearanceRequest, Clearance | ClearanceRefusal] = {}
    for request in refused:
        missing = _describe_missing(names[request.artist_id], request, grants[request])
        refusals[request] = ClearanceRefusal(request.use, request.artist_id, (missing,))
    return refusals | _store_clearances(covered)


# A clearance is still valid when all its grants are live. Django has no FOR SHARE: through the ORM this would be a lock
# that deliveries wait for, and a second query. For one clearance it takes 4 ms, through the ORM 11 ms.
# The two statements differ in FOR SHARE alone.
_STILL_CLEAR_BEGINNING = """
WITH asked AS (
    SELECT coalesce(%(at)s, statement_timestamp()) AS at
), live AS (
    SELECT link.clearance_id
    FROM rights_clearancegrant link JOIN rights_grant permission ON permission.id = link.grant_id, asked
    WHERE link.clearance_id = ANY(%(ids)s) AND permission.ended_at IS NULL AND permission.live_from <= asked.at
        AND (permission.live_until IS NULL OR permission.live_until > asked.at)
"""
_STILL_CLEAR_END = """
)
SELECT cleared.id FROM rights_clearance cleared, asked
WHERE cleared.id = ANY(%(ids)s) AND (cleared.until IS NULL OR cleared.until > asked.at)
    AND (SELECT count(*) FROM live WHERE live.clearance_id = cleared.id) > 0
    AND (SELECT count(*) FROM live WHERE live.clearance_id = cleared.id)
        = (SELECT count(*) FROM rights_clearancegrant link WHERE link.clearance_id = cleared.id)
"""
STILL_CLEAR_SQL = _STILL_CLEAR_BEGINNING + _STILL_CLEAR_END
STILL_CLEAR_HOLD_SQL = _STILL_CLEAR_BEGINNING + "    FOR SHARE OF permission" + _STILL_CLEAR_END


def still_clear(ids: Iterable[int], at: datetime | None = None, *, hold: bool = False) -> set[int]:
    """The ids of those stored clearances that are still valid, in one SQL query. An unknown id is never valid.

    `hold` keeps their grants from ending until this transaction has committed. Whoever ends a grant waits those few
    milliseconds, and afterwards nothing is delivered under it.
    """
    with connection.cursor() as cursor:
        cursor.execute(STILL_CLEAR_HOLD_SQL if hold else STILL_CLEAR_SQL, {"ids": list(set(ids)), "at": at})
        return {row[0] for row in cursor.fetchall()}


def get_live_grant(use: str, artist: Artist) -> Grant | None:
    """The artist's own grant of this use, if it is live now. For pages that show it; nothing is stored."""
    return _live_grants([ClearanceRequest(use, artist.pk)], None).get((artist.pk, use))


def live_grants(at: datetime | None = None) -> QuerySet[Grant]:
    """The artists' own grants that are live at this time, or now."""
    time = at or Now()
    return Grant.objects.filter(
        Q(live_until=None) | Q(live_until__gt=time),
        Q(ended_at=None) | Q(ended_at__gt=time),
        party__kind=Party.Kind.ARTIST,
        live_from__lte=time,
    )


def covers_territory(grant: Grant, territory: str) -> bool:
    return not grant.territories or territory in grant.territories.split(",")


def _live_grants(requests: Sequence[ClearanceRequest], at: datetime | None) -> dict[tuple[int, str], Grant]:
    """Each artist's own live grant, by artist and use."""
    grants = live_grants(at).filter(
        artist__in={request.artist_id for request in requests}, use__in={request.use for request in requests}
    )
    return {(grant.artist_id, grant.use): grant for grant in grants}


def _artist_names(requests: Collection[ClearanceRequest]) -> Mapping[int, str]:
    if not requests:
        return {}
    return dict(Artist.objects.filter(pk__in={request.artist_id for request in requests}).values_list("pk", "name"))


def _describe_missing(name: str, request: ClearanceRequest, grant: Grant | None) -> str:
    use = Use(request.use).label.lower()
    if grant is None:
        return f"{name} (artist): {use} are off"
    return f"{name} (artist): {use} are not granted for {request.territory or 'everywhere'}"


def _store_clearances(
    covered: Sequence[tuple[ClearanceRequest, Grant]],
) -> dict[ClearanceRequest, Clearance | ClearanceRefusal]:
    """A stored row for each request. A row that exists for the same grant and territory is used again."""
    if not covered:
        return {}
    rows = _find_rows([grant for _, grant in covered])
    absent = {key: request for request, grant in covered if (key := _row_key(request, grant)) not in rows}
    if absent:
        rows |= _create_rows(absent, {grant.pk: grant for _, grant in covered})
    return {
        request: Clearance(
            rows[_row_key(request, grant)],
            request.use,
            request.artist_id,
            ((grant.pk, grant.version),),
            grant.live_until,
        )
        for request, grant in covered
    }


type RowKey = tuple[int, str]
"""The grant and the territory of a stored clearance."""


def _row_key(request: ClearanceRequest, grant: Grant) -> RowKey:
    return grant.pk, request.territory


def _find_rows(grants: Sequence[Grant]) -> dict[RowKey, int]:
    links = ClearanceGrant.objects.filter(grant__in={grant.pk for grant in grants}).order_by("-clearance_id")
    rows = links.values_list("grant", "clearance__territory", "clearance")
    return {(grant, territory): clearance for grant, territory, clearance in rows}


def _create_rows(absent: Mapping[RowKey, ClearanceRequest], grants: Mapping[int, Grant]) -> dict[RowKey, int]:
    """Two processes may each store a row for the same grant. Both rows are true, so either may be used."""
    with transaction.atomic():
        rows = StoredClearance.objects.bulk_create(
            StoredClearance(
                use=request.use, artist_id=request.artist_id, territory=territory, until=grants[grant].live_until
            )
            for (grant, territory), request in absent.items()
        )
        ClearanceGrant.objects.bulk_create(
            ClearanceGrant(clearance=row, grant_id=grant) for row, (grant, _) in zip(rows, absent, strict=True)
        )
    return {key: row.pk for key, row in zip(absent, rows, strict=True)}
