"""What comes from a server is Python's, what goes there is safe, and the driver's errors are ours."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from neo4j.exceptions import Neo4jError

from coordination.errors import AlreadyExists, StoreUnavailable, TooMuchAtOnce
from coordination.graph.store import Store, Tx, plain, sent

MOMENT = datetime(
    2026, 3, 29, 3, 30, 0, 5, tzinfo=ZoneInfo("Europe/Warsaw")
)  # the hour after the clocks went forward


def test_a_long_list_of_plain_values_is_handed_on_as_it_is():
    values = ["a", 1, 1.5, None, True] * 1000
    assert plain(values) is values
    assert sent(values) is values


def test_moments_come_back_as_the_same_instant_in_utc_wherever_they_are(store):
    moments = {"at": MOMENT, "list": [MOMENT, MOMENT + timedelta(hours=1)], "map": {"deep": [{"at": MOMENT}]}}
    row = store.read("RETURN $at AS at, $list AS list, $map AS map", **moments)[0]
    assert row == {
        "at": MOMENT.astimezone(UTC),
        "list": [MOMENT.astimezone(UTC), MOMENT.astimezone(UTC) + timedelta(hours=1)],
        "map": {"deep": [{"at": MOMENT.astimezone(UTC)}]},
    }
    assert row["at"].tzinfo is UTC
    assert row["map"]["deep"][0]["at"].tzinfo is UTC


def test_moments_of_different_zones_compare_as_instants(store):
    earlier = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    later = datetime(2026, 1, 1, 8, tzinfo=UTC)
    store.run("CREATE (:Event {id: 'e', at: $at})", at=earlier)
    assert store.read("MATCH (e:Event) WHERE e.at < $at RETURN e.id AS id", at=later) == [{"id": "e"}]


def test_a_moment_without_a_zone_is_refused(store):
    with pytest.raises(ValueError, match="time zone"):
        store.run("CREATE (:Event {id: 'e', at: $at})", at=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="time zone"):
        store.run(
            "UNWIND $rows AS row CREATE (e:Event) SET e = row", rows=[{"id": "e", "at": datetime(2026, 1, 1)}]
        )
    assert store.read("MATCH (e:Event) RETURN count(e) AS n") == [{"n": 0}]


def test_a_long_result_arrives_whole_and_in_order(store):
    assert [row["n"] for row in store.read("UNWIND range(1, 2500) AS n RETURN n ORDER BY n")] == list(range(1, 2501))


def test_a_mistake_in_a_query_is_told_at_once_and_the_next_is_answered(store):
    with pytest.raises(Neo4jError):
        store.read("MATCH (e:Event) RETURN nothing.of(that)")
    assert store.read("RETURN 1 AS one") == [{"one": 1}]


def test_what_raises_in_a_change_leaves_nothing_behind(store):
    def half(tx):
        tx.run("CREATE (:Event {id: 'first'})")
        raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        store.change(half)
    assert store.read("MATCH (e:Event) RETURN count(e) AS n") == [{"n": 0}]


def test_a_taken_key_undoes_the_whole_change(store):
    store.run("CREATE (:Event {id: 'taken'})")

    def two(tx):
        tx.run("CREATE (:Event {id: 'new'})")
        tx.run("CREATE (:Event {id: 'taken'})")

    with pytest.raises(AlreadyExists):
        store.change(two)
    assert store.read("MATCH (e:Event) RETURN collect(e.id) AS ids") == [{"ids": ["taken"]}]


def test_a_taken_key_is_told_as_one_although_another_thread_has_taken_the_connection_meanwhile(store):
    """The driver gives the connection of a failed transaction away before it rolls back."""
    others = []

    def work(tx):
        try:
            tx.run("CREATE (:Source {id: 'one'})")
        except Neo4jError:
            other = store._driver.session(database=store.address.database)
            others.append(other)
            other.begin_transaction().run("RETURN 1 AS one").consume()
            raise

    store.run("CREATE (:Source {id: 'one'})")
    try:
        with pytest.raises(AlreadyExists):
            store.change(work)
    finally:
        for other in others:
            other.close()
    assert store.read("MATCH (s:Source) RETURN count(s) AS n") == [{"n": 1}]


@pytest.mark.slow
@pytest.mark.parametrize("server", ["neo4j"], indirect=True)  # which bounds the memory of a transaction
def test_more_at_once_than_there_is_memory_for_is_told_as_that_and_leaves_nothing(store):
    at = store.address
    impatient = Store(at.uri, at.user, at.password, at.database, retry_seconds=0)
    large = "UNWIND range(1, 6000) AS n CREATE (:Event {id: toString(n), note: $text + toString(n)})"
    with pytest.raises(TooMuchAtOnce):
        impatient.change(Tx.run, large, text="x" * 200_000)
    impatient.close()
    assert store.read("MATCH (e:Event) RETURN count(e) AS n") == [{"n": 0}]


def test_a_server_that_is_not_there_is_unavailable():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken and not listening
        store = Store(f"bolt://127.0.0.1:{nobody.getsockname()[1]}", "neo4j", "none", retry_seconds=0)
        assert not store.ready()
        with pytest.raises(StoreUnavailable):
            store.read("RETURN 1 AS one")
        store.close()
