"""Backup and restore: the whole graph as JSON lines that every server reads, consistent while people write.

A file is a header, one line for each node, one for each relationship, and a trailer with their numbers and the
SHA-256 of every byte before it. Sessions and attempt counters stay behind. The file holds password hashes and
private numbers: it is readable to its owner alone.

Consistency does not lean on a server's isolation, for they differ. The backup closes a gate, which every change
meets when it writes its audit entry and then waits for; it reads; and because each change leaves an audit entry,
the same number of entries before and after the reading proves that no change fell between.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, LiteralString, cast

from coordination.clock import now
from coordination.errors import Invalid, SchemaTooNew, StoreUnavailable
from coordination.graph import audit, schema
from coordination.graph import dump_lines as lines
from coordination.graph.dump_lines import Line
from coordination.graph.store import GATE_IS_CLOSED, Store, Tx
from coordination.i18n import N_
from coordination.permissions import Actor

FORMAT, VERSION = "coordination-backup", 1
LONGEST_HEADER = 1 << 16  # bytes; it holds a few short values
LEFT_OUT = ("SchemaStep", "Session", "Throttle", "Gate", "Restoring")
BATCH = 1000
LEASE = timedelta(seconds=30)  # after which a gate left closed by a killed backup counts as open

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Content:
    """What a backup file holds."""

    schema: int
    nodes: int
    relationships: int
    sha256: str
    made_at: str


# --- the gate ---------------------------------------------------------------------------------------------------

CLOSE: LiteralString = "MERGE (g:Gate {id: 'writes'}) SET g.until = $until, g.closed_by = $by"
IS_CLOSED: LiteralString = "RETURN " + GATE_IS_CLOSED + " AS closed"
KEEP: LiteralString = "MATCH (g:Gate {id: 'writes', closed_by: $by}) SET g.until = $until RETURN g.id AS id"
OPEN: LiteralString = "MATCH (g:Gate {id: 'writes', closed_by: $by}) DELETE g"
CHANGES: LiteralString = """
    RETURN COUNT { MATCH (:AuditEntry) } AS entries, COUNT { MATCH (:Seal) } AS seals
    """


class _Gate:
    def __init__(self, store: Store) -> None:
        self._store, self._by, self._renewed = store, secrets.token_hex(8), 0.0

    def keep_closed(self) -> None:
        """Renew the lease every few seconds of a long reading."""
        if time.monotonic() - self._renewed > LEASE.total_seconds() / 6:
            if not self._store.run(KEEP, by=self._by, until=datetime.now(UTC) + LEASE):
                raise StoreUnavailable("another backup took over while this one was reading")
            self._renewed = time.monotonic()

    def close(self) -> None:
        if self._store.read(IS_CLOSED, now=datetime.now(UTC))[0]["closed"]:
            raise StoreUnavailable("another backup is running")
        self._store.run(CLOSE, by=self._by, until=datetime.now(UTC) + LEASE)
        self._renewed = time.monotonic()

    def open(self) -> None:
        self._store.run(OPEN, by=self._by)


@contextmanager
def _closed(store: Store) -> Iterator[_Gate]:
    gate = _Gate(store)
    gate.close()
    try:
        yield gate
    finally:
        gate.open()


# --- backup -----------------------------------------------------------------------------------------------------

LABELS: LiteralString = "MATCH (n) RETURN DISTINCT labels(n) AS labels"
TYPES: LiteralString = "MATCH ()-[r]->() RETURN DISTINCT type(r) AS type"
# Every label has one key, under one of these names; `check` reports a node without.
KEY_NAMES = ("id", "teryt", "code", "key")


def backup(
    store: Store, path: Path, actor: Actor, program: str, progress: Progress = lambda done: None
) -> Content:
    """Write the graph to `path`, whole or not at all, replacing a file that is there.

    Raises StoreUnavailable when changes do not pause, or another backup is running.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            made_at = now()
            header = {
                "format": FORMAT,
                "version": VERSION,
                "schema": max(schema.recorded(store)),
                "program": program,
                "made_at": made_at.isoformat(),
            }
            nodes, relationships = _write_unchanged(store, file, header, progress)
            sha256 = lines.sha256(file)
            lines.write(file, {"end": True, "nodes": nodes, "relationships": relationships, "sha256": sha256})
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    content = Content(header["schema"], nodes, relationships, sha256, header["made_at"])
    store.change(
        audit.record,
        actor,
        "backup:make",
        sha256[:12],
        after={"nodes": nodes, "relationships": relationships},
    )
    return content


