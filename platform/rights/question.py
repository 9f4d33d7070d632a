"""The question who must say yes, as SQL: ask it, list each party's answer, ask it again, and store what it answered."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from rights import refusals
from rights.clearance_result import ClearanceRefusal, ClearanceRequest, Missing

# In SQL: the question is a function that the database asks too, and Django has neither FOR SHARE nor INSERT … SELECT.
# Through the ORM, and with its joins, the question for one draft took 11 ms.
_PARAMETERS = "%(uses)s, %(tiers)s, %(artists)s, %(countries)s, %(songs)s, coalesce(%(at)s, statement_timestamp())"
ASK_SQL = f"SELECT * FROM rights_answers_with_names({_PARAMETERS})"  # noqa: S608 - of constants
_HELD = """held AS MATERIALIZED (
    SELECT permission.id, permission.live_until, permission.after_end FROM rights_grant permission
    WHERE permission.id IN (SELECT grant_id FROM answer)
        AND (permission.ended_at IS NULL OR permission.ended_at > statement_timestamp())
    ORDER BY permission.id FOR SHARE OF permission
)"""
PROBLEMS_SQL = f"""
SELECT (%(uses)s::text[])[n], recording_id, array_agg(DISTINCT problem) FROM rights_answers({_PARAMETERS})
WHERE party_id = %(party)s GROUP BY n, recording_id
"""  # noqa: S608
# The question is asked again, and the grants are held: what ended since the first query is not stored.
STORE_SQL = f"""
WITH asked AS (
    SELECT n, use, tier_class, artist, country, songs::bigint[] AS songs
    FROM unnest(%(uses)s::text[], %(tiers)s::text[], %(artists)s::bigint[], %(countries)s::text[], %(songs)s::text[])
        WITH ORDINALITY AS asked (use, tier_class, artist, country, songs, n)
), answer AS MATERIALIZED (
    SELECT * FROM rights_answers({_PARAMETERS})
), {_HELD}, cleared AS MATERIALIZED (
    SELECT answer.n, nextval(pg_get_serial_sequence('rights_clearance', 'id')) AS id,
        array_agg(DISTINCT held.id ORDER BY held.id) AS grants, min(held.live_until) AS until
    FROM answer LEFT JOIN held ON held.id = answer.grant_id
    GROUP BY answer.n HAVING bool_and(answer.problem = '' AND held.id IS NOT NULL)
), stored AS (
    INSERT INTO rights_clearance (id, use, tier_class, artist_id, territory, until, digest)
    SELECT cleared.id, use, tier_class, artist, country, until,
        rights_clearance_digest(use, tier_class, artist, country, songs, grants)
    FROM cleared JOIN asked USING (n)
), songs AS (
    INSERT INTO rights_clearancerecording (clearance_id, recording_id)
    SELECT cleared.id, unnest(songs) FROM cleared JOIN asked USING (n)
), links AS (
    INSERT INTO rights_clearancegrant (clearance_id, grant_id) SELECT cleared.id, unnest(grants) FROM cleared
), keys AS (
    INSERT INTO rights_clearancekeyholder (clearance_id, holder_id)
    SELECT cleared.id, unnest(rights_key_holders(grants)) FROM cleared
)
SELECT n, id FROM cleared
"""  # noqa: S608
_ASK_AGAIN_BEGINNING = """
WITH answer AS MATERIALIZED (
    SELECT * FROM rights_answers_again(%(ids)s, coalesce(%(at)s, statement_timestamp()))
)"""
ASK_AGAIN_SQL = f"""{_ASK_AGAIN_BEGINNING}
SELECT clearance_id FROM answer GROUP BY clearance_id HAVING bool_and(problem = '')
"""  # noqa: S608
ASK_AGAIN_AND_HOLD_SQL = f"""{_ASK_AGAIN_BEGINNING}, {_HELD}
SELECT clearance_id, CASE WHEN bool_or(held.after_end = 'stops') THEN 'stops' ELSE 'plays_on' END
FROM answer LEFT JOIN held ON held.id = grant_id
GROUP BY clearance_id HAVING bool_and(problem = '' AND held.id IS NOT NULL)
"""  # noqa: S608


class Answer(NamedTuple):
    """What one party says to the request of this number, or that the owners of something are not known."""

    n: int
    use: str
    role: str
    party: int | None
    recording: int | None
    problem: str
    """Empty where the party says yes."""
    name: str
    kind: str
    song: str
    """The title of the recording or work."""
    grant: int | None
    version: int | None
    live_until: datetime | None
    stored_id: int | None
    """Of a request that is cleared: a row with the same question and the same grants."""
    scheme: int | None
    """The split scheme of the agreement under which the party says yes."""
    known: int
    """Of owners that are not known: how many basis points of the role are known and confirmed."""
    at: datetime
    """The time that was asked about."""


class Found(NamedTuple):
    """What the question gave for one request. `stored_id` is a row with the same question and the same grants."""

    request: ClearanceRequest
    refusal: ClearanceRefusal | None
    grants: tuple[tuple[int, int], ...]
    until: datetime | None
    stored_id: int | None
    answers: tuple[Answer, ...]


def ask(requests: Sequence[ClearanceRequest], at: datetime | None = None) -> list[Found]:
    """The answer to each request at this time, or now by the database's clock, in one query."""
    answers: dict[int, list[Answer]] = {}
    for answer in list_answers(requests, at):
        answers.setdefault(answer.n, []).append(answer)
    return [_read_answers(request, answers[n]) for n, request in enumerate(requests, 1)]


