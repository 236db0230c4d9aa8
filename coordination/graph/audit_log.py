"""Reading the audit log: filtered, newest first, page by page. Nothing here writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from coordination.graph.store import Row, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    id: str
    at: datetime
    actor: str  # account id, "local-operator", "link:<invitation id>" or "" for a stranger
    actor_label: str  # function of the account, "" when it has none
    role: str
    action: str
    object_kind: str
    object_id: str
    object_name: str  # of an institution or account, "" for anything else
    before: dict[str, Any]
    after: dict[str, Any]
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Empty fields do not filter. `since` and `until` are instants; `until` is not included."""

    actor: str = ""
    action: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def params(self) -> dict[str, Any]:
        return {
            "actor": self.actor,
            "action": self.action,
            "kind": self.action[:-1] if self.action.endswith(":") else "",
            "object_id": self.object_id,
            "since": self.since,
            "until": self.until,
        }


_WHERE: LiteralString = """
    MATCH (e:AuditEntry)
    WHERE ($actor = '' OR e.actor = $actor)
      AND ($action = '' OR e.action = $action OR e.object_kind = $kind)
      AND ($object_id = '' OR e.object_id = $object_id)
      AND ($since IS NULL OR e.at >= $since)
      AND ($until IS NULL OR e.at < $until)
    """
_ENTRY: LiteralString = """
    OPTIONAL MATCH (u:User {id: e.actor})
    OPTIONAL MATCH (i:Institution {id: e.object_id})
    OPTIONAL MATCH (a:User {id: e.object_id})
    RETURN e {.id, .at, .actor, .role, .action, .object_kind, .object_id, .before, .after, .request_id} AS entry,
           u.label AS actor_label, coalesce(i.short_name, a.label) AS object_name
    """
COUNT: LiteralString = _WHERE + " RETURN count(e) AS n"
NEWEST: LiteralString = _WHERE + " WITH e ORDER BY e.at DESC, e.id SKIP $skip LIMIT $limit " + _ENTRY
OLDEST: LiteralString = _WHERE + " WITH e ORDER BY e.at, e.id SKIP $skip LIMIT $limit " + _ENTRY
ACTIONS: LiteralString = "MATCH (e:AuditEntry) RETURN DISTINCT e.action AS action"
ACTORS: LiteralString = """
    MATCH (e:AuditEntry) WITH DISTINCT e.actor AS actor
    OPTIONAL MATCH (u:User {id: actor}) RETURN actor, u.label AS label
    """


def count(store: Store, wanted: Filter) -> int:
    return store.read(COUNT, **wanted.params())[0]["n"]


def entries(store: Store, wanted: Filter, *, skip: int, limit: int, oldest_first: bool = False) -> list[Entry]:
    """Entries in the order they were written; ties of an instant by id."""
    query = OLDEST if oldest_first else NEWEST
    found = [_entry(row) for row in store.read(query, **wanted.params(), skip=skip, limit=limit)]
    return sorted(sorted(found, key=lambda e: e.id), key=lambda e: e.at, reverse=not oldest_first)


def actions(store: Store) -> list[str]:
    """Every action that occurs, in alphabetical order."""
    return sorted(row["action"] for row in store.read(ACTIONS))


def actors(store: Store) -> list[tuple[str, str]]:
    """Everyone who occurs: id and function."""
    return [(row["actor"], row["label"] or "") for row in store.read(ACTORS)]


def _entry(row: Row) -> Entry:
    data = dict(row["entry"])
    for side in ("before", "after"):
        data[side] = json.loads(data[side] or "{}")
    for name in ("actor", "object_id", "request_id"):
        data[name] = data[name] or ""
    return Entry(**data, actor_label=row["actor_label"] or "", object_name=row["object_name"] or "")
