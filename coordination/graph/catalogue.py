"""The reference lists: voivodeships, institution types, areas, sources. Read often, changed by loading only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString

from coordination.graph.model import Area, InstitutionType, Source, Voivodeship
from coordination.graph.store import Store
from coordination.i18n import polish_key

VOIVODESHIPS: LiteralString = "MATCH (v:Voivodeship) RETURN v {.teryt, .name_pl, .name_en} AS it"
TYPES: LiteralString = """
    MATCH (t:InstitutionType)
    RETURN t {.code, .name_pl, .name_en, .sector, .level, .team_role, .description_pl, .description_en, .sources} AS it
    """
AREAS: LiteralString = """
    MATCH (a:Area)
    RETURN a {.code, .name_pl, .name_en, .definition_pl, .definition_en, .sources} AS it
    ORDER BY a.position, a.code
    """
SOURCES: LiteralString = """
    MATCH (s:Source) WHERE $ids IS NULL OR s.id IN $ids
    RETURN s {.id, .title, .issuer, .date, .url, .access, .note} AS it
    """


def voivodeships(store: Store) -> list[Voivodeship]:
    """The 16 voivodeships in Polish alphabetical order."""
    found = [Voivodeship(**row["it"]) for row in store.read(VOIVODESHIPS)]
    return sorted(found, key=lambda each: polish_key(each.name_pl))


def institution_types(store: Store) -> dict[str, InstitutionType]:
    """Institution types by code, in Polish order of their names."""
    rows = [row["it"] for row in store.read(TYPES)]
    found = [InstitutionType(**{**row, "sources": tuple(row.get("sources") or ())}) for row in rows]
    return {each.code: each for each in sorted(found, key=lambda each: polish_key(each.name_pl))}


def areas(store: Store) -> dict[str, Area]:
    """Areas of cooperation by code, in the order of the reference model."""
    rows = [row["it"] for row in store.read(AREAS)]
    return {row["code"]: Area(**{**row, "sources": tuple(row.get("sources") or ())}) for row in rows}


def sources(store: Store, ids: Iterable[str] | None = None) -> dict[str, Source]:
    """Sources by id: all of them, or those named."""
    rows = store.read(SOURCES, ids=None if ids is None else list(ids))
    return {row["it"]["id"]: Source(**{key: value or "" for key, value in row["it"].items()}) for row in rows}
