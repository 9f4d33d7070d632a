"""A rightsholder's own switches for the songs of an artist, and what others say, which it cannot override."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.text import get_text_list

from artists import switches as artist_switches
from catalog.models import Artist, Recording
from rights import grants, question, sales
from rights.clearance_result import ClearanceRequest
from rights.models import Party, Use
from rights.owners import Owners, read_owners
from rights.question import Answer
from rights.sales import Schemes

USES = {Use.REMIX: "remixes", Use.SHARE: "shared remixes", Use.PLAYLIST: "playlists", Use.DJ: "DJ sets"}
"""Messages, voice and training are never a rightsholder's."""
OWN_YES = frozenset({"", "country"})
"""Nothing is missing, or the yes holds in some countries only."""
UNSETTLED = {"unconfirmed": "{who} has not confirmed a share", "disputed": "The share of {who} is disputed"}
MISSING = {
    "off": "{who} has not said yes to {uses}",
    "refused": "{who} said no to {uses}",
    "country": "{who} said yes to {uses} in some countries only",
}


@dataclass(frozen=True, slots=True)
class Switch:
    """The rightsholder's yes to one use."""

    use: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """The switches of one song. Without a confirmed share there are none."""

    song: Recording
    switches: list[Switch]
    others: list[str]
    """Sentences about what others have not said, and what nobody knows."""
    unsold: list[str]
    """Sentences for uses that the rightsholder permits: who has not accepted the split, and which role nobody has."""


def list_channels(party: Party, artist: Artist, songs: Sequence[Recording]) -> list[Channel]:
    """One channel for each of these songs, in one query; in four where an agreement splits income."""
    if not songs:
        return []
    by_song: dict[int | None, list[Answer]] = {song.pk: [] for song in songs}
    recordings = tuple(sorted(song.pk for song in songs))
    requests = [ClearanceRequest(use, artist.pk, recordings=recordings) for use in USES]
    answers = sorted(question.list_answers(requests), key=_party_order)
    for answer in answers:
        by_song[answer.recording].append(answer)
    channels = [_read_channel(party, song, by_song[song.pk]) for song in songs]
    schemes = sales.read_schemes(answers)
    owners = read_owners(songs) if schemes else Owners([], [], [])
    for channel in channels:
        song = channel.song
        channel.unsold.extend(_list_unsold(party, channel, by_song[song.pk], schemes, owners.only(song)))
    return channels


def list_own(party: Party, artist: Artist, songs: Sequence[Recording]) -> dict[int, dict[str, bool]]:
    """The switches of these songs alone, by song and use, without what others say. In one query."""
    recordings = tuple(sorted(song.pk for song in songs))
    requests = [ClearanceRequest(use, artist.pk, recordings=recordings) for use in USES]
    own: dict[int, dict[str, bool]] = {song.pk: {} for song in songs}
    for use, recording, problems in question.list_problems_of(party.pk, requests):
        if said := set(problems) - UNSETTLED.keys():
            own[recording][use] = said <= OWN_YES
    return own


def list_master(party: Party, artist: Artist) -> list[Switch]:
    """The switches of all songs of the artist: whether a yes to all of them is in."""
    said = grants.list_live().filter(party=party, artist=artist, recording=None, work=None, allows=True)
    on = set(said.filter(use__in=USES).values_list("use", flat=True))
    return [Switch(use, str(use.label), use in on) for use in USES]


def find_after_end(party: Party, artist: Artist, use: str, song: Recording | None) -> str:
    """What fans keep when the rightsholder's yes ends now; "" where nothing is on."""
    own = Q(Q(artist=artist) | Q(artist=None), party=party)
    return artist_switches.find_after_end(own, use, song)


def _read_channel(party: Party, song: Recording, answers: Sequence[Answer]) -> Channel:
    own: dict[str, set[str]] = {}
    missing: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        if answer.party == party.pk and answer.problem not in UNSETTLED:
            own.setdefault(answer.use, set()).add(answer.problem)
        elif answer.problem and answer.party != party.pk:
            who = f"{answer.name} ({answer.kind.replace('_', ' ')})"
            missing.setdefault((answer.problem, who), []).append(answer.use)
    switches = [Switch(use, str(use.label), own[use] <= OWN_YES) for use in USES if use in own]
    others = list(dict.fromkeys(_describe(*key, uses) for key, uses in missing.items()))
    return Channel(song, switches, others, [])


def _list_unsold(
    party: Party, channel: Channel, answers: Sequence[Answer], schemes: Schemes, owners: Owners
) -> Iterator[str]:
    for use in (switch.use for switch in channel.switches if switch.is_on):
        of_use = [answer for answer in answers if answer.use == use]
        yield from sales.list_unaccepted(of_use, schemes, use, reader=party.pk)
        yield from sales.list_unowned(owners, schemes, use)


def _party_order(answer: Answer) -> tuple[bool, str, bool, int]:
    """The artist first; nobody last."""
    return answer.role != "artist", answer.role, answer.party is None, answer.party or 0


def _describe(problem: str, who: str, uses: Sequence[str]) -> str:
    if problem == "unknown":
        return "Not everybody who owns or wrote it is known"
    if problem in UNSETTLED:
        return UNSETTLED[problem].format(who=who)
    words = get_text_list([word for use, word in USES.items() if use in uses], "and")
    return MISSING[problem].format(who=who, uses=words)
