"""The same set as rows, as a matrix and as cells of files. No Flask: words are handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from coordination.graph.mapset import SECTOR_GROUPS, WORST_FIRST, Line, MapSet, Node
from coordination.graph.model import TieState
from coordination.i18n import polish_key

MATRIX_MOST = 60  # institutions; above, sectors against sectors
COLUMNS = (
    "institution_a_id", "institution_a", "institution_b_id", "institution_b", "state", "areas", "area_states", "claimed_only_by",
    "last_sign", "out_of_date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line as a row; `first` comes before `second` in Polish order, or is the institution asked about."""

    first: Node
    second: Node
    line: Line


def rows(shown: MapSet, sort: str = "name") -> list[Row]:
    """Every line of the set, once, in a full order: ties of the key are broken by names and ids."""
    found = []
    for line in shown.lines:
        pair = sorted((shown.by_id[line.a], shown.by_id[line.b]), key=lambda node: (polish_key(node.short), node.id))
        found.append(Row(pair[0], pair[1], line))
    found.sort(key=lambda row: (polish_key(row.first.short), polish_key(row.second.short), row.line.a, row.line.b))
    keys: dict[str, Callable[[Row], object]] = {
        "name": lambda row: polish_key(row.first.short),
        "other": lambda row: polish_key(row.second.short),
        "state": lambda row: WORST_FIRST.index(row.line.state),
        "last": lambda row: row.line.last or date.min,
    }
    found.sort(key=keys[sort.removeprefix("-")], reverse=sort.startswith("-"))  # type: ignore[arg-type]
    return found


@dataclass(frozen=True, slots=True)
class Matrix:
    """Institutions against institutions. `cells[i][j]` is the line of rows i and j, or None; symmetric."""

    nodes: tuple[Node, ...]
    cells: tuple[tuple[Line | None, ...], ...]


def matrix(shown: MapSet) -> Matrix | None:
    """By sector, then name; only institutions with a line. None above `MATRIX_MOST` of them."""
    alone = {node.id for node in shown.isolates}
    nodes = sorted(
        (node for node in shown.nodes if node.id not in alone),
        key=lambda node: (SECTOR_GROUPS.index(node.sector), polish_key(node.short), node.id),
    )
    if len(nodes) > MATRIX_MOST:
        return None
    pairs = {(line.a, line.b): line for line in shown.lines}
    cells = tuple(tuple(pairs.get((min(a.id, b.id), max(a.id, b.id))) if a.id != b.id else None for b in nodes) for a in nodes)
    return Matrix(tuple(nodes), cells)


def sector_matrix(shown: MapSet) -> dict[tuple[str, str], Counter[TieState]]:
    """Lines between sectors, each counted once: the key is in the order of the legend."""
    found: dict[tuple[str, str], Counter[TieState]] = {}
    for line in shown.lines:
        ends = (shown.by_id[line.a].sector, shown.by_id[line.b].sector)
        key = tuple(sorted(ends, key=SECTOR_GROUPS.index))
        found.setdefault((key[0], key[1]), Counter())[line.state] += 1
    return found


def cells(shown: MapSet) -> list[dict[str, str]]:
    """One line per row for CSV and XLSX: codes, not words, so that programs can read them."""
    return [
        {
            "institution_a_id": row.first.id,
            "institution_a": row.first.short,
            "institution_b_id": row.second.id,
            "institution_b": row.second.short,
            "state": str(row.line.state),
            "areas": ";".join(each.area for each in row.line.areas),
            "area_states": ";".join(str(each.state) for each in row.line.areas),
            "claimed_only_by": row.line.claimant,
            "last_sign": row.line.last.isoformat() if row.line.last else "",
            "out_of_date": "yes" if row.line.stale else "no",
        }
        for row in rows(shown)
    ]


def institution_cells(shown: MapSet) -> list[dict[str, str]]:
    return [
        {"id": node.id, "short_name": node.short, "name": node.name, "type": node.type, "sector": node.sector,
         "ties": str(len(shown.lines_of[node.id]))}
        for node in shown.nodes
    ]  # fmt: skip


def plain(shown: MapSet) -> dict[str, object]:
    """The set as JSON for programs."""
    counts = {str(state): shown.counts[state] for state in WORST_FIRST if shown.counts[state]}
    return {
        "as_of": shown.as_of.isoformat(),
        "institutions": institution_cells(shown),
        "ties": [
            {
                "a": line.a,
                "b": line.b,
                "state": str(line.state),
                "out_of_date": line.stale,
                "areas": [
                    {"area": each.area, "state": str(each.state), "claimed_only_by": each.claimant, "out_of_date": not each.fresh,
                     "last_sign": each.last.isoformat() if each.last else ""}
                    for each in line.areas
                ],
            }
            for line in shown.lines
        ],
        "counts": {"institutions": len(shown.nodes), "ties": len(shown.lines), **counts},
        "regional_institutions": {"all": shown.asked, "answered": shown.answered},
    }  # fmt: skip


def page_of(found: Sequence[Row], page: int, size: int) -> Sequence[Row]:
    return found[(page - 1) * size : page * size]
