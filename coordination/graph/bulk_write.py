"""Many records at once, for files: changes in `UNWIND` batches inside one transaction.

Everything happens or nothing. Every writer first takes the write locks of what it touches and then compares
versions, so that a change made since the rows were read ends in Conflict. Rows are those of bulk.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import NAMESPACE_URL, uuid5

from coordination.errors import Conflict
from coordination.graph.audit import REQUEST_ID
from coordination.graph.bulk import Row, batches
from coordination.graph.store import Tx
from coordination.graph.text import folded
from coordination.permissions import Actor

AUDIT: LiteralString = """
    UNWIND $rows AS row
    CREATE (:AuditEntry {id: row.id, at: $at, actor: $actor, role: $role, action: row.action,
                         object_kind: row.object_kind, object_id: row.object_id,
                         before: row.before, after: row.after, request_id: $request_id})
    """


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit entry of many; `id` is made before the transaction, which may run twice."""

    id: str
    action: str
    object_id: str
    before: dict[str, Any]
    after: dict[str, Any]


def record(tx: Tx, actor: Actor, at: datetime, entries: Iterable[Entry]) -> None:
    """Append many audit entries, in the form of `audit.record`."""
    rows = (
        {
            "id": each.id, "action": each.action, "object_kind": each.action.split(":", 1)[0],
            "object_id": each.object_id, "before": _json(each.before), "after": _json(each.after),
        }
        for each in entries
    )  # fmt: skip
    for some in batches(rows):
        tx.run(AUDIT, rows=some, at=at, actor=actor.id, role=str(actor.role), request_id=REQUEST_ID.get())


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)


LOCK_INSTITUTIONS: LiteralString = """
    UNWIND $ids AS id
    MATCH (i:Institution {id: id}) SET i.version = coalesce(i.version, 1)
    RETURN count(i) AS n
    """
CREATE_INSTITUTIONS: LiteralString = """
    UNWIND $rows AS row
    MATCH (t:InstitutionType {code: row.type})
    CREATE (i:Institution {id: row.id})-[:OF_TYPE]->(t)
    SET i += row.properties, i.version = 1, i.example = false
    RETURN count(i) AS n
    """
EDIT_INSTITUTIONS: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.id}) WHERE coalesce(i.version, 1) = row.version
    SET i += row.properties, i.version = row.version + 1
    RETURN count(i) AS n
    """
UNTYPE: LiteralString = "UNWIND $ids AS id MATCH (:Institution {id: id})-[r:OF_TYPE]->() DELETE r"
RETYPE: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.id}), (t:InstitutionType {code: row.type})
    CREATE (i)-[:OF_TYPE]->(t)
    RETURN count(*) AS n
    """
UNCOVER: LiteralString = "UNWIND $ids AS id MATCH (:Institution {id: id})-[r:COVERS]->() DELETE r"
COVER: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.id}), (v:Voivodeship {teryt: row.teryt})
    CREATE (i)-[:COVERS {partial: row.partial}]->(v)
    RETURN count(*) AS n
    """
UNPARENT: LiteralString = "UNWIND $ids AS id MATCH (:Institution {id: id})-[r:PART_OF {kind: 'parent'}]->() DELETE r"
PARENT: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.id}), (p:Institution {id: row.parent_id})
    CREATE (i)-[:PART_OF {kind: 'parent'}]->(p)
    RETURN count(*) AS n
    """


