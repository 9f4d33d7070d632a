"""The files of a statement, as they are downloaded."""

import hashlib
from datetime import UTC

from django.http import HttpResponse
from django.utils import timezone

from artists.models import Statement
from artists.royalties import paid_out, statement_csv, statement_page, statement_pdf

TYPES = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}


def write_csv(statement: Statement) -> bytes:
    lines, holds = statement.lines.order_by("number"), statement_page.list_holds(statement)
    return statement_csv.write(statement, lines, holds, paid_out.list_paid_out(statement))


def write_pdf(statement: Statement) -> bytes:
    groups, holds = statement_page.group_lines(statement), statement_page.list_holds(statement)
    with timezone.override(UTC):  # the same bytes, wherever who downloads it is
        return statement_pdf.write(statement, groups, holds, paid_out.list_paid_out(statement))


def is_unchanged(statement: Statement) -> bool:
    """Whether the file is the one of the day on which it was closed."""
    return hashlib.sha256(write_csv(statement)).hexdigest() == statement.content_hash


def respond(statement: Statement, kind: str) -> HttpResponse:
    """The file as a download. `kind` is csv or pdf."""
    content = write_csv(statement) if kind == "csv" else write_pdf(statement)
    name = f"fanfare-{statement.closed_month.month}-{statement.party_id}-{statement.currency}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)
