"""Writes the examples into the graph, once."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString

from coordination.clock import now, today
from coordination.demo import claims as example_claims
from coordination.demo import contacts as example_contacts
from coordination.demo.claims import Examples
from coordination.errors import AlreadyExists
from coordination.graph import audit, bulk_write, claims, contacts, profiles, waivers
from coordination.graph.model import Contact
from coordination.graph.profiles import Card
from coordination.graph.store import Store, Tx
from coordination.graph.world import world
from coordination.permissions import LOCAL_OPERATOR

MARK: LiteralString = (
    "MERGE (d:ExampleData {id: 'demo'}) ON CREATE SET d.filled_at = $at RETURN d.filled_at AS at"
)
MARKED: LiteralString = "MATCH (d:ExampleData {id: 'demo'}) RETURN count(d) AS n"
AGREEMENT: LiteralString = """
    MERGE (g:Agreement {id: $id}) SET g += $properties
    WITH g UNWIND $parties AS party
    MATCH (i:Institution {id: party}) MERGE (g)-[:BETWEEN]->(i)
    """


def once(store: Store) -> bool:
    """Fill the store with examples as of today unless that was done before. Returns whether it was done now."""
    if store.read(MARKED)[0]["n"]:
        return False
    known = world(store)
    day = today()
    made = example_claims.make(known.institutions, known.expectations, known.voivodeships, day)
    store.change(
        _fill,
        made,
        example_contacts.make(known.institutions, day),
        example_contacts.cards(known.institutions, day),
        now(),
    )
    return True


def _fill(tx: Tx, made: Examples, points: list[Contact], cards: list[Card], at: datetime) -> None:
    if tx.run(MARKED)[0]["n"]:
        return
    tx.run(MARK, at=at)
    newest = {claim.id for claim in example_claims.current(made.claims).values()}
    rows = []
    for claim in made.claims:
        row = claims.properties(claim)
        if claim.id in newest:
            row["current_key"] = claims.key(claim.claimant_id, claim.partner_id, claim.area)
        else:
            row["superseded_at"] = at
        rows.append(row)
    bulk_write.write_claims(tx, at, [], rows, [])
    for agreement in made.agreements:
        days = {name: day.isoformat() for name in ("signed_on", "valid_from", "valid_to")
                if (day := getattr(agreement, name))}  # fmt: skip
        properties = {
            "title": agreement.title,
            "areas": list(agreement.areas),
            "version": 1,
            "example": True,
            **days,
        }
        tx.run(AGREEMENT, id=agreement.id, properties=properties, parties=list(agreement.parties))
    for waiver in made.waivers:
        try:
            waivers.decide(tx, LOCAL_OPERATOR, waiver, at)
        except AlreadyExists:  # pragma: no cover - the examples name each expectation once
            continue
    for point in points:
        contacts.add(tx, LOCAL_OPERATOR, point)
    for card in cards:
        profiles.save(tx, LOCAL_OPERATOR, card)
    audit.record(
        tx, LOCAL_OPERATOR, "example:fill", "demo", after={"claims": len(rows), "contacts": len(points)}
    )
