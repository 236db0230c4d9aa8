"""Reference data: loaded once, again without change, and never over what people wrote."""

from __future__ import annotations

import csv
from pathlib import Path

import coordination
from coordination.graph import reference
from tests.graph.whole import whole

DATA = Path(coordination.__file__).parent / "data"


def table(name: str) -> list[dict[str, str]]:
    with open(DATA / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_second_load_changes_nothing(reference_store):
    before = whole(reference_store)
    assert reference.load(reference_store) is False
    assert whole(reference_store) == before


def test_loading_the_same_files_by_force_changes_only_the_mark_and_the_log(reference_store):
    before = whole(reference_store)
    assert reference.load(reference_store, again=True) is True
    after = whole(reference_store)
    assert len(before - after) == 1  # the mark with its old moment
    assert len(after - before) == 2  # the mark with the new one, and the audit entry


def test_every_row_of_the_files_is_there(reference_store):
    counted = {
        row["label"]: row["n"]
        for row in reference_store.read("MATCH (n) RETURN labels(n)[0] AS label, count(*) AS n")
    }
    for label, name in {
        "Source": "sources",
        "Voivodeship": "voivodeships",
        "InstitutionType": "institution_types",
        "Area": "cooperation_areas",
        "Institution": "institutions",
        "Team": "teams",
        "Expectation": "expected_cooperation",
        "PathwayStep": "referral_pathways",
    }.items():
        assert counted[label] == len(table(name)), label


def test_coverage_parents_and_types_are_those_of_the_file(reference_store):
    rows = reference_store.read(
        """
        MATCH (i:Institution)-[:OF_TYPE]->(t:InstitutionType)
        RETURN i.id AS id, t.code AS type, i.national AS national,
               COLLECT { MATCH (i)-[:COVERS]->(v:Voivodeship) RETURN v.teryt } AS covers,
               COLLECT { MATCH (i)-[c:COVERS]->(v:Voivodeship) WHERE c.partial RETURN v.teryt } AS partly,
               COLLECT { MATCH (i)-[:PART_OF {kind: 'parent'}]->(p) RETURN p.id } AS parents
        """
    )
    found = {row.pop("id"): row for row in rows}
    for row in table("institutions"):
        national = row["voivodeships"] == "PL"
        one = found[row["id"]]
        assert one["type"] == row["type"]
        assert one["national"] is national
        assert sorted(one["covers"]) == ([] if national else sorted(row["voivodeships"].split(";")))
        assert sorted(one["partly"]) == sorted(filter(None, row["voivodeships_partial"].split(";")))
        assert one["parents"] == ([row["parent_id"]] if row["parent_id"] else [])


def test_what_people_edited_stays_when_the_package_brings_other_data(reference_store):
    reference_store.run(
        """
        MATCH (i:Institution {id: 'ms'})
        SET i.name_pl = 'Ministerstwo po zmianie', i.version = 2
        """
    )
    reference_store.run("MATCH (i:Institution {id: 'mswia'}) SET i.name_pl = 'what an older package said'")
    reference.load(reference_store, again=True)
    names = reference_store.read(
        "MATCH (i:Institution) WHERE i.id IN ['ms', 'mswia'] RETURN i.name_pl AS name ORDER BY i.id"
    )
    assert [row["name"] for row in names] == [
        "Ministerstwo po zmianie",
        "Ministerstwo Spraw Wewnętrznych i Administracji",
    ]


def test_a_member_removed_from_a_team_by_people_does_not_come_back(reference_store):
    reference_store.run(
        """
        MATCH (:Institution {id: 'kgp'})-[m:MEMBER_OF]->(t:Team {id: 'team-pl-2004'})
        SET t.version = 2 DELETE m
        """
    )
    reference.load(reference_store, again=True)
    assert reference_store.read(
        "MATCH (:Institution {id: 'kgp'})-[:MEMBER_OF]->(:Team {id: 'team-pl-2004'}) RETURN count(*) AS n"
    ) == [{"n": 0}]


def test_every_fact_and_proposal_says_where_it_comes_from(reference_store):
    rows = reference_store.read(
        """
        MATCH (n) WHERE n:Institution OR n:Team OR n:Area OR n:Expectation OR n:PathwayStep
        RETURN labels(n)[0] AS label, coalesce(n.id, n.code) AS id, n.provenance AS provenance,
               coalesce(n.sources, n.source) AS sources
        """
    )
    known = {row["id"] for row in table("sources")}
    for row in rows:
        assert row["provenance"] in {"seed", "public", "proposal"}, row
        assert row["sources"], row
        assert set(row["sources"]) <= known, row
    assert {row["provenance"] for row in rows if row["label"] == "Expectation"} == {"proposal"}
