"""Read a fan's stored listens in ListenBrainz's format."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, Min, QuerySet
from msgspec import Struct

from accounts.models import Person
from listens.exceptions import RequestRejected
from listens.listenbrainz import mapping
from listens.models import Listen

DEFAULT_COUNT, MAX_COUNT = 25, 1000
MAX_TIMESTAMP = 253_402_300_799  # the last second that a datetime can hold
TRACK_FIELDS = {
    "release_mbid": "release_mbid",
    "release_group_mbid": "release_group_mbid",
    "track_mbid": "track_mbid",
    "track_number": "tracknumber",
    "album_artist": "release_artist_name",
    "service_uri": "origin_url",
}
"""Fields of the stored track and their names in `additional_info`."""


class ListenQuery(Struct, frozen=True):
    """Which listens a client asks for: those after `min_ts` and before `max_ts`, in seconds since 1970."""

    count: int
    min_ts: int | None
    max_ts: int | None


def parse_query(parameters: Mapping[str, Any]) -> ListenQuery:
    """Return the query of a request. Other parameters are ignored. Raises RequestRejected."""
    max_ts = _parse_integer(parameters.get("max_ts"), "Incorrect max_ts timestamp argument")
    min_ts = _parse_integer(parameters.get("min_ts"), "Incorrect min_ts timestamp argument")
    if max_ts is not None and min_ts is not None and max_ts <= min_ts:
        raise RequestRejected(400, "max_ts should be greater than min_ts")
    count = _parse_integer(parameters.get("count"), "Invalid count argument")
    if count is not None and count < 1:
        raise RequestRejected(400, "Number of items requested should be positive")
    return ListenQuery(min(count or DEFAULT_COUNT, MAX_COUNT), min_ts, max_ts)


def _parse_integer(text: str | None, problem: str) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise RequestRejected(400, f"{problem}: {text}") from None


def fetch_listens(fan: Person, query: ListenQuery) -> list[Listen]:
    """Return the listens, newest first. With `min_ts` they are the oldest ones after it, for clients that page forward.

    Takes one query.
    """
    listens = _listens_of(fan)
    if query.max_ts is not None:
        listens = listens.filter(started_at__lt=_to_datetime(query.max_ts))
    if query.min_ts is None:
        return list(listens.order_by("-started_at", "-pk")[: query.count])
    after = listens.filter(started_at__gte=_to_datetime(query.min_ts + 1))
    return list(after.order_by("started_at", "pk")[: query.count])[::-1]


def first_and_last_second(fan: Person) -> tuple[int, int]:
    """Return when the fan's first and last listen started; zeros without a listen. Takes one query."""
    ends = _listens_of(fan).aggregate(first=Min("second"), last=Max("second"))
    return ends["first"] or 0, ends["last"] or 0


def count_listens(fan: Person) -> int:
    return _listens_of(fan).count()


def _listens_of(fan: Person) -> QuerySet[Listen]:
    """The fan's listens that count, as on the fan's own pages: a play that two clients told of is there once."""
    return Listen.objects.filter(person=fan).counted()


def _to_datetime(second: int) -> datetime:
    return datetime.fromtimestamp(min(max(second, 0), MAX_TIMESTAMP), UTC)


def to_json(listen: Listen, user_name: str) -> dict[str, Any]:
    """Return one listen as ListenBrainz writes it."""
    msid = str(mapping.recording_msid(listen.title, listen.artist_credit))
    metadata: dict[str, Any] = {"track_name": listen.title, "artist_name": listen.artist_credit}
    if listen.album:
        metadata["release_name"] = listen.album
    metadata["additional_info"] = {**_additional_info(listen), "recording_msid": msid}
    return {
        "listened_at": listen.second,
        "inserted_at": int(listen.accepted_at.timestamp()),
        "recording_msid": msid,
        "user_name": user_name,
        "track_metadata": metadata,
    }


def _additional_info(listen: Listen) -> dict[str, Any]:
    """Return what the client submitted besides the names, under ListenBrainz's names, without empty values."""
    stored = listen.extra
    track, client = stored.get("track", {}), stored.get("client", {})
    artists = track.get("artists", [])
    mbids = [artist.get("mbid", "") for artist in artists]
    fields = {
        "artist_names": [artist["name"] for artist in artists],
        "artist_mbids": mbids if all(mbids) else [],  # with gaps, nobody could tell whose they are
        "tags": stored.get("tags"),
        "isrc": listen.isrc,
        "recording_mbid": listen.recording_mbid and str(listen.recording_mbid),
        "duration_ms": listen.duration_ms,
        "duration_played": listen.played_ms and listen.played_ms // 1000,
        **{name: track.get(field) for field, name in TRACK_FIELDS.items()},
        **{name: client.get(name) for name in mapping.CLIENT_FIELD_LENGTHS},
    }
    return {**stored.get("extra", {}), **{name: value for name, value in fields.items() if value}}
