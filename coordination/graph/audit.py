"""The audit log: append-only entries written in the transaction of the change they tell of."""

from __future__ import annotations

import json
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import uuid4

from coordination.clock import now
from coordination.graph.store import GATE_IS_CLOSED, Paused, Row, Tx
from coordination.permissions import Actor

# Set once per request or command, so that no function between the page and the graph has to carry it.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

APPEND: LiteralString = (
    """
    CREATE (entry:AuditEntry) SET entry = $entry
    WITH 1 AS written
    RETURN """
    + GATE_IS_CLOSED
    + " AS closed"
)


def record(
    tx: Tx,
    actor: Actor,
    action: str,
    object_id: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Append one entry. `action` is `kind:verb`, e.g. "institution:edit". Never put free text that may
    hold personal data, a private number, a password or a token in `before` or `after`."""
    entry = _entry(actor, action, object_id, before, after, at)
    _pass(tx.run(APPEND, entry=entry, now=datetime.now(UTC)))


def write(
    tx: Tx,
    change: LiteralString,
    params: dict[str, Any],
    actor: Actor,
    action: str,
    object_id: str,
    *,
    after: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Make a change and append its entry in one trip to the server, for what people do many times a minute.

    `change` is a query that ends in a WITH of exactly one row; `params` are its own (neither `entry` nor `now`).
    """
    entry = _entry(actor, action, object_id, None, after, at)
    _pass(tx.run(change + APPEND, **params, entry=entry, now=datetime.now(UTC)))


def _entry(
    actor: Actor,
    action: str,
    object_id: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    at: datetime | None,
) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "at": at or now(),
        "actor": actor.id,
        "role": str(actor.role),
        "action": action,
        "object_kind": action.split(":", 1)[0],
        "object_id": object_id,
        "before": json.dumps(before or {}, ensure_ascii=False, default=str, sort_keys=True),
        "after": json.dumps(after or {}, ensure_ascii=False, default=str, sort_keys=True),
        "request_id": REQUEST_ID.get(),
    }


def _pass(written: list[Row]) -> None:
    if written[0]["closed"]:
        raise Paused
