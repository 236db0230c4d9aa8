"""The pages of gaps and of the country: one set of numbers everywhere, opened down to its arithmetic."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

from coordination.clock import today
from coordination.cooperation import service as cooperation
from coordination.cooperation.service import Statement
from coordination.demo import claims as example_claims
from coordination.demo import contacts as example_contacts
from coordination.demo import fill
from coordination.graph import gaps as gap_rules
from coordination.graph.model import GapState, Stance, TieState
from coordination.graph.ties import ties_of
from coordination.graph.world import world as world_of
from coordination.permissions import Actor, Role

KSP = Actor(id="account-ksp", role=Role.INSTITUTION, voivodeships=("14",), institution_id="ksp")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_state_of_ties_and_gaps_appears_in_the_examples(examples):
    world = world_of(examples)
    states = {tie.state for tie in ties_of(world, today())}
    assert states == {TieState.CONFIRMED, TieState.ONE_SIDED, TieState.DISPUTED, TieState.NONE}
    shown = {gap.state for found in gap_rules.assess_country(world, today()).values() for gap in found}
    assert shown == {*GapState}
    here = {gap.state for gap in gap_rules.assess(world, "14", today())}
    assert here == {*GapState}, "the voivodeship of the example consultant shows every one of them"
    assert fill.once(examples) is False, "filled once"


def test_every_example_says_that_it_is_one(examples):
    unmarked = examples.read("MATCH (c:Claim) WHERE c.example IS NULL RETURN count(c) AS n")[0]["n"]
    assert unmarked == 0
    world = world_of(examples)
    for contact in example_contacts.make(world.institutions, today()):
        assert contact.example
        for channel in contact.channels:
            assert re.fullmatch(r"\d\d 000 \d\d \d\d", channel.value) or channel.value.endswith(".example.pl")


def test_the_same_seed_gives_the_same_examples(examples):
    world = world_of(examples)
    one, two = (example_claims.make(world.institutions, world.expectations, world.voivodeships, today()) for _ in range(2))
    assert one == two and len(one.claims) > 1000


def test_page_file_and_command_agree_on_the_gaps(examples, sign_in, command):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    file = rows_of(client.get("/gaps/table.csv?level=all&state=all&lang=pl").text)
    told = json.loads(command("gaps", "14", "--format", "json").stdout)
    told = told if isinstance(told, list) else told["gaps"]
    assert len(file) == 171
    mine = {row["expectation_id"]: (row["state"], row["underlying_state"], float(row["priority"])) for row in file}
    theirs = {row["expectation_id"]: (row["state"], row["underlying_state"], float(row["priority"])) for row in told}
    assert mine == theirs
    page = client.get("/gaps?level=all&state=all").text
    total = sum(int(number) for number in re.findall(r'aria-hidden="true"><use href="#s-[^>]*></svg><span>[^<]*</span><b>(\d+)</b>', page))
    assert total == 171


def test_a_cell_of_the_country_leads_to_a_list_of_the_same_length(examples, sign_in):
    client = sign_in(Role.NATIONAL)
    table = rows_of(client.get("/country/table.csv").text)
    assert len(table) == 16
    for row in table:
        for state in GapState:
            listed = rows_of(client.get(f"/gaps/table.csv?voivodeship={row['teryt']}&level=required&state={state}").text)
            assert len(listed) == int(row[state]), (row["voivodeship"], state)
        assert sum(int(row[state]) for state in GapState) == int(row["total"]) == 72


def test_too_few_answers_give_no_weight(examples, sign_in):
    table = rows_of(sign_in(Role.NATIONAL).get("/country/table.csv").text)
    for row in table:
        enough = int(row["answered"]) >= 0.4 * int(row["asked"])
        assert bool(row["weight"]) is enough, row
    assert 0 < sum(not row["weight"] for row in table) < 16
    page = sign_in(Role.NATIONAL).get("/country").text
    assert "za mało odpowiedzi – wagi nie podaje się" in page


def test_the_arithmetic_of_a_gap_stands_on_its_page_and_follows_changed_weights(examples, sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    first = rows_of(client.get("/gaps/table.csv?state=gap").text)[0]
    page = client.get(f"/gaps/{first['expectation_id']}").text
    assert f"{float(first['priority']):.1f}".replace(".", ",") in page
    doubled = rows_of(client.get("/gaps/table.csv?state=gap&w_required=6&w_pathway=0").text)
    assert all(float(row["priority"]) == 6 for row in doubled)
    odd = client.get("/gaps?w_required=wiele&level=zadne&as_of=32.13.2026").text
    assert "Nie rozpoznano i pominięto" in odd and "w_required=wiele" in odd and "level=zadne" in odd


def test_a_waiver_shows_its_reason_and_the_state_underneath_and_ends(reference_store, sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    gap = next(row for row in rows_of(client.get("/gaps/table.csv?state=gap").text))["expectation_id"]
    wrong = client.post(f"/gaps/{gap}/waive", data={"reason": "krótko", "valid_to": "2000-01-01"})
    assert "od 10 do 1000 znaków" in wrong.text
    until = (today() + timedelta(days=90)).isoformat()
    refused = client.post(f"/gaps/{gap}/waive", data={"reason": "Dotyczy osoby 44051401359", "valid_to": until})
    assert "PESEL" in refused.text
    client.post(f"/gaps/{gap}/waive", data={"reason": "Zadanie wykonuje inna instytucja", "valid_to": until})
    page = client.get(f"/gaps/{gap}").text
    assert "odstąpiono" in page and "Zadanie wykonuje inna instytucja" in page and "luka" in page
    again = client.post(f"/gaps/{gap}/waive", data={"reason": "Drugi raz to samo", "valid_to": until})
    assert "Decyzja już obowiązuje" in again.text
    end = re.search(rf'action="(/gaps/{gap}/waive/[^"]+/end[^"]*)"', page)
    assert end
    client.post(end[1].replace("&amp;", "&"))
    listed = {row["expectation_id"]: row["state"] for row in rows_of(client.get("/gaps/table.csv?state=all").text)}
    assert listed[gap] == "gap"


def test_nobody_waives_elsewhere(reference_store, sign_in):
    data = {"reason": "Zadanie wykonuje inna instytucja", "valid_to": (today() + timedelta(days=9)).isoformat()}
    stranger = sign_in(Role.CONSULTANT, voivodeship="30")
    assert stranger.post("/gaps/ec-030/waive?voivodeship=14", data=data).status_code == 404
    assert sign_in(Role.NATIONAL).post("/gaps/ec-030/waive?voivodeship=14", data=data).status_code == 403
    assert reference_store.read("MATCH (w:Waiver) RETURN count(w) AS n")[0]["n"] == 0


def test_a_gap_is_never_stale_on_the_page(reference_store, sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")

    def state():
        return {row["expectation_id"]: row["state"] for row in rows_of(client.get("/gaps/table.csv?state=all").text)}

    assert state()["ec-029"] == "gap"
    own = cooperation.claimant(reference_store, KSP, "ksp")
    cooperation.record(reference_store, KSP, own, "kcik", ["referral"], Statement(stance=Stance.COOPERATES))
    assert state()["ec-029"] == "unconfirmed", "the next look shows what was said a moment ago"


def test_the_monday_list_puts_the_longest_waiting_first(examples, sign_in):
    page = sign_in(Role.CONSULTANT, voivodeship="14").get("/").text
    assert page.count('class="k-todo"') == 7
    assert "Trzy najpoważniejsze luki" in page and "Do kogo dzwonić" in page
    waits = [int(number) for number in re.findall(r"(\d+)\xa0(?:dni|dzień)</span></span></p>", page)]
    assert waits == sorted(waits, reverse=True)
    institution = sign_in(Role.INSTITUTION, institution="ksp").get("/").text
    assert "Co podały inne instytucje" in institution and "Czy profil jest nadal prawdziwy" in institution
