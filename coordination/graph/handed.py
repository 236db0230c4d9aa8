"""What results are worked out from: heads of submissions first, their answers only where they are not known yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from coordination.graph.responses import REACHED
from coordination.graph.store import Store
from coordination.permissions import Scope
from coordination.surveys.answers import of_data
from coordination.surveys.model import Answer

HEADS: LiteralString = (
    "MATCH (s:Submission {round_id: $round_id}) MATCH (s)<-[:HANDED_IN]-(n:Response)-[:GIVEN_BY]->(i:Institution) "
    "WHERE n.number = s.number AND "
    + REACHED
    + " RETURN s {.id, .response_id, .institution_id, .institution_type, .number, .at, .on_behalf} AS s"
)
TEXTS: LiteralString = "MATCH (s:Submission) WHERE s.id IN $ids RETURN s.id AS id, s.answers AS answers"
UNITS: LiteralString = (
    "MATCH (i:Institution)-[:PART_OF {kind: 'parent'}]->(:Institution {id: $parent_id}) WHERE "
    + REACHED
    + " RETURN i.id AS id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last submission of a response, without its answers."""

    id: str
    response_id: str
    institution_id: str
    institution_type: str
    number: int
    at: datetime
    on_behalf: bool


def heads(store: Store, scope: Scope, round_id: str) -> list[Head]:
    """The last submission of every response of a round within the scope, in no order."""
    rows = store.read(HEADS, round_id=round_id, **scope.params())
    return [Head(**{**row["s"], "on_behalf": bool(row["s"]["on_behalf"])}) for row in rows]


def answers(store: Store, ids: Iterable[str]) -> dict[str, Mapping[str, Answer]]:
    """The answers of submissions by their ids. Ask `heads` first which of them may be read."""
    found = {}
    for row in store.read(TEXTS, ids=list(ids)):
        given = [of_data(each) for each in json.loads(row["answers"])]
        found[row["id"]] = {each.item_id: each for each in given}
    return found


def units(store: Store, scope: Scope, parent_id: str) -> frozenset[str]:
    """Ids of the institutions directly under another, within the scope."""
    return frozenset(row["id"] for row in store.read(UNITS, parent_id=parent_id, **scope.params()))
