"""Saves what a plan says, all of it or nothing, in one transaction with its audit entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from coordination.clock import now
from coordination.errors import AlreadyExists, Conflict
from coordination.exchange.kinds import Row
from coordination.exchange.plan import CHANGED, CREATED, UNCHANGED, Change, Plan
from coordination.exchange.plan_claims import Writes
from coordination.graph import bulk_write
from coordination.graph.bulk_write import Entry
from coordination.graph.claims import key, properties
from coordination.graph.model import Basis, Claim, ClaimSource, Form, Frequency, Stance
from coordination.graph.store import Store, Tx
from coordination.permissions import Actor

_VERBS = {
    "institutions": "institution", "contacts": "contact", "claims": "claim", "agreements": "agreement",
    "team-members": "team",
}  # fmt: skip
# Never in the audit log: free text and numbers of people.
_UNTOLD = frozenset({"note", "value", "title", "name_2014"})


def apply(store: Store, actor: Actor, plan: Plan, *, at: datetime | None = None) -> None:
    """Write the plan.

    Raises
    ------
    ValueError
        If the plan has faults: nothing of a refused file is written.
    Conflict
        If something that the plan touches was changed or made since it was read; nothing is written.
    """
    if plan.refused:
        raise ValueError("a file with faults is not written")
    if plan.empty:
        return
    at = at or now()
    write = _WRITERS[plan.kind.name](plan, actor, at)
    entries = list(_entries(plan, actor))
    try:
        store.change(_write, actor, at, write, entries)
    except AlreadyExists as error:  # two imports of the same new record: the other one was first
        raise Conflict(plan.kind.name) from error


def _write(tx: Tx, actor: Actor, at: datetime, write: Callable[[Tx], None], entries: list[Entry]) -> None:
    write(tx)
    bulk_write.record(tx, actor, at, entries)


def _entries(plan: Plan, actor: Actor) -> Iterable[Entry]:
    kind = _VERBS[plan.kind.name]
    for change in _done(plan):
        told = {"row": change.number, **_told(change.after)}
        yield Entry(str(uuid4()), f"{kind}:import", change.key, _told(change.before), told)
    created, changed, unchanged, _ = plan.counts
    summary = {"created": created, "changed": changed, "unchanged": unchanged}
    yield Entry(str(uuid4()), "file:import", plan.kind.name, {}, summary)


def _told(row: Row) -> dict[str, Any]:
    return {name: "…" if name in _UNTOLD and value else value for name, value in row.items()}


def _done(plan: Plan, *actions: str) -> list[Change]:
    return [
        change for change in plan.changes if change.action != UNCHANGED and (not actions or change.action in actions)
    ]


def _institutions(plan: Plan, actor: Actor, at: datetime) -> Callable[[Tx], None]:
    created = [change.full for change in _done(plan, CREATED)]
    changed = [(change.full, change.version, set(change.after)) for change in _done(plan, CHANGED)]
    return lambda tx: bulk_write.write_institutions(tx, created, changed)


def _contacts(plan: Plan, actor: Actor, at: datetime) -> Callable[[Tx], None]:
    for setting in plan.extra.settings:
        setting["confirmed_by"] = str(actor.role)
    return lambda tx: bulk_write.write_contacts(tx, plan.extra)


def _claims(plan: Plan, actor: Actor, at: datetime) -> Callable[[Tx], None]:
    writes: Writes = plan.extra
    stated = []
    for id, row, current in writes.stated:
        stored = properties(_claim(id, row, actor, at))
        if current:
            stored["current_key"] = key(row["claimant_id"], row["partner_id"], row["area"])
        else:
            stored["superseded_at"] = at
        stated.append(stored)
    return lambda tx: bulk_write.write_claims(tx, at, writes.superseded, stated, writes.standing)


def _claim(id: str, row: Row, actor: Actor, at: datetime) -> Claim:
    def day(name: str) -> date | None:
        return date.fromisoformat(row[name]) if row[name] else None

    return Claim(
        id=id,
        claimant_id=row["claimant_id"],
        partner_id=row["partner_id"],
        area=row["area"],
        stance=Stance(row["stance"]),
        forms=tuple(Form(form) for form in row["forms"].split(";") if form),
        basis=Basis(row["basis"]) if row["basis"] else None,
        frequency=Frequency(row["frequency"]) if row["frequency"] else None,
        intensity=int(row["intensity"]) if row["intensity"] else None,
        valid_from=day("valid_from"),
        valid_to=day("valid_to"),
        last_activity=day("last_activity"),
        stated_on=date.fromisoformat(row["stated_on"]),
        source=ClaimSource(row["source"]),
        note=row["note"],
        recorded_at=at,
        recorded_by=actor.id,
        recorded_as=str(actor.role),
    )


def _agreements(plan: Plan, actor: Actor, at: datetime) -> Callable[[Tx], None]:
    created = [change.full for change in _done(plan, CREATED)]
    changed = [(change.full, change.version) for change in _done(plan, CHANGED)]
    return lambda tx: bulk_write.write_agreements(tx, created, changed)


def _members(plan: Plan, actor: Actor, at: datetime) -> Callable[[Tx], None]:
    changes = _done(plan)
    teams = sorted({(change.ref, change.version) for change in changes})
    rows = [change.full for change in changes]
    return lambda tx: bulk_write.write_members(tx, teams, rows)


_WRITERS: dict[str, Callable[[Plan, Actor, datetime], Callable[[Tx], None]]] = {
    "institutions": _institutions,
    "contacts": _contacts,
    "claims": _claims,
    "agreements": _agreements,
    "team-members": _members,
}
