"""Opens the store the settings name: a Neo4j server by its address, or the embedded one."""

from __future__ import annotations

from collections.abc import Callable

from coordination.config import Settings
from coordination.errors import StoreUnavailable
from coordination.graph import dump, questionnaires, reference, schema
from coordination.graph.embedded import RETRY_SECONDS, Embedded
from coordination.graph.store import Address, Store


def open_store(settings: Settings, *, prepare: bool = True) -> Store:
    """A store that is ready: the schema is this program's, the reference data and the questionnaire are there.

    With `prepare=False` nothing is written. Raises StoreUnavailable when no server answers and SchemaTooNew
    when a newer program wrote the database. Closing the store stops an embedded server that it started.
    """
    store = connect(settings)
    if prepare:
        try:
            schema.refuse_newer(store)
            if dump.interrupted(store):
                raise StoreUnavailable("a restore into this database was interrupted; run it again")
            schema.apply(store)
            reference.load(store)
            questionnaires.install(store)
        except BaseException:
            store.close()
            raise
    return store


def connect(settings: Settings) -> Store:
    if settings.neo4j_uri:
        store = Store(
            settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password, settings.neo4j_database
        )
        try:
            store.greet()
        except StoreUnavailable:
            store.close()
            raise
        return store
    embedded = Embedded(settings.data_dir)
    find: Callable[[], Address] = lambda: embedded.find_or_start().address  # noqa: E731
    address = find()
    return Store(
        address.uri,
        address.user,
        address.password,
        address.database,
        born=address.born,
        retry_seconds=RETRY_SECONDS,
        find_again=find,
        on_close=embedded.stop,
    )
