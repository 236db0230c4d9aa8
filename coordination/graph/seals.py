"""The audit chain: entries are gathered under seals, each with the hash of its entries and of the seal before.

A job seals now and then, so that writers never meet at a "head of the chain". A seal names its entries in order;
a changed, removed or slipped-in entry no longer fits its hash, and a removed seal leaves the next one without
the one before it. Only whoever rewrites every seal since can hide a change: note the last hash elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import uuid4

from coordination.clock import now
from coordination.errors import AlreadyExists
from coordination.graph.store import Row, Store, Tx

FIRST = "0" * 64  # what the first seal has before it
BATCH = 500  # entries under one seal
# A change stamps its entry when it begins and may commit much later; older than this none is still on its way.
LATEST = timedelta(days=1)
FIELDS = ("id", "at", "actor", "role", "action", "object_kind", "object_id", "before", "after", "request_id")

SEALS: LiteralString = """
    MATCH (s:Seal) RETURN s {.id, .at, .last_at, .count, .hash, .previous, .entries} AS seal
    """
ENTRIES: LiteralString = """
    MATCH (e:AuditEntry)
    RETURN e {.id, .at, .actor, .role, .action, .object_kind, .object_id, .before, .after, .request_id} AS entry
    """
ENTRIES_SINCE: LiteralString = """
    MATCH (e:AuditEntry) WHERE e.at >= $since
    RETURN e {.id, .at, .actor, .role, .action, .object_kind, .object_id, .before, .after, .request_id} AS entry
    """
SEAL: LiteralString = """
    CREATE (:Seal {id: $id, at: $at, last_at: $last_at, count: $count, hash: $hash, previous: $previous,
                   entries: $entries})
    """


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit: `kind` is changed, missing, unsealed or broken; `what` an entry's or a seal's id."""

    kind: str
    what: str


def seal(store: Store) -> int:
    """Seal the entries that no seal names yet; how many there were. Another sealer at the same time is harmless."""
    chain, _rest = _chain(store.read(SEALS))
    since = max((each["last_at"] for each in chain), default=None)
    rows = store.read(ENTRIES) if since is None else store.read(ENTRIES_SINCE, since=since - LATEST)
    sealed = {entry_id for each in chain for entry_id in each["entries"]}
    entries = sorted((row["entry"] for row in rows if row["entry"]["id"] not in sealed), key=_order)
    previous = chain[-1]["hash"] if chain else FIRST
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        try:
            previous = store.change(_seal, str(uuid4()), now(), previous, batch)
        except AlreadyExists:  # only one seal can follow another
            return start
    return len(entries)


def _seal(tx: Tx, seal_id: str, at: datetime, previous: str, entries: Sequence[Row]) -> str:
    made = chain_hash(previous, entries)
    tx.run(
        SEAL,
        id=seal_id,
        at=at,
        last_at=max(entry["at"] for entry in entries),
        count=len(entries),
        hash=made,
        previous=previous,
        entries=[entry["id"] for entry in entries],
    )
    return made


def verify(store: Store, at: datetime | None = None) -> list[Fault]:
    """Everything that does not fit, in the order of the chain. Empty when the log is as it was written.

    Entries of the last day need no seal yet; an older one without is reported.
    """
    at = at or now()
    entries = {row["entry"]["id"]: row["entry"] for row in store.read(ENTRIES)}
    chain, unlinked = _chain(store.read(SEALS))
    faults = [Fault("broken", each["id"]) for each in unlinked]
    sealed: set[str] = set()
    for each in chain:
        sealed.update(each["entries"])
        missing = [entry_id for entry_id in each["entries"] if entry_id not in entries]
        faults += [Fault("missing", entry_id) for entry_id in missing]
        if missing:
            continue  # its hash cannot be made any more
        held = [entries[entry_id] for entry_id in each["entries"]]
        if len(held) != each["count"] or chain_hash(each["previous"], held) != each["hash"]:
            faults.append(Fault("changed", each["id"]))
    newest = max((each["last_at"] for each in chain), default=None)
    for entry in sorted(entries.values(), key=_order):
        if entry["id"] not in sealed and entry["at"] < (newest or at) - LATEST:
            faults.append(Fault("unsealed", entry["id"]))
    return faults


def head(store: Store) -> str:
    """The hash of the last seal: note it outside the database to prove the log up to there."""
    chain, _rest = _chain(store.read(SEALS))
    return chain[-1]["hash"] if chain else FIRST


def chain_hash(previous: str, entries: Sequence[Row]) -> str:
    """SHA-256 over the hash before and every field of the entries, in their order."""
    told = [[_plain(entry.get(name)) for name in FIELDS] for entry in entries]
    return hashlib.sha256(json.dumps([previous, told], ensure_ascii=False).encode()).hexdigest()


def _chain(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The seals from the first to the last, and those that hang on nothing."""
    following = {row["seal"]["previous"]: row["seal"] for row in rows}
    chain: list[Row] = []
    previous = FIRST
    while previous in following:
        chain.append(following.pop(previous))
        previous = chain[-1]["hash"]
    return chain, sorted(following.values(), key=lambda each: each["at"])


def _order(entry: Row) -> tuple[datetime, str]:
    return entry["at"], entry["id"]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
