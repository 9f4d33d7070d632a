"""Answer whether everyone whose permission a use needs has given it.

A positive answer is stored as a row (StoredClearance): it says what was true then. Delivery asks its question again.
The question itself is one SQL function, `rights_answers` in migration 0002; nothing else reads the contracts.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet

from catalog.models import Artist, Recording
from rights import grants, question
from rights.clearance_result import Clearance, ClearanceRefusal, ClearanceRequest
from rights.models import Grant, Party

type Answer = Clearance | ClearanceRefusal


def clear(
    use: str, artist: Artist, recordings: Iterable[Recording] = (), *, territory: str = "", tier_class: str = ""
) -> Answer:
    """Clear one request now, by the database's clock, and store a positive answer."""
    request = ClearanceRequest(use, artist.pk, territory, _sorted_ids(recordings), tier_class)
    return clear_all([request])[request]


def clear_all(requests: Collection[ClearanceRequest]) -> dict[ClearanceRequest, Answer]:
    """Clear many requests in one query, and one more where something is stored.

    Requests with the same question and the same grants share one stored row. A yes that ends between the two queries
    drops its request alone, which is then asked again.
    """
    found = question.ask(list(dict.fromkeys(requests)))
    stored = question.store([one.request for one in found if one.refusal is None and one.stored_id is None])
    answers: dict[ClearanceRequest, Answer] = {}
    for one in found:
        request = one.request
        if one.refusal is not None:
            answers[request] = one.refusal
        elif pk := one.stored_id or stored.get(request):
            answers[request] = Clearance(pk, request.use, request.artist_id, one.grants, one.until, request.recordings)
    if ended := [one.request for one in found if one.request not in answers]:
        answers |= clear_all(ended)
    return answers


def find_missing(
    use: str,
    artist: Artist,
    recordings: Iterable[Recording] = (),
    *,
    territory: str = "",
    tier_class: str = "",
    at: datetime | None = None,
) -> ClearanceRefusal | None:
    """Who has not said yes at this time, or now; None where everybody has. Nothing is stored, in one query."""
    request = ClearanceRequest(use, artist.pk, territory, _sorted_ids(recordings), tier_class)
    return find_all_missing([request], at=at)[request]


def find_all_missing(
    requests: Collection[ClearanceRequest], *, at: datetime | None = None
) -> dict[ClearanceRequest, ClearanceRefusal | None]:
    """The same for many requests, in one query."""
    return {one.request: one.refusal for one in question.ask(list(dict.fromkeys(requests)), at)}


def still_clear(ids: Iterable[int], at: datetime | None = None) -> set[int]:
    """The ids of those stored clearances whose question is answered with yes again, by everybody who must say it now.

    An unknown id is never clear.
    """
    return question.ask_again(ids, at)


def hold_clear(ids: Iterable[int]) -> dict[int, str]:
    """The same now, and for each what fans keep when a yes ends (`AfterEnd`): it stops where one of the grants says so.

    The grants cannot end until this transaction has committed. Whoever ends one waits those few milliseconds, and
    afterwards nothing is delivered under it.
    """
    return question.ask_again_and_hold(ids)


def live_grants() -> QuerySet[Grant]:
    """The artists' own grants for all songs that are live now."""
    return grants.list_live().filter(party__kind=Party.Kind.ARTIST, allows=True, recording=None, work=None)


def _sorted_ids(recordings: Iterable[Recording]) -> tuple[int, ...]:
    return tuple(sorted({recording.pk for recording in recordings}))
