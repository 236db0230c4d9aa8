"""The address of the map: everything shown is in it, and what cannot be shown is named, not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from coordination.clock import today
from coordination.fields import come
from coordination.graph.mapset import SECTOR_GROUPS
from coordination.graph.model import Area, InstitutionType, TieState
from coordination.graph.selection import STATED, Filters
from coordination.i18n import N_

VIEWS = ("map", "table", "matrix")
LAYOUTS = ("roles", "spring", "geography")
STATES: dict[str, frozenset[TieState]] = {
    "": STATED,
    "confirmed": frozenset({TieState.CONFIRMED}),
    "one-sided": frozenset({TieState.ONE_SIDED}),
    "disputed": frozenset({TieState.DISPUTED}),
    "none": frozenset({TieState.NONE}),
    "all": STATED | {TieState.NONE},
}
SORTS = ("name", "other", "state", "last")
NAMES = {
    "area": N_("Area"),
    "state": N_("State"),
    "sector": N_("Sector"),
    "type": N_("Institution type"),
    "as_of": N_("As of"),
    "known_on": N_("As known on"),
    "layout": N_("Arrangement"),
    "view": N_("View"),
    "sort": N_("Order"),
    "focus": N_("Selected institution"),
    "find": N_("Institution searched for"),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An address, understood. `wrong`: parameters whose value was left out of account, with that value."""

    filters: Filters
    layout: str
    view: str = "map"
    focus: str = ""
    find: str = ""
    sort: str = "name"
    state: str = ""
    given: Mapping[str, str] = field(default_factory=dict)  # accepted filters as written in the address
    wrong: tuple[tuple[str, str], ...] = ()


def read(
    args: Mapping[str, str],
    *,
    voivodeship: str,
    types: Mapping[str, InstitutionType],
    areas: Mapping[str, Area],
) -> Asked:
    """The address as filters. A value that means nothing is ignored and named in `wrong`; a day to come too."""
    wrong: list[tuple[str, str]] = []
    given: dict[str, str] = {}

    def one_of(name: str, allowed: object, default: str = "") -> str:
        value = args.get(name, "").strip()
        if not value:
            return default
        if value not in allowed:  # type: ignore[operator]
            wrong.append((name, value[:60]))
            return default
        given[name] = value
        return value

    def day(name: str) -> date | None:
        value = args.get(name, "").strip()
        if not value:
            return None
        found = come(value)
        if found is None:
            wrong.append((name, value[:60]))
            return None
        given[name] = found.isoformat()
        return found

    state = one_of("state", STATES)
    filters = Filters(
        as_of=day("as_of") or today(),
        known_on=day("known_on"),
        voivodeship=voivodeship,
        sector=one_of("sector", SECTOR_GROUPS),
        type=one_of("type", types),
        area=one_of("area", areas),
        states=STATES[state],
    )
    return Asked(
        filters=filters,
        layout=one_of("layout", LAYOUTS, "roles" if voivodeship else "geography"),
        view=one_of("view", VIEWS, "map"),
        focus=args.get("focus", "")[:200],
        find=args.get("find", "").strip()[:200],
        sort=one_of("sort", {*SORTS, *(f"-{key}" for key in SORTS)}, "name"),
        state=state,
        given=given,
        wrong=tuple(wrong),
    )
