"""`coordination gaps` and `coordination network`: columns, formats, exit status."""

import csv
import io
import json
from datetime import UTC, date, datetime
from uuid import uuid4

import networkx as nx
import pytest
from click.testing import CliRunner

from coordination.cli import cli
from coordination.graph import claims
from coordination.graph.model import Claim, Stance
from coordination.permissions import LOCAL_OPERATOR

COLUMNS = "expectation_id,area,type_a,type_b,level,state,underlying_state,priority,reason"
DAY = "2026-01-12"


@pytest.fixture
def run(reference_store):
    """The verb in this process, on the store of the test."""

    def run(*words):
        return CliRunner().invoke(
            cli, list(words), env={**reference_store.environ(), "COORDINATION_LANGUAGE": "pl"}
        )

    return run


def say(store, claimant, partner, stance=Stance.COOPERATES, on=date(2025, 11, 10)):
    claim = Claim(id=str(uuid4()), claimant_id=claimant, partner_id=partner, area="referral", stance=stance,
                  stated_on=on, recorded_at=datetime.now(UTC))  # fmt: skip
    store.change(claims.state, LOCAL_OPERATOR, claim)


def test_gaps_in_three_formats_hold_the_same_rows(run, reference_store):
    say(reference_store, "ksp", "kcik")
    table, lines, data = (
        run("gaps", "14", "--as-of", DAY, "--format", form) for form in ("table", "csv", "json")
    )
    assert [one.exit_code for one in (table, lines, data)] == [0, 0, 0]
    assert lines.stdout.splitlines()[0] == COLUMNS
    rows = list(csv.DictReader(io.StringIO(lines.stdout)))
    told = json.loads(data.stdout)
    assert len(rows) == len(told) == len(table.stdout.splitlines()) - 1 == 171
    assert [{name: str(value) for name, value in one.items()} for one in told] == rows
    assert table.stdout.split("\n")[1].split()[0] == rows[0]["expectation_id"]

    waiting = next(row for row in rows if row["expectation_id"] == "ec-029")
    assert (waiting["state"], waiting["underlying_state"], waiting["priority"]) == (
        "unconfirmed",
        "unconfirmed",
        "2.3",
    )
    assert (
        waiting["reason"]
        == "Współpracę podaje: KSP (10.11.2025); druga strona (KCIK) nie odpowiedziała od 63 dni."
    )
    points = [float(row["priority"]) for row in rows]
    assert points == sorted(points, reverse=True)


def test_gaps_can_be_limited(run):
    def count(*words):
        return len(json.loads(run("gaps", "14", "--format", "json", *words).stdout))

    assert count("--level", "required") == 72
    assert count("--level", "recommended") == 79
    assert count("--scope", "national_link") == 30
    assert count("--scope", "national_link", "--level", "optional") == 3


def test_gaps_as_of_a_day_before_the_statement(run, reference_store):
    say(reference_store, "ksp", "kcik")

    def state(day):
        found = json.loads(run("gaps", "14", "--as-of", day, "--format", "json").stdout)
        return next(row["state"] for row in found if row["expectation_id"] == "ec-029")

    assert [state("2025-11-09"), state("2025-11-10")] == ["gap", "unconfirmed"]


@pytest.mark.parametrize(
    "words",
    [
        ("gaps",),
        ("gaps", "99"),
        ("gaps", "mazowieckie"),
        ("gaps", "14", "--as-of", "12.01.2026"),
        ("gaps", "14", "--as-of", "2026-02-31"),
        ("gaps", "14", "--as-of", "20260112"),
        ("gaps", "14", "--level", "urgent"),
        ("gaps", "14", "--scope", "world"),
        ("gaps", "14", "--format", "xml"),
        ("network", "99"),
        ("network", "14", "--area", "nothing"),
        ("network", "14", "--state", "confirmed,unknown"),
        ("network", "14", "--state", ","),
    ],
)
def test_wrong_words_end_with_2_and_say_why_on_stderr(run, words):
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.strip()


def test_network_agrees_with_networkx(run, reference_store):
    for one, other in (("ksp", "kcik"), ("kcik", "ksp"), ("kcik", "kwp-radom"), ("ksp", "sg-nadwislanski")):
        say(reference_store, one, other)
    say(reference_store, "kwp-radom", "ksp", Stance.DOES_NOT_COOPERATE)
    say(reference_store, "kwp-poznan", "kcik")  # of another voivodeship
    told = json.loads(run("network", "14", "--as-of", DAY, "--format", "json").stdout)
    rows = {row["id"]: row for row in told["institutions"]}
    graph = nx.Graph([("ksp", "kcik"), ("kcik", "kwp-radom"), ("ksp", "sg-nadwislanski")])
    graph.add_nodes_from(rows)
    assert "kwp-poznan" not in rows
    assert {one: row["degree"] for one, row in rows.items()} == dict(graph.degree())
    expected = nx.betweenness_centrality(graph)
    assert {one: row["betweenness"] for one, row in rows.items()} == pytest.approx(expected)
    assert {one for one, row in rows.items() if row["cut_point"]} == {"ksp", "kcik"}
    whole = told["network"]
    assert whole["density"] == pytest.approx(nx.density(graph))
    assert whole["reciprocity"] == pytest.approx(1 / 3)
    assert whole["components"] == nx.number_connected_components(graph)
    assert whole["cut_points"] == ["kcik", "ksp"]
    assert len(whole["isolates"]) == len(rows) - 4


def test_network_as_a_file_has_a_row_for_each_institution(run, reference_store):
    say(reference_store, "ksp", "kcik")
    lines = run("network", "14", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(lines)))
    assert rows[0]["degree"] == "1"
    assert {row["cut_point"] for row in rows} == {"false"}
    assert len(rows) == len(run("network", "14").stdout.splitlines()) - 1
    assert len(run("network", "--state", "confirmed", "--area", "referral").stdout.splitlines()) == 208
