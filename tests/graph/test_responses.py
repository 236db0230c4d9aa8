"""Answers saved one by one: nothing lost between two people, nothing saved after handing in, nothing seen from outside."""

from __future__ import annotations

import os
from datetime import date

import pytest

from coordination.clock import now
from coordination.errors import Conflict, NotFound
from coordination.graph import responses
from coordination.graph.responses import Change
from coordination.graph.world import forget, world
from coordination.permissions import LOCAL_OPERATOR, Scope
from coordination.surveys.answers import as_data
from coordination.surveys.conditions import meant_for
from coordination.surveys.model import Answer, Said
from coordination.surveys.questionnaire import packaged
from tests.graph.surveyed import (
    ALL,
    KCIK,
    KSP,
    MAZOWIECKIE,
    POZNAN,
    WIELKOPOLSKIE,
    answer,
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
    values,
)

OP = LOCAL_OPERATOR
ROUNDS = int(os.environ.get("COORDINATION_TEST_RACES", "6"))  # how often a save races a submission
ID = response_id(KSP)


@pytest.fixture
def asked(reference_store):
    """KSP is asked in an open round."""
    opened(reference_store, KSP)
    return reference_store


def put(store, *changes, by="punkt"):
    return store.change(responses.save, OP, ID, changes, now(), by=by)


def kept(store, item):
    return responses.answers(store, ID)[item]


def test_an_answer_is_kept_as_it_was_given(asked):
    given = [
        answer("KN01", 3),
        Answer(item_id="KN02", value="yes", evidence="https://example.pl/a", comment="Zarządzenie 7/2026"),
        Answer(item_id="KN03", said=Said.NOT_APPLICABLE, reason="nie dotyczy"),
        Answer(item_id="KN04", said=Said.UNKNOWN),
        Answer(item_id="KN05", value=("a", "b"), copied=True),
        Answer(item_id="XX01", value=date(2026, 1, 12)),
        Answer(item_id="XX02", value=2.5),
    ]
    changes = [Change(item_id=each.item_id, answer=each, seen=0) for each in given]
    saved = twice(asked, responses.save, OP, ID, changes, now(), by="Wydział Kadr")
    assert saved.editions == {each.item_id: 1 for each in given} and not saved.conflicts
    assert {item: as_data(each) for item, each in responses.given(responses.answers(asked, ID)).items()} == {
        each.item_id: as_data(each) for each in given
    }
    assert kept(asked, "KN01").saved_by == "Wydział Kadr"
    assert told(asked, ID) == ["answer:save"]


def test_the_first_answer_makes_it_in_progress_and_says_when_and_by_whom(asked):
    twice(asked, responses.open_first, OP, ID, now())
    assert record(asked).state == "opened"
    at = now()
    asked.change(responses.save, OP, ID, [Change(item_id="KN01", answer=answer("KN01", 1))], at, by="punkt")
    found = record(asked)
    assert (found.state, found.saved_at, found.saved_by, found.on_behalf) == ("in_progress", at, "punkt", False)


def test_a_look_at_a_response_disturbs_nobody_who_has_it_open(asked):
    save(asked, KN01=1)
    before = record(asked)
    asked.change(responses.open_first, OP, ID, now())
    after = record(asked)
    assert (after.state, after.version, after.opened_at) == ("in_progress", before.version, None)
    assert told(asked, ID) == ["answer:save"]


def test_it_is_opened_for_the_first_time_once(asked):
    at_once([lambda: asked.change(responses.open_first, OP, ID, now())] * 6)
    assert told(asked, ID) == ["response:open"]


def test_an_answer_on_behalf_marks_the_response_for_good(asked):
    asked.change(
        responses.save, OP, ID, [Change(item_id="KN01", answer=answer("KN01", 1))], now(), by="UW", on_behalf=True
    )
    save(asked, KN02="yes")
    assert record(asked).on_behalf
    assert submit(asked).on_behalf


