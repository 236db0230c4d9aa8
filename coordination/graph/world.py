"""The plain world of the analysis, read from the store and kept for as long as nothing changed.

A kept world is never stale: every change appends an audit entry in its own transaction, so the count of
entries, asked for in the transaction of each reading, tells whether anything changed. Where the entries since
then tell that only statements were added, only these are read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import LiteralString
from weakref import WeakKeyDictionary

from coordination.clock import now, today
from coordination.graph.facts import Statement, World
from coordination.graph.store import Store, Tx
from coordination.graph.world_rows import (
    RECENT,
    RECENT_CURRENT,
    RECENT_IDS,
    listed,
    loaded,
    papers,
    statements,
)

# Entries and statements this much older than a reading are known to it, whatever the clocks of writers say;
# where they are wrong by more, the counts do not fit and everything is read again.
_WINDOW = timedelta(minutes=5)


COUNT: LiteralString = "MATCH (e:AuditEntry) RETURN count(*) AS n"
RECENT_ENTRIES: LiteralString = """
    MATCH (e:AuditEntry) WHERE e.at >= $since RETURN collect([e.id, e.object_kind]) AS rows
    """
NEWEST_ENTRY: LiteralString = "MATCH (e:AuditEntry) RETURN e.id AS id ORDER BY e.at DESC, id LIMIT 1"
SAME_ENTRY: LiteralString = "MATCH (e:AuditEntry {id: $id}) RETURN count(*) AS n"
COUNT_CLAIMS: LiteralString = "MATCH (c:Claim) RETURN count(*) AS n"


# What the audit entries are about (`object_kind`) and what they leave as it was read.
_STATEMENTS = frozenset({"claim"})
_PAPERS = frozenset({"waiver", "agreement", "event"})
_ELSEWHERE = frozenset(
    (
        *("account", "audit", "card", "contact", "export", "invitation", "link", "profile"),
        *("resource", "seal", "session", "task", "team", "user"),
    )
)


def world(
    store: Store, on: date | None = None, known_on: date | None = None, *, teryt: str | None = None
) -> World:
    """The world as it is in the store now, good for judging the day `on` (default: today).

    Parameters
    ----------
    on, known_on
        Decide whether the current statements are enough or the whole history has to be read.
    teryt
        Only this voivodeship is of interest: where the country is not at hand, only the institutions that
        cover it and what they say about each other are read. The country's world answers for it too.

    Notes
    -----
    Asking costs one count where nothing changed. The world is shared between threads: do not change it.
    """
    return _worlds(store).get(store, on or today(), known_on, teryt)


def forget(store: Store) -> None:
    """Drop what is kept of a store, for measuring and after erasing it."""
    _worlds(store).clear()


@dataclass(kw_only=True)
class _Kept:
    """A world with what is needed to tell what changed since it was read."""

    world: World
    newest: str  # id of the newest audit entry: a database that lacks it is another one
    since: datetime
    entries: frozenset[str]  # ids of audit entries from `since` on
    claims: int  # count of all claims in the store
    claim_ids: frozenset[str]  # ids of claims recorded from `since` on
    current: dict[tuple[str, str, str], Statement] = field(default_factory=dict)


class _Worlds:
    """The kept worlds of one store: of the country and of voivodeships, with and without history."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str | None, bool], _Kept] = {}
        # One reading at a time: who waits for it finds its result instead of reading the same again.
        self._lock = threading.Lock()

    def get(self, store: Store, on: date, known_on: date | None, teryt: str | None) -> World:
        with self._lock:
            if known_on is None:
                found = self._fresh(store, teryt, history=False)
                if found.answers(on):
                    return found
            return self._fresh(store, teryt, history=True)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def _fresh(self, store: Store, teryt: str | None, *, history: bool) -> World:
        place = None if (None, history) in self._kept else teryt
        kept = store.read_with(_read, self._kept.get((place, history)), place, history)
        self._kept[place, history] = kept
        if place is None:  # the country answers for its voivodeships from now on
            for old in [key for key in self._kept if key[0] is not None and key[1] == history]:
                del self._kept[old]
        return kept.world


_STORES: WeakKeyDictionary[Store, _Worlds] = WeakKeyDictionary()
_STORES_LOCK = threading.Lock()


def _worlds(store: Store) -> _Worlds:
    with _STORES_LOCK:
        return _STORES.setdefault(store, _Worlds())


def _read(tx: Tx, kept: _Kept | None, teryt: str | None, history: bool) -> _Kept:
    # The count comes first: what is read after it may be newer than the count says, never older.
    version = tx.run(COUNT)[0]["n"]
    if kept is not None and tx.run(SAME_ENTRY, id=kept.newest)[0]["n"]:
        if kept.world.version == version:
            return kept
        if moved := _moved(tx, kept, version):
            return moved
    since = now() - _WINDOW
    return _Kept(
        newest=_newest(tx),
        since=since,
        entries=frozenset(id for id, _ in listed(tx, RECENT_ENTRIES, since=since)),
        claims=tx.run(COUNT_CLAIMS)[0]["n"],
        claim_ids=frozenset(listed(tx, RECENT_IDS, since=since)),
        world=loaded(tx, teryt, history, version),
    )


def _newest(tx: Tx) -> str:
    return next((row["id"] for row in tx.run(NEWEST_ENTRY)), "")


def _moved(tx: Tx, kept: _Kept, version: int) -> _Kept | None:
    """The kept world brought up to date, or None where that cannot be done for certain."""
    entries = dict(listed(tx, RECENT_ENTRIES, since=kept.since))
    unseen = [kind for id, kind in entries.items() if id not in kept.entries]
    kinds = frozenset(unseen)
    if len(unseen) != version - kept.world.version or not kinds <= _STATEMENTS | _PAPERS | _ELSEWHERE:
        return None
    since = now() - _WINDOW
    world, claims, ids, current = kept.world, kept.claims, kept.claim_ids, kept.current
    if kinds & _STATEMENTS:
        claims = tx.run(COUNT_CLAIMS)[0]["n"]
        ids = frozenset(listed(tx, RECENT_IDS, since=kept.since))
        if len(ids - kept.claim_ids) != claims - kept.claims:
            return None
        query = RECENT if world.history else RECENT_CURRENT
        recent = statements(tx, (query,), world.institutions, since=kept.since)
        world, current = _with(world, [said for said in recent if said.id not in kept.claim_ids], current)
    if kinds & _PAPERS:
        world = replace(world, **papers(tx), memo={})
    return _Kept(
        # Where nothing of it changed, what was worked out from the world stays with it.
        world=replace(world, version=version),
        newest=_newest(tx),
        since=max(kept.since, since),
        entries=frozenset(entries),
        claims=claims,
        claim_ids=ids,
        current=current,
    )


def _with(
    world: World, fresh: Iterable[Statement], current: dict[tuple[str, str, str], Statement]
) -> tuple[World, dict[tuple[str, str, str], Statement]]:
    """The world with statements added: to its history, or each in place of the one it follows."""
    if world.history:
        return replace(world, statements=[*world.statements, *fresh], memo={}), current
    # A copy: readers of the old world may still be going through it.
    current = dict(current) if current else {said.key: said for said in world.statements}
    current.update((said.key, said) for said in fresh)
    return replace(world, statements=list(current.values()), memo={}), current
