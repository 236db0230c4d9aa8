"""What an institution can do and what it has: the competence card, the resources, the history of its record.

    (:Institution {groups, languages, card_hours, card_confirmed_on})-[:CARRIES_OUT]->(:Task {stage, text, legal_basis})
    (:Institution)-[:OFFERS]->(:Resource {kind, quantity, as_of, note})

A resource is what was so on a day. Older than 30 days its quantity is not known: never free, never zero.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, LiteralString

from coordination.errors import Conflict, NotFound
from coordination.graph import audit
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor

RESOURCE_DAYS = 30


class Stage(StrEnum):
    """The stages of helping, in the order a case goes through them."""

    IDENTIFICATION = "identification"
    STATUS = "status"
    SHELTER = "shelter"
    SUPPORT = "support"
    PROCEEDINGS = "proceedings"
    RETURN = "return"
    PREVENTION = "prevention"


class Group(StrEnum):
    WOMEN = "women"
    MEN = "men"
    FAMILIES = "families"
    MINORS = "minors"
    FOREIGNERS = "foreigners"


class ResourceKind(StrEnum):
    PLACES_WOMEN = "places_women"
    PLACES_MEN = "places_men"
    PLACES_FAMILIES = "places_families"
    PLACES_MINORS = "places_minors"
    INTERPRETERS = "interpreters"
    TRAINED_STAFF = "trained_staff"
    INTERVIEW_ROOM = "interview_room"
    TRANSPORT = "transport"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    stage: Stage
    text: str
    legal_basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    kind: ResourceKind
    quantity: int | None = None  # None: it is there, how much was not counted
    as_of: date | None = None
    note: str = ""

    def known(self, on: date) -> bool:
        """Whether the quantity may still be shown on the day: stated at most 30 days before, not after."""
        return self.as_of is not None and timedelta(0) <= on - self.as_of <= timedelta(days=RESOURCE_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The competence card and the resources of one institution, guarded by `version`."""

    institution_id: str
    tasks: tuple[Task, ...] = ()
    languages: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    hours: str = ""
    resources: tuple[Resource, ...] = ()
    confirmed_on: date | None = None
    version: int = 1

    @property
    def empty(self) -> bool:
        return not (self.tasks or self.languages or self.groups or self.hours)

    def by_stage(self) -> list[tuple[Stage, list[Task]]]:
        return [(stage, tasks) for stage in Stage if (tasks := [each for each in self.tasks if each.stage is stage])]


CARD: LiteralString = """
    MATCH (i:Institution {id: $id})
    OPTIONAL MATCH (i)-[:CARRIES_OUT]->(t:Task)
    WITH i, collect(CASE WHEN t IS NULL THEN null ELSE [t.position, t.stage, t.text, t.legal_basis] END) AS tasks
    OPTIONAL MATCH (i)-[:OFFERS]->(r:Resource)
    RETURN i {.languages, .groups, .card_hours, .card_confirmed_on, .card_version} AS it, tasks,
           collect(CASE WHEN r IS NULL THEN null
                   ELSE [r.position, r.kind, r.quantity, r.as_of, r.note] END) AS resources
    """


def card(store: Store, institution_id: str) -> Card:
    """The card of an institution the caller has found within its scope; empty where nothing was entered."""
    rows = store.read(CARD, id=institution_id)
    return from_row(institution_id, rows[0]) if rows else Card(institution_id=institution_id)


