"""The Cypher that reads the plain world of the analysis, and its rows as values. Kept and renewed by world.py.

Large parts travel as one text per row inside one list: the driver unpacks a hundred thousand texts seven times
faster than as many lists of nine values, and instants as numbers thirty times faster than as datetimes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, LiteralString

from coordination.graph.facts import Statement, World
from coordination.graph.model import (
    Agreement,
    Event,
    Expectation,
    Institution,
    InstitutionType,
    Level,
    PathwayStep,
    Scope,
    Waiver,
)
from coordination.graph.store import Tx

_UNIT = "\x1f"  # the unit separator of ASCII; no code, name or date holds one

_STATEMENT: LiteralString = (
    "c.id + $unit + c.claimant_id + $unit + c.partner_id + $unit + c.area + $unit + c.stance + $unit "
    "+ c.stated_on + $unit + coalesce(c.valid_from, '') + $unit + coalesce(c.valid_to, '') + $unit "
    "+ coalesce(c.last_activity, '')"
)
_RECORDED: LiteralString = " + $unit + coalesce(toString(c.recorded_at.epochMillis), '')"
_CURRENT: LiteralString = " RETURN count(c) AS n, collect(" + _STATEMENT + ") AS rows"
_EVER: LiteralString = " RETURN count(c) AS n, collect(" + _STATEMENT + _RECORDED + ") AS rows"
_HERE: LiteralString = (
    "MATCH (:Voivodeship {teryt: $teryt})<-[:COVERS]-(i:Institution) WHERE NOT coalesce(i.national, false) "
)
_NATIONAL: LiteralString = "MATCH (i:Institution) WHERE i.national "
_SAYS: LiteralString = "MATCH (i)-[:STATES]->(c:Claim) "
_IS_CURRENT: LiteralString = "WHERE c.current_key IS NOT NULL"

CURRENT: LiteralString = "MATCH (c:Claim) " + _IS_CURRENT + _CURRENT
CURRENT_HERE: LiteralString = _HERE + _SAYS + _IS_CURRENT + _CURRENT
CURRENT_NATIONAL: LiteralString = _NATIONAL + _SAYS + _IS_CURRENT + _CURRENT
EVER: LiteralString = "MATCH (c:Claim)" + _EVER
EVER_HERE: LiteralString = _HERE + _SAYS + _EVER
EVER_NATIONAL: LiteralString = _NATIONAL + _SAYS + _EVER
RECENT: LiteralString = (
    "MATCH (c:Claim) WHERE c.recorded_at >= $since RETURN count(c) AS n, collect("
    + _STATEMENT
    + _RECORDED
    + " + $unit + CASE WHEN c.current_key IS NULL THEN '' ELSE 'current' END) AS rows"
)
RECENT_IDS: LiteralString = "MATCH (c:Claim) WHERE c.recorded_at >= $since RETURN collect(c.id) AS rows"

_INSTITUTION: LiteralString = (
    "OPTIONAL MATCH (i)-[:OF_TYPE]->(t:InstitutionType) "
    "OPTIONAL MATCH (i)-[:PART_OF {kind: 'parent'}]->(p:Institution) "
    "RETURN count(i) AS n, collect(i.id + $unit + coalesce(t.code, '') + $unit "
    "+ toString(coalesce(i.national, false)) + $unit + coalesce(i.active_from, '') + $unit "
    "+ coalesce(i.active_to, '') + $unit + toString(coalesce(i.example, false)) + $unit "
    "+ coalesce(p.id, '') + $unit + coalesce(i.search, '') + $unit "
    "+ coalesce(i.city, '') + $unit + coalesce(i.short_name, '') + $unit + coalesce(i.name_pl, '')) AS rows"
)
INSTITUTIONS: LiteralString = "MATCH (i:Institution) " + _INSTITUTION
INSTITUTIONS_HERE: LiteralString = _HERE + _INSTITUTION
INSTITUTIONS_NATIONAL: LiteralString = _NATIONAL + _INSTITUTION
COVERS: LiteralString = """
    MATCH (v:Voivodeship)
    RETURN collect([v.teryt,
        COLLECT { MATCH (v)<-[:COVERS]-(i:Institution) RETURN i.id },
        COLLECT { MATCH (v)<-[c:COVERS]-(i:Institution) WHERE c.partial RETURN i.id }]) AS rows
    """
COVERS_HERE: LiteralString = (
    _HERE
    + """
    MATCH (i)-[c:COVERS]->(v:Voivodeship)
    RETURN collect([v.teryt, i.id, coalesce(c.partial, false)]) AS rows
    """
)

VOIVODESHIPS: LiteralString = "MATCH (v:Voivodeship) RETURN v.teryt AS teryt ORDER BY teryt"
AREAS: LiteralString = "MATCH (a:Area) RETURN a.code AS code ORDER BY a.position, code"
TYPES: LiteralString = """
    MATCH (t:InstitutionType)
    RETURN t {.code, .name_pl, .name_en, .sector, .level, .team_role} AS t ORDER BY t.code
    """
EXPECTATIONS: LiteralString = """
    MATCH (e:Expectation)
    RETURN e {.id, .area, .type_a, .type_b, .direction, .level, .basis, .scope, .why_pl, .why_en, .sources} AS e
    ORDER BY e.id
    """
STEPS: LiteralString = """
    MATCH (s:PathwayStep)
    RETURN s {.pathway_id, .step_no, .role_type, .partner_types, .area, .pathway_pl, .pathway_en, .action_pl,
              .action_en} AS s
    ORDER BY s.pathway_id, s.step_no
    """
AGREEMENTS: LiteralString = """
    MATCH (a:Agreement)
    RETURN a {.id, .title, .areas, .signed_on, .valid_from, .valid_to, .version, .example} AS a,
           COLLECT { MATCH (a)-[:BETWEEN]->(i:Institution) RETURN i.id } AS parties
    ORDER BY a.id
    """
EVENTS: LiteralString = """
    MATCH (e:Event)
    RETURN e {.id, .title, .on} AS e,
           COLLECT { MATCH (e)-[:INVOLVED]->(i:Institution) RETURN i.id } AS participants,
           COLLECT { MATCH (e)-[:CONCERNED]->(a:Area) RETURN a.code } AS areas
    ORDER BY e.id
    """
WAIVERS: LiteralString = """
    MATCH (w:Waiver)-[:WAIVES]->(e:Expectation)
    RETURN w {.id, .voivodeship, .reason, .valid_from, .valid_to, .revoked_on, .decided_by} AS w,
           e.id AS expectation_id
    ORDER BY w.id
    """


def loaded(tx: Tx, teryt: str | None, history: bool, version: int) -> World:
    teryts = tuple(row["teryt"] for row in tx.run(VOIVODESHIPS))
    institutions, search = _institutions(tx, teryt)
    if teryt is None:
        queries: tuple[LiteralString, ...] = (EVER if history else CURRENT,)
    else:
        queries = (EVER_HERE, EVER_NATIONAL) if history else (CURRENT_HERE, CURRENT_NATIONAL)
    said = statements(tx, queries, institutions, teryt=teryt)
    return World(
        institutions=institutions,
        search=search,
        statements=said,
        voivodeships=teryts if teryt is None else tuple(code for code in teryts if code == teryt),
        areas=tuple(row["code"] for row in tx.run(AREAS)),
        types={row["t"]["code"]: InstitutionType(**row["t"]) for row in tx.run(TYPES)},
        expectations=tuple(_expectation(row["e"]) for row in tx.run(EXPECTATIONS)),
        steps=tuple(_step(row["s"]) for row in tx.run(STEPS)),
        history=history,
        version=version,
        **papers(tx),
    )


def _institutions(tx: Tx, teryt: str | None) -> tuple[dict[str, Institution], dict[str, str]]:
    if teryt is None:
        texts = _texts(tx, INSTITUTIONS)
        covers = [
            (id, code, id in inner)
            for code, ids, partly in listed(tx, COVERS)
            for inner in (frozenset(partly),)
            for id in ids
        ]
    else:
        texts = [*_texts(tx, INSTITUTIONS_HERE, teryt=teryt), *_texts(tx, INSTITUTIONS_NATIONAL)]
        covers = [(id, code, partial) for code, id, partial in listed(tx, COVERS_HERE, teryt=teryt)]
    places: dict[str, list[str]] = {}
    partly: dict[str, list[str]] = {}
    for id, code, partial in covers:
        places.setdefault(id, []).append(code)
        if partial:
            partly.setdefault(id, []).append(code)
    day = _Days()
    found: dict[str, Institution] = {}
    search: dict[str, str] = {}
    for text in texts:
        id, kind, national, starts, ends, example, parent, folded, city, short_name, name = text.split(_UNIT, 10)
        search[id] = folded
        found[id] = Institution(
            id=id,
            name_pl=name,
            short_name=short_name,
            type=kind,
            parent_id=parent,
            voivodeships=tuple(sorted(places.get(id, ()))),
            voivodeships_partial=tuple(sorted(partly.get(id, ()))),
            national=national == "true",
            city=city,
            active_from=day[starts],
            active_to=day[ends],
            example=example == "true",
        )
    return found, search


def statements(
    tx: Tx, queries: Iterable[LiteralString], institutions: Mapping[str, Institution], **params: Any
) -> list[Statement]:
    """Statements of institutions of this world about each other."""
    return [said for query in queries for said, _ in _said(_texts(tx, query, **params), institutions)]


def recent_statements(
    tx: Tx, institutions: Mapping[str, Institution], since: datetime
) -> list[tuple[Statement, bool]]:
    """Statements recorded from `since` on, with whether each bears the mark of the current one."""
    return list(_said(_texts(tx, RECENT, since=since), institutions))


def _said(texts: list[str], institutions: Mapping[str, Institution]) -> Iterator[tuple[Statement, bool]]:
    day = _Days()
    # One text object per id, however many statements name it: less memory, faster keys.
    ids = {id: id for id in institutions}
    for text in texts:
        id, claimant, partner, area, stance, stated, starts, ends, active, *more = text.split(_UNIT)
        if claimant not in ids or partner not in ids:
            continue
        stated_on = day[stated]
        if stated_on is None:
            raise ValueError(f"claim {id} has no date on which it was stated")
        yield (
            Statement(
                id,
                ids[claimant],
                ids[partner],
                sys.intern(area),
                sys.intern(stance),
                stated_on,
                day[starts],
                day[ends],
                day[active],
                _instant(more[0]) if more else None,
            ),
            len(more) > 1 and more[1] == "current",
        )


def _texts(tx: Tx, query: LiteralString, **params: Any) -> list[str]:
    """The texts of a query that puts one row into one text, and its count: a null in one would lose it."""
    row = tx.run(query, unit=_UNIT, **params)[0]
    if len(row["rows"]) != row["n"]:
        raise ValueError(f"{row['n'] - len(row['rows'])} stored records lack a field that all must have")
    return row["rows"]


def listed(tx: Tx, query: LiteralString, **params: Any) -> list[Any]:
    return tx.run(query, **params)[0]["rows"]


class _Days(dict[str, date | None]):
    """ISO texts as dates, each read once: a hundred thousand statements share some thousand days."""

    def __init__(self) -> None:
        super().__init__({"": None})

    def __missing__(self, text: str) -> date:
        day = self[text] = date.fromisoformat(text)
        return day


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(millis: str) -> datetime | None:
    return datetime.fromtimestamp(int(millis) / 1000, UTC) if millis else None


def papers(tx: Tx) -> dict[str, Any]:
    """What stands beside the statements: agreements, events, waivers."""
    return {
        "agreements": tuple(
            Agreement(
                id=row["a"]["id"],
                title=row["a"]["title"] or "",
                parties=tuple(sorted(row["parties"])),
                areas=tuple(row["a"]["areas"] or ()),
                signed_on=_day(row["a"]["signed_on"]),
                valid_from=_day(row["a"]["valid_from"]),
                valid_to=_day(row["a"]["valid_to"]),
                version=row["a"]["version"] or 1,
                example=bool(row["a"]["example"]),
            )
            for row in tx.run(AGREEMENTS)
        ),
        "events": tuple(
            Event(
                id=row["e"]["id"],
                title=row["e"]["title"] or "",
                on=date.fromisoformat(row["e"]["on"]),
                participants=tuple(sorted(row["participants"])),
                areas=tuple(sorted(row["areas"])),
            )
            for row in tx.run(EVENTS)
        ),
        "waivers": tuple(
            Waiver(
                id=row["w"]["id"],
                expectation_id=row["expectation_id"],
                voivodeship=row["w"]["voivodeship"],
                reason=row["w"]["reason"] or "",
                valid_from=date.fromisoformat(row["w"]["valid_from"]),
                valid_to=date.fromisoformat(row["w"]["valid_to"]),
                revoked_on=_day(row["w"]["revoked_on"]),
                decided_by=row["w"]["decided_by"] or "",
            )
            for row in tx.run(WAIVERS)
        ),
    }


def _expectation(row: Mapping[str, Any]) -> Expectation:
    return Expectation(
        **{
            **row,
            "level": Level(row["level"]),
            "scope": Scope(row["scope"]),
            "sources": tuple(row["sources"] or ()),
            "why_pl": row["why_pl"] or "",
            "why_en": row["why_en"] or "",
        }
    )


def _step(row: Mapping[str, Any]) -> PathwayStep:
    texts = {name: row[name] or "" for name in ("pathway_pl", "pathway_en", "action_pl", "action_en")}
    return PathwayStep(**{**row, **texts, "partner_types": tuple(row["partner_types"] or ())})
