"""Institutions: who is there, what an institution is, how it hangs together. Reading only; see institution_edits.py.

Every loader takes the reader's scope. What lies outside it is not there: a foreign id raises NotFound as one that
never existed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString, NamedTuple

from coordination.errors import NotFound
from coordination.graph.facts import World
from coordination.graph.model import Institution, TieState
from coordination.graph.store import Store
from coordination.graph.text import folded
from coordination.graph.ties import remember, ties_of
from coordination.graph.world import world
from coordination.i18n import polish_key
from coordination.permissions import Scope

# Where `i` lies within the reader's scope.
WITHIN: LiteralString = """
    ($scope_all OR i.id = $scope_own OR ($scope_shared AND coalesce(i.national, false))
     OR EXISTS { MATCH (i)-[:COVERS]->(w:Voivodeship) WHERE w.teryt IN $scope_voivodeships })
    """


class Listed(NamedTuple):
    """A line of the register: enough to filter, sort and nest. `partial`: covers the asked place only in part."""

    id: str
    name_pl: str
    short_name: str
    type: str
    city: str
    parent_id: str
    national: bool
    partial: bool
    search: str
    active_to: str


def world_within(store: Store, scope: Scope, on: date | None = None) -> World:
    """The kept world that holds everything a scope sees: of one voivodeship where it sees no other."""
    limited = not scope.everything and not scope.institution_id and len(scope.voivodeships) == 1
    return world(store, on, teryt=scope.voivodeships[0] if limited else None)


def listed(store: Store, scope: Scope, voivodeship: str | None) -> list[Listed]:
    """Every institution of a voivodeship (None: of the whole scope), each once, national bodies included.

    In Polish order of the names. Do not change the list. Raises NotFound for a voivodeship outside the scope.
    """
    return lines(world_within(store, scope), scope, voivodeship)


def lines(world: World, scope: Scope, voivodeship: str | None) -> list[Listed]:
    """`listed`, from a world that holds what the scope sees; worked out once per world."""
    if voivodeship is not None and not may_ask(scope, voivodeship):
        raise NotFound(voivodeship)
    key = (("lines", voivodeship), scope)
    if key in world.memo:
        return world.memo[key]
    found = [
        _line(each, world.search.get(each.id, ""), partial)
        for each in world.institutions.values()
        if each.type and (partial := _part(each, scope, voivodeship)) is not None
    ]
    found.sort(key=lambda line: (polish_key(line.name_pl), line.id))
    remember(world, key, found)
    return found


def may_ask(scope: Scope, voivodeship: str) -> bool:
    """Whether lists of this voivodeship exist for the reader. Who reads one institution gets it in every list."""
    return bool(scope.institution_id) or scope.everything or voivodeship in scope.voivodeships


def _part(each: Institution, scope: Scope, voivodeship: str | None) -> bool | None:
    """Whether it covers the place only in part; None where it is not of the place, or out of the scope."""
    if scope.institution_id:
        return False if each.id == scope.institution_id else None
    if each.national and (scope.everything or scope.shared):
        return False
    if voivodeship is None and scope.everything:
        return False
    codes = (voivodeship,) if voivodeship else scope.voivodeships
    covered = [code for code in each.voivodeships if code in codes]
    return all(code in each.voivodeships_partial for code in covered) if covered else None


def _line(each: Institution, search: str, partial: bool) -> Listed:
    return Listed(
        each.id,
        each.name_pl,
        each.short_name or each.name_pl,
        each.type,
        each.city,
        each.parent_id,
        each.national,
        partial,
        search or folded(each.name_pl, each.short_name, each.city, each.id),
        each.active_to.isoformat() if each.active_to else "",
    )


def matching(lines: Iterable[Listed], query: str) -> list[Listed]:
    """The lines that hold every word of the query, without regard to diacritics; best first, then Polish order.

    Best is the short name itself, then a short name, then a name in which a word begins with each word asked for.
    """
    terms = words(query)
    hits = [line for line in lines if terms and all(term in line.search for term in terms)]
    return sorted(hits, key=lambda line: (_rank(line, terms), polish_key(line.short_name), line.id))


def cities(lines: Iterable[Listed], query: str) -> list[tuple[str, int]]:
    """Seats whose name begins with the query's words, and how many institutions have theirs there."""
    wanted = " ".join(words(query))
    found = Counter(line.city for line in lines if line.city and wanted and folded(line.city).startswith(wanted))
    return sorted(found.items(), key=lambda each: polish_key(each[0]))


