"""Rounds of the self-assessment: which questionnaire, whom it asks, until when. One response per institution.

A round of a voivodeship is its consultant's; one without (`voivodeship` empty) is the inter-ministerial team's and
asks institutions of the whole country. The audience is fixed by name when the round is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString

from coordination.errors import Conflict, NotFound
from coordination.graph import audit
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor, Scope

FIELDS: LiteralString = """
    r {.id, .title, .voivodeship, .state, .version, .opens_on, .closes_on, .targets, .note, .created_at, .opened_at,
       .closed_at, .example, .audience} AS r,
    q {.id, .questionnaire, .number, .title_pl, .title_en} AS q
    """
# A round of the country is everybody's; one of a voivodeship belongs to those who reach it.
VISIBLE: LiteralString = "($scope_all OR r.voivodeship = '' OR r.voivodeship IN $scope_voivodeships)"
LISTED: LiteralString = (
    "MATCH (r:Round)-[:USES]->(q:Questionnaire) WHERE "
    + VISIBLE
    + " RETURN "
    + FIELDS
    + " ORDER BY r.opens_on DESC, r.created_at DESC, r.id"
)
ONE: LiteralString = (
    "MATCH (r:Round {id: $id})-[:USES]->(q:Questionnaire) WHERE " + VISIBLE + " RETURN " + FIELDS
)
CREATE: LiteralString = """
    MATCH (q:Questionnaire {id: $questionnaire_id, state: 'published'})
    MERGE (r:Round {id: $id})
    ON CREATE SET r.state = 'draft', r.version = 1, r.created_at = $at, r.created_by = $by, r.voivodeship = $voivodeship
    SET r += $content
    MERGE (r)-[:USES]->(q)
    RETURN r.id AS id
    """
EDIT: LiteralString = """
    MATCH (r:Round {id: $id})
    SET r.version = r.version + 1
    WITH r WHERE r.version = $version + 1 AND r.state IN $states
    SET r += $content
    RETURN r.id AS id
    """
DROP: LiteralString = """
    MATCH (r:Round {id: $id})
    SET r.version = r.version + 1
    WITH r WHERE r.version = $version + 1 AND r.state = 'draft'
    DETACH DELETE r
    RETURN $id AS id
    """
AUDIENCE: LiteralString = """
    UNWIND $rows AS row
    MATCH (r:Round {id: $round_id}), (i:Institution {id: row.institution_id})
    MERGE (n:Response {key: row.key})
    ON CREATE SET n.id = row.id, n.round_id = $round_id, n.institution_id = row.institution_id,
        n.institution_type = row.institution_type, n.state = 'invited', n.version = 1, n.saves = 0, n.number = 0,
        n.reminders = 0, n.invited_at = $at, n.example = row.example
    MERGE (n)-[:TO_ROUND]->(r)
    MERGE (n)-[:GIVEN_BY]->(i)
    RETURN n.id AS id
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`state`: draft, open, closed. `targets`: by institution type, dimension id → score 0..100.

    `audience` holds the institutions of a draft, by id; once it is open, its responses say who was asked.
    """

    id: str
    title: str
    voivodeship: str
    state: str
    version: int
    opens_on: date
    closes_on: date
    questionnaire_id: str
    questionnaire: str = ""
    number: str = ""
    targets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    note: str = ""
    created_at: datetime | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    example: bool = False
    audience: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """One institution of the audience and the response it will give."""

    response_id: str
    institution_id: str
    institution_type: str
    example: bool = False


def listed(store: Store, scope: Scope) -> list[Round]:
    """Rounds of the country and of the voivodeships within the scope, the newest first."""
    return [_round(row["r"], row["q"]) for row in store.read(LISTED, **scope.params())]


def one(store: Store, scope: Scope, id: str) -> Round:
    """One round. Raises NotFound also where it is another voivodeship's."""
    rows = store.read(ONE, id=id, **scope.params())
    if not rows:
        raise NotFound(id)
    return _round(rows[0]["r"], rows[0]["q"])


