"""Claims: what each side says. Recorded, superseded, withdrawn, restored, never changed or removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from coordination.errors import Conflict, NotFound
from coordination.graph import audit
from coordination.graph.model import Basis, Claim, ClaimSource, Form, Frequency, Stance
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor, Scope

FIELDS: LiteralString = """
    c {.id, .claimant_id, .partner_id, .area, .stance, .forms, .basis, .frequency, .intensity, .valid_from,
       .valid_to, .last_activity, .stated_on, .source, .note, .recorded_at, .superseded_at, .recorded_by,
       .recorded_as, .example} AS claim
    """

# A claim is seen by its two sides, and by whoever may see both of its sides.
BOTH_VISIBLE: LiteralString = (
    "($scope_own <> '' AND (a.id = $scope_own OR b.id = $scope_own)) OR ($scope_own = '' AND ($scope_all OR ("
    "(coalesce($scope_shared AND a.national, false) OR EXISTS { MATCH (a)-[:COVERS]->(va:Voivodeship) "
    "WHERE va.teryt IN $scope_voivodeships }) AND "
    "(coalesce($scope_shared AND b.national, false) OR EXISTS { MATCH (b)-[:COVERS]->(vb:Voivodeship) "
    "WHERE vb.teryt IN $scope_voivodeships }))))"
)

CURRENT: LiteralString = """
    OPTIONAL MATCH (c:Claim {current_key: $key})
    RETURN c.id AS id, c.stated_on AS stated_on, c.stance AS stance
    """
ENDS: LiteralString = """
    MATCH (a:Institution {id: $claimant_id}), (b:Institution {id: $partner_id}), (r:Area {code: $area})
    RETURN count(*) AS found
    """
SUPERSEDE: LiteralString = """
    MATCH (c:Claim {id: $id}) SET c.superseded_at = $at REMOVE c.current_key
    """
CREATE: LiteralString = """
    MATCH (a:Institution {id: $claimant_id}), (b:Institution {id: $partner_id}), (r:Area {code: $area})
    CREATE (a)-[:STATES]->(c:Claim)-[:ABOUT]->(b), (c)-[:IN_AREA]->(r)
    SET c += $claim
    """
EXISTING: LiteralString = "MATCH (c:Claim {id: $id}) RETURN c.id AS id"
OF_INSTITUTION: LiteralString = (
    """
    MATCH (own:Institution {id: $id})
    CALL (own) {
        MATCH (own)-[:STATES]->(c:Claim) WHERE c.current_key IS NOT NULL RETURN c
        UNION ALL
        MATCH (own)<-[:ABOUT]-(c:Claim) WHERE c.current_key IS NOT NULL RETURN c
    }
    MATCH (a:Institution {id: c.claimant_id}), (b:Institution {id: c.partner_id})
    WHERE """
    + BOTH_VISIBLE
    + " RETURN "
    + FIELDS
)
OF_PAIR: LiteralString = (
    """
    MATCH (a:Institution)-[:STATES]->(c:Claim)-[:ABOUT]->(b:Institution)
    WHERE a.id IN $ids AND b.id IN $ids AND a.id <> b.id AND ("""
    + BOTH_VISIBLE
    + ") RETURN "
    + FIELDS
    + " ORDER BY c.stated_on, c.recorded_at, c.id"
)
ONE: LiteralString = (
    """
    MATCH (a:Institution)-[:STATES]->(c:Claim {id: $id})-[:ABOUT]->(b:Institution)
    WHERE """
    + BOTH_VISIBLE
    + " RETURN "
    + FIELDS
)


def key(claimant_id: str, partner_id: str, area: str) -> str:
    """The unique key of the current claim of one side about another in an area."""
    return f"{claimant_id}|{partner_id}|{area}"


def state(tx: Tx, actor: Actor, claim: Claim, *, replaces: str | None = None) -> None:
    """Record one claim and close the one it follows. Safe to run twice with the same `claim.id`.

    Parameters
    ----------
    claim
        With `id` and `recorded_at` set by the caller.
    replaces
        Id of the current claim its author had seen ("" for none). None: do not check.

    Raises
    ------
    NotFound
        If a side or the area does not exist.
    Conflict
        If another claim than `replaces` is current by now.
    """
    if tx.run(EXISTING, id=claim.id):
        return
    ends = {"claimant_id": claim.claimant_id, "partner_id": claim.partner_id, "area": claim.area}
    if claim.claimant_id == claim.partner_id or tx.run(ENDS, **ends)[0]["found"] != 1:
        raise NotFound(f"{claim.claimant_id} – {claim.partner_id}: {claim.area}")
    current_key = key(claim.claimant_id, claim.partner_id, claim.area)
    old = tx.run(CURRENT, key=current_key)[0]
    if replaces is not None and (old["id"] or "") != replaces:
        raise Conflict(current_key, old)
    stored = properties(claim)
    if old["id"] is None or old["stated_on"] <= stored["stated_on"]:
        if old["id"] is not None:
            tx.run(SUPERSEDE, id=old["id"], at=claim.recorded_at)
        stored["current_key"] = current_key
    else:  # an older statement learnt late enters the history and does not replace what was said since
        stored["superseded_at"] = claim.recorded_at
    tx.run(CREATE, **ends, claim=stored)
    audit.record(
        tx,
        actor,
        "claim:withdraw" if claim.stance is Stance.WITHDRAWN else "claim:state",
        current_key,
        before={"claim": old["id"], "stance": old["stance"]} if old["id"] else None,
        after={"claim": claim.id, "stance": str(claim.stance), "source": str(claim.source)},
    )


def state_all(tx: Tx, actor: Actor, claims: Sequence[tuple[Claim, str | None]]) -> None:
    """Several claims together or none; each with the id of the claim it replaces, as in `state`."""
    for claim, replaces in claims:
        state(tx, actor, claim, replaces=replaces)


def of_institution(store: Store, scope: Scope, institution_id: str) -> list[Claim]:
    """Current claims that an institution makes or that are made about it, as far as the scope sees."""
    return [from_row(row["claim"]) for row in store.read(OF_INSTITUTION, id=institution_id, **scope.params())]


def of_pair(store: Store, scope: Scope, one_id: str, other_id: str) -> list[Claim]:
    """Every claim two institutions ever made about each other, oldest statement first."""
    rows = store.read(OF_PAIR, ids=[one_id, other_id], **scope.params())
    return [from_row(row["claim"]) for row in rows]


def one(store: Store, scope: Scope, claim_id: str) -> Claim:
    """A claim by id. Raises NotFound also when it lies outside the scope."""
    rows = store.read(ONE, id=claim_id, **scope.params())
    if not rows:
        raise NotFound(claim_id)
    return from_row(rows[0]["claim"])


@dataclass(frozen=True, slots=True)
class Voices:
    """What both sides of a pair say now in one area, seen from `own`."""

    partner_id: str
    area: str
    own: Claim | None
    theirs: Claim | None


def voices(institution_id: str, claims: Iterable[Claim]) -> list[Voices]:
    """Pairs the current claims of and about an institution by partner and area."""
    found: dict[tuple[str, str], list[Claim | None]] = {}
    for claim in claims:
        mine = claim.claimant_id == institution_id
        partner = claim.partner_id if mine else claim.claimant_id
        found.setdefault((partner, claim.area), [None, None])[0 if mine else 1] = claim
    return [Voices(partner, area, own, theirs) for (partner, area), (own, theirs) in found.items()]


def properties(claim: Claim) -> dict[str, Any]:
    """A claim as node properties: dates as ISO text, empty values left out."""
    values: dict[str, Any] = {
        "id": claim.id,
        "claimant_id": claim.claimant_id,
        "partner_id": claim.partner_id,
        "area": claim.area,
        "stance": str(claim.stance),
        "forms": [str(form) for form in claim.forms],
        "basis": claim.basis and str(claim.basis),
        "frequency": claim.frequency and str(claim.frequency),
        "intensity": claim.intensity,
        "valid_from": _iso(claim.valid_from),
        "valid_to": _iso(claim.valid_to),
        "last_activity": _iso(claim.last_activity),
        "stated_on": claim.stated_on.isoformat(),
        "source": str(claim.source),
        "note": claim.note or None,
        "recorded_at": claim.recorded_at,
        "recorded_by": claim.recorded_by or None,
        "recorded_as": claim.recorded_as or None,
        "example": claim.example or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def from_row(row: dict[str, Any]) -> Claim:
    """Node properties as a claim."""
    return Claim(
        id=row["id"],
        claimant_id=row["claimant_id"],
        partner_id=row["partner_id"],
        area=row["area"],
        stance=Stance(row["stance"]),
        forms=tuple(Form(form) for form in row.get("forms") or ()),
        basis=Basis(row["basis"]) if row.get("basis") else None,
        frequency=Frequency(row["frequency"]) if row.get("frequency") else None,
        intensity=row.get("intensity"),
        valid_from=_date(row.get("valid_from")),
        valid_to=_date(row.get("valid_to")),
        last_activity=_date(row.get("last_activity")),
        stated_on=date.fromisoformat(row["stated_on"]),
        source=ClaimSource(row["source"]),
        note=row.get("note") or "",
        recorded_at=_instant(row.get("recorded_at")),
        superseded_at=_instant(row.get("superseded_at")),
        recorded_by=row.get("recorded_by") or "",
        recorded_as=row.get("recorded_as") or "",
        example=bool(row.get("example")),
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None
