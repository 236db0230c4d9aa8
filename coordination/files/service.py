"""From a file to its preview and on to its saving; no request in sight."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from coordination.errors import Conflict
from coordination.exchange import applying, planning, tabular
from coordination.exchange.duplicates import Duplicate
from coordination.exchange.plan import Plan
from coordination.files.uploads import Upload
from coordination.graph.store import Store
from coordination.permissions import Actor


def look(store: Store, actor: Actor, kind: str, filename: str, content: bytes, today: date) -> Upload:
    """Read a file and see what it would do. Raises Refused when it is no table of this kind."""
    table = tabular.read(content)
    plan = planning.plan(store, actor, kind, table, today)
    upload = Upload(owner=actor.id, kind=kind, filename=filename)
    if plan.refused:
        return replace(upload, problems=plan.problems, wrong=len(plan.wrong), unchanged=plan.counts[2])
    return replace(upload, table=replace(table, formulas=()))


def plan_of(store: Store, actor: Actor, upload: Upload, today: date) -> Plan:
    """What the kept file would do now, with what was said about possible duplicates."""
    assert upload.table is not None
    return planning.plan(store, actor, upload.kind, upload.table, today, same=upload.same)


def undecided(plan: Plan, upload: Upload) -> list[Duplicate]:
    """Possible duplicates nobody has decided about yet."""
    return [each for each in plan.duplicates if each.id not in upload.other]


def save(store: Store, actor: Actor, upload: Upload, fingerprint: str, today: date) -> Plan:
    """Write exactly what was previewed. Raises Conflict when it would do something else by now."""
    plan = plan_of(store, actor, upload, today)
    if plan.refused or plan.fingerprint != fingerprint or undecided(plan, upload):
        raise Conflict(upload.kind)
    applying.apply(store, actor, plan)
    return plan
