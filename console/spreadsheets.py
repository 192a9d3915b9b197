"""Lists as CSV that a spreadsheet opens: a mark for UTF-8 in front, and no cell that would be run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response

Cell = str | int
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
TOGETHER = 500
"""Rows that go out at a time."""


def csv_answer(name: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The rows are asked for while the answer goes out, however many they are."""
    return Response(_lines(heading, rows), content_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="{name}.csv"'})


def _lines(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(heading)
    for number, row in enumerate(rows, 1):
        writer.writerow([_cell(value) for value in row])
        if number % TOGETHER == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _cell(value: Cell) -> Cell:
    """What a spreadsheet would run as a formula is text. Some take the wide forms of these signs for them as well."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
