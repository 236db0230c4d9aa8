"""Clocks and counters. Times are the best and the median of interleaved rounds; see docs/benchmarks.md."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import neo4j


@dataclass(frozen=True)
class Timing:
    """Seconds of one call."""

    best: float
    median: float
    cpu: float  # the least this process worked; a crowded machine hardly changes it, a server's work is not in it

    def over(self, limit: Timing) -> float:
        """Best by best: what neither program was disturbed in."""
        return self.best / limit.best


def interleaved(calls: Mapping[str, Callable[[], Any]], rounds: int, budget: float) -> dict[str, Timing]:
    """Time each call once a round, in turn, so that a slow spell of the machine meets them all.

    Stops after `rounds`, or when `budget` seconds are spent and three rounds are done.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    worked: dict[str, list[float]] = {name: [] for name in calls}
    begun = time.perf_counter()
    for done in range(rounds):
        if done >= 3 and time.perf_counter() - begun > budget:
            break
        for name, call in calls.items():
            start, busy = time.perf_counter(), time.process_time()
            call()
            times[name].append(time.perf_counter() - start)
            worked[name].append(time.process_time() - busy)
    return {name: Timing(min(taken), statistics.median(taken), min(worked[name])) for name, taken in times.items()}


Query = tuple[str, Mapping[str, Any]]
# Where a query reaches the driver: alone, or in a transaction.
_DOORS: tuple[Any, ...] = (neo4j.Session, neo4j.ManagedTransaction)


@contextmanager
def queries() -> Iterator[list[Query]]:
    """Every query that reaches the driver inside the block, in order."""
    seen: list[Query] = []
    originals = [door.run for door in _DOORS]

    def noting(original: Callable[..., neo4j.Result]) -> Callable[..., neo4j.Result]:
        def run(self: Any, query: Any, parameters: Any = None, **more: Any) -> neo4j.Result:
            seen.append((str(query), {**(parameters or {}), **more}))
            return original(self, query, parameters, **more)

        return run

    for door, original in zip(_DOORS, originals, strict=True):
        door.run = noting(original)
    try:
        yield seen
    finally:
        for door, original in zip(_DOORS, originals, strict=True):
            door.run = original


def again(driver: neo4j.Driver, database: str | None, asked: list[Query]) -> Callable[[], None]:
    """The same queries in one bare transaction, their rows fetched and dropped: what the data alone costs."""

    def call() -> None:
        with driver.session(database=database, default_access_mode=neo4j.READ_ACCESS) as session:
            session.execute_read(lambda tx: [list(tx.run(query, dict(values))) for query, values in asked])  # type: ignore[arg-type]

    return call
