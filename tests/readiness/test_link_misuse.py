"""What a link to a self-assessment does not open, and what nobody learns from it."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta

import pytest

from coordination import clock
from coordination.cooperation import service
from coordination.cooperation.service import Statement
from coordination.graph import responses, survey_links
from coordination.graph.invitations import new_token
from coordination.graph.model import Stance
from coordination.permissions import LOCAL_OPERATOR, Actor, Role
from tests.accounts.doors import Clock
from tests.readiness.asked import asked, close, fill, hand_in, holder, link, record, says, says_now

pytestmark = pytest.mark.parametrize(
    "server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True
)  # what ends a link is tested on both servers in tests/graph/test_survey_links.py
KSP = Actor(id="account-ksp", role=Role.INSTITUTION, voivodeships=("14",), institution_id="ksp")
CONSULTANT = Actor(id="consultant-14", role=Role.CONSULTANT, voivodeships=("14",))
WHOLE = ("check", "pass-on", "result", "ties")  # what only whoever holds the whole reaches
JSON = {"Accept": "application/json"}


@pytest.fixture
def ours(reference_store):
    """The response of KSP; KCIK is asked in the same round of the country."""
    return asked(reference_store, ["ksp", "kcik"], voivodeship="")


def section(id, name="KN"):
    return f"/survey/{id}/section/{name}"


def untouched(store, id):
    return responses.answers(store, id) == {} and record(store, id).state in ("invited", "opened")


def answers_of(client, id, value="2"):
    """The status of every page and of every saving of a response, for this browser."""
    found = [client.get(f"/survey/{id}"), client.get(section(id)), client.post(section(id), data=says("KN01", value))]
    found += [client.get(f"/survey/{id}/{page}") for page in WHOLE]
    found.append(client.post(f"/survey/{id}/check", data={"step": "send", "signed_by": "x", "checked": "0"}))
    return {answer.status_code for answer in found}


def test_a_link_opens_its_own_response_and_no_other(app, reference_store, ours):
    """Neither another institution's, nor that of the same institution to another round, nor one that never was."""
    other_round = asked(reference_store, ["ksp"], id="another")
    client = holder(app, link(reference_store, ours["ksp"]))
    assert client.get(section(ours["ksp"])).status_code == 200
    for foreign in (ours["kcik"], other_round["ksp"], "never", "../round-kcik"):
        assert answers_of(client, foreign) <= {404}, foreign
    assert untouched(reference_store, ours["kcik"]) and untouched(reference_store, other_round["ksp"])


def test_a_link_opens_no_other_room(app, reference_store, ours):
    client = holder(app, link(reference_store, ours["ksp"]))
    for address in (
        "/", "/survey", "/rounds", "/rounds/round", "/rounds/round/outbox", f"/rounds/review/{ours['ksp']}", "/readiness",
        "/readiness/country", "/questionnaires", "/institutions", "/institutions/kcik", "/gaps", "/cooperation/said",
        "/accounts", "/audit",
    ):  # fmt: skip
        assert client.get(address).status_code in (302, 403, 404), address
        assert "/survey/round" not in client.get(address).headers.get("Location", "")


def test_a_link_to_answer_what_others_said_opens_no_self_assessment(app, reference_store, ours):
    own = service.claimant(reference_store, KSP, "ksp")
    service.record(reference_store, KSP, own, "kcik", ["referral"], Statement(stance=Stance.COOPERATES))
    client = holder(app, service.ask(reference_store, CONSULTANT, "kcik")[1])
    assert client.get("/reply").status_code == 200
    assert client.get("/survey/opened").status_code in (404, 410)
    assert answers_of(client, ours["kcik"]) <= {404, 410}
    assert untouched(reference_store, ours["kcik"])


def test_a_link_to_a_self_assessment_answers_nothing_that_others_said(app, reference_store, ours):
    own = service.claimant(reference_store, KSP, "ksp")
    (said,) = service.record(reference_store, KSP, own, "kcik", ["referral"], Statement(stance=Stance.COOPERATES))
    client = holder(app, link(reference_store, ours["kcik"]))
    for address in ("/reply", "/reply/check", "/reply/done"):
        assert client.get(address).status_code == 404, address
    assert ended(client.get("/cooperation/said"))
    client.post("/reply", data={f"choice-{said.id}": "yes", "action": "check"})
    client.post("/reply/check")
    assert reference_store.read("MATCH (c:Claim) RETURN count(c) AS n") == [{"n": 1}]