def _write_unchanged(store: Store, file: BinaryIO, header: Line, progress: Progress) -> tuple[int, int]:
    """Write header and body so that no change fell between its first and its last line."""
    with _closed(store) as gate:
        for _attempt in range(20):
            before = _settled(store, gate)
            file.seek(0)
            file.truncate()
            lines.write(file, header)
            counts = store.read_with(_write_body, file, file.tell(), gate, progress)
            if store.read(CHANGES) == before:
                return counts
    raise StoreUnavailable("changes did not pause for the backup")


def _settled(store: Store, gate: _Gate) -> list[Line]:
    """The number of changes, once those that had passed the gate are through."""
    seen: list[Line] = []
    for _attempt in range(600):
        gate.keep_closed()
        if (counted := store.read(CHANGES)) == seen:
            return seen
        seen = counted
        time.sleep(0.05)
    raise StoreUnavailable("changes did not pause for the backup")


def _write_body(tx: Tx, file: BinaryIO, start: int, gate: _Gate, progress: Progress) -> tuple[int, int]:
    file.seek(start)
    file.truncate()
    nodes = relationships = 0
    for labels in sorted(sorted(row["labels"]) for row in tx.run(LABELS)):
        if set(labels) & set(LEFT_OUT):
            continue
        for row in tx.stream(_query("MATCH (n:{}) RETURN properties(n) AS properties", ":".join(labels))):
            key = _key(row["properties"])
            if not key:
                raise Invalid(N_("A %(label)s has no key; run “coordination check”."), label=labels[0])
            lines.write(file, {"node": labels, "properties": lines.encoded(row["properties"])})
            nodes += 1
            if nodes % BATCH == 0:
                gate.keep_closed()
                progress(nodes)
    for kind in sorted(row["type"] for row in tx.run(TYPES)):
        for row in tx.stream(_query(
            """
            MATCH (a)-[r:{}]->(b)
            RETURN labels(a)[0] AS a_label, coalesce(a.id, a.teryt, a.code, a.key) AS a,
                   labels(b)[0] AS b_label, coalesce(b.id, b.teryt, b.code, b.key) AS b, properties(r) AS properties
            """,
            kind,
        )):  # fmt: skip
            if row["a_label"] in LEFT_OUT or row["b_label"] in LEFT_OUT:
                continue
            ends = {"from": [row["a_label"], row["a"]], "to": [row["b_label"], row["b"]]}
            lines.write(file, {"relationship": kind, **ends, "properties": lines.encoded(row["properties"])})
            relationships += 1
            if relationships % BATCH == 0:
                gate.keep_closed()
                progress(nodes + relationships)
    return nodes, relationships


# --- restore ----------------------------------------------------------------------------------------------------

CONTENT: LiteralString = """
    MATCH (n) WHERE NOT n:SchemaStep AND NOT n:Gate AND NOT n:Throttle RETURN count(n) AS n
    """
INTERRUPTED: LiteralString = "MATCH (r:Restoring) RETURN count(r) AS n"
BEGIN: LiteralString = "MERGE (r:Restoring {id: 'restore'}) SET r.sha256 = $sha256, r.at = $at"
FORGET_STEPS: LiteralString = "MATCH (s:SchemaStep) WHERE s.number > $number DELETE s"
FINISH: LiteralString = "MATCH (r:Restoring) DELETE r"
ERASE: LiteralString = """
    MATCH (n) WHERE NOT n:SchemaStep AND NOT n:Restoring WITH n LIMIT 2000 DETACH DELETE n RETURN count(*) AS n
    """


def restore(store: Store, path: Path, progress: Progress = lambda done: None) -> Content:
    """Fill an empty store from a backup of any server. The file is read to its end before anything is written.

    Raises Invalid for a file that is damaged or no backup and for a store that is not empty, SchemaTooNew for a
    backup of a newer program. A restore that was interrupted can be repeated; until then nothing else opens
    the store.
    """
    content = inspect(path)
    if content.schema > schema.STEPS[-1].number:
        raise SchemaTooNew(f"step {content.schema}")
    schema.refuse_newer(store)
    if interrupted(store):
        while store.run(ERASE)[0]["n"]:
            pass
    elif store.read(CONTENT)[0]["n"]:
        raise Invalid(N_("The database is not empty. A backup is restored into an empty one."))
    # The schema the data were written under first; steps that change data come after them.
    store.run(FORGET_STEPS, number=content.schema)
    schema.apply(store, tuple(step for step in schema.STEPS if step.number <= content.schema))
    store.run(BEGIN, sha256=content.sha256, at=now())
    keys: dict[str, str] = {}
    done = 0
    with open(path, "rb") as file:
        for batch in _batches(_body(file)):
            if "node" in batch[0]:
                _create_nodes(store, batch, keys)
            else:
                _create_relationships(store, batch, keys)
            done += len(batch)
            progress(done)
    schema.apply(store)
    store.run(FINISH)
    return content


