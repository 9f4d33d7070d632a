"""List what changed about rights, newest first: switches, agreements, rosters and shares.

The studio and the pages of a rightsholder each say which of these they show.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, Exists, F, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Least, Now

from accounts.models import Person
from accounts.people import display_names
from catalog.models import Artist, RecordingWork
from rights.models import AfterEnd, AgreementParty, AgreementVersion, Claim, Grant, ImportedArtist, RosterEntry
from rights.refusals import write_use
from web.pagination import Cursor, InvalidCursor

SHOWN = 6
"""On the page of permissions. The history has all of them."""
NOTHING = Value("", CharField())
STOPPED = ": what fans received of it stops"


@dataclass(frozen=True, slots=True)
class RightsChange:
    """For example "You" "switched remixes off for" "Salt Radio", or "Harbor Lane" "confirmed a share of" it."""

    at: datetime
    actor: str
    words: str
    subject: str = ""
    after: str = ""
    import_id: int | None = None
    """The import that it is about: the studio has a page of each."""

    @property
    def sentence(self) -> str:
        """What the actor did, without the name."""
        return f"{self.words} {self.subject}".rstrip() + self.after


class _Row(NamedTuple):
    """One change as it is read. `actor` is who did it, `who` the party or the agreement, `number` how many songs."""

    when: datetime
    kind: str
    actor: str | None
    use: str
    title: str | None
    who: str
    own: bool
    number: int
    keeps: str
    """What fans keep of a yes that ended, see `AfterEnd`."""


def read_changes(
    sources: Iterable[QuerySet[Any]], reader: Person, *, before: datetime | None = None, limit: int = SHOWN
) -> tuple[list[RightsChange], datetime | None]:
    """The newest changes up to `before`, newest first, and the `before` of the next page; two queries.

    A page ends between two moments, so that nothing is left out between it and the next.
    """
    until = {"when__lte": before or Now()}
    first, *others = [
        source.filter(**until).values_list(*_Row._fields).order_by("-when")[: limit + 1] for source in sources
    ]
    found = first.union(*others, all=True).order_by("-when", "kind", "title")[: limit + 1]
    rows = [_Row(*values) for values in found]
    next_before = None
    if len(rows) > limit:
        next_before = rows[limit].when
        rows = [row for row in rows if row.when > next_before] or rows[:limit]
    names = display_names({row.actor for row in rows if row.own and row.actor}) | {reader.actor: "You"}
    return [DESCRIPTIONS[row.kind](row, names) for row in rows], next_before


def parse_before(text: str) -> datetime | None:
    """The time in the `before` of a page's address; None for the first page, and for what is no cursor."""
    try:
        return Cursor.parse(text).time
    except InvalidCursor:
        return None


def write_before(time: datetime) -> str:
    """The `before` of a page in a query string. It is a cursor of which the time alone counts."""
    return f"before={Cursor(time, '0')}"


def of_switches(grants: QuerySet[Grant], reader: Q, *, own: bool) -> Iterator[QuerySet[Any]]:
    """When these were given and when they ended. `own` ones say which person did it.

    `reader` is the condition on parties of agreements that the reader is one. What an agreement with the reader says is
    left out, because the agreement is a line of its own; that it was switched off before the agreement ended is not.
    """
    one = {
        "title": Coalesce("recording__title", "work__title"),
        "who": F("party__name"),
        "own": Value(own),
        "number": Value(1),
    }
    yes, no = Value("on", CharField()), Value("off", CharField())
    begun, ended = Case(When(allows=True, then=yes), default=no), Case(When(allows=True, then=no), default=yes)
    is_agreed = Exists(AgreementParty.objects.filter(reader, version=OuterRef("agreement_version")))
    is_alone = Q(agreement_version__ended_at=None) | Q(agreement_version__ended_at__gt=F("ended_at"))
    over = grants.filter(~is_agreed | Q(is_alone, ended_at__isnull=False)).filter(~Exists(_taking_over()))
    end = Greatest(Least("ended_at", "live_until"), "live_from")
    yield grants.filter(~is_agreed).annotate(when=F("live_from"), kind=begun, actor=F("by"), keeps=NOTHING, **one)
    over = over.exclude(ended_at=None, live_until=None)
    yield over.annotate(when=end, kind=ended, actor=F("ended_by"), keeps=F("after_end"), **one)


def of_agreements(versions: QuerySet[AgreementVersion]) -> Iterator[QuerySet[Any]]:
    """When these versions began and ended."""
    live = versions.filter(live_from__isnull=False)
    named = Concat(Value("“"), "agreement__title", Value("”, version "), F("version"), output_field=CharField())
    yield _one(live, F("live_from"), "agreement_began", named)
    yield _one(live.exclude(ended_at=None, ends_at=None), Least("ended_at", "ends_at"), "agreement_ended", named)


def of_roster(entries: QuerySet[RosterEntry]) -> Iterator[QuerySet[Any]]:
    """When these artists came on the roster and left it."""
    accepted = entries.filter(accepted=True)
    yield _one(accepted, F("live_from"), "roster_began", F("label__name"))
    yield _one(accepted.exclude(live_until=None), F("live_until"), "roster_ended", F("label__name"))


