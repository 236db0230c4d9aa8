"""Responses of institutions to a round: where each stands, its answers, and what was handed in.

An answer is a node of its own, so that two people in two sections never write the same one. Every change takes the
lock of its response first: what is saved is either part of the next submission or refused after it. What was handed
in is frozen in a (:Submission); results are worked out from these alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString

from coordination.errors import Conflict, NotFound
from coordination.graph import audit
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor, Scope
from coordination.surveys.answers import as_data, of_data
from coordination.surveys.model import Answer


class State(StrEnum):
    """Where a response stands, in the order in which one usually goes."""

    INVITED = "invited"
    OPENED = "opened"
    IN_PROGRESS = "in_progress"
    TO_SIGN = "to_sign"  # filled in, waits for the function that approves it in the institution
    SUBMITTED = "submitted"
    RETURNED = "returned"  # by the consultant, with comments; or reopened, with a reason
    ACCEPTED = "accepted"


WRITABLE = (State.INVITED, State.OPENED, State.IN_PROGRESS, State.TO_SIGN, State.RETURNED)
HANDED_IN = (State.SUBMITTED, State.ACCEPTED)
NOT_BEGUN = (State.INVITED, State.OPENED)

# An institution is reached by its own account or link, by its voivodeship's consultant, and by those who see all.
REACHED: LiteralString = (
    "($scope_all OR i.id = $scope_own OR ($scope_own = '' AND (($scope_shared AND coalesce(i.national, false)) "
    "OR EXISTS { MATCH (i)-[:COVERS]->(v:Voivodeship) WHERE v.teryt IN $scope_voivodeships })))"
)
FIELDS: LiteralString = """
    n {.id, .round_id, .institution_id, .institution_type, .state, .version, .number, .reminders, .invited_at,
       .opened_at, .saved_at, .saved_by, .submitted_at, .signed_by, .accepted_at, .returned_at, .return_note,
       .comments, .on_behalf, .sign_asked_at, .reminded_at, .stopped, .bounced, .example} AS n,
    i {.id, .name_pl, .short_name, .national, .search} AS i,
    COLLECT { MATCH (i)-[:COVERS]->(c:Voivodeship) RETURN c.teryt } AS covers
    """
ONE: LiteralString = (
    "MATCH (n:Response {id: $id})-[:GIVEN_BY]->(i:Institution) WHERE " + REACHED + " RETURN " + FIELDS
)
OF_ROUND: LiteralString = (
    "MATCH (n:Response {round_id: $round_id}) MATCH (n)-[:GIVEN_BY]->(i:Institution) WHERE "
    + REACHED
    + " RETURN "
    + FIELDS
)
OF_INSTITUTION: LiteralString = (
    "MATCH (i:Institution {id: $institution_id})<-[:GIVEN_BY]-(n:Response) WHERE " + REACHED + " RETURN " + FIELDS
)
ANSWERS: LiteralString = """
    MATCH (a:Answer {response_id: $id})
    RETURN a.item_id AS item_id, a.data AS data, a.edition AS edition, a.saved_at AS saved_at, a.saved_by AS saved_by
    """
# The first SET takes the lock of the response; the state, and what stands, are asked after it.
HOLD: LiteralString = """
    MATCH (n:Response {id: $id})
    SET n.saves = n.saves + 1
    WITH n WHERE n.state IN $states
    MATCH (n)-[:TO_ROUND]->(r:Round {state: 'open'})
    RETURN COLLECT {
        UNWIND $answers AS answer
        MATCH (a:Answer {id: answer})
        RETURN a {.item_id, .data, .edition, .saved_at, .saved_by}
    } AS there
    """
PUT: LiteralString = """
    MATCH (n:Response {id: $id})
    SET n.state = CASE WHEN n.state IN ['invited', 'opened', 'to_sign'] THEN 'in_progress' ELSE n.state END,
        n.saved_at = $at, n.saved_by = $by, n.on_behalf = coalesce(n.on_behalf, false) OR $on_behalf
    WITH n
    UNWIND $rows AS row
    MERGE (a:Answer {id: row.id})
    ON CREATE SET a.response_id = $id, a.item_id = row.item_id
    SET a.data = row.data, a.edition = row.edition, a.saved_at = $at, a.saved_by = $by
    MERGE (n)-[:HAS_ANSWER]->(a)
    WITH count(a) AS saved
    """
# Without a move the version stays: whoever has the response open is not disturbed by a look at it.
OPEN_FIRST: LiteralString = """
    MATCH (n:Response {id: $id})
    SET n.saves = n.saves + 1
    WITH n WHERE n.state = 'invited'
    SET n.state = 'opened', n.opened_at = $at, n.version = n.version + 1
    RETURN n.id AS id
    """
MOVE: LiteralString = """
    MATCH (n:Response {id: $id})
    SET n.version = n.version + 1
    WITH n WHERE n.state IN $states AND n.version = coalesce($version, n.version - 1) + 1
    SET n += $content
    RETURN n.number AS number
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Where the response of an institution stands. `comments`: what the consultant wrote, by item id."""

    id: str
    round_id: str
    institution_id: str
    institution_type: str
    state: State
    version: int
    number: int = 0  # of submissions so far
    reminders: int = 0
    invited_at: datetime | None = None
    opened_at: datetime | None = None
    saved_at: datetime | None = None
    saved_by: str = ""
    sign_asked_at: datetime | None = None
    submitted_at: datetime | None = None
    signed_by: str = ""
    accepted_at: datetime | None = None
    returned_at: datetime | None = None
    return_note: str = ""
    comments: Mapping[str, str] = field(default_factory=dict)
    on_behalf: bool = False
    reminded_at: datetime | None = None
    stopped: str = ""  # why no reminder goes out any more
    bounced: bool = False
    example: bool = False
    name_pl: str = ""
    short_name: str = ""
    national: bool = False
    search: str = ""
    voivodeships: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.short_name or self.name_pl

    @property
    def writable(self) -> bool:
        return self.state in WRITABLE

    @property
    def handed_in(self) -> bool:
        return self.state in HANDED_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer as it stands. `answer` is None where it was cleared; `edition` counts its savings."""

    answer: Answer | None
    edition: int
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An answer to save over the edition its writer had seen: 0 for none; None: whatever is there."""

    item_id: str
    answer: Answer | None
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a saving did: new editions of what was saved; what somebody else had saved meanwhile, by item id."""

    editions: Mapping[str, int]
    conflicts: Mapping[str, Kept]


