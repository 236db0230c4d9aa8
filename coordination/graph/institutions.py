"""Institutions: who is there, what an institution is, how it hangs together. Reading only; see institution_edits.py.

Every loader takes the reader's scope. What lies outside it is not there: a foreign id raises NotFound as one that
never existed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString, NamedTuple

from coordination.errors import NotFound
from coordination.graph.model import Institution
from coordination.graph.store import Store
from coordination.graph.text import folded
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
    groups: tuple[str, ...]
    active_to: str


_LISTED: LiteralString = """
    OPTIONAL MATCH (i)-[:PART_OF {kind: 'parent'}]->(p:Institution)
    RETURN collect([i.id, i.name_pl, i.short_name, t.code, i.city, p.id, coalesce(i.national, false), partial,
                    i.search, i.groups, i.active_to]) AS lines
    """

# One row with all lines: three times faster than a row each (measured at 40,000).
COVERING: LiteralString = (
    """
    MATCH (v:Voivodeship)<-[c:COVERS]-(i:Institution)-[:OF_TYPE]->(t:InstitutionType)
    WHERE v.teryt IN $codes
    WITH i, t, min(CASE WHEN coalesce(c.partial, false) THEN 1 ELSE 0 END) = 1 AS partial
    """
    + _LISTED
)
NATIONAL: LiteralString = (
    """
    MATCH (i:Institution)-[:OF_TYPE]->(t:InstitutionType)
    WHERE i.national = true
    WITH i, t, false AS partial
    """
    + _LISTED
)
COVERING_AND_NATIONAL: LiteralString = COVERING + " UNION ALL " + NATIONAL
EVERYWHERE: LiteralString = (
    """
    MATCH (i:Institution)-[:OF_TYPE]->(t:InstitutionType)
    WITH i, t, false AS partial
    """
    + _LISTED
)
ONLY: LiteralString = (
    """
    MATCH (i:Institution)-[:OF_TYPE]->(t:InstitutionType)
    WHERE i.id IN $ids
    WITH i, t, false AS partial
    """
    + _LISTED
)


def listed(store: Store, scope: Scope, voivodeship: str | None) -> list[Listed]:
    """Every institution of a voivodeship (None: of the whole scope), each once, national bodies included.

    Order is not defined: sort by `polish_key`. Raises NotFound for a voivodeship outside the scope.
    """
    if scope.institution_id:
        return _lines(store.read(ONLY, ids=[scope.institution_id]))
    if voivodeship is None and scope.everything:
        return _lines(store.read(EVERYWHERE))
    if voivodeship is not None and not (scope.everything or voivodeship in scope.voivodeships):
        raise NotFound(voivodeship)
    codes = [voivodeship] if voivodeship else list(scope.voivodeships)
    query = COVERING_AND_NATIONAL if scope.everything or scope.shared else COVERING
    return list({line.id: line for line in _lines(store.read(query, codes=codes))}.values())


def _lines(rows: Sequence[dict[str, Any]]) -> list[Listed]:
    return [_line(each) for row in rows for each in row["lines"]]


def _line(each: Sequence[Any]) -> Listed:
    id, name, short, type, city, parent, national, partial, search, groups, active_to = each
    search = search or folded(name, short, city, id)
    return Listed(
        id, name, short or name, type, city or "", parent or "", national, bool(partial), search,
        tuple(groups or ()), active_to or "",
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
    rows = store.read(RELATIVES, id=institution_id, **scope.params())
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


CLAIMS_OF: LiteralString = (
    """
    MATCH (own:Institution) WHERE own.id IN $ids
    CALL (own) {
        MATCH (own)-[:STATES]->(c:Claim)-[:ABOUT]->(i:Institution) WHERE c.current_key IS NOT NULL RETURN c, i
        UNION ALL
        MATCH (own)<-[:ABOUT]-(c:Claim)<-[:STATES]-(i:Institution) WHERE c.current_key IS NOT NULL RETURN c, i
    }
    WITH own, c, i WHERE """
    + WITHIN
    + """
    RETURN collect([own.id, i.id, c.area, c.stance, c.valid_from, c.valid_to]) AS rows
    """
)


def tie_counts(store: Store, scope: Scope, ids: Iterable[str], on: date) -> dict[str, tuple[int, int]]:
    """(confirmed, all spoken of) ties of each institution with partners in scope: one per partner and area."""
    found: dict[str, dict[tuple[str, str], list[str]]] = {each: {} for each in ids}
    day = on.isoformat()
    rows = store.read(CLAIMS_OF, ids=list(found), **scope.params())
    for own, other, area, stance, since, until in rows[0]["rows"] if rows else ():
        if stance == "withdrawn" or (since and day < since) or (until and until < day):
            continue
        found[own].setdefault((other, area), []).append(stance)
    return {
        own: (sum(stances == ["cooperates", "cooperates"] for stances in ties.values()), len(ties))
        for own, ties in found.items()
    }


MEMBERS: LiteralString = """
    MATCH (i:Institution)-[:MEMBER_OF]->(t:Team {voivodeship: $voivodeship})
    RETURN collect(DISTINCT i.id) AS ids
    """


def team_members(store: Store, voivodeship: str) -> set[str]:
    """Ids of the institutions in the team of a voivodeship."""
    rows = store.read(MEMBERS, voivodeship=voivodeship)
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
