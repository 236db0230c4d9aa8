"""The one function that says what the map shows. Map, table, matrix, counts and files all start from its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from coordination.graph.facts import World
from coordination.graph.mapset import AreaTie, MapSet, Node, lines, sector_group
from coordination.graph.model import Area, Institution, InstitutionType, Stance, TieState, Voivodeship
from coordination.graph.ties import Tie, latest, remember, ties_of
from coordination.i18n import local, polish_key
from coordination.permissions import Scope

STATED = frozenset({TieState.CONFIRMED, TieState.ONE_SIDED, TieState.DISPUTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked for; empty means everything. `states` are those of the pair's line, so they add up."""

    as_of: date
    known_on: date | None = None
    voivodeship: str = ""
    sector: str = ""
    type: str = ""
    area: str = ""
    states: frozenset[TieState] = STATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Reference data needed to name what is shown, in one language."""

    types: Mapping[str, InstitutionType]
    areas: Mapping[str, Area]
    voivodeships: Mapping[str, Voivodeship]
    lang: str = "pl"
    national: str = ""  # how "whole country" is written


def filtered(world: World, scope: Scope, filters: Filters, words: Words) -> MapSet:
    """The institutions and lines that pass the filters, as of a day.

    Institutions: active on the day, covering the voivodeship (nationally or partly too), inside `scope`. With a
    sector or a type, those of it and the partners they are tied to, and only lines with one end of it. With an area,
    a pair's other areas do not count, neither for its state nor its width. Institutions without a line stay.

    Raises
    ------
    ValueError
        If the world holds only current statements and the day needs history.
    """
    key = ("map", scope, filters, words.lang)
    found = world.memo.get(key)  # page, drawing and panel of one view ask for the same set within seconds
    if found is None:
        found = _filtered(world, scope, filters, words)
        remember(world, key, found)
    return found


def _filtered(world: World, scope: Scope, filters: Filters, words: Words) -> MapSet:
    inside = {
        each.id: each
        for each in world.institutions.values()
        if each.active(filters.as_of)
        and within(each, scope)
        and (not filters.voivodeship or each.covers(filters.voivodeship))
    }
    order = {code: place for place, code in enumerate(words.areas)}
    found = lines(
        (
            (tie.a, tie.b, _area_tie(tie))
            for tie in ties_of(world, filters.as_of, filters.known_on)
            if tie.a in inside and tie.b in inside and (not filters.area or tie.area == filters.area)
        ),
        order,
    )
    chosen = [line for line in found if line.state in filters.states]
    members = inside
    if filters.sector or filters.type:
        core = {key for key, each in inside.items() if _passes(each, filters, words)}
        chosen = [line for line in chosen if line.a in core or line.b in core]
        members = {key: inside[key] for key in core | {end for line in chosen for end in (line.a, line.b)}}
    spoke: dict[str, date] = {}
    for said in latest(world.statements, filters.as_of, filters.known_on).values():
        if said.claimant_id in members and said.stance != Stance.WITHDRAWN:
            spoke[said.claimant_id] = max(said.stated_on, spoke.get(said.claimant_id, said.stated_on))
    nodes = sorted(
        (_node(each, filters, words) for each in members.values()), key=lambda node: (polish_key(node.short), node.id)
    )
    return MapSet(
        nodes=tuple(nodes),
        lines=tuple(chosen),
        as_of=filters.as_of,
        areas={code: local(area, "name", words.lang) for code, area in words.areas.items()},
        spoke=spoke,
        regional=frozenset(key for key, each in members.items() if not each.national),
    )


def within(institution: Institution, scope: Scope) -> bool:
    """Whether the actor may know of the institution; the same rule the loaders ask in Cypher."""
    return (
        scope.everything
        or institution.id == scope.institution_id
        or (scope.shared and institution.national)
        or bool(set(institution.voivodeships) & set(scope.voivodeships))
    )


def _passes(each: Institution, filters: Filters, words: Words) -> bool:
    kind = words.types.get(each.type)
    return (not filters.type or each.type == filters.type) and (
        not filters.sector or sector_group(each.type, kind.sector if kind else "") == filters.sector
    )


def _area_tie(tie: Tie) -> AreaTie:
    holders = tie.holders
    return AreaTie(
        area=tie.area,
        state=tie.state,
        claimant=holders[0].claimant_id if len(holders) == 1 else "",
        fresh=not tie.stale,
        last=tie.last_sign,
    )


def _node(each: Institution, filters: Filters, words: Words) -> Node:
    kind = words.types.get(each.type)
    named = [
        local(words.voivodeships[code], "name", words.lang) for code in each.voivodeships if code in words.voivodeships
    ]
    return Node(
        id=each.id,
        name=each.name_pl,
        short=each.short_name or each.name_pl,
        type=each.type,
        type_name=local(kind, "name", words.lang) if kind else each.type,
        sector=sector_group(each.type, kind.sector if kind else ""),
        ring=kind.team_role if kind else "on_demand",
        home="" if each.national else _home(each, filters),
        places=words.national if each.national else ", ".join(named),
    )


def _home(each: Institution, filters: Filters) -> str:
    # An institution of several voivodeships is drawn once: where the first of its codes says, its seat's in the data.
    return filters.voivodeship or next(iter(each.voivodeships), "")
