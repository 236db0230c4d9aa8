"""Waivers: a consultant's reasoned decision not to pursue an expectation until a date. Revoked, never removed."""

from __future__ import annotations

from datetime import date, datetime
from typing import LiteralString

from coordination.errors import AlreadyExists, NotFound
from coordination.graph import audit
from coordination.graph.model import Waiver
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor

FIELDS: LiteralString = """
    w {.id, .voivodeship, .reason, .valid_from, .valid_to, .revoked_on, .decided_by, expectation_id: e.id} AS it
    """
OF: LiteralString = (
    """
    MATCH (w:Waiver {voivodeship: $voivodeship})-[:WAIVES]->(e:Expectation {id: $expectation_id})
    RETURN """
    + FIELDS
    + " ORDER BY w.valid_from DESC, w.id"
)
IN_FORCE: LiteralString = """
    MATCH (w:Waiver {voivodeship: $voivodeship})-[:WAIVES]->(e:Expectation {id: $expectation_id})
    WHERE w.valid_from <= $on AND $on <= w.valid_to AND (w.revoked_on IS NULL OR w.revoked_on > $on)
    RETURN w.id AS id
    """
# Writing the expectation takes its lock, so that two decisions of the same moment meet here one after the other.
LOCK: LiteralString = "MATCH (e:Expectation {id: $expectation_id}) SET e.decided_at = $at RETURN e.id AS id"
CREATE: LiteralString = """
    MATCH (e:Expectation {id: $expectation_id}), (v:Voivodeship {teryt: $voivodeship})
    MERGE (w:Waiver {id: $id})
    ON CREATE SET w.voivodeship = $voivodeship, w.reason = $reason, w.valid_from = $valid_from,
        w.valid_to = $valid_to, w.decided_by = $by, w.decided_at = $at
    MERGE (w)-[:WAIVES]->(e)
    RETURN w.id AS id
    """
REVOKE: LiteralString = """
    MATCH (w:Waiver {id: $id, voivodeship: $voivodeship}) WHERE w.revoked_on IS NULL
    SET w.revoked_on = $on, w.revoked_by = $by RETURN w.id AS id
    """


def decide(tx: Tx, actor: Actor, waiver: Waiver, at: datetime) -> None:
    """Record a waiver. Raises NotFound for an unknown expectation or voivodeship, AlreadyExists while another
    waiver of the same is in force."""
    tx.run(LOCK, expectation_id=waiver.expectation_id, at=at)
    standing = tx.run(
        IN_FORCE,
        voivodeship=waiver.voivodeship,
        expectation_id=waiver.expectation_id,
        on=waiver.valid_from.isoformat(),
    )
    if [row for row in standing if row["id"] != waiver.id]:
        raise AlreadyExists(waiver.expectation_id)
    made = tx.run(
        CREATE,
        id=waiver.id,
        expectation_id=waiver.expectation_id,
        voivodeship=waiver.voivodeship,
        reason=waiver.reason,
        valid_from=waiver.valid_from.isoformat(),
        valid_to=waiver.valid_to.isoformat(),
        by=actor.id,
        at=at,
    )
    if not made:
        raise NotFound(waiver.expectation_id)
    audit.record(
        tx,
        actor,
        "waiver:decide",
        waiver.id,
        after={
            "expectation": waiver.expectation_id,
            "voivodeship": waiver.voivodeship,
            "valid_to": waiver.valid_to.isoformat(),
        },
    )


def revoke(tx: Tx, actor: Actor, voivodeship: str, waiver_id: str, on: date) -> None:
    """End a waiver from a day on. Raises NotFound when there is none in the voivodeship to end."""
    if not tx.run(REVOKE, id=waiver_id, voivodeship=voivodeship, on=on.isoformat(), by=actor.id):
        raise NotFound(waiver_id)
    audit.record(tx, actor, "waiver:revoke", waiver_id, after={"voivodeship": voivodeship})


def of_expectation(store: Store, voivodeship: str, expectation_id: str) -> list[Waiver]:
    """Waivers of an expectation in a voivodeship, newest first, ended ones included."""
    rows = store.read(OF, voivodeship=voivodeship, expectation_id=expectation_id)
    return [from_row(row["it"]) for row in rows]


def from_row(row: dict) -> Waiver:
    def day(name: str) -> date | None:
        return date.fromisoformat(row[name]) if row.get(name) else None

    return Waiver(
        id=row["id"],
        expectation_id=row["expectation_id"],
        voivodeship=row["voivodeship"],
        reason=row["reason"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]),
        revoked_on=day("revoked_on"),
        decided_by=row.get("decided_by") or "",
    )
