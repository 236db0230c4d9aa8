"""The connection: read, or change in one transaction; our errors for the driver's; our dates for the server's.

Calendar dates are stored as ISO 8601 text: it sorts as it compares, holds partial dates of the sources
("2014"), and large results skip the driver's costly hydration. Instants are native UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC
from typing import Any, Concatenate, LiteralString, ParamSpec, TypeVar

import neo4j
import neo4j.time
from neo4j.exceptions import (
    AuthError,
    ConstraintError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from coordination.errors import AlreadyExists, StoreUnavailable

P = ParamSpec("P")
T = TypeVar("T")
Row = dict[str, Any]


def plain(value: Any) -> Any:
    """A server's value as Python's: datetimes become aware UTC, containers are walked."""
    if isinstance(value, neo4j.time.DateTime):
        native = value.to_native()
        return native.replace(tzinfo=UTC) if native.tzinfo is None else native.astimezone(UTC)
    if isinstance(value, neo4j.time.Date):
        return value.to_native()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


class Tx:
    """One open transaction. What is run here commits together or not at all."""

    def __init__(self, tx: neo4j.ManagedTransaction) -> None:
        self._tx = tx

    def run(self, query: LiteralString, **params: Any) -> list[Row]:
        return [{key: plain(value) for key, value in record.items()} for record in self._tx.run(query, params)]


class Store:
    """The graph over Bolt. Safe to share between threads."""

    def __init__(
        self, uri: str, user: str, password: str, database: str | None = None, *, retry_seconds: float = 30.0
    ) -> None:
        self._driver = neo4j.GraphDatabase.driver(
            uri,
            auth=(user, password),
            max_transaction_retry_time=retry_seconds,
            # The driver's first wait is a whole second; writers that meet on one node retry much sooner.
            connection_acquisition_timeout=10.0,
            connection_timeout=5.0,
            notifications_min_severity="OFF",
        )
        self._database = database

    def read(self, query: LiteralString, **params: Any) -> list[Row]:
        """Rows of one query as dictionaries."""
        with _our_errors(), self._session(neo4j.READ_ACCESS) as session:
            return session.execute_read(lambda tx: Tx(tx).run(query, **params))

    def read_with(self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Several queries in one read transaction."""
        with _our_errors(), self._session(neo4j.READ_ACCESS) as session:
            return session.execute_read(lambda tx: work(Tx(tx), *args, **kwargs))

    def change(self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(tx, …)` in one write transaction. It may run twice: make ids and times before."""
        with _our_errors(), self._session(neo4j.WRITE_ACCESS) as session:
            return session.execute_write(lambda tx: work(Tx(tx), *args, **kwargs))

    def run(self, query: LiteralString, **params: Any) -> list[Row]:
        """One statement on its own, as schema commands need."""
        with _our_errors(), self._session(neo4j.WRITE_ACCESS) as session:
            return [dict(record) for record in session.run(query, params)]

    def ready(self) -> bool:
        """Whether a query answers now."""
        try:
            return self.read("RETURN 1 AS one") == [{"one": 1}]
        except StoreUnavailable:
            return False

    def close(self) -> None:
        self._driver.close()

    def _session(self, access: str) -> neo4j.Session:
        return self._driver.session(
            database=self._database, default_access_mode=access, initial_retry_delay=0.01
        )




@contextmanager
def _our_errors():
    try:
        yield
    except ConstraintError as error:
        raise AlreadyExists(str(error.message)) from error
    except (ServiceUnavailable, SessionExpired, AuthError, TransientError) as error:
        raise StoreUnavailable(type(error).__name__) from error
    except Neo4jError:
        raise
    except (DriverError, OSError) as error:
        raise StoreUnavailable(type(error).__name__) from error
