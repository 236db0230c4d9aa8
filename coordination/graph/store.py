"""The connection: read, or change in one transaction; our errors for the driver's; our dates for the server's.

Calendar dates are stored as ISO 8601 text: it sorts as it compares, holds partial dates of the sources
("2014"), and large results skip the driver's costly hydration. Instants are native UTC datetimes.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Concatenate, LiteralString, ParamSpec, TypeVar

import neo4j
import neo4j.time
from neo4j.exceptions import (
    AuthError,
    ConstraintError,
    DatabaseError,
    DriverError,
    IncompleteCommit,
    Neo4jError,
    ResultFailedError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from coordination.errors import AlreadyExists, StoreUnavailable, TooMuchAtOnce

P = ParamSpec("P")
T = TypeVar("T")
Row = dict[str, Any]

log = logging.getLogger(__name__)
# Writers that meet are retried as a matter of course; the driver would warn of each, on the terminal too.
logging.getLogger("neo4j").setLevel(logging.ERROR)

# The types a server sends that are Python's already. A list of nothing else is handed on as it is.
_PLAIN = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """A server's value as Python's: datetimes become aware UTC, containers are walked where they need it."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return value if _PLAIN.issuperset(map(type, value)) else [plain(item) for item in value]
    if kind is dict:
        return (
            value if _PLAIN.issuperset(map(type, value.values())) else {k: plain(v) for k, v in value.items()}
        )
    if isinstance(value, neo4j.time.DateTime):
        native = value.to_native()
        return native.replace(tzinfo=UTC) if native.tzinfo is None else native.astimezone(UTC)
    if isinstance(value, neo4j.time.Date):
        return value.to_native()
    return value


