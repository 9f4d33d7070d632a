"""The lines of statements, read from the ledger between two links of its chain, and added up by what they name."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, QuerySet, Sum, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from artists.models import ClosedMonth, StatementLine
from billing.models import EarnedShare
from billing.postings import Kind
from catalog.models import Recording, Work
from rights.models import SplitScheme
from rights.owners import recording_key, work_key

type Row = dict[str, Any]

EARNED = frozenset({Kind.RECOGNITION, Kind.POOL_CLOSE})
"""The kinds of transactions that earn. The others take back, or give back what was taken."""
NAMED = {
    "kind": F("transaction__kind"),
    "month": F("part__month"),
    "line_use": F("use"),
    "income": F("part__use"),
    "artist": F("part__artist"),
    "artist_name": F("part__artist__name"),
    "tier": F("part__price__version__tier"),
    "tier_name": F("part__price__version__name"),
    "interval": F("part__price__interval"),
    "line_role": F("role"),
    "line_recording": F("recording"),
    "line_work": F("work"),
    "line_scheme": F("scheme"),
    "line_share": F("share"),
}
"""What a line names. Everything that names the same is one line."""
USE_BY_A_FAN = Concat(Cast("experience", TextField()), Cast("part__invoice__subscription__person", TextField()))
"""Many fans hear the same remix on a shelf, and each of them is a use."""


def in_month(closed: ClosedMonth) -> Q:
    """The condition on lines and entries: they were posted between the two links of the month."""
    return Q(transaction__link__position__gt=closed.after, transaction__link__position__lte=closed.position)


def list_rows(closed: ClosedMonth, **only: str) -> QuerySet[EarnedShare, Any]:
    """The lines of all parties, by party and currency. `only` may name a party and a currency."""
    shares = EarnedShare.objects.filter(in_month(closed), book=closed.book, party__startswith="party:", **only)
    named = shares.values("party", "currency", **NAMED).annotate(
        uses=Count(USE_BY_A_FAN, distinct=True, filter=Q(experience__isnull=False)),
        parts=Count("part", distinct=True),
        line_basis=Sum("basis"),
        tax=Sum(_portion("part__tax")),
        fee=Sum(_portion("part__fee")),
        total=Sum("amount"),
    )
    return named.order_by("party", "currency", *NAMED)


def _portion(name: str) -> Combinable:
    """What belongs to the basis of this line, rounded."""
    whole = 2 * F("part__basis")
    return ExpressionWrapper((2 * F(name) * F("basis") + F("part__basis")) / whole, BigIntegerField())


def read_lines(rows: Iterable[Row]) -> list[StatementLine]:
    """The lines of one statement, numbered, with names as they are now."""
    found = list(rows)
    titles = _read_titles(found)
    schemes = SplitScheme.objects.in_bulk({row["line_scheme"] for row in found})
    return [_read_line(n, row, titles, schemes) for n, row in enumerate(found, 1)]


def _read_line(
    number: int, row: Row, titles: dict[str, Recording | Work], schemes: dict[int, SplitScheme]
) -> StatementLine:
    named, scheme = titles.get(row["line_work"] or row["line_recording"]), schemes[row["line_scheme"]]
    return StatementLine(
        number=number,
        kind=row["kind"],
        month=row["month"],
        use=row["line_use"],
        income=row["income"],
        artist_id=row["artist"],
        artist_name=row["artist_name"],
        tier_id=row["tier"],
        tier_name=row["tier_name"] or "",
        interval=row["interval"] or "",
        role=row["line_role"],
        recording=row["line_recording"],
        work=row["line_work"],
        title=named.title if named else "",
        isrc=(named.isrc or "") if isinstance(named, Recording) else "",
        iswc=(named.iswc or "") if isinstance(named, Work) else "",
        scheme=scheme,
        scheme_version=scheme.version,
        fee_bearer=scheme.fee_bearer,
        units=row["uses"] or row["parts"],
        gross=row["line_basis"] + row["tax"] + row["fee"],
        tax=row["tax"],
        fee=row["fee"],
        basis=row["line_basis"],
        share=row["line_share"],
        amount=row["total"],
    )


def _read_titles(rows: Sequence[Row]) -> dict[str, Recording | Work]:
    titles: dict[str, Recording | Work] = {}
    for song in Recording.objects.filter(pk__in=set(_ids(rows, "line_recording"))):
        titles[recording_key(song.pk)] = song
    for work in Work.objects.filter(pk__in=set(_ids(rows, "line_work"))):
        titles[work_key(work.pk)] = work
    return titles


def _ids(rows: Iterable[Row], name: str) -> Iterator[int]:
    return (int(row[name].split(":")[1]) for row in rows if row[name])
