"""Schema steps: run once, recorded, safe to repeat; a newer database is refused untouched."""

from __future__ import annotations

import pytest

from coordination.errors import AlreadyExists, SchemaTooNew
from coordination.graph import schema
from tests.graph.whole import whole


def test_steps_are_recorded_and_run_once(store):
    assert schema.apply(store) == []
    assert store.read("MATCH (s:SchemaStep) RETURN collect(s.number) AS numbers") == [
        {"numbers": [step.number for step in schema.STEPS]}
    ]


def test_a_step_that_was_interrupted_before_it_was_recorded_runs_again(store):
    store.run("MATCH (s:SchemaStep {number: 1}) DELETE s")
    assert schema.apply(store) == [1]


def test_a_new_step_changes_the_data_once(store):
    def double(tx):
        tx.run("MERGE (n:Institution {id: 'doubled'}) SET n.version = coalesce(n.version, 1) * 2")

    steps = (*schema.STEPS, schema.Step(99, work=double))
    try:
        assert schema.apply(store, steps) == [99]
        assert schema.apply(store, steps) == []
        assert store.read("MATCH (n:Institution) RETURN n.version AS version") == [{"version": 2}]
    finally:
        store.run("MATCH (s:SchemaStep {number: 99}) DELETE s")


def test_a_newer_database_is_refused_without_writing(store):
    store.run("CREATE (:SchemaStep {number: 1000})")
    before = whole(store)
    try:
        with pytest.raises(SchemaTooNew):
            schema.apply(store)
        assert whole(store) == before
    finally:
        store.run("MATCH (s:SchemaStep {number: 1000}) DELETE s")


def test_a_key_is_taken_once(store):
    store.run("CREATE (:Institution {id: 'a'})")
    with pytest.raises(AlreadyExists):
        store.run("CREATE (:Institution {id: 'a'})")


def test_only_one_current_claim_may_hold_a_key_and_any_number_may_hold_none(store):
    store.run("CREATE (:Claim {id: '1', current_key: 'a|b|referral'})")
    store.run("CREATE (:Claim {id: '2'}), (:Claim {id: '3'})")
    with pytest.raises(AlreadyExists):
        store.run("CREATE (:Claim {id: '4', current_key: 'a|b|referral'})")