def of_shares(claims: QuerySet[Claim], artist: Artist) -> Iterator[QuerySet[Any]]:
    """What became of those of these claims that are on the artist's songs, or on the works of these."""
    works = RecordingWork.objects.filter(recording__artist=artist).values("work")
    for column in ("confirmed_at", "disputed_at", "settled_at", "live_until"):
        yield _shares(claims.filter(recording__artist=artist), "recording__title", column)
        yield _shares(claims.filter(work__in=works), "work__title", column)


def of_ended_works(artist: Artist) -> Iterator[QuerySet[Any]]:
    """When songs of the artist were no longer of a work. `who` is the work."""
    ended = RecordingWork.objects.filter(recording__artist=artist, live_until__isnull=False)
    rows = _one(ended, F("live_until"), "work_ended", F("work__title"))
    yield rows.annotate(title=F("recording__title"))


def of_imports(imports: QuerySet[ImportedArtist]) -> Iterator[QuerySet[Any]]:
    """What these imports did to songs of an artist. `title` is the number of changed songs, and `use` the import."""
    who, done = F("catalog_import__party__name"), F("catalog_import__imported_at")
    rows = imports.filter(catalog_import__imported_at__isnull=False)
    texts = {"use": Cast("catalog_import", CharField()), "title": Cast("changed", CharField())}
    one = {"kind": Value("imported", CharField()), "own": Value(value=False), "number": F("added")}
    yield rows.annotate(when=done, who=who, actor=NOTHING, keeps=NOTHING, **texts, **one)


def _taking_over() -> QuerySet[Grant]:
    """The grant of an agreement that replaced a yes when it began: the party switched nothing off."""
    begun = (OuterRef("ended_at"), OuterRef("ended_at") + timedelta(seconds=1))  # two statements of one transaction
    replacing = Grant.objects.filter(allows=True, agreement_version__isnull=False, live_from__range=begun)
    return replacing.filter(party=OuterRef("party"), use=OuterRef("use")).exclude(pk=OuterRef("pk"))


def _one(rows: QuerySet[Any], when: Any, kind: str, who: Any) -> QuerySet[Any]:
    """Rows about no use and no song."""
    nothing = dict.fromkeys(("actor", "use", "title", "keeps"), NOTHING)
    one = {"when": when, "kind": Value(kind, CharField()), "who": who, "own": Value(value=False), "number": Value(1)}
    named: QuerySet[Any] = rows.annotate(**one, **nothing)
    return named


def _shares(claims: QuerySet[Claim], title: str, column: str) -> QuerySet[Any]:
    """One row for all shares of a party that changed at one moment. What an import confirmed is a line of its own."""
    if column == "confirmed_at":
        claims = claims.exclude(catalog_import__isnull=False, confirmed_at=F("claimed_at"))
    rows = claims.exclude(**{column: None}).values(when=F(column), who=F("party__name"))
    nothing = dict.fromkeys(("actor", "use", "keeps"), NOTHING)
    kind = Value(f"share_{column}", CharField())
    return rows.annotate(kind=kind, own=Value(value=False), number=Count("pk"), title=Min(title), **nothing)


type Describe = Callable[[_Row, Mapping[str, str]], RightsChange]


def _describe_switch(row: _Row, names: Mapping[str, str]) -> RightsChange:
    actor = names.get(row.actor or "", "Somebody") if row.own else row.who
    songs = row.title or "all songs"
    if row.actor is None:  # its time was over
        words = f"permitted {write_use(row.use)} up to then for"
    else:
        words = f"switched {write_use(row.use)} {row.kind} for"
    stops = row.kind == "off" and row.keeps == AfterEnd.STOPS
    return RightsChange(row.when, actor, words, songs, STOPPED if stops else "")


def _describe_shares(words: str, after: str = "") -> Describe:
    """`words` has {share}: "a share" of one song, or "shares" of several."""

    def describe(row: _Row, names: Mapping[str, str]) -> RightsChange:
        several = row.number > 1
        songs = f"{row.number:,} songs and works" if several else row.title or ""
        return RightsChange(row.when, row.who, words.format(share="shares" if several else "a share"), songs, after)

    return describe


def _describe_import(row: _Row, names: Mapping[str, str]) -> RightsChange:
    changed = int(row.title or 0)
    words = [f"added {row.number:,} song{'s' * (row.number != 1)}"] if row.number else []
    if changed:
        words.append(f"changed {changed:,}" + (f" song{'s' * (changed != 1)}" if not words else ""))
    return RightsChange(row.when, row.who, " and ".join(words), import_id=int(row.use))


DESCRIPTIONS: Mapping[str, Describe] = {
    "on": _describe_switch,
    "off": _describe_switch,
    "agreement_began": lambda row, _: RightsChange(row.when, f"Agreement {row.who}", "began"),
    "agreement_ended": lambda row, _: RightsChange(row.when, f"Agreement {row.who}", "ended"),
    "roster_began": lambda row, _: RightsChange(row.when, row.who, "has the artist on its roster"),
    "roster_ended": lambda row, _: RightsChange(row.when, row.who, "no longer has the artist on its roster"),
    "work_ended": lambda row, _: RightsChange(
        row.when, f"“{row.title}”", "is no longer a recording of", f"“{row.who}”"
    ),
    "imported": _describe_import,
    "share_confirmed_at": _describe_shares("confirmed {share} of"),
    "share_disputed_at": _describe_shares("has {share} of", ", which is disputed"),
    "share_settled_at": _describe_shares("has {share} of", ": our staff settled the dispute"),
    "share_live_until": _describe_shares("no longer has {share} of"),
}
"""How each kind of change reads."""
