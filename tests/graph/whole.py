"""The whole content of a store as one comparable value. Shares no code with the backup it is used to judge."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from coordination.graph.store import Store

LEFT_OUT = {"Session", "Throttle", "SchemaStep"}  # none of them is content that a backup carries


def whole(store: Store) -> Counter[str]:
    """Every node by labels and properties, every relationship by what its two ends hold, with their numbers."""
    found: Counter[str] = Counter()
    for row in store.read("MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties"):
        if not LEFT_OUT & set(row["labels"]):
            found["node " + _text(row["labels"], row["properties"])] += 1
    for row in store.read(
        """
        MATCH (a)-[r]->(b)
        RETURN labels(a) AS a_labels, properties(a) AS a, type(r) AS kind, properties(r) AS properties,
               labels(b) AS b_labels, properties(b) AS b
        """
    ):
        if not LEFT_OUT & {*row["a_labels"], *row["b_labels"]}:
            ends = _text(row["a_labels"], row["a"]), _text(row["b_labels"], row["b"])
            found[
                f"{ends[0]} {row['kind']} {json.dumps(row['properties'], sort_keys=True, default=str)} {ends[1]}"
            ] += 1
    return found


def digest(store: Store) -> str:
    """A short name of `whole`."""
    return hashlib.sha256(json.dumps(sorted(whole(store).items())).encode()).hexdigest()


def _text(labels: list[str], properties: dict[str, object]) -> str:
    told = json.dumps(
        properties, sort_keys=True, default=lambda value: f"{type(value).__name__} {value.isoformat()}"
    )
    return hashlib.sha256(f"{sorted(labels)} {told}".encode()).hexdigest()