def test_a_cleared_answer_is_gone_and_its_edition_goes_on(asked):
    save(asked, KN01=2)
    saved = save(asked, seen=1, KN01=None)
    assert saved.editions == {"KN01": 2}
    assert values(asked) == {}
    assert (kept(asked, "KN01").answer, kept(asked, "KN01").edition) == (None, 2)
    assert save(asked, seen=0, KN01=4).conflicts["KN01"].answer is None, "who saw it empty is told it was cleared since"
    assert save(asked, seen=2, KN01=4).editions == {"KN01": 3}


def test_of_two_who_answer_the_same_item_the_second_is_told_and_nothing_is_lost(asked):
    put(asked, Change(item_id="KN01", answer=answer("KN01", 1), seen=0), by="pierwszy")
    saved = put(
        asked,
        Change(item_id="KN01", answer=answer("KN01", 4), seen=0),
        Change(item_id="KN02", answer=answer("KN02", "no"), seen=0),
        by="drugi",
    )
    assert saved.editions == {"KN02": 1}, "the others are saved all the same"
    other = saved.conflicts["KN01"]
    assert (other.answer.value, other.edition, other.saved_by) == (1, 1, "pierwszy")
    assert values(asked) == {"KN01": 1, "KN02": "no"}
    again = put(asked, Change(item_id="KN01", answer=answer("KN01", 4), seen=other.edition), by="drugi")
    assert again.editions == {"KN01": 2} and values(asked)["KN01"] == 4


def test_the_same_answer_twice_is_no_conflict_and_no_new_saving(asked):
    save(asked, seen=0, KN01=2)
    saved = save(asked, seen=0, by="inny", KN01=2)
    assert (saved.editions, saved.conflicts) == ({"KN01": 1}, {})
    assert kept(asked, "KN01").saved_by == "punkt"
    assert told(asked, ID) == ["answer:save"]


def test_of_many_who_answer_the_same_item_at_once_one_is_kept_and_each_other_sees_which(asked):
    for number in range(4):
        item = f"KN0{number + 1}"
        found = at_once([lambda v=v, i=item: save(asked, seen=0, by=f"osoba {v}", **{i: v}) for v in range(5)])
        assert [each for each in found if isinstance(each, Exception)] == []
        winners = [value for value, each in enumerate(found) if item in each.editions]
        assert len(winners) == 1
        assert values(asked)[item] == winners[0]
        told_of = {each.conflicts[item].answer.value for each in found if item in each.conflicts}
        assert told_of == set(winners)


def test_people_in_different_sections_at_once_lose_nothing(asked):
    items = meant_for(packaged(), "police_regional")
    sections = [[one.id for one in items if one.dimension == each.id][:4] for each in packaged().dimensions[:6]]

    def fill(section):
        return [save(asked, seen=0, by=section[0][:2], **{item: f"{item}!"}) for item in section]

    found = at_once([lambda s=section: fill(s) for section in sections])
    assert [each for each in found if isinstance(each, Exception)] == []
    assert not [one.conflicts for each in found for one in each if one.conflicts]
    everything = [item for section in sections for item in section]
    assert values(asked) == {item: f"{item}!" for item in everything}
    by = {item: each.saved_by for item, each in responses.answers(asked, ID).items()}
    assert by == {item: section[0][:2] for section in sections for item in section}
    assert told(asked, ID) == ["answer:save"] * len(everything)


def test_a_save_racing_a_submission_is_in_it_or_refused(asked):
    """Many rounds: what was acknowledged is exactly what was handed in, whoever came first."""
    opened(asked, KSP, POZNAN, KCIK, *others(asked, ROUNDS - 3), id="race", voivodeship="")
    places = [each.institution_id for each in responses.of_round(asked, ALL, "race")]
    for place in places:
        acknowledged: dict[str, int] = {}

        def write(first, place=place, acknowledged=acknowledged):
            for number in range(first, 12, 3):
                try:
                    save(asked, place, "race", seen=0, **{f"IT{number}": number})
                except Conflict:
                    return "refused"
                acknowledged[f"IT{number}"] = number
            return "all"

        *writers, submission = at_once([lambda w=write, f=f: w(f) for f in range(3)] + [lambda p=place: submit(asked, p, "race")])
        assert not isinstance(submission, Exception), submission
        assert set(writers) <= {"all", "refused"}, writers
        handed_in = {item: each.value for item, each in submission.answers.items()}
        missed = acknowledged.keys() - handed_in.keys()
        assert handed_in == acknowledged == values(asked, place, "race"), missed
        assert record(asked, place, "race").state == "submitted"
        with pytest.raises(Conflict):
            save(asked, place, "race", seen=0, LATE=1)


