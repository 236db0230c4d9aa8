"""The board of a round: counts that add up, who is stuck, filters in the address, and its speed."""

from __future__ import annotations

import random
import re
import time
from datetime import timedelta

import pytest

from coordination import clock
from coordination.graph import board as counted
from coordination.graph.board import Mark
from coordination.graph.responses import State
from coordination.permissions import Role, Scope
from coordination.readiness.rounds.board import LONG, SIZE, Filter, lay_out
from tests.readiness.asked import EVERYTHING, asked, hand_in


def mark(number: int, state: State, *, type: str = "police_regional", late: bool = False, bounced: bool = False, name: str = "") -> Mark:
    return Mark(f"r{number}", state, type, late, bounced, name or f"Instytucja {number}")


def crowd(number: int, seed: int = 1) -> list[Mark]:
    dice = random.Random(seed)
    return [
        mark(
            each, dice.choice(list(State)), type=dice.choice(["police_regional", "bg_division", "ngo_local"]),
            late=dice.random() < 0.4, bounced=dice.random() < 0.1,
        )
        for each in range(number)
    ]  # fmt: skip


@pytest.mark.parametrize("asked_for", [Filter(), Filter(type="bg_division"), Filter(stuck=True), Filter(bounced=True)])
def test_counts_of_stages_add_up_and_each_is_the_length_of_its_list(asked_for):
    every = crowd(157)
    whole = lay_out(every, asked_for, 1)
    assert sum(whole.stages.values()) == whole.total == whole.found > 0
    assert sum(total for _done, total in whole.by_type.values()) == whole.total
    assert sum(done for done, _total in whole.by_type.values()) == whole.answered
    for state, count in whole.stages.items():
        one = Filter(type=asked_for.type, stuck=asked_for.stuck, bounced=asked_for.bounced, stage=state)
        assert lay_out(every, one, 1).found == count