def create(tx: Tx, actor: Actor, found: Round, at: datetime) -> None:
    """Write a round as a draft. Raises NotFound where its questionnaire is not published."""
    made = tx.run(
        CREATE,
        id=found.id,
        questionnaire_id=found.questionnaire_id,
        voivodeship=found.voivodeship,
        by=actor.id,
        at=at,
        content=_content(found),
    )
    if not made:
        raise NotFound(found.questionnaire_id)
    audit.record(tx, actor, "round:create", found.id, after={"questionnaire": found.questionnaire_id}, at=at)


def edit(tx: Tx, actor: Actor, found: Round, at: datetime) -> None:
    """Title, dates, targets and note of a draft or an open round; `found.version` is the one that was read.

    Raises Conflict when somebody was faster or the round was closed.
    """
    content = _content(found)
    if not tx.run(EDIT, id=found.id, version=found.version, states=["draft", "open"], content=content):
        raise Conflict(found.id)
    audit.record(tx, actor, "round:edit", found.id, after={"closes_on": content["closes_on"]}, at=at)


def open_(tx: Tx, actor: Actor, found: Round, audience: Sequence[Addressee], at: datetime) -> None:
    """Open a draft for exactly this audience, in one step with the responses. Raises Conflict as `edit` does, and
    NotFound where an institution of the audience is no more."""
    content = {"state": "open", "opened_at": at, "audience": []}
    if not tx.run(EDIT, id=found.id, version=found.version, states=["draft"], content=content):
        raise Conflict(found.id)
    add(tx, found.id, audience, at)
    audit.record(tx, actor, "round:open", found.id, after={"invited": len(audience)}, at=at)


def add(tx: Tx, round_id: str, audience: Sequence[Addressee], at: datetime) -> None:
    """The responses of an audience; who has one keeps it. Raises NotFound where an institution is no more."""
    rows = [
        {
            "id": each.response_id,
            "institution_id": each.institution_id,
            "institution_type": each.institution_type,
            "key": f"{round_id}|{each.institution_id}",
            "example": each.example,
        }
        for each in audience
    ]
    made = tx.run(AUDIENCE, rows=rows, round_id=round_id, at=at)
    if len(made) != len(rows):
        raise NotFound(round_id)


def close(tx: Tx, actor: Actor, found: Round, at: datetime) -> None:
    """End a round: nothing can be answered in it any more. Raises Conflict as `edit` does."""
    content = {"state": "closed", "closed_at": at}
    if not tx.run(EDIT, id=found.id, version=found.version, states=["open"], content=content):
        raise Conflict(found.id)
    audit.record(tx, actor, "round:close", found.id, at=at)


def drop(tx: Tx, actor: Actor, found: Round) -> None:
    """Throw a draft away; nobody was asked by it. Raises Conflict as `edit` does, also where it was opened."""
    if not tx.run(DROP, id=found.id, version=found.version):
        raise Conflict(found.id)
    audit.record(tx, actor, "round:drop", found.id, after={"title": found.title})


def _content(found: Round) -> dict[str, Any]:
    return {
        "title": found.title,
        "opens_on": found.opens_on.isoformat(),
        "closes_on": found.closes_on.isoformat(),
        "targets": json.dumps(found.targets, sort_keys=True),
        "note": found.note,
        "example": found.example,
        "audience": list(found.audience),
    }


def _round(row: Mapping[str, Any], uses: Mapping[str, Any]) -> Round:
    return Round(
        **{
            **row,
            "opens_on": date.fromisoformat(row["opens_on"]),
            "closes_on": date.fromisoformat(row["closes_on"]),
            "targets": json.loads(row["targets"] or "{}"),
            "note": row["note"] or "",
            "example": bool(row["example"]),
            "audience": tuple(row["audience"] or ()),
            "questionnaire_id": uses["id"],
            "questionnaire": uses["questionnaire"],
            "number": uses["number"],
        }
    )
