"""What the board of a round counts and lists: one lean row per response, however many were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from coordination.graph.responses import HANDED_IN, NOT_BEGUN, REACHED, State
from coordination.graph.store import Store
from coordination.permissions import Scope

HERE: LiteralString = (
    "($teryt IS NULL OR ($teryt = '' AND coalesce(i.national, false)) "
    "OR (NOT coalesce(i.national, false) AND EXISTS { MATCH (i)-[:COVERS]->(w:Voivodeship) WHERE w.teryt = $teryt }))"
)
# One text for each response: what a long list costs is unpacking its values one by one. The name comes last, whatever
# it holds. Who was accepted waits for nobody.
MARKS: LiteralString = (
    "MATCH (n:Response {round_id: $round_id}) MATCH (n)-[:GIVEN_BY]->(i:Institution) WHERE "
    + REACHED
    + " AND "
    + HERE
    + """
    WITH n, i, CASE n.state WHEN 'invited' THEN n.invited_at WHEN 'opened' THEN n.opened_at
        WHEN 'in_progress' THEN n.saved_at WHEN 'to_sign' THEN n.sign_asked_at WHEN 'submitted' THEN n.submitted_at
        WHEN 'returned' THEN n.returned_at END AS at
    RETURN n.id + '\t' + n.state + '\t' + n.institution_type + '\t' + CASE WHEN at <= $before THEN 'L' ELSE '' END
        + CASE WHEN coalesce(n.bounced, false) THEN 'B' ELSE '' END + '\t' + coalesce(i.short_name, i.name_pl) AS it
    """
)
ROWS: LiteralString = (
    "MATCH (n:Response)-[:GIVEN_BY]->(i:Institution) WHERE n.id IN $ids AND "
    + REACHED
    + """
    RETURN n.id AS id, n.state AS state, n.institution_type AS type, i.id AS institution_id,
           coalesce(i.short_name, i.name_pl) AS name, n.reminders AS reminders, coalesce(n.bounced, false) AS bounced,
           coalesce(n.stopped, '') <> '' AS stopped, coalesce(n.on_behalf, false) AS on_behalf,
           [each IN [n.invited_at, n.opened_at, n.saved_at, n.sign_asked_at, n.submitted_at, n.returned_at,
                     n.accepted_at] WHERE each IS NOT NULL] AS moments
    """
)
ASKED: LiteralString = (
    "MATCH (n:Response {round_id: $round_id}) MATCH (n)-[:GIVEN_BY]->(i:Institution) WHERE "
    + REACHED
    + " RETURN i.id AS id, n.institution_type AS type"
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


@dataclass(frozen=True, slots=True)
class Mark:
    """What counting and ordering need of a response. `late`: has stood at its stage since before the day asked about."""

    id: str
    state: State
    type: str
    late: bool
    bounced: bool
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the board. `last`: the last thing anybody did there."""

    id: str
    state: State
    type: str
    institution_id: str
    name: str
    reminders: int
    bounced: bool
    stopped: bool
    on_behalf: bool
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many were asked and how many of them handed in or left it untouched; `to_accept` wait for a reader, since `since`."""

    asked: int = 0
    answered: int = 0
    untouched: int = 0
    to_accept: int = 0
    since: datetime | None = None

    @property
    def begun(self) -> int:
        """Those who are at it, or got it back."""
        return self.asked - self.answered - self.untouched


def marks(
    store: Store, scope: Scope, round_id: str, before: datetime, teryt: str | None = None
) -> list[Mark]:
    """Every response of a round within the scope, in no order; late are those at their stage since `before`.

    `teryt` narrows to the institutions of a voivodeship, "" to the national bodies.
    """
    rows = store.read(MARKS, round_id=round_id, teryt=teryt, before=before, **scope.params())
    return [_mark(row["it"]) for row in rows]


def lines(store: Store, scope: Scope, ids: Sequence[str]) -> list[Line]:
    """The rows of these responses, in the order of `ids`; those outside the scope are left out."""
    found = {row["id"]: _line(row) for row in store.read(ROWS, ids=list(ids), **scope.params())}
    return [found[id] for id in ids if id in found]


def asked(store: Store, scope: Scope, round_id: str) -> dict[str, str]:
    """Whom a round asks within the scope: institution types by institution id."""
    return {row["id"]: row["type"] for row in store.read(ASKED, round_id=round_id, **scope.params())}


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
            untouched=so_far.untouched + (n if state in NOT_BEGUN else 0),
            to_accept=so_far.to_accept + (n if waits else 0),
            since=row["since"] if waits else so_far.since,
        )
    return found


_STATES = {str(state): state for state in State}


def _mark(text: str) -> Mark:
    id, state, type, flags, name = text.split("\t", 4)
    return Mark(id, _STATES[state], type, "L" in flags, "B" in flags, name)


def _line(row: Mapping[str, Any]) -> Line:
    known = {**row, "state": State(row["state"]), "last": max(row["moments"], default=None)}
    del known["moments"]
    return Line(**known)
