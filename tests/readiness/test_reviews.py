"""Reading what came in: critical items first, comments, return, acceptance, reopening; links and history."""

from __future__ import annotations

import re

import pytest

from coordination import clock
from coordination.graph import letters, submissions, survey_links
from coordination.graph.responses import State
from coordination.permissions import LOCAL_OPERATOR, Role
from coordination.surveys.model import Answer, Said
from tests.readiness.asked import EVERYTHING, SECRET, asked, close, fill, hand_in, record, says_now


@pytest.fixture
def consultant(sign_in):
    return sign_in(Role.CONSULTANT, voivodeship="14")


@pytest.fixture
def made(reference_store):
    """KSP has handed in, KWP in Radom has not."""
    responses = asked(reference_store, ["ksp", "kwp-radom"])
    fill(
        reference_store,
        responses["ksp"],
        KN02=Answer(item_id="KN02", said=Said.NOT_APPLICABLE, reason="Instytucja nie prowadzi przesłuchań"),
    )
    hand_in(reference_store, responses["ksp"])
    return responses


def path(response_id: str) -> str:
    return f"/rounds/responses/{response_id}"


def decide(client, store, response_id: str, action: str, **values):
    version = values.pop("version", record(store, response_id).version)
    return client.post(path(response_id), data={"action": action, "version": version, **values})


def test_each_section_begins_with_its_critical_items(made, consultant):
    page = consultant.get(path(made["ksp"])).text
    sections = re.split(r'<section class="k-panel" aria-labelledby="s-', page)[1:]
    assert len(sections) == 8
    seen = 0
    for section in sections:
        items = re.split(r'<div class="k-answer-what">', section)[1:]
        critical = ["pozycja krytyczna" in item for item in items]
        assert critical == sorted(critical, reverse=True)
        seen += sum(critical)
    assert seen > 3
    assert "Instytucja nie prowadzi przesłuchań" in page and "zastępca kierownika" in page


def test_answers_that_were_not_handed_in_are_not_shown(made, reference_store, consultant):
    fill(reference_store, made["kwp-radom"], RO07="Sala przesłuchań w przygotowaniu")
    page = consultant.get(path(made["kwp-radom"])).text
    assert "Niczego jeszcze nie złożono" in page and "Sala przesłuchań" not in page
    assert decide(consultant, reference_store, made["kwp-radom"], "accept").status_code == 422


def test_a_return_carries_comments_at_items_and_prepares_the_letter(made, reference_store, consultant):
    answer = decide(
        consultant, reference_store, made["ksp"], "return", note="Uzupełnić część pierwszą.", **{"comment-KN01": "Brak dowodu."}
    )
    assert answer.status_code == 302
    found = record(reference_store, made["ksp"])
    assert found.state is State.RETURNED and found.comments == {"KN01": "Brak dowodu."}
    (letter,) = letters.of_response(reference_store, made["ksp"])
    assert letter.kind == "returned" and letter.state == "draft" and "Uzupełnić część pierwszą." in letter.body
    assert survey_links.by_id(reference_store, letter.link_id, clock.now()).response_id == made["ksp"]
    assert says_now(reference_store, made["ksp"], "KN01") is not None  # the answers stay
    hand_in(reference_store, made["ksp"])
    assert decide(consultant, reference_store, made["ksp"], "accept").status_code == 302
    assert record(reference_store, made["ksp"]).state is State.ACCEPTED


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "uwagę"),
        ({"comment-KN01": "PESEL 44051401359"}, "PESEL"),
        ({"note": "Zadzwonić: 22 000 01 01"}, "numer telefonu"),
        ({"comment-KN01": "x" * 1001}, "1000"),
    ],
)
def test_a_return_that_says_nothing_or_too_much_changes_nothing(made, reference_store, consultant, values, told):
    answer = decide(consultant, reference_store, made["ksp"], "return", **values)
    assert answer.status_code == 422 and told in answer.text
    assert record(reference_store, made["ksp"]).state is State.SUBMITTED
    assert letters.of_response(reference_store, made["ksp"]) == []
    for text in values.values():
        assert text in answer.text


def test_what_moved_on_since_it_was_read_is_not_decided(made, reference_store, consultant):
    read = record(reference_store, made["ksp"])
    decide(consultant, reference_store, made["ksp"], "return", note="Uzupełnić.")
    hand_in(reference_store, made["ksp"])
    late = decide(consultant, reference_store, made["ksp"], "accept", version=read.version)
    assert late.status_code == 422
    assert record(reference_store, made["ksp"]).state is State.SUBMITTED


