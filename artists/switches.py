"""The switches of an artist's permissions: one for each use, of all songs and of each song. Pages and API read them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q

from catalog.models import Artist, Recording
from rights import clearance, grants
from rights.clearance_result import ClearanceRefusal, ClearanceRequest, Missing
from rights.models import Grant, Use
from rights.refusals import describe, name_party

SWITCHED_USES = (Use.PERSONAL_MESSAGE, Use.REMIX, Use.SHARE, Use.PLAYLIST, Use.DJ)
"""The uses that have a switch, in the order of the page. Nobody can switch on voice and training."""
OFFERED_USES = frozenset({Use.PERSONAL_MESSAGE, Use.REMIX, Use.SHARE})
"""The uses of which something is made today. A yes to another one is stored for later."""
OWN_YES = frozenset({"country", "bounds"})
"""Problems with which the artist's own yes is in: it holds in some countries, or for narrower limits, only."""
OF_ALL = Q(recording=None, work=None)
"""Grants for all songs."""
UNSETTLED = frozenset({"unknown", "unconfirmed", "disputed"})
"""Problems with who owns a song. Nobody can be asked before they are settled."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One use of one song, or of all songs where `recording` is None."""

    use: str
    recording: Recording | None
    is_on: bool
    """The artist's own yes is in. Others may have to say yes too."""
    since: datetime | None
    """When the artist said it; None for what was never on."""
    missing: tuple[Missing, ...] = ()
    """What others have not said, where the artist's own yes is in."""
    is_limited: bool = False
    """The yes holds in some countries only."""
    exceptions: int = 0
    """For all songs: how many songs are not as this says, by an answer of their own or because they came later."""
    came_later: bool = False
    """The song is off because it was added after a yes to all songs that does not cover later ones."""

    @property
    def waits(self) -> bool:
        return bool(self.missing)

    @property
    def is_offered(self) -> bool:
        return self.use in OFFERED_USES

    @property
    def name(self) -> str:
        return switch_name(self.use, self.recording)

    @property
    def label(self) -> str:
        return str(Use(self.use).label)

    @property
    def waiting_for(self) -> list[str]:
        return list_waiting_for(self.missing)

    @property
    def refused_by(self) -> list[str]:
        return list_refused_by(self.missing)

    @property
    def unsettled(self) -> list[str]:
        return list_unsettled(self.missing)


@dataclass(frozen=True, slots=True)
class Channel:
    """All switches of one song, or of all songs where `recording` is None."""

    recording: Recording | None
    switches: list[Switch]


def switch_name(use: str, song: Recording | None) -> str:
    """For example "remix:5", and "remix" for all songs."""
    return f"{use}:{song.pk}" if song else use


def list_waiting_for(missing: Iterable[Missing]) -> list[str]:
    """The parties that have not said yes, for example "Kestrel Row (publisher)"."""
    return _name(one for one in missing if one.problem not in UNSETTLED and one.problem != "refused")


def list_refused_by(missing: Iterable[Missing]) -> list[str]:
    """The parties that said no. Nobody waits for them."""
    return _name(one for one in missing if one.problem == "refused")


def _name(missing: Iterable[Missing]) -> list[str]:
    return list(dict.fromkeys(name_party(one.party, one.kind) for one in missing))


def list_unsettled(missing: Iterable[Missing]) -> list[str]:
    """What is not known about the owners, as sentences without their full stops."""
    return list(dict.fromkeys(describe(one) for one in missing if one.problem in UNSETTLED))


def list_channels(artist: Artist, songs: Sequence[Recording]) -> list[Channel]:
    """The channel of all songs, then one for each of these, in three queries for any number of songs.

    One more where a yes to all songs does not cover later ones.
    """
    requests = {(use, song): _request(artist, use, song) for song in (None, *songs) for use in SWITCHED_USES}
    refusals = clearance.find_all_missing(list(requests.values()))
    said = _list_said(artist, songs)
    exceptions = _count_exceptions(artist) + _count_later(artist, said)
    channels = []
    for song in (None, *songs):
        switches = [_read_switch(use, song, refusals[requests[use, song]], said) for use in SWITCHED_USES]
        if song is None:
            switches = [replace(one, exceptions=exceptions[one.use, not one.is_on]) for one in switches]
        channels.append(Channel(song, switches))
    return channels


def is_on(artist: Artist, use: str, song: Recording | None) -> bool:
    """Whether the artist's own yes is in."""
    own, _ = _split(clearance.find_missing(use, artist, [song] if song else []))
    return own <= OWN_YES