def words(query: str) -> list[str]:
    """The folded words of a query; punctuation around them does not count."""
    return [word for each in folded(query).split() if (word := each.strip(".,;:-–()\"„”'"))]


def _rank(line: Listed, terms: list[str]) -> int:
    short = folded(line.short_name)
    if short == " ".join(terms):
        return 0
    for place, text in enumerate((short, folded(line.name_pl), line.search), start=1):
        if all(f" {term}" in f" {text}" for term in terms):
            return place
    return 4


ONE: LiteralString = (
    """
    MATCH (i:Institution {id: $id})-[:OF_TYPE]->(t:InstitutionType)
    WHERE """
    + WITHIN
    + """
    OPTIONAL MATCH (i)-[:PART_OF {kind: 'parent'}]->(p:Institution)
    WITH i, t, p
    OPTIONAL MATCH (i)-[c:COVERS]->(v:Voivodeship)
    RETURN i {.id, .name_pl, .short_name, .national, .city, .website, .name_2014, .source, .note, .active_from,
              .active_to, .version, .example} AS it, t.code AS type, p.id AS parent_id,
           collect(CASE WHEN v IS NULL THEN null ELSE [v.teryt, coalesce(c.partial, false)] END) AS covers
    """
)


def get(store: Store, scope: Scope, institution_id: str) -> Institution:
    """One institution. Raises NotFound also when it lies outside the scope."""
    rows = store.read(ONE, id=institution_id, **scope.params())
    if not rows:
        raise NotFound(institution_id)
    return institution(rows[0])