def test_reopening_needs_a_reason_and_keeps_what_was_handed_in(made, reference_store, consultant):
    reopen = path(made["ksp"]) + "/reopen"
    assert consultant.get(reopen).status_code == 409  # handed in, not accepted
    decide(consultant, reference_store, made["ksp"], "accept")
    accepted = record(reference_store, made["ksp"])
    assert consultant.post(reopen, data={"version": accepted.version, "reason": ""}).status_code == 422
    assert consultant.post(reopen, data={"version": accepted.version, "reason": "ur. 12.03.1999"}).status_code == 422
    consultant.post(reopen, data={"version": accepted.version, "reason": "Prośba instytucji o poprawkę."})
    found = record(reference_store, made["ksp"])
    assert found.state is State.RETURNED and found.return_note == "Prośba instytucji o poprawkę."
    assert len(submissions.submissions(reference_store, EVERYTHING, made["ksp"])) == 1
    assert [each.kind for each in letters.of_response(reference_store, made["ksp"])] == ["reopened"]
    page = consultant.get(path(made["ksp"])).text
    assert "Prośba instytucji o poprawkę." in page


def test_in_a_closed_round_what_came_in_is_accepted_and_nothing_else(made, reference_store, consultant):
    close(reference_store)
    page = consultant.get(path(made["ksp"])).text
    assert 'value="accept"' in page and 'value="return"' not in page and "comment-KN01" not in page
    assert decide(consultant, reference_store, made["ksp"], "return", note="x").status_code == 422
    assert consultant.post(path(made["ksp"]) + "/links").status_code == 409
    assert record(reference_store, made["ksp"]).state is State.SUBMITTED
    decide(consultant, reference_store, made["ksp"], "accept")  # what came in by then is still read
    assert record(reference_store, made["ksp"]).state is State.ACCEPTED


def test_answers_on_behalf_say_so(reference_store, consultant):
    responses = asked(reference_store, ["ksp"])
    reference_store.change(
        submissions.submit, LOCAL_OPERATOR, record(reference_store, responses["ksp"]), clock.now(),
        signed_by="Konsultant wojewódzki", on_behalf=True,
    )  # fmt: skip
    assert "w imieniu instytucji" in consultant.get(path(responses["ksp"])).text


def test_a_link_is_revoked_and_another_one_made(made, reference_store, consultant):
    consultant.post(path(made["kwp-radom"]) + "/links")
    (old,) = survey_links.of_response(reference_store, made["kwp-radom"])
    browser = consultant.application.test_client()
    opened = browser.get(f"/l/{survey_links.token_of(SECRET, old.id)}")
    assert opened.status_code == 302
    consultant.post(f"{path(made['kwp-radom'])}/links/{old.id}/revoke")
    assert consultant.application.test_client().get(f"/l/{survey_links.token_of(SECRET, old.id)}").status_code == 410
    answer = consultant.post(path(made["kwp-radom"]) + "/links")
    assert "/letters/" in answer.headers["Location"]
    found = survey_links.of_response(reference_store, made["kwp-radom"])
    assert len(found) == 2 and sum(each.open(clock.now()) for each in found) == 1
    # A reminder later carries the link that still opens, not the revoked one.
    reference_store.run("MATCH (l:Letter) SET l.state = 'printed'")
    consultant.post("/rounds/round/remind", data={"response": made["kwp-radom"]})
    reminder = next(each for each in letters.of_response(reference_store, made["kwp-radom"]) if each.kind == "reminder")
    assert reminder.link_id != old.id


def test_the_start_page_counts_what_waits(made, reference_store, consultant):
    reference_store.run("MATCH (r:Round) SET r.closes_on = $day", day=clock.today().isoformat())
    page = consultant.get("/?all=1").text.replace("\xa0", " ")
    assert "1 samoocena czeka na przeczytanie" in page and "stage=submitted" in page
    assert "1 z 2 instytucji nie odpowiedziała" in page


def test_institutions_and_other_voivodeships_reach_nothing_of_it(made, sign_in):
    institution = sign_in(Role.INSTITUTION, institution="ksp")
    there = sign_in(Role.CONSULTANT, voivodeship="30")
    assert institution.get(path(made["ksp"])).status_code == 403
    assert there.get(path(made["ksp"])).status_code == there.get(path("nie-ma")).status_code == 404
    assert there.post(path(made["ksp"]), data={"action": "accept"}).status_code == 404