def test_a_link_to_some_sections_opens_these_alone(app, reference_store, ours):
    id = ours["ksp"]
    client = holder(app, link(reference_store, id, sections=["KN", "ST"], to_function="Wydział Kadr"))
    assert client.get(section(id, "ST")).status_code == 200
    assert client.post(section(id), data=says("KN01", "2"), headers=JSON).status_code == 200
    # An item of another section is not saved by way of one's own.
    client.post(section(id), data=says("RS01", "2"), headers=JSON)
    assert says_now(reference_store, id, "RS01") is None
    for foreign in ("ID", "RF", "never"):
        assert client.get(section(id, foreign)).status_code == 404, foreign
        assert client.post(section(id, foreign), data=says(f"{foreign[:2]}01", "2")).status_code == 404, foreign
    assert set(responses.given(responses.answers(reference_store, id))) == {"KN01"}


def test_a_link_to_some_sections_neither_checks_nor_hands_in_nor_passes_on(app, reference_store, ours):
    id = ours["ksp"]
    fill(reference_store, id)
    client = holder(app, link(reference_store, id, sections=["KN"]))
    for page in WHOLE:
        assert client.get(f"/survey/{id}/{page}").status_code == 404, page
    for step in ("ask", "send", "sign"):
        data = {"step": step, "signed_by": "x", "sign-to_function": "x", "checked": "50"}
        assert client.post(f"/survey/{id}/check", data=data).status_code == 404, step
    assert client.post(f"/survey/{id}/pass-on", data={"sections": ["ID"], "to_function": "x"}).status_code == 404
    assert record(reference_store, id).state == "in_progress"
    assert len(survey_links.of_response(reference_store, id)) == 1
    hand_in(reference_store, id)
    assert client.get(f"/survey/{id}/result").status_code == 404, "the result is the institution's, not a section's"


def test_a_link_of_one_institution_is_not_shown_or_revoked_through_another(app, reference_store, ours):
    made = link(reference_store, ours["kcik"], sections=["KN"], id="theirs")
    client = holder(app, link(reference_store, ours["ksp"]))
    for id in ours.values():
        assert client.get(f"/survey/{id}/pass-on/theirs").status_code == 404
        assert client.post(f"/survey/{id}/pass-on/theirs/revoke").status_code == 404
    assert holder(app, made)


def test_the_invitation_itself_is_not_handed_out_to_whoever_holds_it(app, reference_store, ours):
    client = holder(app, link(reference_store, ours["ksp"], id="invitation"))
    assert client.get(f"/survey/{ours['ksp']}/pass-on/invitation").status_code == 404


def ended(answer):
    """Nothing of the response is shown, and the way in is closed."""
    onward = answer.headers.get("Location", "")
    return answer.status_code in (401, 404, 410) or (answer.status_code == 302 and "/sign-in" in onward)


def test_a_link_revoked_while_its_page_is_open_saves_nothing_more(app, reference_store, ours):
    id, token = ours["ksp"], link(reference_store, ours["ksp"], id="link")
    client = holder(app, token)
    assert client.post(section(id), data=says("KN01", "2"), headers=JSON).status_code == 200
    reference_store.change(survey_links.revoke, LOCAL_OPERATOR, id, "link", clock.now())
    for headers in ({}, JSON):
        assert ended(client.post(section(id), data=says("KN02", "yes"), headers=headers))
    assert ended(client.get(f"/survey/{id}")) and ended(client.get("/survey/opened"))
    assert app.test_client().get(f"/l/{token}").status_code == 410
    assert set(responses.given(responses.answers(reference_store, id))) == {"KN01"}


def test_an_expired_link_opens_nothing_and_ends_what_it_opened(app, reference_store, ours, monkeypatch):
    id, token = ours["ksp"], link(reference_store, ours["ksp"], days=1)
    hour = Clock(monkeypatch)
    hour.forward(hours=23, minutes=50)
    client = holder(app, token)
    assert client.get(section(id)).status_code == 200
    hour.forward(minutes=11)
    assert ended(client.get(section(id)))
    assert ended(client.post(section(id), data=says("KN01", "2")))
    assert app.test_client().get(f"/l/{token}").status_code == 410
    assert responses.answers(reference_store, id) == {}


def test_unknown_expired_and_revoked_links_answer_alike(app, reference_store, ours, monkeypatch):
    id = ours["ksp"]
    expired = link(reference_store, id, days=-1)
    revoked = link(reference_store, id, id="revoked")
    reference_store.change(survey_links.revoke, LOCAL_OPERATOR, id, "revoked", clock.now())
    pages = [app.test_client().get(f"/l/{token}") for token in (expired, revoked, new_token())]
    assert [page.status_code for page in pages] == [410] * 3
    assert len({len(page.text) for page in pages}) == 1


