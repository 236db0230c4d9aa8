"""A round from its draft to its end: exactly whom it asks, what opening does, what nobody else may do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from coordination import clock
from coordination.graph import letters, responses, rounds, survey_links
from coordination.permissions import Role, Scope
from tests.readiness.asked import EVERYTHING, SECRET, VERSION, asked, close, hand_in

TODAY = clock.today()


@pytest.fixture
def consultant(sign_in):
    return sign_in(Role.CONSULTANT, voivodeship="14")


@pytest.fixture
def national(sign_in):
    return sign_in(Role.NATIONAL)


def draft(client, *, types=("police_regional",), query: str = "", **changed):
    """Save a draft and return the answer."""
    values = {
        "title": "Samoocena 2026",
        "questionnaire": VERSION,
        "opens_on": TODAY.isoformat(),
        "closes_on": (TODAY + timedelta(days=30)).isoformat(),
        "note": "",
        "type": list(types),
        **changed,
    }
    return client.post(f"/rounds/new{query}", data=values)


def only(store):
    (found,) = rounds.listed(store, EVERYTHING)
    return found


def test_a_draft_shows_the_exact_list_by_name_and_asks_nobody(consultant, reference_store):
    saved = draft(consultant, types=("police_regional", "bg_division"))
    assert saved.status_code == 302
    page = consultant.get(saved.headers["Location"]).text
    assert "Komenda Stołeczna Policji" in page and "Nadwiślański Oddział" in page
    assert "Komenda Wojewódzka Policji w Poznaniu" not in page
    assert responses.of_round(reference_store, EVERYTHING, only(reference_store).id) == []
    assert letters.of_round(reference_store, EVERYTHING, only(reference_store).id) == []


def test_the_audience_is_the_active_institutions_of_the_types_each_once_and_no_national_body(
    consultant, reference_store
):
    reference_store.run("MATCH (i:Institution {id: 'kwp-radom'}) SET i.active_to = '2020-01-01'")
    every = consultant.get("/rounds/new").text
    codes = re.findall(r'name="type" value="(\w+)"', every)
    assert len(codes) == len(set(codes)) > 5
    draft(consultant, types=codes)
    audience = only(reference_store).audience
    expected = {
        row["id"]
        for row in reference_store.read(
            "MATCH (i:Institution)-[:COVERS]->(:Voivodeship {teryt: '14'}) WHERE i.active_to IS NULL "
            "AND NOT coalesce(i.national, false) RETURN DISTINCT i.id AS id"
        )
    }
    assert len(audience) == len(set(audience)) and set(audience) == expected
    assert "kwp-radom" not in audience and "kcik" not in audience


def test_a_round_of_the_country_asks_national_bodies_too(national, reference_store):
    draft(national, types=("kcik", "police_regional"))
    found = only(reference_store)
    assert found.voivodeship == "" and {"kcik", "ksp", "kwp-poznan"} <= set(found.audience)
    draft(national, types=("police_regional",), query="?voivodeship=30", title="Wielkopolska")
    theirs = next(each for each in rounds.listed(reference_store, EVERYTHING) if each.title == "Wielkopolska")
    assert theirs.voivodeship == "30" and set(theirs.audience) == {"kwp-poznan"}


def test_names_are_ticked_off_one_by_one(consultant, reference_store):
    draft(consultant)
    found = only(reference_store)
    page = consultant.get(f"/rounds/{found.id}/institutions").text
    assert 'value="ksp" checked' in page and 'value="kcik"' not in page
    consultant.post(f"/rounds/{found.id}/institutions", data={"institution": ["ksp", "kcik", "kwp-poznan"]})
    assert only(reference_store).audience == ("ksp",)  # the others are not this consultant's to ask


def test_opening_makes_responses_and_letters_and_sends_nothing(consultant, reference_store):
    draft(consultant)
    found = only(reference_store)
    asked_ids = set(found.audience)
    confirm = consultant.get(f"/rounds/{found.id}/open").text
    assert "Komenda Stołeczna Policji" in confirm
    consultant.post(f"/rounds/{found.id}/open")
    records = responses.of_round(reference_store, EVERYTHING, found.id)
    assert {each.institution_id for each in records} == asked_ids
    assert {each.state for each in records} == {"invited"}
    made = letters.of_round(reference_store, EVERYTHING, found.id)
    assert {each.response_id for each in made} == {each.id for each in records}
    assert {(each.kind, each.state) for each in made} == {("invitation", "draft")}
    links = {each.link_id: each.response_id for each in made}
    for link_id, response_id in links.items():
        link = survey_links.by_id(reference_store, link_id, clock.now())
        assert link.response_id == response_id and link.sections == () and link.role == "fill"
        assert link.expires_at.date() >= found.closes_on + timedelta(days=60)
    assert consultant.post(f"/rounds/{found.id}/open").status_code == 409  # opened once
    assert len(letters.of_round(reference_store, EVERYTHING, found.id)) == len(asked_ids)


def test_no_token_is_kept(consultant, reference_store):
    draft(consultant)
    found = only(reference_store)
    consultant.post(f"/rounds/{found.id}/open")
    (letter, *_more) = letters.of_round(reference_store, EVERYTHING, found.id)
    token = survey_links.token_of(SECRET, letter.link_id)
    everything = reference_store.read("MATCH (n) RETURN properties(n) AS it")
    assert not any(token in str(row["it"]) for row in everything)
    assert token in consultant.get(f"/rounds/{found.id}/letters/{letter.id}").text


def test_a_draft_without_anybody_is_not_opened(consultant, reference_store):
    draft(consultant, types=())
    found = only(reference_store)
    consultant.post(f"/rounds/{found.id}/open")
    assert only(reference_store).state == "draft"


def test_an_interrupted_opening_is_completed_without_writing_twice(consultant, reference_store, monkeypatch):
    from coordination.readiness.rounds import mailing

    draft(consultant)
    found = only(reference_store)
    monkeypatch.setattr(mailing, "PORTION", 1)
    real, calls = mailing.write, []

    def stops(*args):
        if calls:
            raise RuntimeError("stopped")
        calls.append(1)
        return real(*args)

    monkeypatch.setattr(mailing, "write", stops)
    assert consultant.post(f"/rounds/{found.id}/open").status_code == 500
    assert len(letters.of_round(reference_store, EVERYTHING, found.id)) == 1
    monkeypatch.setattr(mailing, "write", real)
    assert f"/rounds/{found.id}/complete" in consultant.get(f"/rounds/{found.id}").text
    consultant.post(f"/rounds/{found.id}/complete")
    made = letters.of_round(reference_store, EVERYTHING, found.id)
    assert len(made) == len({each.response_id for each in made}) == len(found.audience)
    assert f"/rounds/{found.id}/complete" not in consultant.get(f"/rounds/{found.id}").text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": ""}, "Podaj tytuł"),
        ({"closes_on": (TODAY - timedelta(days=1)).isoformat()}, "Ostatni dzień"),
        ({"closes_on": "31.02.2026"}, "dzień"),
        ({"target-police_regional": "101"}, "od 0 do 100"),
        ({"target-police_regional": "-1"}, "od 0 do 100"),
        ({"target-police_regional": "siedem"}, "od 0 do 100"),
        ({"note": "PESEL 44051401359"}, "PESEL"),
    ],
)
def test_a_wrong_draft_is_not_saved_and_nothing_typed_is_lost(consultant, reference_store, changed, told):
    answer = draft(consultant, **{"note": "Wyniki zobaczy zespół.", **changed})
    assert answer.status_code == 422 and told in answer.text
    assert rounds.listed(reference_store, EVERYTHING) == []
    for value in {"note": "Wyniki zobaczy zespół.", **changed}.values():
        assert value in answer.text


def test_a_target_is_laid_on_every_dimension(consultant, reference_store):
    draft(consultant, **{"target-police_regional": "75"})
    targets = only(reference_store).targets
    assert set(targets) == {"police_regional"}
    assert len(targets["police_regional"]) == 8 and set(targets["police_regional"].values()) == {75.0}


def test_institutions_are_added_to_an_open_round_once(consultant, reference_store):
    asked(reference_store, ["ksp"])
    page = consultant.get("/rounds/round/institutions").text
    assert 'value="ksp"' not in page and 'value="kwp-radom"' in page
    for _time in range(2):
        consultant.post("/rounds/round/institutions", data={"institution": ["kwp-radom", "ksp"]})
    found = responses.of_round(reference_store, EVERYTHING, "round")
    assert sorted(each.institution_id for each in found) == ["ksp", "kwp-radom"]
    assert {each.response_id for each in letters.of_round(reference_store, EVERYTHING, "round")} == {
        each.id for each in found
    }


def test_a_moved_end_prolongs_the_links(consultant, reference_store):
    draft(consultant)
    found = only(reference_store)
    consultant.post(f"/rounds/{found.id}/open")
    link_id = letters.of_round(reference_store, EVERYTHING, found.id)[0].link_id
    later = TODAY + timedelta(days=90)
    values = {"title": "Samoocena", "questionnaire": VERSION, "opens_on": TODAY.isoformat(), "closes_on": later.isoformat()}
    assert consultant.post(f"/rounds/{found.id}/edit", data=values).status_code == 302
    link = survey_links.by_id(reference_store, link_id, clock.now())
    assert link.expires_at.date() >= later + timedelta(days=60)
    assert only(reference_store).closes_on == later


def test_a_closed_round_asks_nobody_more_and_stays_readable(consultant, reference_store):
    made = asked(reference_store, ["ksp"])
    hand_in(reference_store, made["ksp"])
    assert "1" in consultant.get("/rounds/round/close").text
    consultant.post("/rounds/round/close")
    assert only(reference_store).state == "closed"
    assert consultant.get("/rounds/round").status_code == 200
    for path in ("institutions", "edit", "close"):
        assert consultant.post(f"/rounds/round/{path}", data={"institution": "kwp-radom"}).status_code == 409
    assert len(responses.of_round(reference_store, EVERYTHING, "round")) == 1


def test_the_list_tells_state_dates_and_response_rate(consultant, reference_store):
    empty = consultant.get("/rounds").text
    assert "Nie przygotowano jeszcze" in empty
    made = asked(reference_store, ["ksp", "kwp-radom"])
    hand_in(reference_store, made["ksp"])
    page = consultant.get("/rounds").text.replace("\xa0", " ")
    assert "Samoocena 2026" in page and "1 z 2" in page
    close(reference_store)
    assert "zamknięta" in consultant.get("/rounds").text


def test_a_round_of_the_country_is_worked_on_by_consultants_and_changed_by_the_reviewer(
    consultant, national, reference_store
):
    asked(reference_store, ["ksp", "kwp-poznan", "kcik"], voivodeship="")
    page = consultant.get("/rounds/round").text
    assert "KSP" in page and "KWP Poznań" not in page and "KCIK" not in page
    for path in ("edit", "close", "institutions"):
        assert consultant.get(f"/rounds/round/{path}").status_code == 404
        assert national.get(f"/rounds/round/{path}").status_code == 200


def test_two_who_open_the_same_draft_open_it_once(consultant, reference_store):
    from coordination.errors import Conflict
    from coordination.permissions import LOCAL_OPERATOR
    from coordination.readiness.rounds import running

    draft(consultant)
    read = only(reference_store)
    consultant.post(f"/rounds/{read.id}/open")
    with pytest.raises(Conflict):
        running.open_(reference_store, LOCAL_OPERATOR, read, SECRET)
    assert len(responses.of_round(reference_store, Scope(everything=True), read.id)) == len(read.audience)


def test_a_draft_is_thrown_away_after_asking_and_nobody_was_asked_by_it(consultant, reference_store):
    draft(consultant)
    found = only(reference_store)
    address = f"/rounds/{found.id}/drop"
    assert address in consultant.get(f"/rounds/{found.id}").text
    question = consultant.get(address).text
    assert "Usunąć szkic „Samoocena 2026”?" in question
    assert only(reference_store).state == "draft"  # looking throws nothing away
    version = re.search(r'name="version"[^>]* value="(\d+)"', question)[1]  # type: ignore[index]
    assert consultant.post(address, data={"version": version}).status_code == 302
    assert rounds.listed(reference_store, EVERYTHING) == []
    assert consultant.get(f"/rounds/{found.id}").status_code == 404
    (entry,) = reference_store.read("MATCH (a:AuditEntry {action: 'round:drop'}) RETURN a.object_id AS id")
    assert entry["id"] == found.id


def test_a_draft_changed_meanwhile_and_an_open_round_are_not_thrown_away(consultant, reference_store):
    draft(consultant)
    found = only(reference_store)
    seen = found.version
    consultant.post(f"/rounds/{found.id}/institutions", data={"institution": ["kwp-radom"]})
    refused = consultant.post(f"/rounds/{found.id}/drop", data={"version": seen}, follow_redirects=True)
    assert "W tym czasie ktoś zmienił rundę" in refused.text
    assert only(reference_store).audience == ("kwp-radom",)
    consultant.post(f"/rounds/{found.id}/open")
    assert consultant.get(f"/rounds/{found.id}/drop").status_code == 409
    opened = only(reference_store)
    assert consultant.post(f"/rounds/{found.id}/drop", data={"version": opened.version}).status_code == 409
    assert only(reference_store).state == "open" and len(responses.of_round(reference_store, EVERYTHING, found.id)) == 1
