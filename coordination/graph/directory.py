"""Institutions by name: the short entries that lists, choices and sentences need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import LiteralString, NamedTuple

from coordination.errors import NotFound
from coordination.graph.store import Store
from coordination.i18n import polish_key
from coordination.permissions import Scope

ENTRIES: LiteralString = """
    MATCH (i:Institution)-[:OF_TYPE]->(t:InstitutionType)
    WHERE ($ids IS NULL OR i.id IN $ids)
      AND ($scope_all OR i.id = $scope_own OR ($scope_shared AND coalesce(i.national, false))
           OR EXISTS { MATCH (i)-[:COVERS]->(s:Voivodeship) WHERE s.teryt IN $scope_voivodeships })
      AND ($teryt IS NULL OR coalesce(i.national, false)
           OR EXISTS { MATCH (i)-[:COVERS]->(w:Voivodeship) WHERE w.teryt = $teryt })
    RETURN i.id AS id, i.name_pl AS name_pl, i.short_name AS short_name, t.code AS type, t.sector AS sector,
           coalesce(i.national, false) AS national, i.active_to AS active_to,
           COLLECT { MATCH (i)-[:COVERS]->(v:Voivodeship) RETURN v.teryt } AS voivodeships
    """


class Named(NamedTuple):
    """An institution as a link needs it; `name` is the short one where there is one."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    name_pl: str
    short_name: str
    type: str
    sector: str
    national: bool
    active_to: str | None
    voivodeships: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people call it: the short name where there is one."""
        return self.short_name or self.name_pl


def entries(
    store: Store, scope: Scope, ids: Iterable[str] | None = None, *, teryt: str | None = None
) -> dict[str, Entry]:
    """Entries by id in Polish order of their names: those named by `ids`, or all within the scope
    (and, where `teryt` is given, acting in that voivodeship)."""
    rows = store.read(ENTRIES, ids=None if ids is None else list(set(ids)), teryt=teryt, **scope.params())
    found = [Entry(**{**row, "voivodeships": tuple(sorted(row["voivodeships"]))}) for row in rows]
    return {each.id: each for each in sorted(found, key=lambda each: (polish_key(each.name), each.id))}


def entry(store: Store, scope: Scope, institution_id: str) -> Entry:
    """One entry. Raises NotFound also when it lies outside the scope."""
    found = entries(store, scope, [institution_id])
    if institution_id not in found:
        raise NotFound(institution_id)
    return found[institution_id]