def test_guessed_tokens_are_throttled_and_the_right_one_is_not_used_up_by_it(app, reference_store, ours):
    token = link(reference_store, ours["ksp"])
    client = app.test_client()
    guesses = [token[:-1] + letter for letter in "abcdefghijklmnopqrst" if letter != token[-1]]
    answers = Counter(client.get(f"/l/{guess}").status_code for guess in guesses)
    assert answers[410] == 10 and set(answers) == {410, 429}
    elsewhere = app.test_client().get(f"/l/{token}", environ_overrides={"REMOTE_ADDR": "10.9.8.7"})
    assert elsewhere.status_code == 302


def test_the_token_travels_on_in_no_address_page_log_or_node(app, reference_store, ours, caplog):
    caplog.set_level(logging.DEBUG)
    token = link(reference_store, ours["ksp"])
    client = app.test_client()
    opened = client.get(f"/l/{token}")
    assert opened.status_code == 302 and token not in opened.headers["Location"]
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert token not in str(opened.headers)
    for page in ("", "/section/KN", "/check", "/pass-on"):
        shown = client.get(f"/survey/{ours['ksp']}{page}")
        assert shown.status_code == 200 and token not in shown.text, page
    client.post(section(ours["ksp"]), data=says("KN01", "2"))
    assert token not in caplog.text
    held = reference_store.read("MATCH (n) WHERE NOT n:Institution RETURN properties(n) AS it")
    assert all(token not in str(row) for row in held)


def test_scanners_of_mail_use_nothing_up_and_answer_nothing(app, reference_store, ours):
    id, token = ours["ksp"], link(reference_store, ours["ksp"])
    for _time in range(3):
        assert app.test_client().head(f"/l/{token}").status_code == 302
        scanner = app.test_client()
        assert scanner.get(f"/l/{token}", follow_redirects=True).status_code == 200
    assert untouched(reference_store, id)
    client = holder(app, token)
    assert client.post(section(id), data=says("KN01", "2"), headers=JSON).status_code == 200
    assert holder(app, token).get(f"/survey/{id}").status_code == 200, "and on another machine too"


def test_a_look_at_the_link_alone_leaves_the_response_as_invited(app, reference_store, ours):
    app.test_client().head(f"/l/{link(reference_store, ours['ksp'])}")
    assert record(reference_store, ours["ksp"]).state == "invited"


def test_after_the_round_was_closed_the_link_shows_and_changes_nothing(app, reference_store, ours):
    id = ours["ksp"]
    fill(reference_store, id)
    before = responses.answers(reference_store, id)
    client = holder(app, link(reference_store, id))
    close(reference_store)
    assert "zamknięt" in client.get(f"/survey/{id}").text
    assert client.post(section(id), data=says("KN01", "0", seen=1), headers=JSON).status_code == 409
    assert client.post(section(id), data=says("KN01", "0", seen=1)).status_code == 409
    stamp = str(sum(each.edition for each in before.values()))
    for step in ("ask", "send"):
        data = {"step": step, "signed_by": "dyrekcja", "checked": stamp}
        assert client.post(f"/survey/{id}/check", data=data).status_code in (409, 422), step
    assert client.post(f"/survey/{id}/pass-on", data={"sections": ["KN"], "to_function": "Kadry"}).status_code in (302, 409)
    assert responses.answers(reference_store, id) == before
    assert record(reference_store, id).state == "in_progress"
    assert len(survey_links.of_response(reference_store, id)) == 1


def test_after_handing_in_the_link_shows_and_changes_nothing(app, reference_store, ours):
    id = ours["ksp"]
    fill(reference_store, id)
    client, part = (holder(app, link(reference_store, id, sections=each)) for each in ((), ("KN",)))
    hand_in(reference_store, id)
    before = responses.answers(reference_store, id)
    for each in (client, part):
        assert each.post(section(id), data=says("KN01", "0", seen=1), headers=JSON).status_code == 409
    data = {"step": "send", "signed_by": "ktoś inny", "checked": "0"}
    client.post(f"/survey/{id}/check", data=data)
    found = record(reference_store, id)
    assert (found.number, found.signed_by) == (1, "zastępca kierownika")
    assert responses.answers(reference_store, id) == before


def test_a_link_is_none_of_another_program_s_secret(app, reference_store, ours):
    made = link(reference_store, ours["ksp"], id="x")
    assert survey_links.token_of("another secret", "x") != made
    assert app.test_client().get(f"/l/{survey_links.token_of('another secret', 'x')}").status_code == 410


def test_a_link_lives_60_days_after_the_date_of_its_round(app, reference_store, ours, monkeypatch):
    client = holder(app, link(reference_store, ours["ksp"]))
    client.post(f"/survey/{ours['ksp']}/pass-on", data={"sections": ["KN"], "to_function": "Kadry"})
    made = next(each for each in survey_links.of_response(reference_store, ours["ksp"]) if each.sections)
    closes = clock.today() + timedelta(days=30)
    assert (made.expires_at.date() - closes).days == 60