def list_answers(requests: Sequence[ClearanceRequest], at: datetime | None = None) -> list[Answer]:
    """Everybody's answer to each request, numbered from 1, in one query. Pages have no reading of their own."""
    return [Answer(*row) for row in _execute(ASK_SQL, requests, at)]


def list_problems_of(party: int, requests: Sequence[ClearanceRequest]) -> list[tuple[str, int, list[str]]]:
    """What one party's answers lack, as (use, recording, problems), in one query. "" stands for a yes."""
    return _execute(PROBLEMS_SQL, requests, None, party=party)


def store(requests: Sequence[ClearanceRequest]) -> dict[ClearanceRequest, int]:
    """Store a clearance for each request that is cleared at this moment, in one statement. Returns their ids."""
    return {requests[n - 1]: pk for n, pk in _execute(STORE_SQL, requests, None)}


def ask_again(ids: Iterable[int], at: datetime | None = None) -> set[int]:
    """Those of these stored clearances whose question is answered with yes, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(ASK_AGAIN_SQL, {"ids": list(set(ids)), "at": at})
        return {row[0] for row in cursor.fetchall()}


def ask_again_and_hold(ids: Iterable[int]) -> dict[int, str]:
    """The same now, with what fans keep afterwards. The grants cannot end before this transaction does."""
    with connection.cursor() as cursor:
        cursor.execute(ASK_AGAIN_AND_HOLD_SQL, {"ids": list(set(ids)), "at": None})
        return dict(cursor.fetchall())


def _execute(sql: str, requests: Sequence[ClearanceRequest], at: datetime | None, **more: int) -> list[tuple[Any, ...]]:
    if not requests:
        return []
    parameters: dict[str, Any] = {
        "uses": [request.use for request in requests],
        "tiers": [request.tier_class for request in requests],
        "artists": [request.artist_id for request in requests],
        "countries": [request.territory for request in requests],
        "songs": [f"{{{','.join(map(str, request.recordings))}}}" for request in requests],
        "at": at,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _read_answers(request: ClearanceRequest, answers: Sequence[Answer]) -> Found:
    grants = {one.grant: one.version for one in answers if one.grant is not None and one.version is not None}
    ends = [one.live_until for one in answers if one.live_until]
    missing = [_describe_missing(request, one) for one in answers if one.problem]
    refusal = _refuse(request, missing) if missing else None
    until = min(ends, default=None)
    return Found(request, refusal, tuple(sorted(grants.items())), until, answers[0].stored_id, tuple(answers))


def _describe_missing(request: ClearanceRequest, one: Answer) -> Missing:
    asked = (one.problem, request.use, request.territory)
    return Missing(*asked, one.role, one.name, one.kind, one.song, one.recording, one.known)


def _refuse(request: ClearanceRequest, missing: Sequence[Missing]) -> ClearanceRefusal:
    described = {refusals.describe(one): one.problem for one in missing}  # works of one song can say the same
    return ClearanceRefusal(request.use, request.artist_id, tuple(described), tuple(described.values()), tuple(missing))