def others(store, number):
    """Institutions of Mazowieckie beside the three that tests name."""
    rows = store.read("MATCH (i:Institution)-[:COVERS]->(:Voivodeship {teryt: '14'}) RETURN i.id AS id ORDER BY id")
    return [row["id"] for row in rows if row["id"] not in (KSP, POZNAN, KCIK)][:number]


@pytest.mark.parametrize("ended", ["submitted", "closed", "unknown"])
def test_where_nothing_can_be_answered_any_more_nothing_is_saved(asked, ended):
    save(asked, KN01=1)
    id = ID
    if ended == "submitted":
        submit(asked)
    elif ended == "closed":
        close(asked)
    else:
        id = "never"
    with pytest.raises(Conflict):
        asked.change(responses.save, OP, id, [Change(item_id="KN01", answer=answer("KN01", 4))], now(), by="punkt")
    assert values(asked) == {"KN01": 1}
    assert told(asked, id).count("answer:save") == (id == ID)


def test_a_returned_response_is_answered_again(asked):
    save(asked, KN01=1)
    submit(asked)
    give_back(asked, KN01="Dlaczego tak nisko?")
    assert save(asked, seen=1, KN01=2).editions == {"KN01": 2}
    assert record(asked).state == "returned"


def test_answers_of_one_response_are_nobody_else_s(asked):
    opened(asked, KSP, POZNAN, id="r2", voivodeship="")
    save(asked, KN01=1)
    save(asked, KSP, "r2", KN01=2)
    save(asked, POZNAN, "r2", KN01=3)
    assert [values(asked, *of)["KN01"] for of in ((KSP, "r1"), (KSP, "r2"), (POZNAN, "r2"))] == [1, 2, 3]


def test_who_reaches_which_response(reference_store):
    opened(reference_store, KSP, POZNAN, KCIK, voivodeship="")
    shared = Scope(voivodeships=("14",), shared=True)
    reach = {
        "all": (ALL, {KSP, POZNAN, KCIK}),
        "14": (MAZOWIECKIE, {KSP}),
        "30": (WIELKOPOLSKIE, {POZNAN}),
        "14 with national bodies": (shared, {KSP, KCIK}),
        "its own": (Scope(institution_id=KCIK), {KCIK}),
        "nobody": (Scope(), set()),
    }
    for who, (scope, wanted) in reach.items():
        found = {each.institution_id for each in responses.of_round(reference_store, scope, "r1")}
        assert found == wanted, who
        for institution in (KSP, POZNAN, KCIK):
            ours = responses.of_institution(reference_store, scope, institution)
            assert bool(ours) is (institution in wanted), who
            if institution in wanted:
                assert responses.one(reference_store, scope, response_id(institution)).institution_id == institution
            else:
                with pytest.raises(NotFound):
                    responses.one(reference_store, scope, response_id(institution))
    with pytest.raises(NotFound):
        responses.one(reference_store, ALL, "never")


def test_the_last_invitation_of_an_institution_comes_first(asked):
    opened(asked, KSP, id="r2")
    assert [each.round_id for each in responses.of_institution(asked, ALL, KSP)] == ["r2", "r1"]


def test_autosaves_and_everything_else_of_a_round_leave_the_kept_world_alone(asked, monkeypatch):
    forget(asked)
    monkeypatch.setattr("coordination.graph.world.SETTLES", 0.0)
    read = []
    from coordination.graph import world_rows

    real = world_rows.loaded
    monkeypatch.setattr("coordination.graph.world.loaded", lambda *args: read.append(args[1:]) or real(*args))
    before = world(asked, date(2026, 1, 12))
    asked.change(responses.open_first, OP, ID, now())
    save(asked, KN01=1)
    submit(asked)
    give_back(asked)
    close(asked)
    after = world(asked, date(2026, 1, 12))
    assert (len(read), after.statements is before.statements) == (1, True)
