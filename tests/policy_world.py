"""The objects of the policy matrix: one of each kind here, there and at a national body. Written straight into
the graph, so that no service of the program decides what exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from coordination.graph import questionnaires
from coordination.graph.sessions import digest
from coordination.graph.store import Store
from coordination.permissions import LOCAL_OPERATOR
from coordination.surveys.questionnaire import packaged

HERE, THERE, SHARED, ABSENT, MIXED = "here", "there", "shared", "absent", "mixed"
INSTITUTION = {HERE: "ksp", THERE: "kwp-poznan", SHARED: "kcik"}
PARTNER = {HERE: "kwp-radom", THERE: "po-poznan", SHARED: "mswia"}
PLACE = {HERE: "14", THERE: "30"}
TEAM = {HERE: "team-14", THERE: "team-30", SHARED: "team-pl-2023"}
NEVER = "never-existed"
LINK_TOKEN = "t" * 32

_INSTITUTION = """
    MATCH (i:Institution {id: $institution}), (p:Institution {id: $partner}), (r:Area {code: $area})
    CREATE (i)-[:HAS_CONTACT]->(c:ContactPoint {id: 'contact-' + $kind, function: 'Dyżurny', hours: '24/7', version: 1,
                                                confirmed_on: '2026-01-12', example: true}),
           (c)-[:HAS_CHANNEL]->(:Channel {id: 'channel-' + $kind, kind: 'phone', value: '22 000 01 01',
                                          visibility: 'private'}),
           (i)-[:STATES]->(k:Claim {id: 'claim-' + $kind, claimant_id: $institution, partner_id: $partner, area: $area,
                                    stance: 'cooperates', forms: [], stated_on: '2026-01-12', source: 'own_statement',
                                    note: '', recorded_at: $now, recorded_by: 'x', recorded_as: 'x',
                                    current_key: $institution + '|' + $partner + '|' + $area, example: true}),
           (k)-[:ABOUT]->(p), (k)-[:IN_AREA]->(r),
           (n:Invitation {id: 'invitation-' + $kind, token_hash: $hash, purpose: 'claims', institution_id: $institution,
                          created_at: $now, expires_at: $later, created_by: 'x', claim_ids: []})-[:FOR]->(i),
           (u:User {id: 'account-' + $kind, email: $kind + '@example.pl', email_key: $kind + '@example.pl',
                    role: 'institution', active: true, label: 'x', language: 'pl', dense: false, created_at: $now,
                    version: 1})-[:ACTS_FOR]->(i)
    RETURN i.id AS id
    """
_WAIVER = """
    MATCH (e:Expectation {id: $expectation})
    CREATE (w:Waiver {id: 'waiver-' + $kind, voivodeship: $place, reason: 'x', valid_from: '2026-01-12',
                      valid_to: '2027-01-12', decided_by: 'x', decided_at: $now})-[:WAIVES]->(e)
    RETURN e.id AS id
    """

_SURVEY = """
    MATCH (i:Institution {id: $institution})-[:OF_TYPE]->(t:InstitutionType), (q:Questionnaire {id: $questionnaire})
    CREATE (r:Round {id: 'round-' + $kind, title: 'x', voivodeship: $place, state: 'open', version: 2,
                     opens_on: '2026-01-12', closes_on: '2099-12-31', targets: '{}', note: '', created_at: $now,
                     opened_at: $now, created_by: 'x', example: true})-[:USES]->(q),
           (n:Response {id: 'response-' + $kind, round_id: 'round-' + $kind, institution_id: $institution,
                        key: 'round-' + $kind + '|' + $institution, institution_type: t.code, state: 'in_progress',
                        version: 1, saves: 0, number: 0, reminders: 0, invited_at: $now, example: true}),
           (n)-[:TO_ROUND]->(r), (n)-[:GIVEN_BY]->(i),
           (l:Invitation {id: 'link-' + $kind, token_hash: $hash, purpose: 'survey', institution_id: $institution,
                          response_id: 'response-' + $kind, sections: ['KN'], role: 'fill', to_function: 'x',
                          created_at: $now, expires_at: $later, created_by: 'x', claim_ids: []})-[:FOR]->(i),
           (m:Letter {id: 'letter-' + $kind, round_id: 'round-' + $kind, response_id: 'response-' + $kind,
                      kind: 'invitation', link_id: 'link-' + $kind, mailbox: '', subject: 'x', body: '{link}',
                      state: 'draft', version: 1, prepared_at: $now})-[:ABOUT_RESPONSE]->(n)
    RETURN r.id AS id
    """
QUESTIONNAIRE = "readiness-thb|1.0.0"


_MEMBER = """
    MATCH (i:Institution {id: $institution}), (t:Team {id: $team})
    MERGE (i)-[m:MEMBER_OF]->(t) SET m.role = 'member', m.since = '', m.source = []
    RETURN i.id AS id
    """


def build(store: Store) -> None:
    """Put the objects there. The store holds the reference data and nothing else."""
    now = datetime.now(UTC)
    area = store.read("MATCH (r:Area) RETURN r.code AS code ORDER BY code LIMIT 1")[0]["code"]
    for kind in (HERE, THERE, SHARED):
        values = {
            "kind": kind, "institution": INSTITUTION[kind], "partner": PARTNER[kind], "area": area, "now": now,
            "later": now + timedelta(days=30), "hash": digest(LINK_TOKEN if kind == HERE else f"{kind:_<32}"),
        }  # fmt: skip
        assert store.run(_INSTITUTION, **values), kind
        assert store.run(_MEMBER, institution=INSTITUTION[kind], team=TEAM[kind]), kind
        # The national body answers to a round of the country.
        survey = {"place": PLACE.get(kind, ""), "questionnaire": QUESTIONNAIRE, "hash": digest(f"survey-{kind}")}
        names = ("kind", "institution", "now", "later")
        assert store.run(_SURVEY, **{name: values[name] for name in names}, **survey), kind
    for kind, place in PLACE.items():
        assert store.run(_WAIVER, kind=kind, place=place, expectation=expectation(store), now=now)
    draft = replace(packaged(), version="1.1.0")
    store.change(questionnaires.create, LOCAL_OPERATOR, draft, based_on=QUESTIONNAIRE, at=now)


def expectation(store: Store) -> str:
    return store.read("MATCH (e:Expectation {scope: 'regional'}) RETURN e.id AS id ORDER BY id LIMIT 1")[0]["id"]


# What is compared is what people put there; counters, sessions and the log itself change when somebody looks.
_CONTENT = """
    MATCH (n) WHERE NOT n:Session AND NOT n:Throttle AND NOT n:AuditEntry AND NOT n:Seal AND NOT n:SchemaStep
    RETURN labels(n)[0] AS label, properties(n) AS it, COUNT { (n)--(m) WHERE NOT m:Session } AS degree
    """


def content(store: Store) -> set[str]:
    """Everything in the graph that a refused request must leave alone, one text per node."""
    return {
        f"{row['label']} {sorted((key, str(value)) for key, value in row['it'].items())} {row['degree']}"
        for row in store.read(_CONTENT)
    }
