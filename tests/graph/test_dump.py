"""Backup and restore: equal on the other server, consistent while people write, and nothing from a damaged file."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from coordination.errors import Invalid, SchemaTooNew, StoreUnavailable
from coordination.graph import audit, dump, schema
from coordination.permissions import LOCAL_OPERATOR
from tests.graph.whole import whole
from tests.servers import NAMES


@pytest.fixture
def other(server, connected):
    """The store of the other server, empty; the same one where the tests run on one server only."""
    store = connected(next((name for name in NAMES if name != server), server))
    store.make_empty()
    return store


@pytest.fixture
def file(tmp_path):
    return tmp_path / "backup.jsonl"


def back_up(store, file):
    return dump.backup(store, file, LOCAL_OPERATOR, "test")


def transfer(tx, number, ids):
    """A change that must never be seen by half: two ends, a relationship and the log tell the same number."""
    tx.run("MATCH (i:Institution) WHERE i.id IN $ends SET i.version = i.version + 1", ends=ids["ends"])
    tx.run(
        """
        MATCH (a:Institution {id: $a}), (b:Institution {id: $b})
        CREATE (a)-[:STATES]->(:Claim {id: $claim, number: $number})-[:ABOUT]->(b)
        """,
        a=ids["ends"][0],
        b=ids["ends"][1],
        claim=ids["claim"],
        number=number,
    )
    audit.record(tx, LOCAL_OPERATOR, "claim:state", ids["claim"], after={"number": number})


def test_a_backup_restored_on_the_other_server_is_equal(reference_store, other, file):
    if other is reference_store:
        pytest.skip("one server only: nothing to restore to")
    warsaw = timezone(timedelta(hours=2))
    reference_store.run(
        "CREATE (:Event {id: 'e', title: $title, at: $at, list: [1, 2], whole: 2.0, negative: -7, empty: [], yes: true})",
        title="Łódź „cudzysłów”\u2028\n=1+1 \U0001f600",
        at=datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=warsaw),
    )
    content = back_up(reference_store, file)
    before = whole(reference_store)
    dump.restore(other, file)
    missing = before - whole(other)
    assert not whole(other) - before
    assert len(missing) == 1  # the entry that tells of the backup, written after it
    assert content.nodes == sum(n for key, n in before.items() if key.startswith("node ")) - 1
