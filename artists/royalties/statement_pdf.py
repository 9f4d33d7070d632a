"""A statement as a PDF. The only file that knows reportlab.

Its bytes depend on the statement alone: no time of writing and no random id is in it. Its fonts have the Latin
letters of Western Europe. For each other letter it has a question mark, and says so.
"""

import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.html import escape
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from artists.models import Statement, StatementHold
from artists.royalties.paid_out import PaidOut
from artists.royalties.statement_page import Group, Read
from artists.royalties.statement_words import Money, describe_hold
from web.times import write_date, write_exact_time

FONT, BOLD = "Vera", "VeraBd"
MISSING = "?"
LETTERS_MISSING = "“?” is for letters that this file cannot show. The page of the statement and its CSV file have them."
for _name in (FONT, BOLD):
    pdfmetrics.registerFont(TTFont(_name, f"{_name}.ttf"))
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=8, leading=10)
META = ParagraphStyle("meta", parent=TEXT, fontSize=7, textColor=colors.HexColor("#555555"))
TITLE = ParagraphStyle("title", parent=TEXT, fontName=BOLD, fontSize=18, leading=22)
HEADINGS = ("What", "Units", "Gross", "VAT", "Card fees", "To share", "Your share", "You get")
WIDTHS = (92 * mm, 16 * mm, 28 * mm, 24 * mm, 26 * mm, 28 * mm, 24 * mm, 29 * mm)


def write(
    statement: Statement, groups: Iterable[Group], holds: Iterable[StatementHold], paid_out: Sequence[PaidOut]
) -> bytes:
    """The bytes of the file."""
    out, read = io.BytesIO(), Read(statement)
    groups, holds = list(groups), list(holds)
    document = SimpleDocTemplate(
        out, pagesize=landscape(A4), invariant=1, leftMargin=14 * mm, rightMargin=14 * mm, topMargin=14 * mm,
        bottomMargin=14 * mm, title=f"Statement {read.number}", author="Fanfare", lang="en",
    )  # fmt: skip
    story = [*_list_head(read), _draw_account(read, holds, paid_out), Spacer(1, 6 * mm)]
    story += [_draw_lines(groups, statement.currency)]
    mark = "" if statement.book == "live" else "PRACTICE"

    def decorate(canvas: Canvas, _: Any) -> None:
        _draw_watermark(canvas, mark)

    is_whole = all(map(_has_letters, _list_texts(read, groups, holds, paid_out)))
    story += [Spacer(1, 4 * mm), *_list_foot(read, is_whole=is_whole)]
    document.build(story, onFirstPage=decorate, onLaterPages=decorate)
    return out.getvalue()


def _list_texts(
    read: Read, groups: Iterable[Group], holds: Iterable[StatementHold], paid_out: Iterable[PaidOut]
) -> Iterator[str]:
    """What can have letters of any script, and an amount for the sign of the currency."""
    yield from (read.statement.party_name, str(read.closing), *map(describe_hold, holds))
    yield from map(_describe_transfer, paid_out)
    for group in groups:
        for one in group.lines:
            yield from (one.name, one.about)


def _has_letters(text: str) -> bool:
    return _replace_missing(text) == unicodedata.normalize("NFC", text)


def _replace_missing(text: str) -> str:
    """The text with a question mark for each letter that the fonts do not have: they would draw an empty box."""
    known = pdfmetrics.getFont(FONT).face.charToGlyph
    return "".join(letter if ord(letter) in known else MISSING for letter in unicodedata.normalize("NFC", text))


def _show(text: str) -> str:
    return escape(_replace_missing(text))


def _draw_watermark(canvas: Canvas, mark: str) -> None:
    if not mark:
        return
    canvas.saveState()
    canvas.setFillColor(colors.HexColor("#f1e3c8"))
    canvas.setFont(BOLD, 90)
    canvas.translate(148 * mm, 105 * mm)
    canvas.rotate(18)
    canvas.drawCentredString(0, -30, mark)
    canvas.restoreState()


def _list_head(read: Read) -> list[Paragraph]:
    one = read.statement
    head = [
        Paragraph(f"{escape(read.month)}", TITLE),
        Paragraph(f"Statement {read.number} · {_show(one.party_name)} · {one.currency}", TEXT),
    ]
    if one.book != "live":
        kind = "Simulated" if one.book == "simulated" else "Test"
        head.append(Paragraph(f"{kind} payments: no money moves. Nothing is paid.", META))
    return head


def _draw_account(read: Read, holds: Iterable[StatementHold], paid_out: Sequence[PaidOut]) -> Table:
    one = read.statement
    rows: list[tuple[str, Money | str]] = [("Owed to you before", read.opening), ("Earned", read.earned)]
    rows += [("Refunds and payments contested", read.returned)] if one.returned else []
    rows += [("Paid to you", read.paid)] if one.paid or paid_out else []
    rows += [(_describe_transfer(transfer), "") for transfer in paid_out]
    rows += [("Owed to you", read.closing)]
    rows += [(f"Held back: {describe_hold(hold)}", Money(hold.amount, one.currency)) for hold in holds]
    rows += [("Paid back of what you owed", read.recouped)] if one.recouped else []
    rows += [("You owe still", read.recoverable)] if one.recoverable else []
    rows += [("To be paid", read.to_pay)]
    cells = [[Paragraph(_show(words), TEXT), str(money)] for words, money in rows]
    return _table(cells, (200 * mm, 67 * mm))


def _describe_transfer(one: PaidOut) -> str:
    return f"{write_date(one.at)}: {one.money}, {one.reference}"


def _draw_lines(groups: Iterable[Group], currency: str) -> Table:
    cells: list[Sequence[Any]] = [HEADINGS]
    for group in groups:
        cells.append([Paragraph(f"<b>{escape(group.title)}</b>", TEXT)])
        for one in group.lines:
            name = f"{_show(one.name)}<br/><font size=6.5>{_show(one.about)}, split {one.line.scheme_version}</font>"
            fee = "Fanfare pays" if one.line.fee_bearer == "platform" else str(one.fee)
            cells.append(
                [Paragraph(name, TEXT), str(one.line.units), str(one.gross), str(one.tax), fee, str(one.basis),
                 one.share, str(one.amount)]
            )  # fmt: skip
        cells.append([f"{group.title}, together", *[""] * 6, str(group.total)])
    return _table(cells, WIDTHS, head=1)


def _table(cells: Sequence[Sequence[Any]], widths: Sequence[float], *, head: int = 0) -> Table:
    shown = [[_replace_missing(cell) if isinstance(cell, str) else cell for cell in row] for row in cells]
    table = Table(shown, colWidths=list(widths), repeatRows=head)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), FONT, 8),
                ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.HexColor("#bbbbbb")),
            ]
        )
    )
    return table


def _list_foot(read: Read, *, is_whole: bool) -> list[Paragraph]:
    closed = read.statement.closed_month
    return [
        *([] if is_whole else [Paragraph(LETTERS_MISSING, META)]),
        Paragraph(f"Closed {escape(write_exact_time(closed.closed_at))}. Sums to the ledger.", META),
        Paragraph(f"Chain head {closed.head}, link {closed.position}.", META),
    ]
