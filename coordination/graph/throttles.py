"""How many guesses a key has had lately. In the graph, so that a restart or a second worker forgets nothing.

A key names its purpose ("sign-in:account", "link:address", …), so a success in one never helps another. A guess
is counted before it is evaluated; one that turns out right is given back, because it was no guess. Instants are
whole microseconds since 1970 in a list property.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

from coordination.errors import AlreadyExists, Throttled
from coordination.graph.store import Store, Tx

LIMIT = 10
WINDOW = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The write comes first: it takes the node for this transaction, so the list returned after it is the last one.
HOLD: LiteralString = """
    MERGE (t:Throttle {key: $key}) SET t.last = $now RETURN coalesce(t.guesses, []) AS guesses
    """
KEEP: LiteralString = "MATCH (t:Throttle {key: $key}) SET t.guesses = $guesses RETURN t.key AS key"
PURGE: LiteralString = "MATCH (t:Throttle) WHERE t.last < $since DETACH DELETE t"


def key(purpose: str, who: str) -> str:
    """The key of a purpose and an address or account; what was typed is not kept readable."""
    return f"{purpose}:{hashlib.sha256(who.encode('utf-8', 'replace')).hexdigest()[:32]}"


def take(store: Store, keys: list[str], now: datetime, *, limit: int = LIMIT, window: timedelta = WINDOW) -> int:
    """Count one guess under every key, or under none. Returns a receipt for `give_back`.

    Raises Throttled with the seconds until a guess is possible again when a key has had `limit` within `window`.
    """
    stamp = _micros(now)
    wait = _settle(store, _take, sorted(keys), stamp, limit, _micros(now - window))
    if wait:
        raise Throttled(max(1, -(-wait // 1_000_000)))
    return stamp


def _settle(store: Store, work: Callable[..., int | None], *args: object) -> Any:
    """Run a change again when two first guesses of one key meet: the second finds the node of the first."""
    for _attempt in range(5):
        try:
            return store.change(work, *args)
        except AlreadyExists:
            continue
    raise Throttled(1)


def _take(tx: Tx, keys: list[str], now: int, limit: int, since: int) -> int:
    recent: dict[str, list[int]] = {}
    for each in keys:
        recent[each] = [at for at in tx.run(HOLD, key=each, now=now)[0]["guesses"] if at > since]
    full = [guesses for guesses in recent.values() if len(guesses) >= limit and now not in guesses]
    if full:
        # A guess is possible once the oldest of the last `limit` leaves the window.
        return max(sorted(guesses)[-limit] - since for guesses in full)
    for each, guesses in recent.items():
        _keep(tx, each, [*(at for at in guesses if at != now), now])
    return 0


def _keep(tx: Tx, key: str, guesses: list[int]) -> None:
    # A node that another first guess made this moment may not be found yet: nothing counted, so once more.
    if not tx.run(KEEP, key=key, guesses=guesses):
        raise AlreadyExists(key)


def give_back(store: Store, keys: list[str], receipt: int) -> None:
    """Uncount a guess that was right."""
    _settle(store, _give_back, sorted(keys), receipt)


def _give_back(tx: Tx, keys: list[str], receipt: int) -> None:
    for each in keys:
        guesses = tx.run(HOLD, key=each, now=receipt)[0]["guesses"]
        if receipt in guesses:
            guesses.remove(receipt)
            _keep(tx, each, guesses)


def purge(tx: Tx, now: datetime) -> None:
    """Forget keys without a guess in the last hour."""
    tx.run(PURGE, since=_micros(now - timedelta(hours=1)))


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