def institution(row: dict[str, Any]) -> Institution:
    """The dataclass of a row `it, type, parent_id, covers`."""
    it = row["it"]
    covers = sorted((code, bool(part)) for code, part in row["covers"])
    return Institution(
        id=it["id"],
        name_pl=it["name_pl"],
        short_name=it.get("short_name") or it["name_pl"],
        type=row["type"],
        parent_id=row["parent_id"] or "",
        voivodeships=tuple(code for code, _ in covers),
        voivodeships_partial=tuple(code for code, part in covers if part),
        national=bool(it.get("national")),
        city=it.get("city") or "",
        website=it.get("website") or "",
        name_2014=it.get("name_2014") or "",
        source=tuple(it.get("source") or ()),
        note=it.get("note") or "",
        active_from=_day(it.get("active_from")),
        active_to=_day(it.get("active_to")),
        version=it.get("version") or 1,
        example=bool(it.get("example")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text and len(text) == 10 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """Another institution this one hangs together with: how (`parent`, `operator`, `predecessor`), since, until.

    `below`: the other is the subordinate side. `units` counts what stands under it in turn.
    """

    id: str
    name_pl: str
    short_name: str
    type: str
    city: str
    kind: str
    below: bool
    since: str
    until: str
    units: int


RELATIVES: LiteralString = (
    """
    MATCH (own:Institution {id: $id})
    CALL (own) {
        MATCH (own)-[r:PART_OF]->(i:Institution) RETURN i, r, false AS below
        UNION ALL
        MATCH (own)<-[r:PART_OF]-(i:Institution) RETURN i, r, true AS below
    }
    MATCH (i)-[:OF_TYPE]->(t:InstitutionType)
    WHERE """
    + WITHIN
    + """
    RETURN i.id AS id, i.name_pl AS name_pl, i.short_name AS short_name, t.code AS type, i.city AS city,
           r.kind AS kind, below, r.since AS since, r.until AS until,
           COUNT { (i)<-[:PART_OF {kind: 'parent'}]-(:Institution) } AS units
    """
)


def relatives(store: Store, scope: Scope, institution_id: str) -> list[Relative]:
    """Parent, units, operators, predecessors, as far as the scope sees; in Polish order."""
    return relatives_from(store.read(RELATIVES, id=institution_id, **scope.params()))


def relatives_from(rows: Iterable[dict[str, Any]]) -> list[Relative]:
    """The relatives of rows of RELATIVES, in Polish order."""
    found = [
        Relative(**{**row, **{name: row[name] or "" for name in ("city", "since", "until")},
                    "short_name": row["short_name"] or row["name_pl"]})
        for row in rows
    ]
    return sorted(found, key=lambda each: (polish_key(each.short_name), each.id))


NAMES: LiteralString = """
    MATCH (i:Institution) WHERE i.id IN $ids
    RETURN i.id AS id, i.short_name AS short_name, i.name_pl AS name_pl
    """


def names(store: Store, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(short name, full name) by id, of institutions the caller has already found within its scope."""
    rows = store.read(NAMES, ids=list(ids))
    return {row["id"]: (row["short_name"] or row["name_pl"], row["name_pl"]) for row in rows}


def tie_counts(world: World, scope: Scope, on: date) -> Mapping[str, tuple[int, int]]:
    """(confirmed, all spoken of) ties with partners in scope, by institution: one per partner and area.

    From a world that holds what the scope sees, worked out once per world. Who has none is not in it.
    """
    key = (("tie counts",), scope, on)
    if key in world.memo:
        return world.memo[key]
    seen = {each.id for each in world.institutions.values() if _part(each, scope, None) is not None}
    found: dict[str, tuple[int, int]] = {}
    for tie in ties_of(world, on):
        confirmed = tie.state is TieState.CONFIRMED
        for own, other in ((tie.a, tie.b), (tie.b, tie.a)):
            if other in seen:
                before = found.get(own, (0, 0))
                found[own] = (before[0] + confirmed, before[1] + 1)
    remember(world, key, found)
    return found


MEMBERS: LiteralString = """
    MATCH (i:Institution)-[:MEMBER_OF]->(t:Team {voivodeship: $voivodeship})
    RETURN collect(DISTINCT i.id) AS ids
    """


def team_members(store: Store, voivodeship: str) -> set[str]:
    """Ids of the institutions in the team of a voivodeship."""
    rows = store.read(MEMBERS, voivodeship=voivodeship)
    return set(rows[0]["ids"]) if rows else set()


SERVING: LiteralString = """
    MATCH (i:Institution) WHERE $group IN i.groups
    RETURN collect(i.id) AS ids
    """


def serving(store: Store, group: str) -> set[str]:
    """Ids of the institutions whose card says that they serve a group."""
    rows = store.read(SERVING, group=group)
    return set(rows[0]["ids"]) if rows else set()


HOURS: LiteralString = """
    MATCH (i:Institution)-[:HAS_CONTACT]->(c:ContactPoint)
    WHERE i.id IN $ids
    RETURN collect([i.id, c.hours, c.confirmed_on]) AS rows
    """


def contact_times(store: Store, ids: Iterable[str]) -> dict[str, list[tuple[str, date | None]]]:
    """(duty hours, confirmed on) of every contact point by institution; all a filter needs of them."""
    found: dict[str, list[tuple[str, date | None]]] = {}
    rows = store.read(HOURS, ids=list(ids))
    for own, hours, confirmed in rows[0]["rows"] if rows else ():
        found.setdefault(own, []).append((hours or "", _day(confirmed)))
    return found