def test_every_row_is_on_exactly_one_page_in_the_order_of_stages():
    every = crowd(53)
    pages = [lay_out(every, Filter(), page).shown for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [SIZE, SIZE, 53 - 2 * SIZE, 0]
    shown = [each for page in pages for each in page]
    assert sorted(shown) == sorted(each.id for each in every)
    order, state = list(State), {each.id: each.state for each in every}
    assert [order.index(state[id]) for id in shown] == sorted(order.index(each.state) for each in every)


def test_names_stand_in_polish_order():
    names = ["Łódź", "Lublin", "Żary", "Zamość", "Ćmielów", "Cieszyn"]
    every = [mark(number, State.INVITED, name=name) for number, name in enumerate(names)]
    called = {each.id: each.name for each in every}
    shown = [called[id] for id in lay_out(every, Filter(sort="name"), 1).shown]
    assert shown == ["Cieszyn", "Ćmielów", "Lublin", "Łódź", "Zamość", "Żary"]


@pytest.mark.parametrize("state", list(State))
def test_late_is_from_the_fourteenth_day_at_the_stage_itself(reference_store, state):
    made = asked(reference_store, ["ksp"])
    steps = ("invited_at", "opened_at", "saved_at", "sign_asked_at", "submitted_at", "returned_at", "accepted_at")
    own = steps[list(State).index(state)]
    at = clock.now()

    def late(ago: timedelta) -> bool:
        values = {name: at - timedelta(days=300) for name in steps} | {own: at - ago}
        reference_store.run("MATCH (n:Response {id: $id}) SET n += $values, n.state = $state", id=made["ksp"], values=values, state=str(state))
        return counted.marks(reference_store, EVERYTHING, "round", at - LONG)[0].late

    assert late(timedelta(days=13, hours=23)) is False
    assert late(timedelta(days=14)) is (state is not State.ACCEPTED)  # accepted: nobody has anything to do


# The page


@pytest.fixture
def consultant(sign_in):
    return sign_in(Role.CONSULTANT, voivodeship="14")


def text(client, address: str) -> str:
    return client.get(address).text.replace("\xa0", " ")


def test_the_board_says_who_is_where_and_who_is_stuck(consultant, reference_store):
    made = asked(reference_store, ["ksp", "kwp-radom"])
    hand_in(reference_store, made["ksp"])
    reference_store.run(
        "MATCH (n:Response {id: $id}) SET n.invited_at = $at", id=made["kwp-radom"], at=clock.now() - timedelta(days=20)
    )
    page = text(consultant, "/rounds/round")
    assert "Złożyło 1 z 2" in page and "1 zaproszono i nie otwarto od 14 dni" in page
    assert "0 z 3" in page
    only = text(consultant, "/rounds/round?stage=submitted")
    assert "KSP" in only and "KWP zs. w Radomiu" not in re.sub(r"(?s)<select.*?</select>", "", only)


def test_a_filter_that_means_nothing_is_named(consultant, reference_store):
    asked(reference_store, ["ksp"])
    page = text(consultant, "/rounds/round?stage=%3Cb%3E&type=nic&sort=x&page=abc")
    assert "stage=&lt;b&gt;" in page and "type=nic" in page and "KSP" in page


def test_the_country_is_counted_by_voivodeship_and_each_institution_once(sign_in, reference_store):
    asked(reference_store, ["ksp", "kwp-radom", "kwp-poznan", "kcik"], voivodeship="")
    places = counted.by_voivodeship(reference_store, EVERYTHING, "round")
    at = clock.now()
    every = counted.marks(reference_store, EVERYTHING, "round", at)
    assert len(every) == len({each.id for each in every}) == 4
    for teryt, states in places.items():
        assert sum(states.values()) == len(counted.marks(reference_store, EVERYTHING, "round", at, teryt))
    assert set(places) >= {"14", "30", ""} and places[""] == {State.INVITED: 1}
    here = counted.marks(reference_store, Scope(voivodeships=("14",)), "round", at)
    assert {each.id for each in here} == {"round-ksp", "round-kwp-radom"}
    assert here == counted.marks(reference_store, EVERYTHING, "round", at, "14")
    outside = counted.lines(reference_store, Scope(voivodeships=("14",)), ["round-ksp", "round-kwp-poznan"])
    assert [each.institution_id for each in outside] == ["ksp"]
    national = sign_in(Role.NATIONAL)
    page = text(national, "/rounds/round")
    assert "voivodeship=30" in page and "only=national" in page
    assert "KCIK" in text(national, "/rounds/round?only=national")


MANY: str = """
    UNWIND range(1, $n) AS k
    MATCH (r:Round {id: 'round'}), (t:InstitutionType {code: 'police_county'}), (v:Voivodeship {teryt: '14'})
    CREATE (i:Institution {id: 'many-' + toString(k), name_pl: 'Komenda ' + toString(k), search: ''})-[:OF_TYPE]->(t),
           (i)-[:COVERS]->(v),
           (n:Response {id: 'many-' + toString(k), key: 'round|many-' + toString(k), round_id: 'round',
                        institution_id: 'many-' + toString(k), institution_type: 'police_county', state: 'invited',
                        version: 1, saves: 0, number: 0, reminders: 0, invited_at: $at})-[:TO_ROUND]->(r),
           (n)-[:GIVEN_BY]->(i)
    RETURN count(n) AS n
    """


@pytest.mark.slow
def test_five_thousand_asked_institutions_are_shown_at_once(sign_in, reference_store):
    asked(reference_store, ["ksp"])
    reference_store.run(MANY, n=5000, at=clock.now() - timedelta(days=20))
    for client in (sign_in(Role.CONSULTANT, voivodeship="14"), sign_in(Role.NATIONAL)):
        client.get("/rounds/round")
        cpu, began = time.process_time(), time.perf_counter()
        page = client.get("/rounds/round?page=3")
        spent, took = time.process_time() - cpu, time.perf_counter() - began
        assert page.status_code == 200 and "5001" in page.text.replace("\xa0", "").replace(" ", "")
        print(f"board of 5,001: {spent:.2f} s of the program, {took:.2f} s in all")
        assert spent < 1.0
