"""A straight law through what was measured: what each thing costs, if nothing but their number counts.

Every point weighs alike, however much was done in it: it is the deviation as a share of the point's own cost that is
made small, since it is that share which a plan made with the law is off by.
"""

from __future__ import annotations

from collections.abc import Sequence


class NoLaw(Exception):
    """The points do not tell the things apart."""


def fitted(counts: Sequence[Sequence[float]], costs: Sequence[float]) -> list[float]:
    """The cost of one of each, by least squares. `counts`: for each point how many of each there were. Raises NoLaw."""
    rows = [[count / cost for count in row] for row, cost in zip(counts, costs, strict=True) if cost > 0]
    kinds = range(len(counts[0]))
    squares = [[sum(row[a] * row[b] for row in rows) for b in kinds] + [sum(row[a] for row in rows)] for a in kinds]
    return _solved(squares)


def foretold(costs: Sequence[float], counts: Sequence[float]) -> float:
    """What a point costs by the law."""
    return sum(cost * count for cost, count in zip(costs, counts, strict=True))


def _solved(rows: list[list[float]]) -> list[float]:
    """Gauss and Jordan, the largest of a column first."""
    size = len(rows)
    for column in range(size):
        best = max(range(column, size), key=lambda at: abs(rows[at][column]))
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column]
        if abs(pivot[column]) <= 1e-9 * max(map(abs, pivot)):
            raise NoLaw
        for at, row in enumerate(rows):
            if at != column:
                share = row[column] / pivot[column]
                rows[at] = [value - share * other for value, other in zip(row, pivot, strict=True)]
    return [row[-1] / row[at] for at, row in enumerate(rows)]