def one(store: Store, scope: Scope, id: str) -> Record:
    """One response. Raises NotFound also where its institution lies outside the scope."""
    rows = store.read(ONE, id=id, **scope.params())
    if not rows:
        raise NotFound(id)
    return record_of(rows[0])


def of_round(store: Store, scope: Scope, round_id: str) -> list[Record]:
    """The responses of a round within the scope, in no order."""
    return [record_of(row) for row in store.read(OF_ROUND, round_id=round_id, **scope.params())]


def of_institution(store: Store, scope: Scope, institution_id: str) -> list[Record]:
    """The responses of an institution, the last invited first."""
    found = [
        record_of(row) for row in store.read(OF_INSTITUTION, institution_id=institution_id, **scope.params())
    ]
    return sorted(found, key=lambda each: (each.invited_at is not None and each.invited_at.timestamp(), each.id), reverse=True)


def answers(store: Store, id: str) -> dict[str, Kept]:
    """The answers of a response by item id, cleared ones included. Ask `one` first whether it may be read."""
    return {row["item_id"]: kept(row) for row in store.read(ANSWERS, id=id)}


def given(kept: Mapping[str, Kept]) -> dict[str, Answer]:
    """The answers that are there."""
    return {item_id: each.answer for item_id, each in kept.items() if each.answer is not None}


def open_first(tx: Tx, actor: Actor, id: str, at: datetime) -> None:
    """Note that somebody opened it: invited becomes opened."""
    if tx.run(OPEN_FIRST, id=id, at=at):
        audit.record(tx, actor, "response:open", id, at=at)


def save(
    tx: Tx, actor: Actor, id: str, changes: Sequence[Change], at: datetime, *, by: str, on_behalf: bool = False
) -> Saved:
    """Save answers, each over the edition its writer had seen.

    Those that somebody else changed meanwhile are left as they are and told of; the others are saved all the same.
    `by` is the function or department shown beside the answer. Raises Conflict where the response was handed in or its
    round is closed. Safe to run twice.
    """
    asked = [f"{id}|{each.item_id}" for each in changes]
    held = tx.run(HOLD, id=id, states=list(map(str, WRITABLE)), answers=asked)
    if not held:
        raise Conflict(id)
    there = {row["item_id"]: row for row in held[0]["there"]}
    rows, editions, conflicts = [], {}, {}
    for each in changes:
        stands = there.get(each.item_id)
        edition = stands["edition"] if stands else 0
        data = json.dumps(as_data(each.answer), ensure_ascii=False, sort_keys=True) if each.answer else ""
        if stands and stands["data"] == data:
            editions[each.item_id] = edition  # already so: nothing to save, and nobody to disturb
        elif each.seen is not None and each.seen != edition:
            conflicts[each.item_id] = kept(stands) if stands else _NOTHING
        else:
            editions[each.item_id] = edition + 1
            rows.append({"id": f"{id}|{each.item_id}", "item_id": each.item_id, "data": data, "edition": edition + 1})
    if rows:
        put = {"id": id, "rows": rows, "at": at, "by": by, "on_behalf": on_behalf}
        after = {"items": [row["item_id"] for row in rows]}
        audit.write(tx, PUT, put, actor, "answer:save", id, after=after, at=at)
    return Saved(editions=editions, conflicts=conflicts)


def kept(row: Mapping[str, Any]) -> Kept:
    answer = of_data(json.loads(row["data"])) if row["data"] else None
    return Kept(answer=answer, edition=row["edition"], saved_at=row["saved_at"], saved_by=row["saved_by"] or "")


_NOTHING = Kept(answer=None, edition=0, saved_at=datetime.fromtimestamp(0).astimezone(), saved_by="")


def record_of(row: Mapping[str, Any]) -> Record:
    n, i = dict(row["n"]), row["i"]
    for name in ("saved_by", "signed_by", "return_note", "stopped"):
        n[name] = n[name] or ""
    for name in ("on_behalf", "bounced", "example"):
        n[name] = bool(n[name])
    n.update(state=State(n["state"]), comments=json.loads(n["comments"] or "{}"))
    return Record(
        **n,
        name_pl=i["name_pl"],
        short_name=i["short_name"] or "",
        national=bool(i["national"]),
        search=i["search"] or "",
        voivodeships=tuple(sorted(row["covers"])),
    )