def write_institutions(tx: Tx, created: Sequence[Row], changed: Sequence[tuple[Row, int, set[str]]]) -> None:
    """Create whole rows; change rows read at a version, each with the names of the columns that differ.

    Raises Conflict when a changed one was changed since, AlreadyExists when a created one exists by now.
    """
    for some in batches(changed):
        tx.run(LOCK_INSTITUTIONS, ids=[row["id"] for row, _, _ in some])
        done = tx.run(EDIT_INSTITUTIONS, rows=[
            {"id": row["id"], "version": version, "properties": _properties(row)} for row, version, _ in some
        ])  # fmt: skip
        _all(done, len(some), "institutions")
        tx.run(UNTYPE, ids=[row["id"] for row, _, names in some if "type" in names])
        tx.run(RETYPE, rows=[_only(row, "id", "type") for row, _, names in some if "type" in names])
        moved = [row for row, _, names in some if names & {"voivodeships", "voivodeships_partial"}]
        tx.run(UNCOVER, ids=[row["id"] for row in moved])
        tx.run(COVER, rows=_covers(moved))
        tx.run(UNPARENT, ids=[row["id"] for row, _, names in some if "parent_id" in names])
    for some in batches(created):
        rows = [{"id": row["id"], "type": row["type"], "properties": _properties(row)} for row in some]
        _all(tx.run(CREATE_INSTITUTIONS, rows=rows), len(rows), "institutions")
        tx.run(COVER, rows=_covers(some))
    # Parents last: a row may name one that stands further down.
    below = [row for row in created if row["parent_id"]]
    below += [row for row, _, names in changed if "parent_id" in names and row["parent_id"]]
    for some in batches(below):
        _all(tx.run(PARENT, rows=[_only(row, "id", "parent_id") for row in some]), len(some), "institutions")


def _only(row: Row, *names: str) -> Row:
    """Less to send: a row has 14 columns, and every value is packed on its way to the server."""
    return {name: row[name] for name in names}


def _properties(row: Row) -> dict[str, Any]:
    texts = ("name_pl", "short_name", "city", "website", "name_2014", "note")
    properties: dict[str, Any] = {name: row[name] for name in texts}
    properties |= {name: row[name] or None for name in ("active_from", "active_to")}
    return properties | {
        "source": _items(row["source"]),
        "national": row["voivodeships"] == "PL",
        "search": folded(row["name_pl"], row["short_name"], row["name_2014"], row["city"], row["id"]),
    }


