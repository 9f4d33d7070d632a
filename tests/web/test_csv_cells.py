"""CSV as an answer: it is sent in parts, under ASGI as well."""

import asyncio

import pytest
from django.test import AsyncRequestFactory, RequestFactory

from web import csv_cells

ROWS = [["title", "share"], ["=SUM(A1)", 50], ["Low\r\nTide", "1.5"]]
CSV = '\ufefftitle,share\r\n\'=SUM(A1),50\r\n"Low\r\nTide",1.5\r\n'.encode()


@pytest.mark.parametrize("part", [3, 10_000])
def test_rows_are_sent_in_parts(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_cells, "PART_BYTES", part)

    answer = csv_cells.csv_response(RequestFactory().get("/"), ROWS, "shares.csv")

    assert answer["Content-Length"] == str(len(CSV))
    assert answer["Content-Disposition"] == 'attachment; filename="shares.csv"'
    parts = list(answer)
    assert (b"".join(parts), len(parts)) == (CSV, -(-len(CSV) // part))


def test_rows_are_sent_in_parts_under_asgi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_cells, "PART_BYTES", 3)

    async def read() -> bytes:
        answer = csv_cells.csv_response(AsyncRequestFactory().get("/"), ROWS, "shares.csv")
        return b"".join([part async for part in answer])

    assert asyncio.run(read()) == CSV


def test_a_list_that_is_too_long_for_the_memory_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_cells, "IN_MEMORY_BYTES", 1)

    assert csv_cells.csv_response(RequestFactory().get("/"), ROWS, "shares.csv").getvalue() == CSV
