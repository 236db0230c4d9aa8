"""The regional team on the web: its order, its chair and members, kept by the consultant of the voivodeship."""

from __future__ import annotations

import re
import threading

import pytest

from coordination.errors import Conflict
from coordination.graph import teams
from coordination.permissions import Actor, Role
from coordination.teams import service
from tests.browser import chromium, look_over, window

CONSULTANT = Actor(id="consultant-14", role=Role.CONSULTANT, voivodeships=("14",))
TEAM = "team-14"
ORDER = {"legal_act": "zarządzenie nr 47/2015 Wojewody Mazowieckiego", "established": "10.03.2015", "term_end": "2999-12-31"}


@pytest.fixture
def client(sign_in):
    return sign_in(Role.CONSULTANT, voivodeship="14")


def version(store):
    return teams.team(store, TEAM).version


def member(store, institution_id):
    return next(each for each in teams.members(store, TEAM) if each.id == institution_id)


def members(store):
    return [each.id for each in teams.members(store, TEAM)]


def put(client, store, institution_id, **fields):
    data = {"version": version(store), "role": "member", **fields}
    return client.post(f"/teams/{TEAM}/members/{institution_id}/edit", data=data)


def test_the_consultant_keeps_act_date_and_term(client, reference_store):
    page = client.get("/teams").text
    assert "Nie wpisano: akt prawny." in page and "Zmień podstawę" in page
    form = client.get(f"/teams/{TEAM}/edit").text
    assert 'value="10.2010"' in form, "a month of a source is shown as people write it"
    answer = client.post(f"/teams/{TEAM}/edit", data=ORDER | {"version": version(reference_store)})
    assert answer.status_code == 302
    page = client.get("/teams").text
    assert ORDER["legal_act"] in page and "10.03.2015" in page and "31.12.2999" in page
    assert "Nie wpisano" not in page
    entry = reference_store.read(
        "MATCH (e:AuditEntry {action: 'team:edit', object_id: $id}) RETURN e.before AS before, e.after AS after", id=TEAM
    )
    assert len(entry) == 1 and '"established": "2010-10"' in entry[0]["before"] and "2015-03-10" in entry[0]["after"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"established": "kiedyś"}, "Podaj dzień, miesiąc lub rok"),
        ({"established": "31.02.2015"}, "Podaj dzień, miesiąc lub rok"),
        ({"term_end": "31.02.2030"}, "Podaj istniejący dzień"),
        ({"term_end": "2014-01-01"}, "Kadencja kończy się przed powołaniem zespołu"),
        ({"legal_act": "sprawa osoby 44051401359"}, "PESEL"),
    ],
)
def test_a_wrong_order_says_what_to_do_and_changes_nothing(client, reference_store, change, words):
    before = teams.team(reference_store, TEAM)
    answer = client.post(f"/teams/{TEAM}/edit", data=ORDER | {"version": before.version} | change)
    assert answer.status_code == 422 and words in answer.text
    assert teams.team(reference_store, TEAM) == before


def test_a_term_that_is_over_is_said_at_once(client, reference_store):
    client.post(f"/teams/{TEAM}/edit", data=ORDER | {"version": version(reference_store), "term_end": "31.12.2018"})
    assert "Kadencja skończyła się 31.12.2018." in client.get("/teams").text


def test_two_orders_meet_on_the_conflict_page_and_nothing_typed_is_lost(client, reference_store):
    seen = version(reference_store)
    client.post(f"/teams/{TEAM}/edit", data={**ORDER, "version": seen, "established": "10.2010", "term_end": ""})
    mine = {"legal_act": "", "established": "10.2010", "term_end": "31.12.2030", "version": seen}
    page = client.post(f"/teams/{TEAM}/edit", data=mine)
    assert page.status_code == 409 and ORDER["legal_act"] in page.text and "31.12.2030" in page.text
    proposed = dict(re.findall(r'name="pick_(\w+)" value="(\w+)"[^>]* checked', page.text))
    assert proposed == {"legal_act": "saved", "term_end": "typed"}, "what nobody touched is not taken back"
    assert teams.team(reference_store, TEAM).term_end == ""
    again = mine | {f"pick_{name}": choice for name, choice in proposed.items()} | {"version": seen + 1}
    assert client.post(f"/teams/{TEAM}/edit", data=again).status_code == 302
    team = teams.team(reference_store, TEAM)
    assert (team.legal_act, team.term_end) == (ORDER["legal_act"], "2030-12-31")


