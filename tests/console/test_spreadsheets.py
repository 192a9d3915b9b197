"""Lists that a spreadsheet opens."""

from __future__ import annotations

import pytest

from console.spreadsheets import csv_answer


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@A1", "＝1", "＋1", "－1", "＠A1", "\t=1", "\r=1", "\n=1"])
def test_no_cell_begins_as_a_formula(name: str) -> None:
    text = csv_answer("list", ["name"], [[name], ["tea = water"], [-1]]).get_data(as_text=True)
    first, *rest = text.removeprefix("\ufeffname\r\n").split("\r\n")
    assert first.lstrip('"').startswith("'")
    assert rest[-3:] == ["tea = water", "-1", ""]
