"""What institutions handed in: submitted, returned with comments, accepted, reopened; each submission frozen.

Every step takes the lock of its response first, as every saved answer does (responses.py): an answer is either part
of the submission or was refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from coordination.errors import Conflict
from coordination.graph import audit
from coordination.graph.responses import (
    ANSWERS,
    HANDED_IN,
    MOVE,
    REACHED,
    WRITABLE,
    Record,
    State,
    given,
    kept,
)
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor, Scope
from coordination.surveys.answers import as_data, of_data
from coordination.surveys.model import Answer

HOLD: LiteralString = "MATCH (n:Response {id: $id}) SET n.saves = n.saves + 1"
OPEN_ROUND: LiteralString = """
    MATCH (n:Response {id: $id})-[:TO_ROUND]->(r:Round {state: 'open'}) RETURN r.id AS id
    """
SUBMIT: LiteralString = """
    MATCH (n:Response {id: $id})
    MERGE (s:Submission {id: $submission_id})
    ON CREATE SET s += $content
    MERGE (n)-[:HANDED_IN]->(s)
    RETURN s.id AS id
    """
LAST_HANDED_IN: LiteralString = (
    "MATCH (s:Submission {round_id: $round_id}) MATCH (s)<-[:HANDED_IN]-(n:Response)-[:GIVEN_BY]->(i:Institution) "
    "WHERE n.number = s.number AND "
    + REACHED
    + " RETURN s {.response_id, .institution_id, .institution_type, .number, .at, .signed_by, .on_behalf, .answers} AS s"
)
SUBMISSIONS: LiteralString = (
    "MATCH (n:Response {id: $id})-[:HANDED_IN]->(s:Submission) MATCH (n)-[:GIVEN_BY]->(i:Institution) WHERE "
    + REACHED
    + " RETURN s {.response_id, .institution_id, .institution_type, .number, .at, .signed_by, .on_behalf, .answers} AS s"
    " ORDER BY s.number DESC"
)
EARLIER: LiteralString = """
    MATCH (i:Institution {id: $institution_id})<-[:GIVEN_BY]-(n:Response)-[:HANDED_IN]->(s:Submission)
    WHERE n.round_id <> $round_id AND s.number = n.number AND s.at < $before
    MATCH (n)-[:TO_ROUND]->(r:Round)-[:USES]->(q:Questionnaire {questionnaire: $questionnaire})
    RETURN s {.response_id, .institution_id, .institution_type, .number, .at, .signed_by, .on_behalf, .answers} AS s,
           r.title AS title, q.id AS questionnaire_id
    ORDER BY s.at DESC LIMIT 1
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What was handed in, frozen."""

    response_id: str
    institution_id: str
    institution_type: str
    number: int
    at: datetime
    signed_by: str  # a function, never a name
    on_behalf: bool
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The last submission of an earlier round of the same questionnaire."""

    submission: Submission
    round_title: str
    questionnaire_id: str


def ask_to_sign(tx: Tx, actor: Actor, record: Record, at: datetime) -> None:
    """Filled in: it waits for the function that approves it. Raises Conflict when it moved on meanwhile."""
    _hold_open(tx, record)
    _move(tx, record, WRITABLE, {"state": str(State.TO_SIGN), "sign_asked_at": at})
    audit.record(tx, actor, "response:ask_to_sign", record.id, at=at)


