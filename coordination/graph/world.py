"""The plain world of the analysis, read from the store and kept for as long as nothing changed.

Every change appends an audit entry in its own transaction, so the count of entries, asked for in the transaction
of each reading, tells whether anything changed. Where the entries since then tell that only statements were
added, only these are read.

Neither server shows a commit to readers all at once: for a moment the entry may be there and what it tells of not
yet, or the old is gone and the new not there. So what young entries tell of is read again with every reading, until
the count has stood for `SETTLES`; and of young statements what counts is worked out from what never changes in
them, not from the mark of the current one. Whoever reads after a change was acknowledged sees it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString
from weakref import WeakKeyDictionary

from coordination.clock import now, today
from coordination.graph.facts import Statement, World
from coordination.graph.store import Store, Tx
from coordination.graph.world_rows import (
    RECENT_IDS,
    listed,
    loaded,
    papers,
    recent_statements,
)

# Entries and statements this much older than a reading are known to it, whatever the clocks of writers say;
# where they are wrong by more, the counts do not fit and everything is read again.
_WINDOW = timedelta(minutes=5)
# A commit that a reader saw a part of is whole after this long, in seconds.
SETTLES = 3.0
_EVER = datetime.min.replace(tzinfo=UTC)

COUNT: LiteralString = "MATCH (e:AuditEntry) RETURN count(*) AS n"
# Both at once, in the one form that neither server answers by going through all entries.
STANDS: LiteralString = """
    RETURN COUNT { MATCH (e:AuditEntry) } AS n, COUNT { MATCH (e:AuditEntry {id: $id}) } AS same
    """
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
        *("account", "answer", "audit", "card", "contact", "export", "invitation", "letter", "link", "profile"),
        *("questionnaire", "resource", "response", "round", "seal", "session", "task", "team", "user"),
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


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """A world with what is needed to tell what changed since it was read."""

    world: World
    newest: str  # id of the newest audit entry: a database that lacks it is another one
    since: datetime
    entries: frozenset[str]  # ids of audit entries from `since` on
    claims: int  # count of all claims in the store
    recent: frozenset[str]  # ids of claims recorded from `since` on
    # Kinds of entries of which a part may not have been there yet: when the last was first seen, by this process.
    young: dict[str, float]
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
        before = self._kept.get((place, history))
        if before is not None and not before.young:
            found = store.read(STANDS, id=before.newest)[0]
            if found["same"] and found["n"] == before.world.version:
                return before.world
        kept = store.read_with(_read, before, place, history)
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
    began = time.monotonic()
    # The count comes first: what is read after it may be newer than the count says.
    version = tx.run(COUNT)[0]["n"]
    if kept is not None and tx.run(SAME_ENTRY, id=kept.newest)[0]["n"]:
        if kept.world.version == version and not kept.young:
            return kept
        if moved := _moved(tx, kept, version, began):
            return moved
    since = now() - _WINDOW
    entries = dict(listed(tx, RECENT_ENTRIES, since=since))
    before = kept.young if kept is not None and kept.world.version == version else {}
    claims = tx.run(COUNT_CLAIMS)[0]["n"]
    world = loaded(tx, teryt, history, version)
    world, current = _with(world, recent_statements(tx, world.institutions, since), {})
    return _Kept(
        world=world,
        newest=_newest(tx),
        since=since,
        entries=frozenset(entries),
        claims=claims,
        recent=frozenset(listed(tx, RECENT_IDS, since=since)),
        young=_young(before or dict.fromkeys(entries.values(), began), began),
        current=current,
    )


def _young(first_seen: dict[str, float], began: float) -> dict[str, float]:
    """The kinds that a reading begun now has to leave for the next one."""
    return {
        kind: at for kind, at in first_seen.items() if began - at < SETTLES and kind not in _ELSEWHERE
    }


def _newest(tx: Tx) -> str:
    return next((row["id"] for row in tx.run(NEWEST_ENTRY)), "")


def _moved(tx: Tx, kept: _Kept, version: int, began: float) -> _Kept | None:
    """The kept world brought up to date, or None where that cannot be done for certain."""
    entries = dict(listed(tx, RECENT_ENTRIES, since=kept.since))
    unseen = [kind for id, kind in entries.items() if id not in kept.entries]
    kinds = {*kept.young, *unseen}
    if len(unseen) != version - kept.world.version or not kinds <= _STATEMENTS | _PAPERS | _ELSEWHERE:
        return None
    world, claims, ids, current = kept.world, kept.claims, kept.recent, kept.current
    if kinds & _STATEMENTS:
        claims = tx.run(COUNT_CLAIMS)[0]["n"]
        recent = recent_statements(tx, world.institutions, kept.since)
        ids = frozenset(listed(tx, RECENT_IDS, since=kept.since))
        if len(ids - kept.recent) != claims - kept.claims:
            return None
        world, current = _with(world, recent, current)
    if kinds & _PAPERS:
        beside = papers(tx)
        if any(getattr(world, name) != value for name, value in beside.items()):
            world = replace(world, **beside, memo={})
    return _Kept(
        # Where nothing of it changed, what was worked out from the world stays with it.
        world=world if world.version == version else replace(world, version=version),
        newest=_newest(tx),
        since=max(kept.since, now() - _WINDOW),
        entries=frozenset(entries),
        claims=claims,
        recent=ids,
        young=_young({**kept.young, **dict.fromkeys(unseen, began)}, began),
        current=current,
    )


def _with(
    world: World,
    recent: Iterable[tuple[Statement, bool]],
    current: dict[tuple[str, str, str], Statement],
) -> tuple[World, dict[tuple[str, str, str], Statement]]:
    """The world with the recent statements it lacks: in its history, or each in place of the one it follows."""
    if world.history:
        known = {said.id for said in world.statements}
        added = [said for said, _ in recent if said.id not in known]
        return (replace(world, statements=[*world.statements, *added], memo={}) if added else world), current
    current = current or {said.key: said for said in world.statements}
    # What was said of a later day counts (claims.state); of one day, what bears the mark, then what came later.
    last: dict[tuple[str, str, str], Statement] = {}
    for said, _ in sorted(recent, key=lambda one: (one[0].stated_on, one[1], one[0].recorded_at or _EVER)):
        last[said.key] = said._replace(recorded_at=None)
    fresh = {
        key: said
        for key, said in last.items()
        if key not in current or (current[key] != said and current[key].stated_on <= said.stated_on)
    }
    if not fresh:
        return world, current
    # A copy: readers of the old world may still be going through it.
    current = {**current, **fresh}
    return replace(world, statements=list(current.values()), memo={}), current
