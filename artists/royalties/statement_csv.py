"""A statement as a CSV file, with columns like those of DSR. It is no DSR file: that standard needs a licence.

The same statement is the same bytes at any time: nothing of it is looked up again, and no time of writing is in it.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC

from artists.models import Statement, StatementHold, StatementLine
from artists.royalties.paid_out import PaidOut
from artists.royalties.statement_lines import EARNED
from artists.royalties.statement_words import describe_hold
from rights.money import to_decimal
from rights.owners import party_key
from web.csv_cells import neutralise

DELIMITER = ","
LINE_COLUMNS = (
    "RecordType", "LineNumber", "UseType", "CommercialModel", "ServiceTier", "BillingInterval", "UsagePeriod",
    "DisplayArtist", "Title", "ISRC", "ISWC", "RightsholderRole", "Usages", "Currency", "GrossRevenue", "Tax",
    "PaymentFees", "FeesPaidBy", "NetRevenueBasis", "SplitVersion", "SharePercent", "AmountPayable",
)  # fmt: skip


def write(
    statement: Statement,
    lines: Iterable[StatementLine],
    holds: Iterable[StatementHold],
    paid_out: Iterable[PaidOut],
) -> bytes:
    """The bytes of the file, in UTF-8 with CRLF."""
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=DELIMITER, lineterminator="\r\n")
    table.writerows(_list_head(statement))
    table.writerow(LINE_COLUMNS)
    table.writerows(_write_line(line, statement.currency) for line in lines)
    table.writerows(_list_foot(statement, holds, paid_out))
    return text.getvalue().encode()


def _list_head(statement: Statement) -> list[Sequence[str]]:
    closed = statement.closed_month
    head = [
        ("HEAD", "Sender", "Fanfare"),
        ("HEAD", "Recipient", neutralise(statement.party_name)),
        ("HEAD", "RecipientParty", party_key(statement.party_id)),
        ("HEAD", "Period", closed.month),
        ("HEAD", "Currency", statement.currency),
        ("HEAD", "Money", "real" if statement.book == "live" else f"{statement.book}: nobody pays or is paid"),
        ("HEAD", "LedgerAfter", str(closed.after)),
        ("HEAD", "LedgerPosition", str(closed.position)),
        ("HEAD", "LedgerHead", closed.head),
    ]
    numbers = (("ISNI", statement.isni), ("IPI", statement.ipi))
    return [*head, *(("HEAD", name, value) for name, value in numbers if value)]


def _write_line(line: StatementLine, currency: str) -> Sequence[str]:
    return (
        "LINE",
        str(line.number),
        line.use,
        line.kind if line.kind not in EARNED else line.income,
        neutralise(line.tier_name),
        line.interval,
        line.month,
        neutralise(line.artist_name),
        neutralise(line.title),
        line.isrc,
        line.iswc,
        line.role,
        str(line.units),
        currency,
        *(_amount(amount, currency) for amount in (line.gross, line.tax, line.fee)),
        line.fee_bearer,
        _amount(line.basis, currency),
        f"{line.scheme_id} v{line.scheme_version}",
        f"{line.share // 10_000}.{line.share % 10_000:04}",
        _amount(line.amount, currency),
    )


def _list_foot(
    statement: Statement, holds: Iterable[StatementHold], paid_out: Iterable[PaidOut]
) -> list[Sequence[str]]:
    """What was paid out is below zero, so that it adds up to the sum of that name."""
    names = ("opening", "earned", "returned", "paid", "closing", "recouped", "held", "released", "still_held",
             "recoverable")  # fmt: skip
    sums = [("SUM", name, statement.currency, _amount(getattr(statement, name), statement.currency)) for name in names]
    reasons = [
        ("HELD", neutralise(describe_hold(hold)), statement.currency, _amount(hold.amount, statement.currency))
        for hold in holds
    ]
    transfers = [
        ("PAID", neutralise(one.reference), statement.currency, _amount(-one.money.amount, statement.currency),
         f"{one.at.astimezone(UTC):%Y-%m-%d}")
        for one in paid_out
    ]  # fmt: skip
    return [*transfers, *reasons, *sums, ("FOOT", str(statement.line_count))]


def _amount(amount: int, currency: str) -> str:
    return f"{to_decimal(amount, currency):f}"