def test_a_member_joins_gets_a_function_and_leaves(client, reference_store):
    assert "kcik" not in members(reference_store)
    data = {"version": version(reference_store), "institution": "kcik", "role": "invited", "since": "03.2026"}
    assert client.post(f"/teams/{TEAM}/members/new", data=data).status_code == 302
    assert member(reference_store, "kcik").since == "2026-03"
    assert put(client, reference_store, "kcik", function="kierownik zespołu").status_code == 302
    page = client.get("/teams").text
    assert "kierownik zespołu" in page and "wpis konsultanta" in page
    question = client.get(f"/teams/{TEAM}/members/kcik/remove").text
    assert "Usunąć z zespołu instytucję KCIK?" in question
    client.post(f"/teams/{TEAM}/members/kcik/remove", data={"version": version(reference_store)})
    assert "kcik" not in members(reference_store)
    assert client.get(f"/teams/{TEAM}/members/kcik/edit").status_code == 404


def test_a_missing_role_is_seen_until_it_is_taken_and_there_is_one_chair(client, reference_store):
    lacking = "Żaden członek nie ma tej roli: przewodnictwo"
    assert lacking in client.get("/teams").text
    put(client, reference_store, "ksp", role="chair")
    assert lacking not in client.get("/teams").text
    assert "zostaje zwykłym członkiem" in client.get(f"/teams/{TEAM}/members/itaka/edit").text
    put(client, reference_store, "itaka", role="chair")
    assert member(reference_store, "itaka").role == "chair" and member(reference_store, "ksp").role == "member"
    assert members(reference_store)[0] == "itaka"


def test_the_source_goes_when_people_say_otherwise_and_stays_when_they_add(client, reference_store):
    assert member(reference_store, "ksp").source == ("TEAM-14",)
    put(client, reference_store, "ksp", since="2010", function="oficer łącznikowy")
    assert member(reference_store, "ksp").source == ("TEAM-14",)
    put(client, reference_store, "ksp", since="2012")
    assert member(reference_store, "ksp").source == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"institution": ""}, "Wybierz instytucję"),
        ({"institution": "kwp-poznan"}, "Wybierz z listy"),  # of another voivodeship
        ({"institution": "ksp"}, "Wybierz z listy"),  # a member already
        ({"role": "boss"}, "Wybierz z listy"),
        ({"function": "osoba 44051401359"}, "PESEL"),
        ({"since": "dawno"}, "Podaj dzień, miesiąc lub rok"),
    ],
)
def test_a_wrong_member_says_what_to_do_and_changes_nothing(client, reference_store, change, words):
    before = teams.members(reference_store, TEAM)
    data = {"version": version(reference_store), "institution": "kcik", "role": "member"} | change
    answer = client.post(f"/teams/{TEAM}/members/new", data=data)
    assert answer.status_code == 422 and words in answer.text
    assert teams.members(reference_store, TEAM) == before


def test_a_member_changed_meanwhile_is_shown_beside_what_was_typed(client, reference_store):
    seen = version(reference_store)
    put(client, reference_store, "ksp", function="naczelnik")
    late = client.post(f"/teams/{TEAM}/members/ksp/edit", data={"version": seen, "role": "vice_chair", "function": "dyżurny"})
    assert late.status_code == 409 and "naczelnik" in late.text and 'value="dyżurny"' in late.text
    assert member(reference_store, "ksp").function == "naczelnik"
    shown = re.search(r'name="version"[^>]*value="(\d+)"', late.text)
    assert shown and int(shown[1]) == seen + 1
    gone = client.post(f"/teams/{TEAM}/members/ksp/remove", data={"version": seen})
    assert gone.status_code == 409 and "ksp" in members(reference_store)


def test_of_many_changes_at_once_one_is_saved(reference_store):
    seen, outcomes = version(reference_store), []

    def one(number: int) -> None:
        made = teams.Member(id="ksp", role="member", function=f"stanowisko {number}")
        try:
            service.change_member(reference_store, CONSULTANT, TEAM, seen, made)
            outcomes.append("saved")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 7 + ["saved"]
    assert version(reference_store) == seen + 1
    assert reference_store.read("MATCH (e:AuditEntry {action: 'team:edit'}) RETURN count(e) AS n") == [{"n": 1}]


def test_who_does_not_keep_the_team_is_offered_nothing(sign_in):
    for client in (sign_in(Role.NATIONAL), sign_in(Role.ADMINISTRATOR)):
        page = client.get("/teams?voivodeship=14").text
        assert "Zmień podstawę" not in page and "Dodaj członka" not in page and "Czego brakuje" in page


@pytest.mark.browser
@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
def test_the_pages_of_the_team_stand_every_look(app, client, live):
    name = app.config["SESSION_COOKIE_NAME"]
    with chromium() as browser:
        page = window(browser)
        page.context.add_cookies([{"name": name, "value": client.get_cookie(name).value, "url": live}])
        for path in ("", f"/{TEAM}/edit", f"/{TEAM}/members/new", f"/{TEAM}/members/ksp/edit", f"/{TEAM}/members/ksp/remove"):
            assert look_over(page, f"{live}/teams{path}") == [], path
