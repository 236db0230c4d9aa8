"""A plan: what becomes of each row of a file, and who may touch what. The kinds fill it, each in its own module."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from coordination.exchange.cells import Bad
from coordination.exchange.duplicates import Duplicate
from coordination.exchange.kinds import Kind, Row
from coordination.exchange.problems import Problem
from coordination.graph import bulk
from coordination.graph.bulk import Place
from coordination.i18n import N_
from coordination.permissions import Scope

CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one row. `before` and `after` hold the columns that differ; `full` is what will stand.

    `version` is what was read; `ref` names the record in the graph that is touched (an id, or ids); `older` marks
    a statement that enters the history behind what was said since.
    """

    number: int
    key: str
    action: str
    full: Row
    before: Row = field(default_factory=dict)
    after: Row = field(default_factory=dict)
    version: int = 0
    ref: str = ""
    older: bool = False


@dataclass(slots=True)
class Plan:
    kind: Kind
    today: date
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    wrong: frozenset[int] = frozenset()
    duplicates: list[Duplicate] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # short names by institution id, for people
    extra: Any = None  # what the writer of this kind needs besides the changes

    def count(self, action: str) -> int:
        return sum(change.action == action for change in self.changes)

    @property
    def refused(self) -> bool:
        return bool(self.problems)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """(created, changed, unchanged, rejected); a refused file creates and changes nothing."""
        created, changed = (0, 0) if self.refused else (self.count(CREATED), self.count(CHANGED))
        return created, changed, self.count(UNCHANGED), len(self.wrong)

    @property
    def empty(self) -> bool:
        return not self.refused and not any(change.action != UNCHANGED for change in self.changes)

    @property
    def fingerprint(self) -> str:
        """The same for two plans that would do the same to the same records."""
        told = [
            [c.number, c.key, c.action, c.before, c.after, c.version] for c in self.changes if c.action != UNCHANGED
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sight:
    """What the actor may see and touch; `places` are the institutions in sight."""

    places: dict[str, Place]
    edit: Scope

    def may_edit(self, id: str) -> bool:
        return id in self.places and bulk.inside(self.edit, id, self.places[id])


OUTSIDE = N_("This record lies outside the voivodeship in which changes may be made.")
LEAVE_OUT = N_("Leave the row out, or keep it as it was exported.")


def difference(before: Row, after: Row) -> tuple[Row, Row]:
    names = [name for name in after if before.get(name, "") != after[name]]
    return {name: before.get(name, "") for name in names}, {name: after[name] for name in names}


def complete(kind: Kind, row: Row) -> Row:
    """The row with the columns the file leaves out, empty."""
    return {name: row.get(name, "") for name in kind.columns}


def at(column: str, bad: Bad) -> Bad:
    bad.column = column
    return bad
