"""The audit chain shows a changed byte, a removed entry, one slipped in later and a removed seal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coordination.clock import now
from coordination.graph import audit, seals
from coordination.permissions import LOCAL_OPERATOR


def write(store, number: int, **values) -> None:
    for each in range(number):
        store.change(
            audit.record, LOCAL_OPERATOR, "institution:edit", f"i{each}", after={"n": each}, **values
        )


@pytest.fixture
def sealed(store, monkeypatch):
    """Two seals over seven entries."""
    monkeypatch.setattr(seals, "BATCH", 4)
    write(store, 7)
    assert seals.seal(store) == 7
    return store


def faults(store) -> list[str]:
    return [fault.kind for fault in seals.verify(store)]


def test_an_untouched_log_has_no_fault_and_is_sealed_once(sealed):
    assert faults(sealed) == []
    assert seals.seal(sealed) == 0
    write(sealed, 2)
    assert seals.seal(sealed) == 2
    assert faults(sealed) == []


@pytest.mark.parametrize(
    "field", ["actor", "role", "action", "object_kind", "object_id", "before", "after", "request_id"]
)
def test_one_changed_letter_shows(field, sealed):
    sealed.run(
        "MATCH (e:AuditEntry {object_id: 'i5'}) SET e += $change",
        change={
            field: sealed.read("MATCH (e:AuditEntry {object_id: 'i5'}) RETURN e AS e")[0]["e"][field] + "x"
        },
    )
    assert faults(sealed) == ["changed"]


def test_a_changed_moment_shows(sealed):
    moment = sealed.read("MATCH (e:AuditEntry {object_id: 'i2'}) RETURN e.at AS at")[0]["at"]
    sealed.run("MATCH (e:AuditEntry {object_id: 'i2'}) SET e.at = $at", at=moment + timedelta(microseconds=1))
    assert faults(sealed) == ["changed"]


def test_a_removed_entry_shows(sealed):
    sealed.run("MATCH (e:AuditEntry {object_id: 'i3'}) DELETE e")
    assert faults(sealed) == ["missing"]


def test_a_removed_entry_shows_also_when_the_seal_no_longer_names_it(sealed):
    sealed.run("MATCH (s:Seal) SET s.entries = s.entries[..-1], s.count = s.count - 1")
    assert faults(sealed) == ["changed", "changed"]


def test_a_removed_seal_breaks_the_chain(sealed):
    sealed.run("MATCH (s:Seal {previous: $first}) DELETE s", first=seals.FIRST)
    assert "broken" in faults(sealed)


def test_an_entry_slipped_in_with_an_old_date_shows(sealed):
    write(sealed, 1, at=now() - timedelta(days=40))
    assert faults(sealed) == ["unsealed"]


def test_an_entry_that_committed_late_is_sealed_with_the_next(sealed):
    write(sealed, 1, at=now() - timedelta(hours=2))
    assert seals.seal(sealed) == 1
    assert faults(sealed) == []
