"""Unfinished answers, kept so that a page can be left and continued. Never part of what was said."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, LiteralString

from coordination.graph.store import Store, Tx

SAVE: LiteralString = "MERGE (d:Draft {key: $key}) SET d.data = $data, d.saved_at = $at"
LOAD: LiteralString = "MATCH (d:Draft {key: $key}) RETURN d.data AS data, d.saved_at AS saved_at"
DROP: LiteralString = "MATCH (d:Draft {key: $key}) DELETE d"


def save(tx: Tx, key: str, data: dict[str, Any], at: datetime) -> None:
    tx.run(SAVE, key=key, data=json.dumps(data, ensure_ascii=False), at=at)


def load(store: Store, key: str) -> tuple[dict[str, Any], datetime | None]:
    """The draft under a key and when it was saved; empty when there is none."""
    rows = store.read(LOAD, key=key)
    return (json.loads(rows[0]["data"]), rows[0]["saved_at"]) if rows else ({}, None)


def drop(tx: Tx, key: str) -> None:
    tx.run(DROP, key=key)
