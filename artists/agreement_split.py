"""The split of an agreement as a bar: what each party would get of an example in money, for one of its songs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, QuerySet, prefetch_related_objects

from artists.label.roster import owned_recordings
from catalog.models import Artist, Recording, RecordingWork
from rights import sales
from rights.agreements import Scope
from rights.models import AgreementVersion, Party, SplitScheme, Use
from rights.money import format_money
from rights.owners import Owners, read_owners
from rights.refusals import write_use
from rights.sales import Example, ExampleLine
from rights.shares import NBSP, WHOLE, Role, format_share

EXAMPLE, CURRENCY = 1000, "EUR"
BAR_WIDTH = 1000
MAX_SONGS = 40
"""So many songs, the newest, are offered as an example."""
COLOURS = {
    Role.FEATURED_ARTIST: "artist",
    Role.SESSION_POOL: "pool",
    Role.WRITER: "writer",
    Role.RECORDING_OWNER: "label",
    Role.PUBLISHER: "publisher",
    Role.PLATFORM: "platform",
}
"""In the order of the bar, which is the same on every page."""
NO_OWNERS = Owners([], [], [])
NOBODY = "nobody"
"""The colour of what nobody has yet."""


class Reach(NamedTuple):
    """The ids of what a scope is about; all None for all songs."""

    artist: int | None
    recording: int | None
    work: int | None

    @classmethod
    def of(cls, scope: Scope) -> "Reach":
        """What terms that are not stored are about."""
        return cls(
            scope.artist.pk if scope.artist else None,
            scope.recording.pk if scope.recording else None,
            scope.work.pk if scope.work else None,
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """One party's part of the bar, or that of a role whose party is not known."""

    colour: str
    name: str
    role: str
    """In words; empty where the name says it."""
    share: str
    money: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class SplitBar:
    """A split as a bar of BAR_WIDTH, with an example in money."""

    scheme: SplitScheme
    example: Example
    song: Recording | None = None
    """Whose owners the parties are."""
    artist: Artist | None = None
    """Whose subscription income it is."""
    base: Example | None = None
    """Of subscription income: how it is split where no song is named."""
    songs: Sequence[Recording] = ()
    """Other examples to choose from."""

    @property
    def names_parties(self) -> bool:
        """Whether it was looked up who has the roles."""
        return self.song is not None or self.artist is not None

    @property
    def whose(self) -> Artist | None:
        """The artist in whose colour the bar is drawn."""
        return self.song.artist if self.song else self.artist

    @property
    def has_choice(self) -> bool:
        """Whether another song can be shown."""
        return len(self.songs) > 1 or (self.is_income and bool(self.songs))

    @property
    def whole(self) -> str:
        return format_money(EXAMPLE, CURRENCY)

    @property
    def amount(self) -> int:
        return EXAMPLE

    @property
    def currency(self) -> str:
        return CURRENCY

    @property
    def use(self) -> str:
        return write_use(self.scheme.use)

    @property
    def is_income(self) -> bool:
        """Whether it is the income itself that is shared, and nothing is made."""
        return self.scheme.use == Use.TIER

    @property
    def slices(self) -> list[Slice]:
        order = list(COLOURS)
        slices, points = [], 0
        for line in sorted(self.example.lines, key=lambda line: order.index(line.role)):
            start = points * BAR_WIDTH // WHOLE
            points += line.points
            slices.append(self._draw(line, start, points * BAR_WIDTH // WHOLE - start))
        return slices

    @property
    def in_words(self) -> str:
        return ", ".join(f"{each.name} {each.money}" for each in self.slices)

    @property
    def sum_of_percents(self) -> str:
        """The shares of the roles, for example "24 + 36 + 40"."""
        shares = {line.role: line.share for line in self.scheme.lines.all()}
        return " + ".join(format_share(shares[role]).removesuffix(f"{NBSP}%") for role in COLOURS if role in shares)

    def _draw(self, line: ExampleLine, start: int, width: int) -> Slice:
        label = str(line.role.label)
        colour = COLOURS[line.role] if line.party or not self.names_parties else NOBODY
        name, role = (line.party, label) if line.party else ("Nobody yet", label) if self.names_parties else (label, "")
        role = "" if line.role == Role.PLATFORM else role
        return Slice(colour, name, role, line.share, line.money, start, width)


def draw_scheme(scheme: SplitScheme) -> SplitBar:
    """The bar of a scheme by its roles, whoever has them. In no query where the scheme has its lines."""
    return SplitBar(scheme, _example(scheme, NO_OWNERS))


def draw_split(
    scheme: SplitScheme | None,
    reaches: Iterable[Reach],
    members: Iterable[Party],
    viewer: Party,
    *,
    song: int | None = None,
) -> SplitBar | None:
    """The bar of the terms for one song that the viewer has a part in, in four queries; None without a scheme.

    `song` is the id of the one to show. Without it, it is one with the fewest missing pieces; of subscription income,
    it is what the artist earns where no song is named.
    """
    if scheme is None:
        return None
    prefetch_related_objects([scheme], "lines")
    songs = list(_find_songs(reaches, viewer).select_related("artist").order_by("-pk")[:MAX_SONGS])
    owners = read_owners(songs)
    examples = {one: _example(scheme, owners.only(one)) for one in songs}
    chosen = next((one for one in songs if one.pk == song), None)
    artist = next((party.artist for party in members if party.artist), None) if scheme.use == Use.TIER else None
    if artist is not None:
        base = _example(scheme, NO_OWNERS, artist)
        return SplitBar(scheme, examples[chosen] if chosen else base, chosen, artist, base, songs)
    if not songs:
        return draw_scheme(scheme)
    chosen = chosen or min(songs, key=lambda one: len(examples[one].missing))
    return SplitBar(scheme, examples[chosen], chosen, songs=songs)


def draw_stored_split(
    version: AgreementVersion, members: Iterable[Party], viewer: Party, *, song: int | None = None
) -> SplitBar | None:
    """The bar of a stored version, in five queries."""
    if version.scheme is None:
        return None
    scopes = version.scopes.filter(use=version.scheme.use).order_by()
    reaches = [Reach(*ids) for ids in scopes.values_list("artist", "recording", "work").distinct()]
    return draw_split(version.scheme, reaches, members, viewer, song=song)


def _example(scheme: SplitScheme, owners: Owners, artist: Artist | None = None) -> Example:
    return sales.example(scheme, owners, EXAMPLE, currency=CURRENCY, artist=artist)


def _find_songs(reaches: Iterable[Reach], viewer: Party) -> QuerySet[Recording]:
    """The recordings that the terms are about and of which the viewer has a part; an artist's are the artist's own.

    What others have of a song is shown once the viewer's own share counts.
    """
    own = Recording.objects.filter(artist=viewer.artist_id) if viewer.artist_id else owned_recordings(viewer)
    named: dict[str, set[int]] = {"pk": set(), "works": set(), "artist": set()}
    for reach in reaches:
        if reach.recording is not None:
            named["pk"].add(reach.recording)
        elif reach.work is not None:
            named["works"].add(reach.work)
        elif reach.artist is not None:
            named["artist"].add(reach.artist)
        else:
            return own
    about = Q(pk__in=named["pk"]) | Q(artist__in=named["artist"])
    if named["works"]:
        about |= Q(pk__in=RecordingWork.objects.live().filter(work__in=named["works"]).values("recording"))
    return own.filter(about)