def from_row(institution_id: str, row: dict[str, Any]) -> Card:
    """The card of a row `it, tasks, resources`."""
    it = row["it"]
    tasks = sorted(row["tasks"], key=lambda each: each[0])
    resources = sorted(row["resources"], key=lambda each: each[0])
    return Card(
        institution_id=institution_id,
        tasks=tuple(Task(stage=Stage(stage), text=text, legal_basis=basis or "") for _, stage, text, basis in tasks),
        languages=tuple(it.get("languages") or ()),
        groups=tuple(Group(each) for each in it.get("groups") or ()),
        hours=it.get("card_hours") or "",
        resources=tuple(
            Resource(kind=ResourceKind(kind), quantity=quantity, as_of=_day(as_of), note=note or "")
            for _, kind, quantity, as_of, note in resources
        ),
        confirmed_on=_day(it.get("card_confirmed_on")),
        version=it.get("card_version") or 1,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# The lock before the comparison, as in institution_edits.CHANGE_IF_UNCHANGED.
SAVE_IF_UNCHANGED: LiteralString = """
    MATCH (i:Institution {id: $id})
    SET i.card_version = coalesce(i.card_version, 1) + 1
    WITH i WHERE i.card_version = $version + 1
    SET i.languages = $languages, i.groups = $groups, i.card_hours = $hours, i.card_confirmed_on = $confirmed_on
    RETURN i.card_version AS version
    """
CLEAR_TASKS: LiteralString = "MATCH (:Institution {id: $id})-[:CARRIES_OUT]->(t:Task) DETACH DELETE t"
CLEAR_RESOURCES: LiteralString = "MATCH (:Institution {id: $id})-[:OFFERS]->(r:Resource) DETACH DELETE r"
ADD_TASKS: LiteralString = """
    MATCH (i:Institution {id: $id})
    UNWIND $tasks AS row
    CREATE (i)-[:CARRIES_OUT]->(t:Task)
    SET t += row
    """
ADD_RESOURCES: LiteralString = """
    MATCH (i:Institution {id: $id})
    UNWIND $resources AS row
    CREATE (i)-[:OFFERS]->(r:Resource)
    SET r += row
    """


def save(tx: Tx, actor: Actor, after: Card) -> None:
    """Replace the card. Raises Conflict with the card that stands when someone saved after `after.version` was read."""
    standing = tx.run(CARD, id=after.institution_id)
    if not standing:
        raise NotFound(after.institution_id)
    before = from_row(after.institution_id, standing[0])
    changed = tx.run(
        SAVE_IF_UNCHANGED,
        id=after.institution_id,
        version=after.version,
        languages=list(after.languages),
        groups=[str(each) for each in after.groups],
        hours=after.hours,
        confirmed_on=after.confirmed_on.isoformat() if after.confirmed_on else None,
    )
    if not changed:
        raise Conflict(after.institution_id, {"card": before})
    key = f"{after.institution_id}/{after.version + 1}/"
    tx.run(CLEAR_TASKS, id=after.institution_id)
    tx.run(CLEAR_RESOURCES, id=after.institution_id)
    tx.run(ADD_TASKS, id=after.institution_id, tasks=[
        {"id": key + str(place), "position": place, "stage": str(each.stage), "text": each.text,
         "legal_basis": each.legal_basis}
        for place, each in enumerate(after.tasks)
    ])
    tx.run(ADD_RESOURCES, id=after.institution_id, resources=[
        {"id": key + str(place), "position": place, "kind": str(each.kind), "quantity": each.quantity,
         "note": each.note, "as_of": each.as_of.isoformat() if each.as_of else None}
        for place, each in enumerate(after.resources)
    ])
    audit.record(tx, actor, "card:edit", after.institution_id, before=_told(before), after=_told(after))


CONFIRM: LiteralString = """
    MATCH (i:Institution {id: $id})
    WITH i, i.card_confirmed_on AS before
    SET i.card_confirmed_on = $today
    RETURN before
    """


def confirm(tx: Tx, actor: Actor, institution_id: str, today: date) -> None:
    """Say that the card is still right. Not an edit: no version moves. Raises NotFound."""
    rows = tx.run(CONFIRM, id=institution_id, today=today.isoformat())
    if not rows:
        raise NotFound(institution_id)
    audit.record(
        tx, actor, "card:confirm", institution_id,
        before={"confirmed_on": rows[0]["before"]}, after={"confirmed_on": today},
    )


def _told(each: Card) -> dict[str, Any]:
    """Codes and counts; free texts stay out of the audit log."""
    return {
        "stages": [str(stage) for stage, _ in each.by_stage()],
        "languages": list(each.languages),
        "groups": [str(group) for group in each.groups],
        "resources": [[str(resource.kind), resource.quantity, resource.as_of] for resource in each.resources],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the history: when, by which function, what was done, and the names of the fields changed."""

    at: datetime
    role: str
    action: str
    fields: tuple[str, ...]


HISTORY: LiteralString = """
    MATCH (e:AuditEntry) WHERE e.object_id IN $ids
    RETURN e.at AS at, e.role AS role, e.action AS action, e.before AS before, e.after AS after
    ORDER BY e.at DESC, e.id LIMIT $limit
    """


LATEST = 20  # lines of the history


def history(store: Store, ids: Iterable[str], limit: int = LATEST) -> list[Change]:
    """What was done to these objects, newest first. Functions, never people; field names, never values."""
    return changes(store.read(HISTORY, ids=list(ids), limit=limit))


def changes(rows: Iterable[dict[str, Any]]) -> list[Change]:
    """The lines of rows of HISTORY."""
    return [
        Change(at=row["at"], role=row["role"], action=row["action"], fields=_differing(row["before"], row["after"]))
        for row in rows
    ]


REPLACED: LiteralString = """
    MATCH (e:AuditEntry {object_id: $id}) WHERE e.action = $action
    RETURN e.before AS before
    ORDER BY e.at DESC, e.id LIMIT 5
    """


def replaced(store: Store, object_id: str, action: str = "institution:edit") -> dict[str, list[Any]]:
    """By field, the values that the last five edits of an institution (or of what `action` names) replaced, newest
    first."""
    found: dict[str, list[Any]] = {}
    for row in store.read(REPLACED, id=object_id, action=action):
        for name, value in json.loads(row["before"] or "{}").items():
            found.setdefault(name, []).append(value)
    return found


def _differing(before: str | None, after: str | None) -> tuple[str, ...]:
    old, new = json.loads(before or "{}"), json.loads(after or "{}")
    return tuple(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))
