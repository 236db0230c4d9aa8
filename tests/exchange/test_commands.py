"""The commands `import` and `export`: what they print, and with what status they end."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import networkx as nx
import pytest

from tests.exchange.makers import CLAIMS, INSTITUTIONS, bring, claim, institution, table


def test_an_import_ends_with_its_counts(command, reference_store, tmp_path):
    file = tmp_path / "claims.csv"
    file.write_bytes(table(CLAIMS, claim(), claim("uw-mazowieckie", "kwp-radom")))
    dry = command("import", "claims", file, "--dry-run")
    assert (dry.returncode, dry.stdout.splitlines()[-1]) == (
        0,
        "created 2, changed 0, unchanged 0, rejected 0",
    )
    assert reference_store.read("MATCH (c:Claim) RETURN count(c) AS n") == [{"n": 0}]
    for counts in (
        "created 2, changed 0, unchanged 0, rejected 0",
        "created 0, changed 0, unchanged 2, rejected 0",
    ):
        done = command("import", "claims", file)
        assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, counts, "")
    assert reference_store.read("MATCH (c:Claim) RETURN count(c) AS n") == [{"n": 2}]


def test_wrong_rows_are_told_one_a_line(command, reference_store, tmp_path):
    file = tmp_path / "claims.csv"
    wrong = claim(area="referal", note="PESEL 44051401359")
    file.write_bytes(table(CLAIMS, claim(), wrong, claim(stated_on="31.02.2026")))
    refused = command("import", "claims", file)
    assert refused.returncode == 1
    assert refused.stdout.splitlines() == ["created 0, changed 0, unchanged 0, rejected 2"]
    lines = refused.stderr.splitlines()
    assert lines[0].startswith(
        "row 3, area, referal: Nie ma takiego obszaru współpracy. Czy chodziło o „referral”?"
    )
    assert lines[1].startswith("row 4, stated_on, 31.02.2026: Takiego dnia nie ma w kalendarzu.")
    assert len(lines) == 2 and "44051401359" not in refused.stderr
    assert reference_store.read("MATCH (c:Claim) RETURN count(c) AS n") == [{"n": 0}]


def test_a_file_that_cannot_be_read_is_refused_with_one_sentence(command, tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(table(INSTITUTIONS, institution("a")).replace(b",", b";"))
    refused = command("import", "institutions", file)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1 and "średnikami" in refused.stderr
    assert refused.stdout.splitlines()[-1] == "created 0, changed 0, unchanged 0, rejected 1"


@pytest.mark.pages
def test_wrong_usage_ends_with_two(command, tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(b"id\n")
    for words in (
        ("import", "persons", file),
        ("import", "claims", tmp_path / "none.csv"),
        ("import", "claims", file, "--as", "nobody@example.pl"),
        ("export", "claims", "--format", "gexf"),
        ("export", "claims", "--voivodeship", "15"),
        ("export", "claims", "--as-of", "31.02.2026"),
    ):
        ended = command(*words)
        assert (ended.returncode, ended.stdout) == (2, ""), words


def test_an_export_comes_back_as_no_change(command, tmp_path):
    file = tmp_path / "out.xlsx"
    assert (
        command("export", "institutions", "--voivodeship", "14", "--format", "xlsx", "-o", file).returncode
        == 0
    )
    back = command("import", "institutions", file)
    assert back.stdout.splitlines()[-1].startswith("created 0, changed 0, unchanged ")
    listed = json.loads(command("export", "institutions", "--format", "json").stdout)
    assert len(listed) == 207 and listed[0]["id"] == "abw"


@pytest.fixture
def tied(reference_store):
    bring(reference_store, "claims", table(
        CLAIMS, claim(), claim("uw-mazowieckie", "kwp-radom"), claim(area="referral"), claim("uw-mazowieckie", "oip-warszawa"),
    ))  # fmt: skip
    return reference_store


def test_the_network_leaves_in_every_format_with_the_same_pairs(tied, tmp_path):
    from coordination.exchange import networks
    from coordination.permissions import LOCAL_OPERATOR

    shown = networks.selected(tied, LOCAL_OPERATOR, voivodeship="14")
    pairs = {(line.a, line.b) for line in shown.lines}
    assert len(pairs) == 2
    files = {}
    for format in networks.FORMATS:
        files[format] = tmp_path / f"n.{format}"
        files[format].write_bytes(b"".join(networks.write(format, shown)))
    ids = {node.id for node in shown.nodes}
    for graph in (nx.read_gexf(files["gexf"]), nx.read_graphml(files["graphml"])):
        assert set(graph.nodes) == ids
        assert {tuple(sorted(edge)) for edge in graph.edges} == pairs
    assert ET.parse(files["gexf"]).getroot().tag.endswith("gexf")
    pajek = nx.read_pajek(files["pajek"])
    assert (len(pajek.nodes), len(pajek.edges)) == (len(ids), 2)
    kumu = json.loads(files["kumu"].read_text("utf-8"))
    assert {(each["from"], each["to"]) for each in kumu["connections"]} == pairs
    assert {each["id"] for each in kumu["elements"]} == ids
    labels, data = files["ucinet"].read_text("utf-8").split("data:\n")
    named = labels.split("labels:\n")[1].replace('"', "").split()
    edges = [line.split() for line in data.splitlines()]
    assert {tuple(sorted((named[int(a) - 1], named[int(b) - 1]))) for a, b, _ in edges} == pairs
    rows = files["csv"].read_text("utf-8").splitlines()
    assert {tuple(row.split(",")[:2]) for row in rows[1:]} == pairs
