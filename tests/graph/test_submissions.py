"""What is handed in: frozen, signed, returned with comments, accepted, reopened; found again a year later."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from coordination.clock import now
from coordination.errors import Conflict
from coordination.graph import questionnaires, responses, submissions
from coordination.permissions import LOCAL_OPERATOR, Scope
from coordination.surveys.questionnaire import packaged
from tests.graph.surveyed import (
    ALL,
    KCIK,
    KSP,
    MAZOWIECKIE,
    POZNAN,
    WIELKOPOLSKIE,
    at_once,
    close,
    give_back,
    opened,
    record,
    response_id,
    save,
    submit,
    told,
    twice,
)

OP = LOCAL_OPERATOR
ID = response_id(KSP)


@pytest.fixture
def answered(reference_store):
    """KSP, asked in an open round of its voivodeship, has answered two items."""
    opened(reference_store, KSP)
    save(reference_store, KN01=2, KN02="yes")
    return reference_store


def accept(store):
    twice(store, submissions.accept, OP, record(store), now())


def test_what_is_saved_is_handed_in_with_the_function_that_signs(answered):
    at = now()
    found = twice(answered, submissions.submit, OP, record(answered), at, signed_by="zastępca komendanta")
    assert {item: each.value for item, each in found.answers.items()} == {"KN01": 2, "KN02": "yes"}
    standing = record(answered)
    assert (standing.state, standing.number, standing.submitted_at) == ("submitted", 1, at)
    assert standing.signed_by == "zastępca komendanta" and standing.handed_in and not standing.writable
    assert submissions.submissions(answered, ALL, ID) == [found]
    assert submissions.handed_in(answered, ALL, "r1") == {ID: found}
    assert told(answered, ID) == ["answer:save", "response:submit"]


def test_a_cleared_answer_is_not_handed_in(answered):
    save(answered, KN02=None)
    assert set(submit(answered).answers) == {"KN01"}


def test_of_many_who_hand_in_at_once_one_does(answered):
    standing = record(answered)
    work = lambda: answered.change(submissions.submit, OP, standing, now(), signed_by="x")  # noqa: E731
    found = at_once([work] * 6)
    assert Counter(type(each) is Conflict for each in found) == {True: 5, False: 1}
    assert len(submissions.submissions(answered, ALL, ID)) == 1
    assert told(answered, ID).count("response:submit") == 1


def test_what_was_handed_in_stays_as_it_was(answered):
    first = submit(answered)
    give_back(answered, KN01="Proszę o wyjaśnienie")
    save(answered, KN01=0, KN03="no")
    assert submissions.handed_in(answered, ALL, "r1")[ID] == first, "what was handed in counts until the next"
    second = submit(answered, by="komendant")
    assert (second.number, second.answers["KN01"].value, first.answers["KN01"].value) == (2, 0, 2)
    assert submissions.submissions(answered, ALL, ID) == [second, first]
    assert submissions.handed_in(answered, ALL, "r1")[ID] == second


def test_comments_come_back_with_the_response_and_go_with_the_next_submission(answered):
    submit(answered)
    give_back(answered, KN01="Dlaczego 2?", KN02="Który dokument?")
    standing = record(answered)
    assert standing.state == "returned" and standing.writable
    assert standing.comments == {"KN01": "Dlaczego 2?", "KN02": "Który dokument?"}
    assert standing.return_note == "Proszę uzupełnić"
    submit(answered)
    assert (record(answered).comments, record(answered).return_note) == ({}, "")
    log = answered.read("MATCH (e:AuditEntry {action: 'response:return'}) RETURN e.after AS after")
    assert "Dlaczego" not in log[0]["after"] and "KN01" in log[0]["after"], "free text stays out of the log"


def test_an_accepted_response_is_reopened_with_a_reason_only(answered):
    submit(answered)
    accept(answered)
    assert record(answered).state == "accepted"
    for work in (lambda: submit(answered), lambda: accept(answered), lambda: save(answered, KN01=1)):
        with pytest.raises(Conflict):
            work()
    give_back(answered)
    assert record(answered).state == "returned"
    assert told(answered, ID)[1:] == ["response:submit", "response:accept", "response:reopen"]


def test_what_was_not_handed_in_is_neither_accepted_nor_returned(answered):
    for work in (lambda: accept(answered), lambda: give_back(answered)):
        with pytest.raises(Conflict):
            work()
    assert record(answered).state == "in_progress"


def test_of_one_who_accepts_and_one_who_returns_at_once_one_does(answered):
    submit(answered)
    standing = record(answered)
    found = at_once(
        [
            lambda: answered.change(submissions.accept, OP, standing, now()),
            lambda: answered.change(submissions.give_back, OP, standing, now(), note="n", comments={}),
        ]
        * 3
    )
    assert Counter(type(each) for each in found) == {type(None): 1, Conflict: 5}
    assert len(told(answered, ID)) == 3


def test_whoever_acts_on_what_it_read_before_another_acted_is_told(answered):
    stale = record(answered)
    submit(answered)
    give_back(answered)
    for work, more in ((submissions.submit, {"signed_by": "x"}), (submissions.ask_to_sign, {})):
        with pytest.raises(Conflict):
            answered.change(work, OP, stale, now(), **more)
    assert (record(answered).state, record(answered).number) == ("returned", 1)


def test_it_waits_for_a_signature_until_an_answer_changes(answered):
    twice(answered, submissions.ask_to_sign, OP, record(answered), now())
    assert record(answered).state == "to_sign" and record(answered).sign_asked_at
    save(answered, KN01=2)
    assert record(answered).state == "to_sign", "the same answer again changes nothing"
    save(answered, KN01=3)
    assert record(answered).state == "in_progress"
    twice(answered, submissions.ask_to_sign, OP, record(answered), now())
    submit(answered)
    assert record(answered).state == "submitted"


def test_a_closed_round_takes_and_returns_nothing(answered):
    opened(answered, KSP, id="r2")
    submit(answered, KSP, "r2")
    close(answered)
    close(answered, "r2")
    with pytest.raises(Conflict):
        submit(answered)
    with pytest.raises(Conflict):
        answered.change(submissions.ask_to_sign, OP, record(answered), now())
    with pytest.raises(Conflict):
        give_back(answered, KSP, "r2")
    assert (record(answered).state, record(answered).number) == ("in_progress", 0)
    answered.change(submissions.accept, OP, record(answered, KSP, "r2"), now())
    assert record(answered, KSP, "r2").state == "accepted", "what came in is accepted after the end too"


def test_who_reaches_which_submission(reference_store):
    opened(reference_store, KSP, POZNAN, KCIK, voivodeship="")
    for each in (KSP, POZNAN, KCIK):
        save(reference_store, each, KN01=1)
        submit(reference_store, each)
    for scope, wanted in (
        (ALL, {KSP, POZNAN, KCIK}), (MAZOWIECKIE, {KSP}), (WIELKOPOLSKIE, {POZNAN}),
        (Scope(institution_id=KCIK), {KCIK}), (Scope(), set()),
    ):  # fmt: skip
        found = submissions.handed_in(reference_store, scope, "r1")
        assert {each.institution_id for each in found.values()} == wanted
        for each in (KSP, POZNAN, KCIK):
            assert len(submissions.submissions(reference_store, scope, response_id(each))) == (each in wanted)


def earlier(store, round_id, *, before=None, questionnaire=packaged().id):
    found = submissions.earlier(store, record(store, KSP, round_id), questionnaire, before or now())
    return found and found.submission.answers["KN01"].value


def test_last_round_s_answers_are_those_last_handed_in_to_an_earlier_round(answered):
    submit(answered)
    opened(answered, KSP, POZNAN, id="r2", title="Samoocena 2027")
    assert submissions.earlier(answered, record(answered, KSP, "r2"), packaged().id, now()).round_title == "Samoocena 2026"
    assert earlier(answered, "r2") == 2
    save(answered, KSP, "r2", KN01=4)
    assert earlier(answered, "r1") is None, "what is not handed in is nobody's earlier answer"
    submit(answered, KSP, "r2")
    opened(answered, KSP, id="r3")
    assert earlier(answered, "r3") == 4
    assert earlier(answered, "r3", before=now() - timedelta(days=1)) is None
    assert earlier(answered, "r3", questionnaire="another") is None
    assert submissions.earlier(answered, record(answered, POZNAN, "r2"), packaged().id, now()) is None


def test_last_round_s_answers_are_found_across_versions_of_the_questionnaire(answered):
    submit(answered)
    newer = replace(packaged(), version="1.1.0")
    id = questionnaires.version_id(newer)
    answered.change(questionnaires.create, OP, newer, based_on="", at=now())
    answered.change(questionnaires.publish, OP, id, 1, now())
    opened(answered, KSP, id="r2", questionnaire_id=id)
    found = submissions.earlier(answered, record(answered, KSP, "r2"), packaged().id, now())
    assert found and found.questionnaire_id == questionnaires.version_id(packaged())


def test_a_submission_exists_for_each_number_and_no_other(answered):
    for _time in range(3):
        submit(answered)
        give_back(answered)
    submit(answered)
    numbers = [each.number for each in submissions.submissions(answered, ALL, ID)]
    assert numbers == [4, 3, 2, 1] and record(answered).number == 4
    assert responses.one(answered, ALL, ID).version == 1 + 7