def sent(value: Any) -> Any:
    """A value of ours as the server is sent it: moments in UTC, the rest as it is.

    The driver asks a ZoneInfo for the offset of its own kind of datetime, which ends CPython 3.11 by a
    segmentation fault; and a moment without a zone is nobody's. Raises ValueError for the latter.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value}")
        return value if value.tzinfo is UTC else value.astimezone(UTC)
    if kind is list or kind is tuple:
        return value if _PLAIN.issuperset(map(type, value)) else [sent(item) for item in value]
    if kind is dict:
        return (
            value if _PLAIN.issuperset(map(type, value.values())) else {k: sent(v) for k, v in value.items()}
        )
    return value


def _rows(result: neo4j.Result) -> list[Row]:
    try:
        keys = result.keys()
        return [dict(zip(keys, map(plain, record.values()), strict=True)) for record in result]
    except ResultFailedError as error:
        raise _itself(error) from None  # what the server said tells whether to try once more


_UNAVAILABLE = (ServiceUnavailable, SessionExpired, AuthError, TransientError, DatabaseError)
# Whether a backup is reading and changes must wait (dump.py). Part of the query that writes an audit entry.
GATE_IS_CLOSED: LiteralString = "EXISTS { MATCH (g:Gate {id: 'writes'}) WHERE g.until > $now }"
PATIENCE = 60.0  # seconds a change waits for a backup
COLLISIONS = 20.0  # seconds a change is tried again while other writers come first
TAKEN = 2  # times a change is tried again whose new key another has just taken: a MERGE then finds it


class Paused(Exception):
    """Raised by a change that met the closed gate; it is undone and tried again when the backup is done."""


class Tx:
    """One open transaction. What is run here commits together or not at all."""

    def __init__(self, tx: neo4j.ManagedTransaction) -> None:
        self._tx = tx

    def run(self, query: LiteralString, **params: Any) -> list[Row]:
        """Rows of one query as dictionaries."""
        return _rows(self._tx.run(query, sent(params)))

    def stream(self, query: LiteralString, **params: Any) -> Iterator[Row]:
        """The same, row by row as they arrive, for results that need not fit in memory."""
        result = self._tx.run(query, sent(params))
        keys = result.keys()
        for record in result:
            yield dict(zip(keys, map(plain, record.values()), strict=True))


@dataclass(frozen=True, slots=True)
class Address:
    """Where a graph server listens and how to be let in. `born` tells one run of a server from the next."""

    uri: str
    user: str
    password: str
    database: str | None = None
    born: str = ""


class Store:
    """The graph over Bolt. Safe to share between threads.

    `find_again` is called when the server cannot be reached; where it returns another address (the server
    was started again), the call that failed is repeated there, once.
    """

    def __init__(
        self,
        uri: str,
        user: str,
        password: str,
        database: str | None = None,
        *,
        retry_seconds: float = 30.0,
        born: str = "",
        find_again: Callable[[], Address] | None = None,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        self._address = Address(uri, user, password, database, born)
        self._retry_seconds = retry_seconds
        self._find_again, self._on_close = find_again, on_close
        self._lock = threading.Lock()
        self._driver = self._connect()

    def read(self, query: LiteralString, **params: Any) -> list[Row]:
        """Rows of one query as dictionaries."""
        values = sent(params)

        def work(session: neo4j.Session) -> list[Row]:
            # First without a transaction of its own, which would cost as many messages again as a small query.
            try:
                return _rows(session.run(query, values))
            except (Neo4jError, DriverError) as error:
                if not error.is_retryable():
                    raise
            return session.execute_read(lambda tx: _rows(tx.run(query, values)))

        return self._session(neo4j.READ_ACCESS, work)

    def read_with(self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Several queries in one read transaction."""
        return self._session(
            neo4j.READ_ACCESS, lambda s: s.execute_read(lambda tx: work(Tx(tx), *args, **kwargs))
        )

    def change(self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(tx, …)` in one write transaction. It may run twice: make ids and times before."""
        began, taken = time.monotonic(), 0
        while True:
            try:
                return self._session(
                    neo4j.WRITE_ACCESS, lambda s: s.execute_write(lambda tx: work(Tx(tx), *args, **kwargs))
                )
            except AlreadyExists as error:
                taken += 1
                if taken > TAKEN or not isinstance(error.__cause__, ConstraintError):
                    raise
            except Paused:
                if time.monotonic() - began > PATIENCE:
                    raise StoreUnavailable("a backup is running") from None
                time.sleep(0.05)
            except StoreUnavailable as error:
                # The driver's own patience is short, to notice a dead server. One that says "again" is not dead:
                # many writers meet on one node.
                if not isinstance(error.__cause__, TransientError) or time.monotonic() - began > COLLISIONS:
                    raise
                time.sleep(random.uniform(0.01, 0.1))

    def run(self, query: LiteralString, **params: Any) -> list[Row]:
        """One statement on its own, as schema commands need."""
        return self._session(neo4j.WRITE_ACCESS, lambda s: _rows(s.run(query, sent(params))))

    def greet(self) -> None:
        """Raises StoreUnavailable at once, without trying again, when no server answers or it lets us not in."""
        try:
            self._session(neo4j.READ_ACCESS, lambda s: s.run("RETURN 1 AS one").consume())
        except Neo4jError as error:  # no such database, for one
            raise StoreUnavailable(str(error.message)) from error

    def ready(self) -> bool:
        """Whether a query answers now."""
        try:
            return self.read("RETURN 1 AS one") == [{"one": 1}]
        except (StoreUnavailable, Neo4jError):
            return False

    def close(self) -> None:
        self._driver.close()
        if self._on_close is not None:
            self._on_close()

    def _connect(self) -> neo4j.Driver:
        return neo4j.GraphDatabase.driver(
            self._address.uri,
            auth=(self._address.user, self._address.password),
            max_transaction_retry_time=self._retry_seconds,
            connection_acquisition_timeout=10.0,
            connection_timeout=5.0,
            notifications_min_severity="OFF",
        )

    def _session(self, access: str, work: Callable[[neo4j.Session], T]) -> T:
        driver = self._driver
        try:
            return self._once(driver, access, work)
        except StoreUnavailable as error:
            if not self._renewed(driver, error):
                raise
        return self._once(self._driver, access, work)

    def _once(self, driver: neo4j.Driver, access: str, work: Callable[[neo4j.Session], T]) -> T:
        with (
            _our_errors(),
            driver.session(
                database=self._address.database,
                default_access_mode=access,
                # The driver's first wait is a whole second; writers that meet on one node retry much sooner.
                initial_retry_delay=0.01,
            ) as session,
        ):
            return work(session)

    def _renewed(self, failed: neo4j.Driver, error: StoreUnavailable) -> bool:
        """Whether the call that failed may be repeated, on a server found or started since."""
        cause = error.__cause__
        # Of a commit that was sent and not answered nobody knows whether it happened: never repeat that.
        if self._find_again is None or isinstance(cause, (IncompleteCommit, TransientError)):
            return False
        with self._lock:
            if self._driver is failed:
                address = self._find_again()
                if address == self._address:
                    return False
                log.warning("the graph server went away (%s); continuing on %s", error, address.uri)
                self._address = address
                self._driver = self._connect()
                failed.close()
        return True


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except (Neo4jError, DriverError, OSError) as told:
        error = _itself(told)
        if isinstance(error, ConstraintError):
            raise AlreadyExists(str(error.message)) from error
        if isinstance(error, Neo4jError) and "OutOfMemory" in (error.code or ""):
            # "Transient" to Neo4j, but what did not fit will not fit the next time either.
            raise TooMuchAtOnce(str(error.message)) from error
        if isinstance(error, Neo4jError) and not isinstance(error, _UNAVAILABLE):
            raise error from None
        raise StoreUnavailable(f"{type(error).__name__}: {error}") from error


def _itself(error: BaseException) -> BaseException:
    """What went wrong, where the driver tells of it a second time.

    It gives the connection of a failed transaction back before it rolls back. Where another thread has taken it by
    then, the rollback is left out, as it must be, by telling that the result had failed.
    """
    while isinstance(error, ResultFailedError) and error.__cause__ is not None:
        error = error.__cause__
    return error
