"""The rows of a rightsholder's export of one artist: recordings, works, codes, shares, switches and agreements.

It has what the pages show: the songs of which the rightsholder claims a part, and who else claims a part of them once
it confirmed its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import batched

from django.db.models import Q

from artists.label import switches
from artists.label.roster import claimed_recordings
from catalog.models import Artist, Recording, RecordingWork, Work
from rights import grants
from rights.claims import LIVE
from rights.models import Claim, Party

CHUNK = 500
"""Recordings that are read at once."""
COLUMNS = [
    "recording", "credit", "ISRC", "work", "ISWC", "role", "owner", "yours", "share in percent", "state", "since",
    "settled", *switches.USES.values(), "agreements",
]  # fmt: skip

type Row = list[object]


def list_export_rows(party: Party, artist: Artist) -> Iterator[Row]:
    """The heading, then a row for each share, in the order of recordings. A song without shares has one row."""
    yield list(COLUMNS)
    agreements = _agreements_by_song(party, artist)
    # All ids at once: which songs are claimed takes as long for a hundred as for all of them.
    ids = list(claimed_recordings(party).filter(artist=artist).order_by("pk").values_list("pk", flat=True))
    for some in batched(ids, CHUNK):
        songs = list(Recording.objects.filter(pk__in=some).order_by("pk"))
        yield from _rows_of_songs(party, artist, songs, agreements)


def _rows_of_songs(
    party: Party, artist: Artist, songs: Sequence[Recording], agreements: dict[int | None, set[str]]
) -> Iterator[Row]:
    works = _works_by_song(songs)
    claims = _claims_by_place(songs, [work for some in works.values() for work in some])
    permitted = switches.list_own(party, artist, songs)
    for song in songs:
        states = {use: "on" if is_on else "off" for use, is_on in permitted[song.pk].items()}
        named = sorted(agreements[None] | agreements.get(song.pk, set()))
        end: Row = [*(states.get(use, "") for use in switches.USES), "; ".join(named)]
        begin: Row = [song.title, song.artist_credit, song.isrc or ""]
        places: list[tuple[Work | None, list[Claim]]] = [(None, claims[song.pk, None])]
        places += [(work, claims[None, work.pk]) for work in works[song.pk]]
        if not any(claim.confirmed_at and _is_own(claim, party) for _, shares in places for claim in shares):
            places = [(work, [claim for claim in shares if _is_own(claim, party)]) for work, shares in places]
        for work, shares in places:
            of_work: Row = [work.title, work.iswc or ""] if work else ["", ""]
            for claim in shares:
                yield [*begin, *of_work, *_share_cells(claim, party), *end]
            if not shares and (work or len(places) == 1):
                yield [*begin, *of_work, *[""] * 7, *end]


def _is_own(claim: Claim, party: Party) -> bool:
    return party.pk in (claim.party_id, claim.administered_by_id)


def _share_cells(claim: Claim, party: Party) -> Row:
    whose = "yes" if claim.party_id == party.pk else "no"
    since = claim.live_from.date().isoformat()
    share = f"{claim.share / 100:.2f}"
    return [claim.get_role_display(), claim.party.name, whose, share, claim.state, since, claim.note]


def _works_by_song(songs: Sequence[Recording]) -> dict[int, list[Work]]:
    links = RecordingWork.objects.live().filter(recording__in=songs).select_related("work").order_by("work")
    works: dict[int, list[Work]] = defaultdict(list)
    for link in links:
        works[link.recording_id].append(link.work)
    return works


def _claims_by_place(
    songs: Sequence[Recording], works: Sequence[Work]
) -> dict[tuple[int | None, int | None], list[Claim]]:
    """The claims that have not ended, by the ids of their recording and their work. Few parties have all of them."""
    found = Claim.objects.filter(LIVE, Q(recording__in=songs) | Q(work__in=works)).order_by("role", "pk")
    claims: dict[tuple[int | None, int | None], list[Claim]] = defaultdict(list)
    for claim in found.prefetch_related("party"):
        claims[claim.recording_id, claim.work_id].append(claim)
    return claims


def _agreements_by_song(party: Party, artist: Artist) -> dict[int | None, set[str]]:
    """The agreements that permit something now, by the id of the recording; None for all songs of the artist."""
    said = grants.list_live().filter(Q(artist=artist) | Q(artist=None), party=party, agreement_version__isnull=False)
    rows = said.values_list("recording", "agreement_version__agreement__number", "agreement_version__version")
    named: dict[int | None, set[str]] = {None: set()}
    for recording, number, version in rows.distinct():
        named.setdefault(recording, set()).add(f"{number}, version {version}")
    return named
