"""What the map shows: institutions and one line per pair, summed up from the pair's areas. Pure values.

One line per pair, however many areas (C2). Its state is the one that most needs attention among its areas:
disputed before one-sided before confirmed before none. A pair with one disputed area and three confirmed ones
is drawn disputed, because a line that hid the dispute would say less than is known; the areas themselves are
listed, each with its own state, wherever the pair is opened. So every pair has exactly one state, and the counts
of the four states add up to the number of lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from coordination.graph.model import TieState

WORST_FIRST = (TieState.DISPUTED, TieState.ONE_SIDED, TieState.CONFIRMED, TieState.NONE)
_RANK = {state: place for place, state in enumerate(WORST_FIRST)}

# Eight groups of sectors, in the order of the legend. Labour offices count as the labour market, although the
# reference data file them under social welfare.
SECTOR_GROUPS = ("police", "border_guard", "prosecution", "labour_inspection", "central", "social", "ngo", "local")
_GROUP_OF = {
    "police": "police",
    "border_guard": "border_guard",
    "prosecution": "prosecution",
    "court": "prosecution",
    "labour_inspection": "labour_inspection",
    "voivode": "central",
    "ministry": "central",
    "other": "central",
    "social_welfare": "social",
    "health": "social",
    "ngo": "ngo",
    "international": "ngo",
    "education": "local",
    "municipal": "local",
}
_LABOUR_MARKET = frozenset({"voivodeship_labour_office", "county_labour_office"})


def sector_group(type_code: str, sector: str) -> str:
    """The group of the map's legend; an unknown sector counts with the central bodies."""
    return "local" if type_code in _LABOUR_MARKET else _GROUP_OF.get(sector, "central")


@dataclass(frozen=True, slots=True)
class AreaTie:
    """A pair's tie in one area. `claimant`: the only side that claims it, or "" when both or neither do."""

    area: str
    state: TieState
    claimant: str = ""
    fresh: bool = True
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A pair of institutions, `a` < `b`, with the areas it cooperates in, in the order of the reference model."""

    a: str
    b: str
    areas: tuple[AreaTie, ...]
    state: TieState = field(init=False)  # asked for many times a line, so worked out once

    def __post_init__(self) -> None:
        worst = self.areas[0].state if len(self.areas) == 1 else min((each.state for each in self.areas), key=_RANK.__getitem__)
        object.__setattr__(self, "state", worst)

    @property
    def claimant(self) -> str:
        """Who alone claims what the other has not confirmed; "" when each does in another area."""
        sides = {each.claimant for each in self.areas if each.state is self.state}
        return sides.pop() if len(sides) == 1 else ""

    @property
    def stale(self) -> bool:
        """Whether no area of the pair has been active or stated within 24 months."""
        return not any(each.fresh for each in self.areas)

    @property
    def last(self) -> date | None:
        return max((each.last for each in self.areas if each.last), default=None)

    @property
    def width(self) -> int:
        return min(3, len(self.areas))

    def other(self, one: str) -> str:
        return self.b if one == self.a else self.a


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An institution as the map needs it; texts are already in the reader's language."""

    id: str
    name: str
    short: str
    type: str
    type_name: str
    sector: str  # one of SECTOR_GROUPS
    ring: str  # team role of its type: core, extended, on_demand, national_link
    home: str = ""  # TERYT of the voivodeship it is drawn in when all Poland is shown; "" for national bodies
    places: str = ""  # voivodeships in words


@dataclass(frozen=True, kw_only=True)
class MapSet:
    """The filtered set. Map, table, matrix, counts and every file are made from one of these and nothing else."""

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    as_of: date
    areas: Mapping[str, str] = field(default_factory=dict)  # names by code, in the order of the reference model
    spoke: Mapping[str, date] = field(default_factory=dict)  # last statement of each institution that made one
    regional: frozenset[str] = frozenset()  # those that are not national bodies
    # Results worked out from this set, which never changes; standing.py keeps a few here.
    memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def lines_of(self) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {node.id: [] for node in self.nodes}
        for line in self.lines:
            found[line.a].append(line)
            found[line.b].append(line)
        return found

    @cached_property
    def counts(self) -> Counter[TieState]:
        return Counter(line.state for line in self.lines)

    @property
    def answered(self) -> int:
        """Regional institutions that have said anything themselves, of `asked`."""
        return len(self.regional & self.spoke.keys())

    @property
    def asked(self) -> int:
        return len(self.regional)

    @property
    def isolates(self) -> list[Node]:
        return [node for node in self.nodes if not self.lines_of[node.id]]

    def degree(self, node_id: str) -> int:
        """Partners that cooperate in someone's words; a pair in which nobody claims anything does not count."""
        return sum(1 for line in self.lines_of[node_id] if line.state is not TieState.NONE)


def lines(ties: Iterable[tuple[str, str, AreaTie]], order: Mapping[str, int] | None = None) -> tuple[Line, ...]:
    """One line per pair from ties given one per pair and area, in any direction; unknown ties draw no line."""
    pairs: dict[tuple[str, str], list[AreaTie]] = {}
    for a, b, tie in ties:
        if a != b and tie.state is not TieState.UNKNOWN:
            pairs.setdefault((a, b) if a < b else (b, a), []).append(tie)
    place = order or {}
    return tuple(
        Line(a, b, tuple(sorted(found, key=lambda tie: (place.get(tie.area, 99), tie.area))))
        for (a, b), found in sorted(pairs.items())
    )
