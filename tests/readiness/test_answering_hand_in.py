"""Passing sections on, checking, handing in, the result, and the ties that answers suggest."""

from __future__ import annotations

import re
from threading import Barrier, Thread
from urllib.parse import unquote

import pytest

from coordination.clock import today
from coordination.graph import claims, submissions, survey_links
from coordination.permissions import Role
from coordination.readiness.rounds import reminders
from coordination.surveys.model import Answer
from tests.readiness.asked import (
    EVERYTHING,
    SECRET,
    asked,
    close,
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
AT = "/survey/round-ksp"
FUNCTION = "zastępca kierownika"


@pytest.fixture
def ksp(reference_store, sign_in):
    """The contact point of KSP, asked in an open round."""
    asked(reference_store, ["ksp"])
    return sign_in(Role.INSTITUTION, institution="ksp", label="Punkt kontaktowy")


def stamp(page: str) -> str:
    return re.search(r'name="checked" value="(\d+)"', page)[1]  # type: ignore[index]


def sign(client, function: str = FUNCTION):
    """Approve and confirm, as one does on the two pages."""
    asked_once_more = client.post(f"{AT}/check", data={"step": "ask", "signed_by": function})
    assert asked_once_more.status_code == 200 and "Wysłać samoocenę?" in asked_once_more.text
    return client.post(
        f"{AT}/check", data={"step": "send", "signed_by": function, "checked": stamp(asked_once_more.text)}
    )


def handed(store, response_id: str = "round-ksp"):
    return submissions.submissions(store, EVERYTHING, response_id)


# Passing sections on


def test_sections_are_passed_on_to_a_function_and_its_link_opens_only_these(app, reference_store, ksp):
    made = ksp.post(f"{AT}/pass-on", data={"sections": ["ST", "RS"], "to_function": "Wydział Kadr"})
    assert made.status_code == 302
    shown = ksp.get(made.headers["Location"]).text
    token = re.search(r"http://[^\"]*/l/([\w-]{40,})", shown)[1]  # type: ignore[index]
    assert "<svg" in shown and 'class="k-qr"' in shown, "a code to print"
    mail = unquote(re.search(r'href="mailto:\?([^"]*)"', shown)[1])  # type: ignore[index]
    assert token in mail and "Kadra i szkolenia" in mail
    assert "przekazano: Wydział Kadr" in ksp.get(AT).text
    client = holder(app, token)
    start = client.get(AT).text
    assert "Kadra i szkolenia" in start and "Wiedza o zjawisku" not in start
    assert client.post(f"{AT}/section/ST", data=says("ST01", "yes"), headers=JSON).status_code == 200
    assert client.get(f"{AT}/section/KN").status_code == 404
    assert client.post(f"{AT}/section/KN", data=says("KN01", "4"), headers=JSON).status_code == 404
    for page in ("check", "result", "ties", "pass-on"):
        assert client.get(f"{AT}/{page}").status_code == 404, page
    assert says_now(reference_store, "round-ksp", "KN01") is None
    assert says_now(reference_store, "round-ksp", "ST01").value == "yes"


def test_all_sections_passed_on_are_still_no_right_to_hand_in(app, reference_store, ksp):
    every = ["KN", "RO", "ID", "SR", "ST", "RS", "CO", "FU"]
    client = holder(app, link(reference_store, "round-ksp", every))
    assert client.get(f"{AT}/section/KN").status_code == 200
    assert client.get(f"{AT}/check").status_code == 404


def test_what_a_link_is_for_must_be_said_and_holds_no_data_of_persons(reference_store, ksp):
    nothing = ksp.post(f"{AT}/pass-on", data={"to_function": "Wydział Kadr"})
    assert nothing.status_code == 422 and "Wybierz co najmniej jedną część." in nothing.text
    nobody = ksp.post(f"{AT}/pass-on", data={"sections": ["ST"]})
    assert nobody.status_code == 422 and "checked" in nobody.text
    personal = ksp.post(f"{AT}/pass-on", data={"sections": ["ST"], "to_function": "PESEL 44051401359"})
    assert personal.status_code == 422
    assert survey_links.of_response(reference_store, "round-ksp") == []


def test_a_revoked_link_is_out_at_once_and_its_answers_stay(app, reference_store, ksp):
    client = holder(app, link(reference_store, "round-ksp", ["ST"], id="kadry", to_function="Kadry"))
    client.post(f"{AT}/section/ST", data=says("ST01", "yes"), headers=JSON)
    assert ksp.post(f"{AT}/pass-on/kadry/revoke").status_code == 302
    assert client.get(AT).status_code in (302, 410)
    assert client.post(f"{AT}/section/ST", data=says("ST01", "no", seen=1), headers=JSON).status_code in (302, 410)
    assert says_now(reference_store, "round-ksp", "ST01").value == "yes"


def test_the_invitation_itself_is_not_among_the_links_one_may_revoke(reference_store, ksp):
    link(reference_store, "round-ksp", id="invitation")
    assert "Punkt" not in ksp.get(f"{AT}/pass-on").text.split('id="links"')[1]
    assert ksp.get(f"{AT}/pass-on/invitation").status_code == 404
    assert ksp.post(f"{AT}/pass-on/invitation/revoke").status_code == 404
    assert survey_links.of_response(reference_store, "round-ksp")[0].revoked_at is None


# Checking and handing in


def test_the_check_names_what_is_missing_critical_items_first_and_who_will_see_it(reference_store, ksp):
    fill(reference_store, "round-ksp", without=["KN02", "ID01"])
    page = ksp.get(f"{AT}/check").text
    assert "2 pytania nie mają jeszcze odpowiedzi" in page
    assert f'href="{AT}/section/ID#item-ID01"' in page
    assert page.index("Pozycje krytyczne") < page.index("Kto to zobaczy")
    critical = page[page.index('id="critical"') : page.index('id="section-KN"')]
    assert "ID01" in critical and "KN01" not in critical


def test_nothing_is_handed_in_while_something_is_missing(reference_store, ksp):
    fill(reference_store, "round-ksp", without=["KN02"])
    for step in ("ask", "send"):
        refused = ksp.post(f"{AT}/check", data={"step": step, "signed_by": FUNCTION, "checked": "0"})
        assert refused.status_code == 422 and "KN02" in refused.text, step
    assert ksp.post(f"{AT}/check", data={"step": "sign", "sign-to_function": FUNCTION}).status_code == 422
    assert handed(reference_store) == []
    assert record(reference_store, "round-ksp").state == "in_progress"


def test_not_applicable_and_dont_know_are_answers_too(reference_store, ksp):
    fill(reference_store, "round-ksp", without=["KN01", "KN02"])
    ksp.post(f"{AT}/section/KN", data=says("KN01", "~na", reason="Bez pierwszego kontaktu.") | says("KN02", "~dk"))
    assert sign(ksp).headers["Location"] == f"{AT}/result"


def test_a_copied_answer_nobody_confirmed_is_missing(reference_store, ksp):
    fill(reference_store, "round-ksp")
    save(reference_store, "round-ksp", [Answer(item_id="KN01", value=2, copied=True)])
    page = ksp.get(f"{AT}/check").text
    assert "do potwierdzenia" in page and "1 pytanie nie ma jeszcze odpowiedzi" in page


def test_the_approving_function_is_asked_for_and_kept(reference_store, ksp):
    fill(reference_store, "round-ksp")
    nobody = ksp.post(f"{AT}/check", data={"step": "ask"})
    assert nobody.status_code == 422 and "Podaj funkcję zatwierdzającą" in nobody.text
    assert sign(ksp).status_code == 302
    (only,) = handed(reference_store)
    assert only.signed_by == FUNCTION and not only.on_behalf and only.answers["KN01"].value == 3


def test_two_clicks_make_one_submission(reference_store, ksp):
    fill(reference_store, "round-ksp")
    data = {"step": "send", "signed_by": FUNCTION, "checked": stamp(ksp.post(f"{AT}/check", data={"signed_by": FUNCTION}).text)}
    first, second = (ksp.post(f"{AT}/check", data=data) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"] == f"{AT}/result"
    assert len(handed(reference_store)) == 1


def test_two_clicks_at_one_moment_make_one_submission(app, reference_store, ksp):
    fill(reference_store, "round-ksp")
    data = {"step": "send", "signed_by": FUNCTION, "checked": stamp(ksp.post(f"{AT}/check", data={"signed_by": FUNCTION}).text)}
    key = ksp.get_cookie(app.config["SESSION_COOKIE_NAME"])
    start, answers = Barrier(2), []

    def click() -> None:
        client = app.test_client()
        client.set_cookie(key.key, key.value)
        start.wait()
        answers.append(client.post(f"{AT}/check", data=data))

    clicks = [Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert [each.headers.get("Location") for each in answers] == [f"{AT}/result"] * 2
    assert len(handed(reference_store)) == 1


def test_answers_that_changed_after_the_check_are_checked_again(reference_store, ksp):
    fill(reference_store, "round-ksp")
    seen = stamp(ksp.post(f"{AT}/check", data={"signed_by": FUNCTION}).text)
    save(reference_store, "round-ksp", [Answer(item_id="KN01", value=0)], by="Wydział Kadr")
    refused = ksp.post(f"{AT}/check", data={"step": "send", "signed_by": FUNCTION, "checked": seen})
    assert refused.status_code == 422 and "Ktoś w międzyczasie zapisał odpowiedź" in refused.text
    assert handed(reference_store) == []


def test_the_whole_is_passed_on_for_approval_and_handed_in_by_the_link(app, reference_store, ksp):
    fill(reference_store, "round-ksp")
    made = ksp.post(f"{AT}/check", data={"step": "sign", "sign-to_function": "Komendant"})
    assert record(reference_store, "round-ksp").state == "to_sign"
    token = re.search(r"/l/([\w-]{40,})", ksp.get(made.headers["Location"]).text)[1]  # type: ignore[index]
    (kept,) = survey_links.of_response(reference_store, "round-ksp")
    assert kept.role == "sign" and token == survey_links.token_of(SECRET, kept.id)
    client = holder(app, token)
    assert client.get("/survey/opened").headers["Location"] == f"{AT}/check"
    assert 'value="Komendant"' in client.get(f"{AT}/check").text
    assert sign(client, "Komendant").status_code == 302
    assert handed(reference_store)[0].signed_by == "Komendant"


def test_a_changed_answer_takes_back_what_waits_for_approval(reference_store, ksp):
    fill(reference_store, "round-ksp")
    ksp.post(f"{AT}/check", data={"step": "sign", "sign-to_function": "Komendant"})
    ksp.post(f"{AT}/section/KN", data=says("KN01", "1", seen=1), headers=JSON)
    assert record(reference_store, "round-ksp").state == "in_progress"


def test_in_a_closed_round_nothing_is_handed_in(reference_store, ksp):
    fill(reference_store, "round-ksp")
    close(reference_store)
    refused = ksp.post(f"{AT}/check", data={"step": "send", "signed_by": FUNCTION, "checked": "0"})
    assert refused.status_code in (409, 422) and handed(reference_store) == []


def test_what_was_returned_is_handed_in_again(reference_store, ksp):
    fill(reference_store, "round-ksp")
    sign(ksp)
    give_back(reference_store, "round-ksp", "Do uzupełnienia.", ID01="Jaki dokument?")
    ksp.post(f"{AT}/section/ID", data=says("ID01", "4", seen=1), headers=JSON)
    sign(ksp)
    last, first = handed(reference_store)
    assert (first.answers["ID01"].value, last.answers["ID01"].value) == (3, 4)


# The result


def test_before_handing_in_there_is_no_result(reference_store, ksp):
    fill(reference_store, "round-ksp")
    for page in ("result", "ties"):
        assert "Samoocena nie została wysłana." in ksp.get(f"{AT}/{page}").text


def test_the_result_shows_first_steps_who_can_help_the_target_and_the_arithmetic(reference_store, sign_in):
    store = reference_store
    ours = asked(store, ["ksp", "kwp-radom", "kwp-poznan"], targets={"police_regional": {"ID": 75}})
    fill(store, ours["kwp-radom"], 4, RS07="Psycholog i sala rozmów.")
    fill(store, ours["kwp-poznan"], 4, RS07="Tłumacz z innego województwa.")
    for each in ("kwp-radom", "kwp-poznan"):
        hand_in(store, ours[each])
    fill(store, ours["ksp"], 3, ID01=0)
    hand_in(store, ours["ksp"])
    page = sign_in(Role.INSTITUTION, institution="ksp").get(f"{AT}/result").text
    steps = page[page.index('id="steps"') : page.index('id="profile"')]
    assert steps.index("ID01") and "Następny poziom" in steps
    assert "Psycholog i sala rozmów." in steps, "who is strong in the voivodeship and offers help"
    assert "Tłumacz z innego województwa." not in page, "others are too far"
    assert "cel 75" in page and 'id="why-ID"' in page
    assert "za mało odpowiedzi, aby porównać" in page, "two others are too few for a mean"
    assert "Nie ma wcześniejszej rundy" in page


def test_the_change_since_the_last_round_is_over_common_items(reference_store, sign_in):
    store = reference_store
    last = asked(store, ["ksp"], id="last", title="Samoocena 2025")
    fill(store, last["ksp"], 2)
    hand_in(store, last["ksp"])
    close(store, "last")
    asked(store, ["ksp"])
    fill(store, "round-ksp", 4)
    hand_in(store, "round-ksp")
    page = sign_in(Role.INSTITUTION, institution="ksp").get(f"{AT}/result").text.replace("\xa0", " ")
    assert "W porównaniu z „Samoocena 2025”" in page and "Wspólne pozycje" in page


def test_a_returned_response_keeps_the_result_of_what_it_had_handed_in(reference_store, ksp):
    fill(reference_store, "round-ksp")
    hand_in(reference_store, "round-ksp")
    give_back(reference_store, "round-ksp")
    assert "Pierwsze kroki" in ksp.get(f"{AT}/result").text


# Ties


def stated(store, institution: str = "ksp"):
    return [each for each in claims.of_institution(store, EVERYTHING, institution) if each.claimant_id == institution]


def test_a_suggested_tie_is_recorded_only_when_it_is_confirmed(reference_store, ksp):
    fill(reference_store, "round-ksp", RO04="yes")
    hand_in(reference_store, "round-ksp")
    page = ksp.get(f"{AT}/ties").text
    assert 'value="kcik|referral"' in page and "RO04" in page
    assert stated(reference_store) == [], "looking records nothing"
    ksp.post(f"{AT}/ties", data={"claim": "kcik|referral"})
    (only,) = stated(reference_store)
    assert (only.partner_id, only.area, only.source) == ("kcik", "referral", "survey")
    assert 'value="kcik|referral"' not in ksp.get(f"{AT}/ties").text
    ksp.post(f"{AT}/ties", data={"claim": "kcik|referral"})
    assert len(stated(reference_store)) == 1


def test_what_is_not_suggested_cannot_be_confirmed(reference_store, ksp):
    fill(reference_store, "round-ksp", 0)
    hand_in(reference_store, "round-ksp")
    for claim in ("kcik|referral", "kwp-poznan|training", "", "|"):
        answer = ksp.post(f"{AT}/ties", data={"claim": claim}, follow_redirects=True)
        assert "Nic nie zapisano" in answer.text
    assert stated(reference_store) == []


def test_a_link_holder_with_the_whole_confirms_too_and_a_consultant_on_behalf(app, reference_store, sign_in):
    asked(reference_store, ["ksp", "kwp-radom"])
    for each in ("ksp", "kwp-radom"):
        fill(reference_store, f"round-{each}", RO04="yes")
        hand_in(reference_store, f"round-{each}")
    holder(app, link(reference_store, "round-ksp")).post(f"{AT}/ties", data={"claim": "kcik|referral"})
    assert [each.source for each in stated(reference_store)] == ["survey"]
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    consultant.post("/survey/round-kwp-radom/ties", data={"claim": "kcik|referral"})
    assert [each.source for each in stated(reference_store, "kwp-radom")] == ["on_behalf"]


def test_what_a_consultant_hands_in_is_marked_as_on_behalf(reference_store, sign_in):
    asked(reference_store, ["ksp"])
    fill(reference_store, "round-ksp")
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    sign(consultant)
    assert handed(reference_store)[0].on_behalf
    assert "Wypełniono w imieniu instytucji." in consultant.get(f"{AT}/result").text


def test_an_institution_itself_ends_its_reminders_and_asks_for_them_again(ksp, reference_store, sign_in):
    start = ksp.get(AT).text
    assert "Bez przypomnień" in start and f"{AT}/reminders" in start
    told = ksp.post(f"{AT}/reminders", data={"wanted": "0"}, follow_redirects=True).text
    assert "Nie będzie więcej przypomnień" in told and "Przypominać ponownie" in told
    assert reminders.due(record(reference_store, "round-ksp"), today()) is reminders.Reason.STOPPED
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    assert "instytucja poprosiła o niewysyłanie przypomnień" in consultant.get("/rounds/responses/round-ksp").text
    ksp.post(f"{AT}/reminders", data={"wanted": "1"})
    assert reminders.due(record(reference_store, "round-ksp"), today()) is None


def test_a_consultant_s_reason_is_told_in_their_own_words(reference_store, sign_in):
    asked(reference_store, ["ksp"])
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    consultant.post("/rounds/responses/round-ksp/reminders", data={"reason": "Note"})  # a text of the program as well
    assert "Przypomnienia wstrzymano: Note." in consultant.get("/rounds/responses/round-ksp?lang=pl").text


def test_a_link_to_the_whole_ends_reminders_and_one_to_a_section_does_not(app, reference_store):
    asked(reference_store, ["ksp"])
    part = holder(app, link(reference_store, "round-ksp", sections=["KN"]))
    assert "reminders" not in part.get(AT).text
    assert part.post(f"{AT}/reminders", data={"wanted": "0"}).status_code == 404
    assert record(reference_store, "round-ksp").stopped == ""
    holder(app, link(reference_store, "round-ksp")).post(f"{AT}/reminders", data={"wanted": "0"})
    assert record(reference_store, "round-ksp").stopped


def test_who_has_handed_in_is_told_that_no_reminder_comes_anyway(ksp, reference_store):
    fill(reference_store, "round-ksp")
    hand_in(reference_store, "round-ksp")
    assert f"{AT}/reminders" not in ksp.get(AT).text
    told = ksp.post(f"{AT}/reminders", data={"wanted": "0"}, follow_redirects=True).text
    assert "Niczego nie zmieniono" in told and record(reference_store, "round-ksp").stopped == ""
