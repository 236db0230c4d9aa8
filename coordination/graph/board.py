"""What the board of a round counts and lists: one lean row per response, however many were asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from coordination.graph.responses import HANDED_IN, REACHED, State
from coordination.graph.store import Store
from coordination.permissions import Scope

HERE: LiteralString = (
    "($teryt IS NULL OR ($teryt = '' AND coalesce(i.national, false)) "
    "OR (NOT coalesce(i.national, false) AND EXISTS { MATCH (i)-[:COVERS]->(w:Voivodeship) WHERE w.teryt = $teryt }))"
)
ROWS: LiteralString = (
    "MATCH (n:Response {round_id: $round_id}) MATCH (n)-[:GIVEN_BY]->(i:Institution) WHERE "
    + REACHED
    + " AND "
    + HERE
    + """
    RETURN n.id AS id, n.state AS state, n.institution_type AS type, i.id AS institution_id,
           coalesce(i.short_name, i.name_pl) AS name, n.reminders AS reminders, coalesce(n.bounced, false) AS bounced,
           coalesce(n.stopped, '') <> '' AS stopped, coalesce(n.on_behalf, false) AS on_behalf,
           n.invited_at AS invited_at, n.opened_at AS opened_at, n.saved_at AS saved_at,
           n.sign_asked_at AS sign_asked_at, n.submitted_at AS submitted_at, n.returned_at AS returned_at,
           n.accepted_at AS accepted_at
    """
)
PLACES: LiteralString = (
    "MATCH (n:Response {round_id: $round_id}) MATCH (n)-[:GIVEN_BY]->(i:Institution) WHERE NOT coalesce(i.national, false) "
    "AND "
    + REACHED
    + " MATCH (i)-[:COVERS]->(v:Voivodeship) RETURN v.teryt AS teryt, n.state AS state, count(n) AS n"
)
NATIONAL: LiteralString = (
    "MATCH (n:Response {round_id: $round_id}) MATCH (n)-[:GIVEN_BY]->(i:Institution) WHERE coalesce(i.national, false) "
    "AND " + REACHED + " RETURN n.state AS state, count(n) AS n"
)
ANSWERED: LiteralString = (
    "MATCH (n:Response) WHERE n.round_id IN $ids MATCH (n)-[:GIVEN_BY]->(i:Institution) WHERE "
    + REACHED
    + " AND "
    + HERE
    + " RETURN n.round_id AS id, n.state AS state, count(n) AS n, min(n.submitted_at) AS since"
)

_STEPS = {
    State.INVITED: "invited_at",
    State.OPENED: "opened_at",
    State.IN_PROGRESS: "saved_at",
    State.TO_SIGN: "sign_asked_at",
    State.SUBMITTED: "submitted_at",
    State.RETURNED: "returned_at",
    State.ACCEPTED: "accepted_at",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One asked institution. `at`: since when it stands at its stage; `last`: the last thing anybody did there."""

    id: str
    state: State
    type: str
    institution_id: str
    name: str
    reminders: int
    bounced: bool
    stopped: bool
    on_behalf: bool
    at: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many were asked and how many of them handed in; `to_accept` wait for a reader, since `since`."""

    asked: int = 0
    answered: int = 0
    to_accept: int = 0
    since: datetime | None = None


def lines(store: Store, scope: Scope, round_id: str, teryt: str | None = None) -> list[Line]:
    """Every response of a round within the scope, in no order.

    `teryt` narrows to the institutions of a voivodeship, "" to the national bodies.
    """
    return [_line(row) for row in store.read(ROWS, round_id=round_id, teryt=teryt, **scope.params())]


def by_voivodeship(store: Store, scope: Scope, round_id: str) -> dict[str, dict[State, int]]:
    """Responses by TERYT ("" for the national bodies) and stage. An institution of several voivodeships is in each."""
    found: dict[str, dict[State, int]] = {}
    for row in store.read(PLACES, round_id=round_id, **scope.params()):
        found.setdefault(row["teryt"], {})[State(row["state"])] = row["n"]
    national = {
        State(row["state"]): row["n"] for row in store.read(NATIONAL, round_id=round_id, **scope.params())
    }
    return found | ({"": national} if national else {})


def rates(store: Store, scope: Scope, round_ids: list[str], teryt: str | None = None) -> dict[str, Rate]:
    """How far each of these rounds has come within the scope."""
    found: dict[str, Rate] = {}
    for row in store.read(ANSWERED, ids=round_ids, teryt=teryt, **scope.params()):
        so_far, state, n = found.get(row["id"], Rate()), State(row["state"]), row["n"]
        waits = state is State.SUBMITTED
        found[row["id"]] = Rate(
            asked=so_far.asked + n,
            answered=so_far.answered + (n if state in HANDED_IN else 0),
            to_accept=so_far.to_accept + (n if waits else 0),
            since=row["since"] if waits else so_far.since,
        )
    return found


def _line(row: Mapping[str, Any]) -> Line:
    state = State(row["state"])
    moments = [row[name] for name in _STEPS.values() if row[name] is not None]
    return Line(
        id=row["id"],
        state=state,
        type=row["type"],
        institution_id=row["institution_id"],
        name=row["name"],
        reminders=row["reminders"],
        bounced=row["bounced"],
        stopped=row["stopped"],
        on_behalf=row["on_behalf"],
        at=row[_STEPS[state]] or row["invited_at"],
        last=max(moments, default=None),
    )
