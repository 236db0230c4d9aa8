"""Institutions: adding and changing. One version guards the profile, another nothing: contacts have their own."""

from __future__ import annotations

from datetime import date
from typing import Any, LiteralString

from coordination.errors import AlreadyExists, Conflict, NotFound
from coordination.graph import audit
from coordination.graph.institutions import institution as from_row
from coordination.graph.model import Institution
from coordination.graph.store import Tx
from coordination.graph.text import folded
from coordination.permissions import Actor

# What the form of an institution can change; the order of the conflict page.
FIELDS = (
    "name_pl", "short_name", "type", "parent_id", "voivodeships", "voivodeships_partial", "national", "city",
    "website", "name_2014", "note", "active_from", "active_to",
)

STANDING: LiteralString = """
    MATCH (i:Institution {id: $id})-[:OF_TYPE]->(t:InstitutionType)
    OPTIONAL MATCH (i)-[:PART_OF {kind: 'parent'}]->(p:Institution)
    WITH i, t, p
    OPTIONAL MATCH (i)-[c:COVERS]->(v:Voivodeship)
    RETURN i {.id, .name_pl, .short_name, .national, .city, .website, .name_2014, .source, .note, .active_from,
              .active_to, .version, .example} AS it, t.code AS type, p.id AS parent_id,
           collect(CASE WHEN v IS NULL THEN null ELSE [v.teryt, coalesce(c.partial, false)] END) AS covers
    """

CREATE: LiteralString = """
    MATCH (t:InstitutionType {code: $type})
    CREATE (i:Institution {id: $id, version: 1})-[:OF_TYPE]->(t)
    SET i += $values
    RETURN i.id AS id
    """

# Counting up first takes the write lock; only then is the version compared. With the comparison before the SET both
# servers let two writers pass it (measured: Neo4j lost 20 of 32 acknowledged edits, the embedded server 1 of 32).
# The caller must roll back when no row comes back, or the version stays counted up.
CHANGE_IF_UNCHANGED: LiteralString = """
    MATCH (i:Institution {id: $id})
    SET i.version = i.version + 1
    WITH i WHERE i.version = $version + 1
    SET i += $values
    RETURN i.version AS version
    """

SET_TYPE: LiteralString = """
    MATCH (i:Institution {id: $id})-[old:OF_TYPE]->(was:InstitutionType), (t:InstitutionType {code: $type})
    WHERE was.code <> $type
    DELETE old
    CREATE (i)-[:OF_TYPE]->(t)
    """

LEAVE_COVERS: LiteralString = """
    MATCH (i:Institution {id: $id})-[c:COVERS]->(v:Voivodeship)
    WHERE NOT v.teryt IN $codes
    DELETE c
    """

SET_COVERS: LiteralString = """
    MATCH (i:Institution {id: $id})
    UNWIND $codes AS code
    MATCH (v:Voivodeship {teryt: code})
    MERGE (i)-[c:COVERS]->(v)
    SET c.partial = code IN $partial
    """

LEAVE_PARENT: LiteralString = """
    MATCH (i:Institution {id: $id})-[r:PART_OF {kind: 'parent'}]->(p:Institution)
    WHERE p.id <> $parent_id
    DELETE r
    """

SET_PARENT: LiteralString = """
    MATCH (i:Institution {id: $id}), (p:Institution {id: $parent_id})
    MERGE (i)-[r:PART_OF {kind: 'parent'}]->(p)
    RETURN p.id AS id
    """

ANCESTORS: LiteralString = """
    MATCH (:Institution {id: $parent_id})-[:PART_OF*0..8 {kind: 'parent'}]->(a:Institution)
    WHERE a.id = $id
    RETURN a.id AS id
    """


def add(tx: Tx, actor: Actor, institution: Institution) -> None:
    """Register an institution. Raises AlreadyExists for a taken id, NotFound for an unknown type or parent."""
    if tx.run(STANDING, id=institution.id):
        raise AlreadyExists(institution.id)
    if not tx.run(CREATE, id=institution.id, type=institution.type, values=_values(institution)):
        raise NotFound(institution.type)
    _connect(tx, institution)
    audit.record(tx, actor, "institution:add", institution.id, after=told(institution))


def edit(tx: Tx, actor: Actor, institution: Institution) -> int:
    """Replace what stands by `institution`, if nobody changed it after `institution.version` was read.

    Returns the new version. Raises Conflict with the institution that stands now, NotFound when it is gone or the
    parent does not exist or would stand under its own unit.
    """
    standing = tx.run(STANDING, id=institution.id)
    if not standing:
        raise NotFound(institution.id)
    before = from_row(standing[0])
    changed = tx.run(
        CHANGE_IF_UNCHANGED, id=institution.id, version=institution.version, values=_values(institution)
    )
    if not changed:
        raise Conflict(institution.id, {"institution": before})
    tx.run(SET_TYPE, id=institution.id, type=institution.type)
    _connect(tx, institution)
    old, new = told(before), told(institution)
    differing = [name for name in old if old[name] != new[name]]
    audit.record(
        tx, actor, "institution:edit", institution.id,
        before={name: old[name] for name in differing}, after={name: new[name] for name in differing},
    )
    return changed[0]["version"]


def _connect(tx: Tx, institution: Institution) -> None:
    tx.run(LEAVE_COVERS, id=institution.id, codes=list(institution.voivodeships))
    if institution.voivodeships:
        tx.run(
            SET_COVERS,
            id=institution.id,
            codes=list(institution.voivodeships),
            partial=list(institution.voivodeships_partial),
        )
    tx.run(LEAVE_PARENT, id=institution.id, parent_id=institution.parent_id)
    if institution.parent_id:
        if tx.run(ANCESTORS, id=institution.id, parent_id=institution.parent_id):
            raise NotFound(institution.parent_id)
        if not tx.run(SET_PARENT, id=institution.id, parent_id=institution.parent_id):
            raise NotFound(institution.parent_id)


def _values(institution: Institution) -> dict[str, Any]:
    return {
        "name_pl": institution.name_pl,
        "short_name": institution.short_name,
        "national": institution.national,
        "city": institution.city,
        "website": institution.website,
        "name_2014": institution.name_2014,
        "source": list(institution.source),
        "note": institution.note,
        "active_from": _iso(institution.active_from),
        "active_to": _iso(institution.active_to),
        "example": institution.example,
        "search": folded(
            institution.name_pl, institution.short_name, institution.name_2014, institution.city, institution.id
        ),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def told(institution: Institution) -> dict[str, Any]:
    """What the audit log holds of an institution. Of the free note only how long it is."""
    values = {name: getattr(institution, name) for name in FIELDS if name != "note"}
    values["note_length"] = len(institution.note)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
