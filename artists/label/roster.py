"""What the roster's page shows and asks: each artist with the label's recordings, what AI may make, and the tie."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import get_text_list

from accounts.models import Person
from artists import rights_mail
from catalog.models import Artist, Recording, RecordingWork
from rights import clearance, roster
from rights.claims import DISPUTED, LIVE
from rights.models import Claim, Party, RosterEntry, Use

SHOWN_USES = {
    Use.PERSONAL_MESSAGE: "messages",
    Use.REMIX: "remixes",
    Use.SHARE: "shared remixes",
    Use.PLAYLIST: "playlists",
    Use.DJ: "DJ sets",
}

MAX_OTHERS = 100


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One artist of the roster."""

    entry: RosterEntry
    recordings: int
    uses: str
    """For example "messages and remixes"; "nothing" where the artist has switched nothing on for all songs.

    Empty before the artist has said yes: until then a rightsholder learns nothing of the artist's switches.
    """

    @property
    def is_waiting(self) -> bool:
        return self.entry.answered_at is None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is on the roster or was asked, and who is not any more."""

    rows: list[RosterRow]
    past: list[RosterEntry]
    others: list[Artist]
    """Artists who are not on it, of whose songs the rightsholder claims a part; at most MAX_OTHERS."""

    @property
    def recordings(self) -> int:
        return sum(row.recordings for row in self.rows)


def propose(label: Party, artist: Artist, *, by: Person, fresh: bool) -> RosterEntry:
    """Ask an artist to be on the roster, and mail the artist's side. Raises as `rights.roster.propose`."""
    with transaction.atomic():
        entry = roster.propose(label, artist, by=by, fresh=fresh)
        rights_mail.mail_proposal(entry)
    return entry


def answer(entry: RosterEntry, *, accepted: bool, by: Person, fresh: bool) -> bool:
    """The artist's side says yes or no, and the rightsholder is mailed. Raises as `rights.roster.answer`."""
    with transaction.atomic():
        answered = roster.answer(entry, accepted=accepted, by=by, fresh=fresh)
        if answered:
            rights_mail.mail_answer(entry)
    return answered


def list_roster(label: Party) -> Roster:
    """The roster in three queries, by the artist's name."""
    entries = list(_with_recordings(label).order_by("artist__name", "-proposed_at", "-pk"))
    current = [entry for entry in entries if is_current(entry)]
    uses = _uses_by_artist(entry.artist_id for entry in current if entry.accepted)
    rows = [RosterRow(entry, getattr(entry, "owned", 0), _describe_uses(entry, uses)) for entry in current]
    others = artists_with_claims(label).exclude(pk__in=[entry.artist_id for entry in current if entry.accepted])
    return Roster(rows, [entry for entry in entries if not is_current(entry)], list(others[:MAX_OTHERS]))


def artists_with_claims(label: Party) -> QuerySet[Artist]:
    """The artists of whose recordings, or their works, the rightsholder claims a part, or administers one."""
    return Artist.objects.filter(pk__in=claimed_recordings(label).values("artist")).order_by("name", "pk")


def claimed_recordings(label: Party) -> QuerySet[Recording]:
    """The recordings of which, or of whose works, the rightsholder claims a part, or administers one."""
    return _recordings_of(_claims_of(label))


def owned_recordings(label: Party) -> QuerySet[Recording]:
    """Those of which, or of whose works, a claim of the rightsholder, or one that it administers, counts."""
    return _recordings_of(_claims_of(label).filter(confirmed_at__isnull=False).exclude(DISPUTED))


def _claims_of(label: Party) -> QuerySet[Claim]:
    return Claim.objects.filter(LIVE, Q(party=label) | Q(administered_by=label))


def _recordings_of(claims: QuerySet[Claim]) -> QuerySet[Recording]:
    of_works = RecordingWork.objects.live().filter(work__in=claims.values("work"))
    return Recording.objects.filter(Q(pk__in=claims.values("recording")) | Q(pk__in=of_works.values("recording")))


def is_current(entry: RosterEntry) -> bool:
    """Whether the artist is on the roster, or was asked and has not answered yet."""
    if entry.answered_at is None:
        return entry.live_until is None
    return bool(entry.accepted) and (entry.live_until is None or entry.live_until > timezone.now())


def find_artist(text: str) -> Artist | None:
    """The artist of this address or name; None where nobody is, or several are."""
    found = list(Artist.objects.filter(Q(slug=text.lower()) | Q(name__iexact=text)).order_by("pk")[:2])
    return found[0] if len(found) == 1 else None


def _with_recordings(label: Party) -> QuerySet[RosterEntry]:
    owned = Claim.objects.filter(LIVE, party=label, recording__artist=OuterRef("artist")).values("recording__artist")
    count = Subquery(owned.values(count=Count("recording", distinct=True)), output_field=IntegerField())
    return label.roster.select_related("artist").annotate(owned=Coalesce(count, 0))


def _describe_uses(entry: RosterEntry, uses: Mapping[int, list[str]]) -> str:
    if not entry.accepted:
        return ""
    return get_text_list(uses.get(entry.artist_id, []), "and") or "nothing"


def _uses_by_artist(artists: Iterable[int]) -> dict[int, list[str]]:
    """What each artist permits for all songs, in the order of SHOWN_USES."""
    said = clearance.live_grants().filter(party__artist__in=list(artists), use__in=SHOWN_USES)
    permitted: defaultdict[int, set[str]] = defaultdict(set)
    for artist, use in said.values_list("party__artist", "use").distinct():
        permitted[artist].add(use)
    return {pk: [word for use, word in SHOWN_USES.items() if use in uses] for pk, uses in permitted.items()}
