"""The reference data of the package in the graph, with its provenance: one step, safe to repeat.

What people edited since is theirs: an institution or team is only written while its version is 1. The rest
(voivodeships, types, areas, expectations, pathways, sources) belongs to the package and follows it.

Provenance: "seed" is copied from the ministry's presentation of about 2014, "public" is public structure,
"proposal" is our model, to be accepted by the ministry. `source`/`sources` name (:Source {id}) nodes, which
say title, issuer, date and how the source was read. Columns are described in docs/data.md.
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import datetime
from importlib import resources
from typing import Any, LiteralString

from coordination.clock import now
from coordination.errors import AlreadyExists
from coordination.graph import audit
from coordination.graph.store import Row, Store, Tx
from coordination.graph.text import folded
from coordination.permissions import LOCAL_OPERATOR

MODEL_VERSION = "1.0.0"  # of areas, expectations and pathways together
FILES = (
    "sources",
    "voivodeships",
    "institution_types",
    "cooperation_areas",
    "institutions",
    "teams",
    "team_members",
    "expected_cooperation",
    "referral_pathways",
)

LOADED: LiteralString = "MATCH (d:ReferenceData {id: 'package'}) RETURN d.digest AS digest"
MARK: LiteralString = """
    MERGE (d:ReferenceData {id: 'package'})
    SET d.digest = $digest, d.model_version = $model_version, d.loaded_at = $at
    """
SOURCES: LiteralString = "UNWIND $rows AS row MERGE (s:Source {id: row.id}) SET s += row"
VOIVODESHIPS: LiteralString = "UNWIND $rows AS row MERGE (v:Voivodeship {teryt: row.teryt}) SET v += row"
TYPES: LiteralString = "UNWIND $rows AS row MERGE (t:InstitutionType {code: row.code}) SET t += row"
AREAS: LiteralString = "UNWIND $rows AS row MERGE (a:Area {code: row.code}) SET a += row"
STEPS: LiteralString = "UNWIND $rows AS row MERGE (s:PathwayStep {id: row.id}) SET s += row"
EXPECTATIONS: LiteralString = """
    UNWIND $rows AS row
    MERGE (e:Expectation {id: row.id}) SET e += row
    WITH e, row
    MATCH (a:InstitutionType {code: row.type_a}), (b:InstitutionType {code: row.type_b})
    MERGE (e)-[:FROM_TYPE]->(a)
    MERGE (e)-[:TO_TYPE]->(b)
    """
INSTITUTIONS: LiteralString = """
    UNWIND $rows AS row
    MERGE (i:Institution {id: row.id})
    ON CREATE SET i.version = 1, i.example = false
    WITH i, row WHERE i.version = 1
    SET i += row.properties
    RETURN i.id AS id
    """
# What the package says about an institution that nobody edited replaces what an older package said.
UNLINK: LiteralString = """
    UNWIND $ids AS id
    MATCH (i:Institution {id: id})-[r:OF_TYPE|COVERS|PART_OF]->()
    DELETE r
    """
OF_TYPE: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.id}), (t:InstitutionType {code: row.type})
    MERGE (i)-[:OF_TYPE]->(t)
    """
COVERS: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.id}), (v:Voivodeship {teryt: row.teryt})
    MERGE (i)-[c:COVERS]->(v) SET c.partial = row.partial
    """
PART_OF: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.id}), (p:Institution {id: row.parent_id})
    MERGE (i)-[:PART_OF {kind: 'parent'}]->(p)
    """
TEAMS: LiteralString = """
    UNWIND $rows AS row
    MERGE (t:Team {id: row.id})
    ON CREATE SET t.version = 1
    WITH t, row WHERE t.version = 1
    SET t += row.properties
    RETURN t.id AS id
    """
CONVENED_BY: LiteralString = """
    UNWIND $rows AS row
    MATCH (t:Team {id: row.id}), (i:Institution {id: row.convened_by})
    MERGE (t)-[:CONVENED_BY]->(i)
    """
SERVES: LiteralString = """
    UNWIND $rows AS row
    MATCH (t:Team {id: row.id}), (v:Voivodeship {teryt: row.voivodeship})
    MERGE (t)-[:SERVES]->(v)
    """