def submit(
    tx: Tx, actor: Actor, record: Record, at: datetime, *, signed_by: str, on_behalf: bool = False
) -> Submission:
    """Hand in what is saved, frozen in one step. Only answers count; whether they are enough the caller has asked.

    Raises Conflict when the response moved on since `record` was read or its round was closed.
    """
    _hold_open(tx, record)
    number = record.number + 1
    content = {
        "state": str(State.SUBMITTED),
        "submitted_at": at,
        "signed_by": signed_by,
        "number": number,
        "comments": "{}",
        "return_note": "",
    }
    _move(tx, record, WRITABLE, content)
    saved = {row["item_id"]: kept(row) for row in tx.run(ANSWERS, id=record.id)}
    found = Submission(
        response_id=record.id,
        institution_id=record.institution_id,
        institution_type=record.institution_type,
        number=number,
        at=at,
        signed_by=signed_by,
        on_behalf=on_behalf or record.on_behalf,
        answers=given(saved),
    )
    tx.run(
        SUBMIT,
        id=record.id,
        submission_id=f"{record.id}|{number}",
        content={
            "response_id": record.id,
            "round_id": record.round_id,
            "institution_id": record.institution_id,
            "institution_type": record.institution_type,
            "number": number,
            "at": at,
            "signed_by": signed_by,
            "on_behalf": found.on_behalf,
            "answers": json.dumps([as_data(each) for each in found.answers.values()], ensure_ascii=False),
        },
    )
    audit.record(tx, actor, "response:submit", record.id, after={"number": number}, at=at)
    return found


def give_back(
    tx: Tx, actor: Actor, record: Record, at: datetime, *, note: str, comments: Mapping[str, str]
) -> None:
    """Return a submitted response with comments at its items, or reopen an accepted one with a reason (`note`)."""
    _hold_open(tx, record)
    content = {
        "state": str(State.RETURNED),
        "returned_at": at,
        "return_note": note,
        "comments": json.dumps(dict(comments), ensure_ascii=False),
    }
    _move(tx, record, HANDED_IN, content)
    action = "response:reopen" if record.state is State.ACCEPTED else "response:return"
    audit.record(tx, actor, action, record.id, after={"items": sorted(comments)}, at=at)


def accept(tx: Tx, actor: Actor, record: Record, at: datetime) -> None:
    """Accept what was handed in. Raises Conflict when it moved on meanwhile."""
    _move(tx, record, (State.SUBMITTED,), {"state": str(State.ACCEPTED), "accepted_at": at})
    audit.record(tx, actor, "response:accept", record.id, at=at)


def submissions(store: Store, scope: Scope, id: str) -> list[Submission]:
    """What a response handed in, the last first."""
    return [_submission(row["s"]) for row in store.read(SUBMISSIONS, id=id, **scope.params())]


def handed_in(store: Store, scope: Scope, round_id: str) -> dict[str, Submission]:
    """The last submission of every response of a round within the scope, by response id.

    Of a response that was returned since, what it had handed in stays until it hands in again.
    """
    rows = store.read(LAST_HANDED_IN, round_id=round_id, **scope.params())
    return {row["s"]["response_id"]: _submission(row["s"]) for row in rows}


def earlier(store: Store, record: Record, questionnaire: str, before: datetime) -> Earlier | None:
    """What the same institution handed in to an earlier round of the questionnaire, or None."""
    rows = store.read(
        EARLIER,
        institution_id=record.institution_id,
        round_id=record.round_id,
        questionnaire=questionnaire,
        before=before,
    )
    if not rows:
        return None
    row = rows[0]
    return Earlier(
        submission=_submission(row["s"]), round_title=row["title"], questionnaire_id=row["questionnaire_id"]
    )


def _hold_open(tx: Tx, record: Record) -> None:
    # The lock first, then whether the round still runs.
    tx.run(HOLD, id=record.id)
    if not tx.run(OPEN_ROUND, id=record.id):
        raise Conflict(record.id)


def _move(tx: Tx, record: Record, states: Iterable[State], content: Mapping[str, Any]) -> None:
    if not tx.run(MOVE, id=record.id, states=list(map(str, states)), version=record.version, content=dict(content)):
        raise Conflict(record.id)


def _submission(row: Mapping[str, Any]) -> Submission:
    found = [of_data(each) for each in json.loads(row["answers"])]
    return Submission(
        **{
            **row,
            "signed_by": row["signed_by"] or "",
            "on_behalf": bool(row["on_behalf"]),
            "answers": {each.item_id: each for each in found},
        }
    )
