"""What a test's store holds: emptied or put back fast between tests, without asking the code under test."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

import neo4j

from coordination.demo import fill, readiness_fill
from coordination.graph import questionnaires, reference, schema
from coordination.graph.store import Address, Store

KEYS = {"Voivodeship": "teryt", "InstitutionType": "code", "Area": "code"}  # every other label: id


class TestStore(Store):
    """A store that knows whether it was written to since it was last put in order."""

    __test__ = False

    def __init__(self, address: Address, retry_seconds: float) -> None:
        self.content = "unknown"  # then "empty", "reference" or "examples"
        self.reference: Snapshot | None = None
        self.examples: Snapshot | None = None
        super().__init__(
            address.uri, address.user, address.password, address.database, retry_seconds=retry_seconds
        )

    @property
    def address(self) -> Address:
        return self._address

    def environ(self) -> dict[str, str]:
        """The settings with which a command reaches the same database."""
        named = {
            "URI": self._address.uri,
            "USER": self._address.user,
            "PASSWORD": self._address.password,
            "DATABASE": self._address.database or "",
        }
        return {f"COORDINATION_NEO4J_{name}": value for name, value in named.items()}

    def touched(self) -> None:
        """Say that another process wrote to the database."""
        self.content = "unknown"

    def _session(self, access: str, work: Any) -> Any:
        if access == neo4j.WRITE_ACCESS:
            self.content = "unknown"
        return super()._session(access, work)

    def make_empty(self) -> None:
        """No node but those of the schema."""
        if self.content == "empty":
            return
        schema.apply(self)
        self.run("MATCH (n) WHERE NOT n:SchemaStep DETACH DELETE n")
        self.content = "empty"

    def make_reference(self) -> None:
        """Exactly the reference data."""
        if self.content == "reference":
            return
        if self.reference is None or self.content == "empty":
            self.make_empty()
            reference.load(self)
            questionnaires.install(self)
            self.reference = self.reference or Snapshot(self)
        self.reference.put_back(self)
        self.content = "reference"

    def make_examples(self) -> None:
        """The reference data with the example statements, contacts and rounds of the demonstration."""
        if self.content == "examples":
            return
        if self.examples is None or self.content == "empty":
            self.make_reference()
        if self.examples is None:
            fill.once(self)
            readiness_fill.once(self, "s" * 32)
            self.examples = Snapshot(self)
        else:
            self.examples.put_back(self)
        self.content = "examples"


class Snapshot:
    """All nodes and relationships at one moment, and the way back to it: only differences are written."""

    def __init__(self, store: Store) -> None:
        self.nodes = _nodes(store)
        self.relationships = _relationships(store)

    def put_back(self, store: Store) -> None:
        labels = {row["label"] for row in store.read("MATCH (n) RETURN DISTINCT labels(n)[0] AS label")}
        for label in labels - {label for label, _key in self.nodes} - {"SchemaStep"}:
            store.run(f"MATCH (n:{label}) DETACH DELETE n")  # pyright: ignore
        found = _nodes(store)
        extra, changed = defaultdict(list), defaultdict(list)
        for label, key in found.keys() - self.nodes.keys():
            extra[label].append(key)
        for (label, key), properties in self.nodes.items():
            if found.get((label, key)) != properties:
                changed[label].append({"key": key, "properties": properties})
        for label, keys in extra.items():
            store.run(
                f"UNWIND $keys AS key MATCH (n:{label} {{{_key(label)}: key}}) DETACH DELETE n", keys=keys
            )  # pyright: ignore
        for label, rows in changed.items():
            store.run(
                f"UNWIND $rows AS row MERGE (n:{label} {{{_key(label)}: row.key}}) SET n = row.properties",
                rows=rows,
            )  # pyright: ignore
        self._put_back_relationships(store)

    def _put_back_relationships(self, store: Store) -> None:
        found = _relationships(store)
        wanted = self.relationships
        apart = [ends for ends in found.keys() | wanted.keys() if found.get(ends) != wanted.get(ends)]
        alike = defaultdict(list)  # labels and kind cannot be parameters: one statement for each three of them
        for ends in apart:
            (a_label, a), kind, (b_label, b) = ends
            properties = [json.loads(each) for each in wanted.get(ends, Counter()).elements()]
            alike[a_label, kind, b_label].append({"a": a, "b": b, "wanted": properties})
        for (a_label, kind, b_label), rows in alike.items():
            ends = (
                f"UNWIND $rows AS row MATCH (a:{a_label} {{{_key(a_label)}: row.a}}) "
                f"MATCH (b:{b_label} {{{_key(b_label)}: row.b}}) "
            )
            store.run(f"{ends} MATCH (a)-[r:{kind}]->(b) DELETE r", rows=rows)  # pyright: ignore
            store.run(
                f"{ends} UNWIND row.wanted AS properties CREATE (a)-[r:{kind}]->(b) SET r = properties", rows=rows
            )  # pyright: ignore


def _key(label: str) -> str:
    return KEYS.get(label, "id")


def _nodes(store: Store) -> dict[tuple[str, str], dict[str, Any]]:
    # One row for many: a server sends a list much faster than as many rows.
    rows = store.read(
        """
        MATCH (n) WHERE NOT n:SchemaStep
        RETURN labels(n)[0] AS label, collect([coalesce(n.id, n.teryt, n.code), properties(n)]) AS nodes
        """
    )
    return {(row["label"], key): properties for row in rows for key, properties in row["nodes"]}


def _relationships(store: Store) -> dict[Any, Counter[str]]:
    rows = store.read(
        """
        MATCH (a)-[r]->(b)
        RETURN labels(a)[0] AS a_label, type(r) AS kind, labels(b)[0] AS b_label,
               collect([coalesce(a.id, a.teryt, a.code), coalesce(b.id, b.teryt, b.code), properties(r)]) AS found
        """
    )
    found: dict[Any, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for a, b, properties in row["found"]:
            ends = ((row["a_label"], a), row["kind"], (row["b_label"], b))
            found[ends][json.dumps(properties, sort_keys=True)] += 1
    return found