def find_after_end(own: Q, use: str, song: Recording | None) -> str:
    """What fans keep when one's `own` yes ends now: as its narrowest grant says; "" where nothing is on."""
    about = OF_ALL | Q(recording=song) | Q(work__in=song.works.all()) if song else OF_ALL
    live = grants.list_live().filter(about, own, use=use, allows=True)
    narrowest = live.order_by(F("recording").asc(nulls_last=True), F("work").asc(nulls_last=True))
    return narrowest.values_list("after_end", flat=True).first() or ""


def list_others(artist: Artist, use: str, song: Recording) -> tuple[Missing, ...]:
    """What others have not said yet, whether or not the artist's own yes is in."""
    return _split(clearance.find_missing(use, artist, [song]))[1]


def _request(artist: Artist, use: str, song: Recording | None) -> ClearanceRequest:
    return ClearanceRequest(use, artist.pk, recordings=(song.pk,) if song else ())


type Said = dict[tuple[str, int | None], Grant]
"""What the artist says now, by use and recording; None for all songs."""


def _list_said(artist: Artist, songs: Iterable[Recording]) -> Said:
    about = OF_ALL | Q(recording__in=list(songs))
    live = grants.list_live().filter(about, party__artist=artist, use__in=SWITCHED_USES)
    return {(grant.use, grant.recording_id): grant for grant in live.order_by("-country", "-pk")}


def _count_exceptions(artist: Artist) -> Counter[tuple[str, bool]]:
    """How many songs are switched on, or off, by themselves: by use and answer."""
    single = grants.list_live().filter(party__artist=artist, recording__isnull=False, use__in=SWITCHED_USES)
    counted = single.values_list("use", "allows").annotate(Count("recording", distinct=True))
    return Counter({(use, allows): count for use, allows, count in counted.order_by()})


def _count_later(artist: Artist, said: Said) -> Counter[tuple[str, bool]]:
    """How many songs came after a yes to all songs that does not cover them, and have no answer of their own."""
    limited = {use: grant for (use, song), grant in said.items() if song is None and _covers_no_later(grant)}
    if not limited:
        return Counter()
    own = grants.list_live().filter(party__artist=artist, recording=OuterRef("pk"))
    later = {
        use: Count("pk", filter=Q(created_at__gt=grant.live_from) & ~Q(Exists(own.filter(use=use))))
        for use, grant in limited.items()
    }
    return Counter({(use, False): count for use, count in artist.recordings.aggregate(**later).items()})


def _covers_no_later(grant: Grant | None) -> bool:
    return grant is not None and grant.allows and not grant.covers_later


def _read_switch(use: str, song: Recording | None, refusal: ClearanceRefusal | None, said: Said) -> Switch:
    own, others = _split(refusal)
    is_on = own <= OWN_YES
    grant = said.get((use, song.pk if song else None)) or (said.get((use, None)) if is_on else None)
    since, missing = grant.live_from if grant else None, others if is_on else ()
    of_all = said.get((use, None))
    came_later = bool(song and of_all and not is_on and not grant) and _covers_no_later(of_all)
    return Switch(use, song, is_on, since, missing, is_limited="country" in own, came_later=came_later)


def _split(refusal: ClearanceRefusal | None) -> tuple[set[str], tuple[Missing, ...]]:
    """The problems with the artist's own yes, and what others have not said."""
    details = refusal.details if refusal is not None else ()
    own = {one.problem for one in details if one.role == "artist"}
    return own, tuple(one for one in details if one.role != "artist")


@dataclass(frozen=True, slots=True)
class Wait:
    """A party that still has to say yes or said no, or a sentence about unknown owners, and what waits for it."""

    title: str
    songs_by_use: list[tuple[str, list[Recording]]]


def list_waits(channels: Iterable[Channel]) -> list[Wait]:
    """Who still has to say yes where the artist's own yes is in, each with the songs by use."""
    waits: dict[str, dict[str, list[Recording]]] = defaultdict(lambda: defaultdict(list))
    for switch in (switch for channel in channels if channel.recording for switch in channel.switches):
        for title in (*switch.waiting_for, *(f"{who} said no" for who in switch.refused_by), *switch.unsettled):
            assert switch.recording is not None
            waits[title][switch.use].append(switch.recording)
    return [Wait(title, [(Use(use).label, songs) for use, songs in by_use.items()]) for title, by_use in waits.items()]