MEMBERS: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.institution_id}), (t:Team {id: row.team_id})
    MERGE (i)-[m:MEMBER_OF]->(t)
    SET m.role = row.role, m.since = row.since, m.source = row.source
    """


def load(store: Store, *, again: bool = False) -> bool:
    """Bring the package's reference data into the graph; whether there was anything to do.

    Nothing is done when the very same files were loaded before, unless `again`. All or nothing.
    """
    texts = {name: _text(name) for name in FILES}
    digest = hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in texts.items()).encode()).hexdigest()
    if not again and _loaded(store) == digest:
        return False
    tables = {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}
    try:
        store.change(_load, tables, digest, now())
    except AlreadyExists:
        if _loaded(store) != digest:  # not another process that was first
            raise
    return True


def _loaded(store: Store) -> str:
    rows = store.read(LOADED)
    return rows[0]["digest"] if rows else ""


def _text(name: str) -> str:
    return resources.files("coordination").joinpath("data", f"{name}.csv").read_text("utf-8")


def _load(tx: Tx, tables: dict[str, list[dict[str, str]]], digest: str, at: datetime) -> None:
    tx.run(MARK, digest=digest, model_version=MODEL_VERSION, at=at)
    tx.run(SOURCES, rows=tables["sources"])
    tx.run(VOIVODESHIPS, rows=[_voivodeship(row) for row in tables["voivodeships"]])
    tx.run(
        TYPES, rows=[_listed(row, "sources", provenance="proposal") for row in tables["institution_types"]]
    )
    tx.run(AREAS, rows=[
        _listed(row, "sources", provenance="proposal", position=position)
        for position, row in enumerate(tables["cooperation_areas"], start=1)
    ])  # fmt: skip
    _institutions(tx, tables["institutions"])
    _teams(tx, tables["teams"], tables["team_members"])
    tx.run(EXPECTATIONS, rows=[
        _listed(row, "sources", provenance="proposal", model_version=MODEL_VERSION)
        for row in tables["expected_cooperation"]
    ])  # fmt: skip
    tx.run(STEPS, rows=[_step(row) for row in tables["referral_pathways"]])
    counts = {name: len(rows) for name, rows in tables.items()}
    audit.record(tx, LOCAL_OPERATOR, "reference:load", digest[:12], after=counts, at=at)


def _institutions(tx: Tx, rows: list[dict[str, str]]) -> None:
    ours = {row["id"] for row in tx.run(INSTITUTIONS, rows=[_institution(row) for row in rows])}
    rows = [row for row in rows if row["id"] in ours]
    tx.run(UNLINK, ids=sorted(ours))
    tx.run(OF_TYPE, rows=[{"id": row["id"], "type": row["type"]} for row in rows])
    tx.run(COVERS, rows=[
        {"id": row["id"], "teryt": teryt, "partial": teryt in split(row["voivodeships_partial"])}
        for row in rows
        for teryt in split(row["voivodeships"])
        if teryt != "PL"
    ])  # fmt: skip
    tx.run(PART_OF, rows=[{"id": r["id"], "parent_id": r["parent_id"]} for r in rows if r["parent_id"]])


def _teams(tx: Tx, teams: list[dict[str, str]], members: list[dict[str, str]]) -> None:
    ours = {row["id"] for row in tx.run(TEAMS, rows=[_team(row) for row in teams])}
    kept = [row for row in teams if row["id"] in ours]
    tx.run(
        CONVENED_BY, rows=[{"id": r["id"], "convened_by": r["convened_by"]} for r in kept if r["convened_by"]]
    )
    tx.run(SERVES, rows=[{"id": row["id"], "voivodeship": row["voivodeship"]} for row in kept])
    tx.run(MEMBERS, rows=[_listed(row, "source") for row in members if row["team_id"] in ours])


def split(cell: str) -> list[str]:
    """The items of a list inside one cell."""
    return [item.strip() for item in cell.split(";") if item.strip()]


def _listed(row: dict[str, str], *lists: str, **more: Any) -> Row:
    return {**row, **{name: split(row[name]) for name in lists}, **more}


def _provenance(sources: list[str]) -> str:
    return "seed" if any(source.startswith("SEED") for source in sources) else "public"


def _voivodeship(row: dict[str, str]) -> Row:
    return {
        "teryt": row["teryt"],
        "name_pl": row["name_pl"],
        "name_en": row["name_en"],
        "seat_voivode": row["seat_voivode"],
        "seat_sejmik": row["seat_sejmik_if_different"] or row["seat_voivode"],
        "iso": row["iso_3166_2"],
        "population_2011": int(row["population_2011"]),
        "population_2021": int(row["population_2021"]),
        "population_source": row["population_source"],
        "provenance": "public",
    }


def _institution(row: dict[str, str]) -> Row:
    kept = ("name_pl", "short_name", "city", "website", "name_2014", "note")
    source = split(row["source"])
    return {
        "id": row["id"],
        "properties": {
            **{name: row[name] for name in kept},
            "national": "PL" in split(row["voivodeships"]),
            "source": source,
            "provenance": _provenance(source),
            "search": folded(row["name_pl"], row["short_name"], row["name_2014"], row["city"], row["id"]),
        },
    }


def _team(row: dict[str, str]) -> Row:
    kept = ("name_pl", "voivodeship", "established", "legal_act", "note")
    sources = split(row["sources"])
    properties = {name: row[name] for name in kept}
    return {
        "id": row["id"],
        "properties": {**properties, "sources": sources, "provenance": _provenance(sources)},
    }


def _step(row: dict[str, str]) -> Row:
    return _listed(
        row,
        "partner_types",
        "sources",
        id=f"{row['pathway_id']}/{row['step_no']}",
        step_no=int(row["step_no"]),
        provenance="proposal",
        model_version=MODEL_VERSION,
    )
