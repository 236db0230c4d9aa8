"""All or nothing, whatever happens meanwhile; and nobody changes what lies outside their voivodeship."""

from __future__ import annotations

import threading

import pytest

from coordination.errors import Conflict, Forbidden, NotFound
from coordination.exchange import applying
from coordination.graph import bulk_write
from coordination.i18n import translator
from coordination.permissions import Actor, Role
from tests.exchange.makers import (
    ADMINISTRATOR,
    CLAIMS,
    CONSULTANT,
    INSTITUTIONS,
    bring,
    claim,
    exported,
    institution,
    plan,
    state,
    table,
)

ELSEWHERE = "kwp-poznan"  # in voivodeship 30


def names(store) -> list[str]:
    rows = store.read("MATCH (i:Institution) WHERE i.id STARTS WITH 'oik-new-' RETURN i.id AS id")
    return sorted(row["id"] for row in rows)


def many(count: int) -> bytes:
    return table(INSTITUTIONS, *(institution(f"oik-new-{number}") for number in range(count)))


def test_a_failure_in_the_middle_leaves_nothing(reference_store, monkeypatch):
    made = plan(reference_store, "institutions", many(50))
    before = state(reference_store)

    def fail(*_words, **_more):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(bulk_write, "record", fail)
    with pytest.raises(RuntimeError):
        applying.apply(reference_store, ADMINISTRATOR, made)
    assert state(reference_store) == before


def test_what_was_changed_after_the_preview_is_not_overwritten(reference_store):
    row = institution("oik-new-1")
    bring(reference_store, "institutions", table(INSTITUTIONS, row))
    mine = plan(
        reference_store,
        "institutions",
        table(INSTITUTIONS, {**row, "city": "Radom 1"}, institution("oik-new-2")),
    )
    bring(reference_store, "institutions", table(INSTITUTIONS, {**row, "city": "Radom 2"}))
    before = state(reference_store)
    with pytest.raises(Conflict):
        applying.apply(reference_store, ADMINISTRATOR, mine)
    assert state(reference_store) == before


def test_a_statement_made_after_the_preview_is_not_overtaken(reference_store):
    bring(reference_store, "claims", table(CLAIMS, claim(stated_on="2025-01-01")))
    mine = plan(reference_store, "claims", table(CLAIMS, claim(stated_on="2025-06-01", intensity="4")))
    bring(reference_store, "claims", table(CLAIMS, claim(stated_on="2025-05-01", intensity="1")))
    before = state(reference_store)
    with pytest.raises(Conflict):
        applying.apply(reference_store, ADMINISTRATOR, mine)
    assert state(reference_store) == before


def test_parallel_imports_make_no_duplicates(reference_store):
    said = table(CLAIMS, claim())
    plans = [
        (plan(reference_store, "institutions", many(30)), plan(reference_store, "claims", said))
        for _ in range(3)
    ]
    outcomes: list[str] = []

    def run(made):
        try:
            applying.apply(reference_store, ADMINISTRATOR, made)
            outcomes.append("saved")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=run, args=(made,)) for pair in plans for made in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 4 + ["saved"] * 2
    assert len(names(reference_store)) == 30
    assert plan(reference_store, "claims", said).counts == (0, 0, 1, 0)


def test_every_change_has_its_audit_entry_and_no_text_of_people(reference_store):
    bring(reference_store, "institutions", table(INSTITUTIONS, institution("oik-new-1", note="Uwaga własna")))
    entries = reference_store.read(
        "MATCH (e:AuditEntry) WHERE e.action ENDS WITH ':import' RETURN e.action AS action, e.object_id AS id, e.after AS after"
    )
    assert sorted((row["action"], row["id"]) for row in entries) == [
        ("file:import", "institutions"), ("institution:import", "oik-new-1"),
    ]  # fmt: skip
    assert not any("Uwaga" in row["after"] for row in entries)


def test_a_consultant_may_bring_what_acts_in_the_own_voivodeship(reference_store):
    made = plan(
        reference_store, "institutions", table(INSTITUTIONS, institution("oik-new-1")), actor=CONSULTANT
    )
    assert made.counts == (1, 0, 0, 0)


def test_a_consultant_brings_nothing_outside_the_own_voivodeship(reference_store):
    for row, column in (
        (institution("oik-new-1", voivodeships="30"), "voivodeships"),
        (institution("oik-new-1", voivodeships="PL"), "voivodeships"),
        (institution(ELSEWHERE), "id"),
        (institution("oik-new-1", parent_id=ELSEWHERE), "parent_id"),
        (institution("kgp", voivodeships="PL"), "voivodeships"),
    ):
        made = plan(reference_store, "institutions", table(INSTITUTIONS, row), actor=CONSULTANT)
        assert [each.column for each in made.problems] == [column], row


def test_a_foreign_institution_answers_as_one_that_never_existed(reference_store):
    for side in ("claimant", "partner"):
        said = []
        for id in (ELSEWHERE, "kwp-nowhere"):
            made = plan(reference_store, "claims", table(CLAIMS, claim(**{side: id})), actor=CONSULTANT)
            said.append([each.sentence(translator("pl")).replace(id, "") for each in made.problems])
        assert len(said[0]) == 1
        assert said[0][0].split(".")[0] == said[1][0].split(".")[0]
        assert ELSEWHERE not in "".join(said[1])


def test_a_consultants_export_comes_back_as_no_change(reference_store):
    bring(
        reference_store,
        "claims",
        table(CLAIMS, claim(), claim(partner="kgp"), claim(claimant=ELSEWHERE, partner="kgp")),
    )
    for kind in ("institutions", "claims", "team-members"):
        content = exported(reference_store, kind, actor=CONSULTANT)
        assert ELSEWHERE not in content.decode()
        assert plan(reference_store, kind, content, actor=CONSULTANT).counts[:2] == (0, 0)
        assert not plan(reference_store, kind, content, actor=CONSULTANT).refused


def test_who_may_not_import_or_export_is_refused(reference_store):
    with pytest.raises(Forbidden):
        plan(reference_store, "claims", table(CLAIMS, claim()), actor=Actor(id="n", role=Role.NATIONAL))
    with pytest.raises(Forbidden):
        exported(reference_store, "claims", actor=Actor(id="a", role=Role.AUDITOR))
    with pytest.raises(NotFound):
        exported(reference_store, "claims", actor=CONSULTANT, voivodeship="30")


def test_an_institution_takes_out_only_what_concerns_it(reference_store):
    bring(
        reference_store,
        "claims",
        table(CLAIMS, claim(), claim("uw-mazowieckie", "kgp"), claim("kgp", "kwp-radom")),
    )
    own = Actor(id="i", role=Role.INSTITUTION, institution_id="kwp-radom", voivodeships=("14",))
    assert exported(reference_store, "institutions", actor=own).decode().count("\n") == 2
    sides = [
        row.split(",")[:2] for row in exported(reference_store, "claims", actor=own).decode().splitlines()[1:]
    ]
    assert sides == [["kgp", "kwp-radom"], ["kwp-radom", "uw-mazowieckie"]]