def interrupted(store: Store) -> bool:
    """Whether a restore was begun and not finished, so that the content is not whole."""
    return store.read(INTERRUPTED)[0]["n"] > 0


def inspect(path: Path) -> Content:
    """Read a backup from first to last byte. Raises Invalid where it is damaged, cut short or none at all."""
    damaged = N_("The backup is damaged or cut short: line %(line)s. Nothing was restored.")
    no_backup = N_("This file is not a backup of this platform.")
    header: Line = {}
    nodes = relationships = number = 0
    seen = hashlib.sha256()
    with open(path, "rb") as file:
        # A disk image, or a device, may be one line without an end.
        if len(file.readline(LONGEST_HEADER)) == LONGEST_HEADER:
            raise Invalid(no_backup)
        file.seek(0)
        for number, raw in enumerate(file, start=1):
            try:
                line = json.loads(raw)
                if number == 1:
                    header = line
                    if header.get("format") != FORMAT or header.get("version") != VERSION:
                        raise ValueError(header)
                elif "end" in line:
                    told = (line["nodes"], line["relationships"], line["sha256"])
                    if told == (nodes, relationships, seen.hexdigest()) and not file.read(1):
                        return Content(
                            header["schema"], nodes, relationships, line["sha256"], header["made_at"]
                        )
                    break
                elif "node" in line:
                    nodes += 1
                else:
                    relationships += 1
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                if number == 1:
                    raise Invalid(no_backup) from error
                raise Invalid(damaged, line=number) from error
            seen.update(raw)
    if number == 0:
        raise Invalid(no_backup)
    raise Invalid(damaged, line=number)


def _body(file: BinaryIO) -> Iterator[Line]:
    next(file)
    for raw in file:
        line = json.loads(raw)
        if "end" in line:
            return
        yield line


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines that one statement can write: of one label, or of one kind of relationship between two labels."""

    def kind(line: Line) -> tuple[object, ...]:
        if "node" in line:
            return ("node", *line["node"])
        return ("relationship", line["relationship"], line["from"][0], line["to"][0])

    for _kind, group in groupby(lines, key=kind):
        batch: list[Line] = []
        for line in group:
            batch.append(line)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


def _create_nodes(store: Store, batch: list[Line], keys: dict[str, str]) -> None:
    labels = batch[0]["node"]
    rows = [lines.decoded(line["properties"]) for line in batch]
    keys.setdefault(labels[0], _key(rows[0]))
    store.change(_run, _query("UNWIND $rows AS row CREATE (n:{}) SET n = row", ":".join(labels)), rows=rows)


def _create_relationships(store: Store, batch: list[Line], keys: dict[str, str]) -> None:
    a, b = batch[0]["from"][0], batch[0]["to"][0]
    query = _query(
        """
        UNWIND $rows AS row
        MATCH (a:{} {{{}: row.a}}), (b:{} {{{}: row.b}})
        CREATE (a)-[r:{}]->(b) SET r = row.properties
        RETURN count(r) AS n
        """,
        a, keys[a], b, keys[b], batch[0]["relationship"],
    )  # fmt: skip
    rows = [{"a": x["from"][1], "b": x["to"][1], "properties": lines.decoded(x["properties"])} for x in batch]
    if store.change(_run, query, rows=rows) != [{"n": len(rows)}]:
        raise Invalid(
            N_("The backup names something that it does not hold: %(what)s."), what=batch[0]["relationship"]
        )


def _run(tx: Tx, query: LiteralString, **params: Any) -> list[Line]:
    return tx.run(query, **params)


# --- names ------------------------------------------------------------------------------------------------------

_NAME = re.compile(r"[A-Za-z]\w*(:[A-Za-z]\w*)*", re.ASCII)


def _query(template: LiteralString, *names: str) -> LiteralString:
    """A query with labels and types filled in. They come from a file, so nothing but plain names may pass."""
    for name in names:
        if not _NAME.fullmatch(name):
            raise Invalid(N_("“%(name)s” cannot be the name of a kind."), name=name)
    return cast(LiteralString, template.format(*names))


def _key(properties: Line) -> str:
    """The name of the property that identifies a node; empty where it has none."""
    return next((name for name in KEY_NAMES if properties.get(name)), "")
