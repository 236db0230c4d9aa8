"""Filling in a section: what is saved, what is refused and kept before its writer's eyes, what is asked next."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest

from coordination import clock
from coordination.graph import responses
from coordination.permissions import Role
from coordination.surveys.model import Answer, Said
from tests.readiness.asked import (
    accept,
    asked,
    close,
    edition,
    fill,
    give_back,
    hand_in,
    holder,
    link,
    record,
    save,
    says,
    says_now,
)

pytestmark = pytest.mark.parametrize("server", ["embedded"], indirect=True)  # the pages are the same on both

JSON = {"Accept": "application/json"}
PESEL = "44051401359"
KN, ST = "/survey/round-ksp/section/KN", "/survey/round-ksp/section/ST"


@pytest.fixture
def ksp(reference_store, sign_in):
    """The contact point of KSP, asked in an open round."""
    asked(reference_store, ["ksp"])
    return sign_in(Role.INSTITUTION, institution="ksp", label="Punkt kontaktowy")


def fields(page: str, item: str) -> dict[str, str]:
    """What the page holds for an item besides its answer: the edition and the mark of what was shown."""
    return {
        f"{name}-{item}": re.search(rf'name="{name}-{item}" value="([^"]*)"', page)[1]  # type: ignore[index]
        for name in ("seen", "was")
    }


def chosen(page: str, item: str) -> list[str]:
    return re.findall(rf'name="a-{item}" value="([^"]*)" checked', page)


def hidden(page: str, item: str) -> bool:
    return bool(re.search(rf'<fieldset[^>]*id="item-{item}"[^>]* hidden>', page))


# The list of sections


def test_an_institution_without_a_round_is_told_so(sign_in):
    page = sign_in(Role.INSTITUTION, institution="ksp").get("/survey").text
    assert "Ankieta nie została jeszcze otwarta." in page


def test_rounds_are_listed_the_open_one_first(reference_store, sign_in):
    store = reference_store
    old = asked(store, ["ksp"], id="old", title="Samoocena 2025", opens_on=date(2027, 1, 1))
    fill(store, old["ksp"])
    hand_in(store, old["ksp"])
    close(store, "old")
    asked(store, ["ksp"])
    page = sign_in(Role.INSTITUTION, institution="ksp").get("/survey").text
    assert page.index("Samoocena 2026") < page.index("Samoocena 2025")
    assert "/survey/old-ksp/result" in page and "/survey/round-ksp/result" not in page


def test_a_consultant_starts_from_the_rounds(sign_in):
    answer = sign_in(Role.CONSULTANT, voivodeship="14").get("/survey")
    assert answer.status_code == 302 and answer.headers["Location"] == "/rounds"


def test_the_start_says_how_long_until_when_and_what_is_left(reference_store, ksp):
    fill(reference_store, "round-ksp", without=["KN02", "RO", "ID", "FU"])
    page = ksp.get("/survey/round-ksp").text
    assert "35\xa0minut" in page or "35 minut" in page
    assert "a nie kontroli" in page
    assert "w toku, 3 z 4" in page or "w toku, 4 z 5" in page
    assert "nierozpoczęte" in page and "gotowe" in page
    assert re.search(r'btn-primary" href="/survey/round-ksp/section/KN"', page), "continue is the first unfinished section"


def test_the_first_look_is_noted_once_and_a_consultants_is_not(reference_store, ksp, sign_in):
    sign_in(Role.CONSULTANT, voivodeship="14").get("/survey/round-ksp")
    assert record(reference_store, "round-ksp").state == "invited"
    ksp.get("/survey/round-ksp")
    ksp.get("/survey/round-ksp")
    opened = record(reference_store, "round-ksp")
    assert opened.state == "opened"
    log = reference_store.read("MATCH (e:AuditEntry {action: 'response:open'}) RETURN count(e) AS n")
    assert log == [{"n": 1}]


def test_after_its_date_answers_are_taken_and_told_to_be_late(reference_store, sign_in):
    yesterday = clock.today() - timedelta(days=1)
    asked(reference_store, ["ksp"], opens_on=yesterday, closes_on=yesterday)
    client = sign_in(Role.INSTITUTION, institution="ksp")
    assert "Po terminie" in client.get("/survey/round-ksp").text
    assert client.post(KN, data=says("KN01", "3"), headers=JSON).status_code == 200


def test_in_a_closed_round_nothing_can_be_answered_and_nothing_typed_is_lost(reference_store, ksp):
    close(reference_store)
    assert "Rundę zamknięto" in ksp.get("/survey/round-ksp").text
    assert '<fieldset class="k-survey-items" disabled>' in ksp.get(KN).text
    refused = ksp.post(KN, data=says("KN01", "3", comment="Wpisany tekst"))
    assert refused.status_code == 409 and "Wpisany tekst" in refused.text
    assert ksp.post(KN, data=says("KN01", "3"), headers=JSON).json["refused"]
    assert says_now(reference_store, "round-ksp", "KN01") is None


# Saving


def test_the_button_and_the_script_save_the_same(reference_store, ksp):
    by_script = ksp.post(KN, data=says("KN01", "3"), headers=JSON)
    assert by_script.status_code == 200 and by_script.json["editions"] == {"KN01": 1}
    assert re.fullmatch(r"Zapisano o \d{1,2}:\d\d", by_script.json["saved"])
    by_button = ksp.post(KN, data=says("KN02", "partly") | {"go": "list"})
    assert by_button.headers["Location"] == "/survey/round-ksp"
    assert says_now(reference_store, "round-ksp", "KN01").value == 3
    assert says_now(reference_store, "round-ksp", "KN02").value == "partly"
    kept = responses.answers(reference_store, "round-ksp")["KN01"]
    assert kept.saved_by == "Punkt kontaktowy"


def test_every_kind_of_answer_comes_back_as_it_was_given(reference_store, ksp):
    given = {
        "KN": {"KN01": "4", "KN02": "no", "KN04": "1-4", "KN05": ["labour", "begging"]},
        "ST": {"ST02": "12,5"},
        "RO": {"RO06": "Tekst w\ndwóch wierszach"},
    }
    for section, answers in given.items():
        data: dict = {}
        for item, value in answers.items():
            data |= says(item, value)
        assert ksp.post(f"/survey/round-ksp/section/{section}", data=data, headers=JSON).status_code == 200
    said = {id: each.value for id, each in responses.given(responses.answers(reference_store, "round-ksp")).items()}
    assert said == {
        "KN01": 4, "KN02": "no", "KN04": "1-4", "KN05": ("labour", "begging"), "ST02": 12.5,
        "RO06": "Tekst w\ndwóch wierszach",
    }  # fmt: skip
    page = ksp.get(ST).text
    assert re.search(r'id="a-ST02" name="a-ST02" value="12,5"', page)
    # Sent back untouched, a page changes nothing: everything it holds reads as what is stored.
    for section, answers in given.items():
        page = ksp.get(f"/survey/round-ksp/section/{section}").text
        data = {}
        for item, value in answers.items():
            data |= says(item, value) | fields(page, item)
        ksp.post(f"/survey/round-ksp/section/{section}", data=data)
    assert {each.edition for each in responses.answers(reference_store, "round-ksp").values()} == {1}


def test_not_applicable_asks_why_and_is_not_dont_know(reference_store, ksp):
    refused = ksp.post(KN, data=says("KN01", "~na"), headers=JSON)
    assert refused.status_code == 422 and refused.json["troubles"]["KN01"][0]["part"] == "reason"
    ksp.post(KN, data=says("KN01", "~na", reason="Instytucja nie ma pierwszego kontaktu."), headers=JSON)
    assert says_now(reference_store, "round-ksp", "KN01").said is Said.NOT_APPLICABLE
    ksp.post(KN, data=says("KN02", "~dk"), headers=JSON)
    assert says_now(reference_store, "round-ksp", "KN02").said is Said.UNKNOWN


def test_none_of_many_is_an_answer_and_both_at_once_is_none(reference_store, ksp):
    ksp.post(KN, data=says("KN05", "~none"), headers=JSON)
    assert says_now(reference_store, "round-ksp", "KN05").value == ()
    refused = ksp.post(KN, data=says("KN05", ["labour", "~dk"], seen=1), headers=JSON)
    assert refused.status_code == 422
    assert says_now(reference_store, "round-ksp", "KN05").value == ()


def test_a_pesel_in_a_note_keeps_the_note_that_stood_and_saves_the_rest(reference_store, ksp):
    save(reference_store, "round-ksp", [Answer(item_id="KN01", value=1, evidence="Program szkolenia")])
    page = ksp.get(KN).text
    data = says("KN01", "3", evidence=f"Rozmowa z {PESEL}") | fields(page, "KN01")
    data |= says("KN02", "yes") | fields(page, "KN02")
    refused = ksp.post(KN, data=data)
    assert refused.status_code == 422
    assert f"Rozmowa z {PESEL}" in refused.text, "the text stays in its field"
    assert re.search(r'<a href="#item-KN01">[^<]*PESEL', refused.text), "and a summary leads there"
    assert "<title>Błąd:" in refused.text
    stands = says_now(reference_store, "round-ksp", "KN01")
    assert (stands.value, stands.evidence) == (3, "Program szkolenia")
    assert says_now(reference_store, "round-ksp", "KN02").value == "yes"
    everything = reference_store.read("MATCH (n) RETURN properties(n) AS it")
    assert everything and PESEL not in str(everything), "nowhere in the store, the log included"


def test_a_number_out_of_range_is_named_and_the_others_are_saved(reference_store, ksp):
    data = says("ST02", "140") | says("ST01", "yes")
    refused = ksp.post(ST, data=data)
    assert refused.status_code == 422 and 'value="140"' in refused.text
    assert says_now(reference_store, "round-ksp", "ST02") is None
    assert says_now(reference_store, "round-ksp", "ST01").value == "yes"


def test_an_answer_can_be_taken_away(reference_store, ksp):
    ksp.post(KN, data=says("KN01", "3"), headers=JSON)
    answer = ksp.post(KN, data=says("KN01", "3", seen=1) | {"clear": "KN01"})
    assert answer.headers["Location"] == f"{KN}#item-KN01"
    assert says_now(reference_store, "round-ksp", "KN01") is None
    assert edition(reference_store, "round-ksp", "KN01") == 2


def test_the_next_section_follows_and_after_the_last_the_check(ksp):
    assert ksp.post(KN, data={"go": "next"}).headers["Location"] == "/survey/round-ksp/section/RO"
    last = ksp.post("/survey/round-ksp/section/FU", data={"go": "next"})
    assert last.headers["Location"] == "/survey/round-ksp/check"


# Two at once


def test_two_people_in_two_questions_disturb_nobody(reference_store, ksp):
    mine, theirs = ksp.get(KN).text, ksp.get(KN).text
    ksp.post(KN, data=says("KN01", "2") | fields(theirs, "KN01") | says("KN02") | fields(theirs, "KN02"))
    # The other page still holds nothing for KN01; it was not touched there.
    ksp.post(KN, data=says("KN01") | fields(mine, "KN01") | says("KN02", "no") | fields(mine, "KN02"))
    assert says_now(reference_store, "round-ksp", "KN01").value == 2
    assert says_now(reference_store, "round-ksp", "KN02").value == "no"


def test_of_two_answers_to_one_question_neither_is_lost(reference_store, ksp):
    page = ksp.get(KN).text
    save(reference_store, "round-ksp", [Answer(item_id="KN01", value=1, comment="Od 2024 r.")], by="Wydział Kadr")
    clash = ksp.post(KN, data=says("KN01", "4") | fields(page, "KN01") | says("KN02", "yes") | fields(page, "KN02"))
    assert clash.status_code == 409
    assert "Wydział Kadr" in clash.text and "Od 2024 r." in clash.text, "theirs is shown"
    assert chosen(clash.text, "KN01") == ["4"], "mine is still chosen"
    assert says_now(reference_store, "round-ksp", "KN02").value == "yes", "the others are saved"
    again = says("KN01", "4") | fields(clash.text, "KN01") | {"theirs-KN01": "1"}
    assert ksp.post(KN, data=again).status_code == 409, "who chose nothing overwrites nothing"
    assert says_now(reference_store, "round-ksp", "KN01").value == 1
    assert ksp.post(KN, data=again | {"keep-KN01": "mine"}).status_code == 302
    assert says_now(reference_store, "round-ksp", "KN01").value == 4


def test_theirs_can_be_kept(reference_store, ksp):
    save(reference_store, "round-ksp", [Answer(item_id="KN01", value=1)], by="Wydział Kadr")
    clash = ksp.post(KN, data=says("KN01", "4"), headers=JSON)
    assert clash.status_code == 409 and "Wydział Kadr" in clash.json["conflicts"]["KN01"]
    kept = ksp.post(KN, data=says("KN01", "4", keep="theirs"), headers=JSON)
    assert kept.status_code == 200 and 'value="1" checked' in kept.json["items"]["KN01"]
    assert says_now(reference_store, "round-ksp", "KN01").value == 1


# Conditions


def test_a_condition_opens_a_question_at_once_with_the_script_and_after_saving_without(ksp):
    assert hidden(ksp.get(KN).text, "KN05")
    opened = ksp.post(KN, data=says("KN04", "5-9"), headers=JSON)
    assert opened.json["shown"][-1] == "KN05"
    closed = ksp.post(KN, data=says("KN04", "none", seen=1), headers=JSON)
    assert "KN05" not in closed.json["shown"]
    saved = ksp.post(KN, data=says("KN04", "1-4", seen=2) | {"go": "next"})
    assert saved.headers["Location"] == f"{KN}#item-KN05", "a new question is not passed by"
    assert not hidden(ksp.get(KN).text, "KN05")


# Last round's answers


@pytest.fixture
def again(reference_store, sign_in):
    """KSP answered last year and is asked again."""
    store = reference_store
    last = asked(store, ["ksp"], id="last", title="Samoocena 2025")
    fill(store, last["ksp"], 2)
    hand_in(store, last["ksp"])
    close(store, "last")
    asked(store, ["ksp"])
    return sign_in(Role.INSTITUTION, institution="ksp")


def test_last_rounds_answer_stands_beside_and_is_never_filled_in(again):
    page = again.get(KN).text
    assert "W „Samoocena 2025”: 2 – " in page
    assert chosen(page, "KN01") == []


def test_what_is_taken_over_counts_once_it_is_confirmed(reference_store, again):
    save(reference_store, "round-ksp", [Answer(item_id="KN02", value="no")])
    again.post(KN, data={"go": "take_over"})
    copied = says_now(reference_store, "round-ksp", "KN01")
    assert copied.value == 2 and copied.copied
    assert says_now(reference_store, "round-ksp", "KN02").value == "no", "what is answered stays"
    assert "w toku, 1 z" in again.get("/survey/round-ksp").text, "a copy is no answer yet"
    page = again.get(KN).text
    assert chosen(page, "KN01") == ["2"]
    untouched = says("KN01", "2") | fields(page, "KN01")
    again.post(KN, data=untouched)
    assert says_now(reference_store, "round-ksp", "KN01").copied, "passing by confirms nothing"
    again.post(KN, data=untouched | {"confirm-KN01": "1"})
    assert not says_now(reference_store, "round-ksp", "KN01").copied


def test_a_copied_answer_that_is_changed_is_ones_own(reference_store, again):
    again.post(KN, data={"go": "take_over"})
    page = again.get(KN).text
    answer = again.post(KN, data=says("KN01", "4") | fields(page, "KN01"), headers=JSON)
    assert answer.json["copied"] == {"KN01": False}
    stands = says_now(reference_store, "round-ksp", "KN01")
    assert stands.value == 4 and not stands.copied


# Returned, on behalf, by link


def test_comments_of_the_consultant_stand_at_their_questions(reference_store, ksp):
    fill(reference_store, "round-ksp")
    hand_in(reference_store, "round-ksp")
    give_back(reference_store, "round-ksp", "Procedury do uzupełnienia.", ID01="Jaki dokument?")
    start = ksp.get("/survey/round-ksp").text
    assert "Procedury do uzupełnienia." in start and "1 uwaga konsultanta" in start
    page = ksp.get("/survey/round-ksp/section/ID").text
    assert page.index('id="item-ID01"') < page.index("Jaki dokument?") < page.index('id="item-ID02"')
    assert ksp.post("/survey/round-ksp/section/ID", data=says("ID01", "4", seen=1), headers=JSON).status_code == 200


def test_what_is_handed_in_or_accepted_is_read_only(reference_store, ksp):
    fill(reference_store, "round-ksp")
    hand_in(reference_store, "round-ksp")
    refused = ksp.post(KN, data=says("KN01", "0", seen=1), headers=JSON)
    assert refused.status_code == 409 and "wysłana" in refused.json["refused"]
    accept(reference_store, "round-ksp")
    assert "Wysłano i przyjęto" in ksp.get("/survey/round-ksp").text
    assert says_now(reference_store, "round-ksp", "KN01").value == 3


def test_a_consultant_answers_on_behalf_and_every_page_says_so(reference_store, sign_in):
    asked(reference_store, ["ksp"])
    consultant = sign_in(Role.CONSULTANT, voivodeship="14", label="Konsultant wojewódzki")
    for page in ("", "/section/KN", "/pass-on", "/check"):
        assert "w imieniu instytucji: KSP" in consultant.get(f"/survey/round-ksp{page}").text, page
    consultant.post(KN, data=says("KN01", "3"), headers=JSON)
    assert record(reference_store, "round-ksp").on_behalf
    assert responses.answers(reference_store, "round-ksp")["KN01"].saved_by == "Konsultant wojewódzki"


def test_a_link_to_the_whole_lands_on_the_sections_and_saves(app, reference_store):
    asked(reference_store, ["ksp"])
    client = holder(app, link(reference_store, "round-ksp", to_function="Punkt kontaktowy"))
    assert client.get("/survey/opened").headers["Location"] == "/survey/round-ksp"
    assert client.post(KN, data=says("KN01", "3"), headers=JSON).status_code == 200
    assert client.get("/survey/alive").json["ends"]


def test_the_session_is_said_to_end_when_it_does(ksp):
    ends = ksp.get("/survey/alive").json["ends"]
    left = (datetime.fromisoformat(ends) - clock.now()).total_seconds() / 60
    assert 25 < left <= 30, "the session lasts 30 minutes, and a request within the first of them is not noted"
    assert 'data-alive="/survey/alive"' in ksp.get(KN).text