def _covers(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [
        {"id": row["id"], "teryt": teryt, "partial": teryt in _items(row["voivodeships_partial"])}
        for row in rows
        for teryt in _items(row["voivodeships"])
        if teryt != "PL"
    ]


def _items(cell: str) -> list[str]:
    return [item for item in cell.split(";") if item]


def _all(done: list[dict[str, Any]], expected: int, what: str) -> None:
    # Fewer rows than asked for: someone changed or removed one of them after they were read.
    if (done[0]["n"] if done else 0) != expected:
        raise Conflict(what)


SUPERSEDE: LiteralString = """
    UNWIND $rows AS row
    MATCH (c:Claim {id: row.id}) WHERE c.current_key IS NOT NULL
    SET c.superseded_at = $at REMOVE c.current_key
    RETURN count(c) AS n
    """
STATE: LiteralString = """
    UNWIND $rows AS row
    MATCH (a:Institution {id: row.claimant_id}), (b:Institution {id: row.partner_id}), (r:Area {code: row.area})
    CREATE (a)-[:STATES]->(c:Claim)-[:ABOUT]->(b), (c)-[:IN_AREA]->(r)
    SET c += row
    RETURN count(c) AS n
    """
STILL_CURRENT: LiteralString = """
    UNWIND $keys AS key
    MATCH (c:Claim {current_key: key.key}) WHERE c.id = key.id
    RETURN count(c) AS n
    """


def write_claims(
    tx: Tx, at: datetime, superseded: Sequence[str], stated: Sequence[dict[str, Any]],
    standing: Sequence[tuple[str, str]],
) -> None:
    """Close the claims with the ids `superseded`, write `stated` (whole properties).

    `standing` are (current key, claim id) that must still hold: older statements enter the history behind them.
    Raises Conflict when one was superseded since, AlreadyExists when a key got its first claim since.
    """  # fmt: skip
    for some in batches(superseded):
        _all(tx.run(SUPERSEDE, rows=[{"id": id} for id in some], at=at), len(some), "claims")
    for some in batches(standing):
        _all(tx.run(STILL_CURRENT, keys=[{"key": key, "id": id} for key, id in some]), len(some), "claims")
    for some in batches(stated):
        _all(tx.run(STATE, rows=some), len(some), "claims")


# --- contacts ---------------------------------------------------------------------------------------------------

LOCK_CONTACTS: LiteralString = """
    UNWIND $rows AS row
    MATCH (c:ContactPoint {id: row.id}) SET c.version = coalesce(c.version, 1)
    """
TOUCH_CONTACTS: LiteralString = """
    UNWIND $rows AS row
    MATCH (c:ContactPoint {id: row.id}) WHERE c.version = row.version
    SET c.version = row.version + 1
    RETURN count(c) AS n
    """
CREATE_CONTACTS: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.institution_id})
    CREATE (i)-[:HAS_CONTACT]->(c:ContactPoint {id: row.id})
    SET c.function = row.function, c.version = 1, c.example = false
    RETURN count(c) AS n
    """
SET_CONTACTS: LiteralString = """
    UNWIND $rows AS row
    MATCH (c:ContactPoint {id: row.id})
    SET c.function = row.function, c.hours = row.hours, c.confirmed_on = row.confirmed_on,
        c.confirmed_by = CASE WHEN row.confirmed_on IS NULL THEN null ELSE row.confirmed_by END
    RETURN count(c) AS n
    """
DETACH_CHANNELS: LiteralString = """
    UNWIND $ids AS id
    MATCH (:ContactPoint)-[r:HAS_CHANNEL]->(h:Channel {id: id}) DELETE r
    """
CREATE_CHANNELS: LiteralString = "UNWIND $rows AS row CREATE (h:Channel {id: row.id}) RETURN count(h) AS n"
SET_CHANNELS: LiteralString = """
    UNWIND $rows AS row
    MATCH (h:Channel {id: row.id})
    SET h.kind = row.channel, h.value = row.value, h.visibility = row.visibility
    RETURN count(h) AS n
    """
ATTACH_CHANNELS: LiteralString = """
    UNWIND $rows AS row
    MATCH (c:ContactPoint {id: row.contact_id}), (h:Channel {id: row.id})
    CREATE (c)-[:HAS_CHANNEL]->(h)
    RETURN count(h) AS n
    """
# A contact point whose last channel moved to another function has nothing left to reach anyone by.
DROP_EMPTY: LiteralString = """
    UNWIND $ids AS id
    MATCH (c:ContactPoint {id: id}) WHERE NOT EXISTS { MATCH (c)-[:HAS_CHANNEL]->(:Channel) }
    DETACH DELETE c
    """


def contact_id(institution_id: str, function: str) -> str:
    """The id of a new contact point: the same for two imports at once, so that only one of them can make it."""
    return str(uuid5(NAMESPACE_URL, f"contact|{institution_id}|{function.casefold()}"))


def channel_id(institution_id: str, function: str, channel: str, value: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"channel|{institution_id}|{function.casefold()}|{channel}|{value}"))


@dataclass(frozen=True, slots=True)
class ContactChange:
    """`touched` are (contact id, version read); `points` new contact points; `settings` hours and confirmation of
    each touched or new point; `channels` rows with `contact_id`; `fresh` and `moved` say which of them are new
    or change their contact point."""

    touched: list[tuple[str, int]]
    points: list[dict[str, str]]
    settings: list[dict[str, str | None]]
    channels: list[dict[str, str]]
    fresh: set[str]
    moved: set[str]


def write_contacts(tx: Tx, change: ContactChange) -> None:
    """Raises Conflict when a touched contact point was changed since, AlreadyExists when a new one exists by now."""
    for some in batches(change.touched):
        rows = [{"id": id, "version": version} for id, version in some]
        tx.run(LOCK_CONTACTS, rows=rows)
        _all(tx.run(TOUCH_CONTACTS, rows=rows), len(some), "contacts")
    for points in batches(change.points):
        _all(tx.run(CREATE_CONTACTS, rows=points), len(points), "contacts")
    for settings in batches(change.settings):
        _all(tx.run(SET_CONTACTS, rows=settings), len(settings), "contacts")
    fresh = [row for row in change.channels if row["id"] in change.fresh]
    for channels in batches(fresh):
        _all(tx.run(CREATE_CHANNELS, rows=channels), len(channels), "contacts")
    for ids in batches(sorted(change.moved)):
        tx.run(DETACH_CHANNELS, ids=ids)
    for channels in batches(change.channels):
        _all(tx.run(SET_CHANNELS, rows=channels), len(channels), "contacts")
    attached = [row for row in change.channels if row["id"] in change.fresh or row["id"] in change.moved]
    for channels in batches(attached):
        _all(tx.run(ATTACH_CHANNELS, rows=channels), len(channels), "contacts")
    for ids in batches([id for id, _ in change.touched]):
        tx.run(DROP_EMPTY, ids=ids)


# --- agreements and teams ---------------------------------------------------------------------------------------

LOCK_AGREEMENTS: LiteralString = """
    UNWIND $rows AS row
    MATCH (g:Agreement {id: row.id}) SET g.version = coalesce(g.version, 1)
    """
CREATE_AGREEMENTS: LiteralString = """
    UNWIND $rows AS row CREATE (g:Agreement {id: row.id, version: 0, example: false}) RETURN count(g) AS n
    """
SET_AGREEMENTS: LiteralString = """
    UNWIND $rows AS row
    MATCH (g:Agreement {id: row.id}) WHERE g.version = row.version
    SET g += row.properties, g.version = row.version + 1
    RETURN count(g) AS n
    """
UNBIND: LiteralString = "UNWIND $ids AS id MATCH (:Agreement {id: id})-[r:BETWEEN]->() DELETE r"
BIND: LiteralString = """
    UNWIND $rows AS row
    MATCH (g:Agreement {id: row.id}), (i:Institution {id: row.party})
    CREATE (g)-[:BETWEEN]->(i)
    RETURN count(*) AS n
    """


def write_agreements(tx: Tx, created: Sequence[Row], changed: Sequence[tuple[Row, int]]) -> None:
    """Raises Conflict when a changed one was changed since, AlreadyExists when a created one exists by now."""
    for some in batches(created):
        _all(tx.run(CREATE_AGREEMENTS, rows=some), len(some), "agreements")
    for several in batches([*((row, 0) for row in created), *changed]):
        rows = [
            {
                "id": row["id"], "version": version,
                "properties": {
                    "title": row["title"], "areas": _items(row["areas"]),
                    **{name: row[name] or None for name in ("signed_on", "valid_from", "valid_to")},
                },
            }
            for row, version in several
        ]  # fmt: skip
        tx.run(LOCK_AGREEMENTS, rows=rows)
        _all(tx.run(SET_AGREEMENTS, rows=rows), len(rows), "agreements")
        tx.run(UNBIND, ids=[row["id"] for row in rows])
        ties = [{"id": row["id"], "party": party} for row, _ in several for party in _items(row["parties"])]
        _all(tx.run(BIND, rows=ties), len(ties), "agreements")


LOCK_TEAMS: LiteralString = """
    UNWIND $rows AS row
    MATCH (t:Team {id: row.id}) SET t.version = coalesce(t.version, 1)
    """
TOUCH_TEAMS: LiteralString = """
    UNWIND $rows AS row
    MATCH (t:Team {id: row.id}) WHERE t.version = row.version
    SET t.version = row.version + 1
    RETURN count(t) AS n
    """
SET_MEMBERS: LiteralString = """
    UNWIND $rows AS row
    MATCH (i:Institution {id: row.institution_id}), (t:Team {id: row.team_id})
    MERGE (i)-[m:MEMBER_OF]->(t)
    SET m.role = row.role, m.since = row.since, m.source = row.source
    RETURN count(m) AS n
    """


def write_members(tx: Tx, teams: Sequence[tuple[str, int]], rows: Sequence[Row]) -> None:
    """Raises Conflict when a team was changed since it was read."""
    locked = [{"id": id, "version": version} for id, version in teams]
    tx.run(LOCK_TEAMS, rows=locked)
    _all(tx.run(TOUCH_TEAMS, rows=locked), len(teams), "team-members")
    for some in batches(rows):
        values = [{**row, "source": _items(row["source"])} for row in some]
        _all(tx.run(SET_MEMBERS, rows=values), len(values), "team-members")
