"""`check` finds each planted fault, and nothing in data that is in order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coordination.graph import audit, checks, seals
from coordination.i18n import translator
from coordination.permissions import LOCAL_OPERATOR

CLAIM = """
    MATCH (a:Institution {id: 'mswia'}), (b:Institution {id: 'kgp'}), (r:Area {code: 'referral'})
    CREATE (a)-[:STATES]->(c:Claim {id: $id, claimant_id: 'mswia', partner_id: 'kgp', area: 'referral',
        stance: 'cooperates', stated_on: $stated_on, recorded_at: datetime('2026-01-05T10:00:00Z')})-[:ABOUT]->(b)
    CREATE (c)-[:IN_AREA]->(r)
    SET c += $more
    """
CURRENT = {"current_key": "mswia|kgp|referral"}


def claim(store, id: str, stated_on: str, **more) -> None:
    store.run(CLAIM, id=id, stated_on=stated_on, more=more)


@pytest.fixture
def findings(reference_store, settings):
    def run(**changed) -> list[str]:
        return [finding.rule for finding in checks.check(reference_store, replace(settings, **changed))]

    return run


def test_the_reference_data_is_in_order(findings):
    assert findings() == []


def test_claims_in_order(reference_store, findings):
    claim(reference_store, "old", "2025-01-01", superseded_at="2026-01-05")
    claim(reference_store, "new", "2026-01-01", **CURRENT)
    assert findings() == []


FAULTS = {
    "An institution has not exactly one type": "MATCH (:Institution {id: 'kgp'})-[r:OF_TYPE]->() DELETE r",
    "An institution is national and of a voivodeship at once, or neither": (
        "MATCH (i:Institution {id: 'kgp'}), (v:Voivodeship {teryt: '14'}) CREATE (i)-[:COVERS {partial: false}]->(v)"
    ),
    "An institution is part of itself": (
        "MATCH (i:Institution {id: 'mswia'}), (j:Institution {id: 'mswia-phl'}) "
        "CREATE (i)-[:PART_OF {kind: 'parent'}]->(j)"
    ),
    "Something that can be edited has no version": "MATCH (i:Institution {id: 'kgp'}) REMOVE i.version",
    "A contact point belongs to no institution": (
        "CREATE (:ContactPoint {id: 'c', version: 1})-[:HAS_CHANNEL]->(:Channel {id: 'h'})"
    ),
    "A contact point has no channel": (
        "MATCH (i:Institution {id: 'kgp'}) CREATE (i)-[:HAS_CONTACT]->(:ContactPoint {id: 'c', version: 1})"
    ),
    "A channel belongs to no contact point": "CREATE (:Channel {id: 'h'})",
    "An agreement has fewer than two parties": "CREATE (:Agreement {id: 'g', version: 1})",
    "A waiver waives nothing": "CREATE (:Waiver {id: 'w'})",
    "A self-assessment belongs to no round or no institution": "CREATE (:Response {id: 'n', state: 'invited', number: 0})",
    "A self-assessment counts other submissions than it has": (
        "MATCH (i:Institution {id: 'kgp'}), (q:Questionnaire) CREATE (i)<-[:GIVEN_BY]-(n:Response {id: 'n', state: 'submitted', "
        "number: 1})-[:TO_ROUND]->(:Round {id: 'r'})-[:USES]->(q)"
    ),
    "A saved answer belongs to no self-assessment": "CREATE (:Answer {id: 'a', response_id: 'n'})",
    "A session belongs to nobody": "CREATE (:Session {id_hash: 'abcdefghij'})",
    "A consultant's or an institution's account acts for nobody": (
        "CREATE (:User {id: 'u', email_key: 'u', role: 'consultant', active: true, version: 1})"
    ),
    "Something has no key": "CREATE (:Event {title: 'no id'})",
    "The reference data is not loaded": "MATCH (d:ReferenceData) DELETE d",
    "An expectation has lost its types; load the reference data again": (
        "MATCH (:Expectation {id: 'ec-001'})-[r:FROM_TYPE]->() DELETE r"
    ),
    "A restore was interrupted; run it again": "CREATE (:Restoring {id: 'restore'})",
}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_planted_fault_is_found_and_nothing_else(rule, reference_store, findings):
    reference_store.run(FAULTS[rule])
    assert findings() == [rule]


def test_a_side_with_no_current_statement(reference_store, findings):
    claim(reference_store, "a", "2026-01-01", superseded_at="2026-01-05")
    assert findings() == ["A side has not exactly one current statement about a partner in an area"]


def test_the_current_statement_must_be_the_one_stated_last(reference_store, findings):
    claim(reference_store, "older", "2025-01-01", **CURRENT)
    claim(reference_store, "newer", "2026-01-01", superseded_at="2026-01-05")
    assert findings() == ["The current statement is not the one stated last"]


def test_a_current_statement_must_not_be_superseded(reference_store, findings):
    claim(reference_store, "a", "2026-01-01", superseded_at="2026-01-05", **CURRENT)
    assert findings() == ["A statement is superseded and current at once, or neither"]


def test_a_statement_must_hang_on_its_area(reference_store, findings):
    claim(reference_store, "a", "2026-01-01", **CURRENT)
    reference_store.run("MATCH (:Claim {id: 'a'})-[r:IN_AREA]->() DELETE r")
    assert findings() == ["A statement does not hang on its two institutions and its area"]


def test_a_changed_audit_entry(reference_store, findings):
    reference_store.change(audit.record, LOCAL_OPERATOR, "institution:edit", "kgp")
    seals.seal(reference_store)
    reference_store.run("MATCH (e:AuditEntry {object_id: 'kgp'}) SET e.actor = 'somebody-else'")
    assert findings() == ["Audit entries under a seal were changed"]


def test_settings_that_would_betray_a_password(findings):
    assert findings(neo4j_uri="bolt://graph.example:7687") == [
        "The connection to Neo4j is not encrypted; use neo4j+s:// or bolt+s://"
    ]
    assert findings(public_url="http://koordynacja.example") == [
        "COORDINATION_PUBLIC_URL is not https://: passwords would travel unprotected"
    ]


def test_a_secret_that_others_can_read(findings, tmp_path):
    (tmp_path / "secret_key").write_text("s")
    (tmp_path / "secret_key").chmod(0o644)
    assert findings(data_dir=tmp_path) == [
        "Others on this machine can read a file that is only for its owner"
    ]


def test_a_finding_names_a_few_of_what_breaks_the_rule():
    finding = checks.Finding("A key is taken twice", tuple("abcdefg"))
    assert finding.told(translator("en")) == "A key is taken twice: a, b, c, d, e (+2)"
