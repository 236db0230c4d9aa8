"""What an institution gets back: first steps in the words of its own questionnaire, helpers, proposed ties."""

import csv
from importlib import resources

import pytest

from coordination.graph.model import ClaimSource, Institution, Stance
from coordination.i18n import translator
from coordination.surveys.advice import SUGGESTIONS, first_steps, helpers, proposed_claims, would_gain
from coordination.surveys.model import Answer, Response
from coordination.surveys.questionnaire import packaged
from coordination.surveys.scoring import score
from tests.surveys.build import (
    NA,
    TYPES,
    UNKNOWN,
    choice,
    item,
    random_response,
    response,
    small,
    ypn,
)

EN, PL = translator("en"), translator("pl")
Q = packaged()


def steps(q, **answers):
    return first_steps(score(q, response(**answers)))


def test_the_three_weakest_critical_items_come_first():
    q = small(
        *(ypn(f"AA0{n}", critical=True, weight=1 + (n == 3)) for n in range(1, 6)),
        ypn("AA06"),
    )
    found = steps(q, AA01="partly", AA02="no", AA03="no", AA04="yes", AA05="partly", AA06="no")
    assert [(one.item.id, one.score) for one in found] == [("AA03", 0), ("AA02", 0), ("AA01", 50)]


def test_what_is_at_its_best_or_does_not_apply_needs_no_step():
    q = small(ypn("AA01", critical=True), ypn("AA02", critical=True), ypn("AA03"))
    assert steps(q, AA01="yes", AA02=NA, AA03="no") == ()


def test_critical_items_without_an_answer_come_after_those_with_one():
    q = small(ypn("AA01", critical=True), ypn("AA02", critical=True), ypn("AA03", critical=True))
    found = steps(q, AA02=UNKNOWN, AA03="partly")
    assert [one.item.id for one in found] == ["AA03", "AA02", "AA01"]
    assert [one.told(EN) for one in found[1:]] == [
        "Find out and answer: “don't know” was given here.",
        "Answer this question: it is one of the critical ones.",
    ]


def test_a_step_speaks_in_the_words_of_the_item():
    found = {one.item.id: one for one in first_steps(score(Q, response("bg_post", ID01=1, RO04="no", ID07="4h", SR05="24h")), 9)}
    assert found["ID01"].told(EN) == "Next level: Exists but unknown to first-contact staff."
    assert found["ID01"].told(PL) == "Następny poziom: Procedura istnieje, lecz nie jest znana pracownikom pierwszego kontaktu."
    assert found["RO04"].told(EN) == "Next step: from “No” to “Partly”."
    assert found["ID07"].told(EN) == "Next step: from “Within 4 hours” to “Within 1 hour”."
    assert found["SR05"].told(EN) == "Next step: from “Within 24 hours” to “Within 12 hours”."
    assert found["ID07"].hints(EN) == ("On site or by phone.", "It can be shown by: Duty roster (no names).")


def test_numbers_and_shares_have_a_next_step_too():
    bands = [{"from": low, "to": high, "score": s} for low, high, s in ((0, 9, 0), (10, 59, 50), (60, 100, 100))]
    options = [{"value": v, "pl": v, "en": v} for v in ("men", "women", "children")]
    q = small(
        item("AA01", "number", unit="%", min=0, max=100, score_bands=bands, critical=True),
        item("AA02", "multichoice", options=options, scoring_mode="share_of_options", critical=True),
    )
    found = steps(q, AA01=12, AA02=("men",))
    assert {one.told(EN) for one in found} == {"Now 12 %; the next threshold is 60 %.", "Still missing: women, children."}


@pytest.mark.parametrize("seed", range(25))
def test_every_step_has_words_in_both_languages(seed):
    for one in first_steps(score(Q, random_response(seed)), 20):
        for tr in (EN, PL):
            assert one.told(tr).strip() and "%(" not in one.told(tr)


def test_the_gain_of_a_step_is_what_the_score_would_rise():
    start = random_response(3, "bg_post", 1.0)
    result = score(Q, start)
    for one in first_steps(result, 9):
        best = {"maturity": 4, "ypn": "yes"}.get(one.item.kind) or max(one.item.options, key=lambda o: o.score).value
        better = {**start.answers, one.item.id: Answer(item_id=one.item.id, value=best)}
        after = score(Q, Response(id="r", institution_id="i", institution_type="bg_post", version="1.0.0", answers=better))
        assert after.score - result.score == would_gain(result, one) > 0


# --- helpers


def other(id, value, offer=None, q=None):
    q = q or small(ypn("AA01", critical=True), choice("AA02", "x", "y"), item("RS07", "text", "AA", scored=False))
    answers = {"AA01": value} | ({"RS07": offer} if offer else {})
    found = response(**answers)
    found = Response(id=id, institution_id=id, institution_type="hospital", version="1.0.0", answers=found.answers)
    return found, score(q, found)


def test_who_is_strong_and_has_offered_can_help():
    rows = [other("b", "yes", "szkolenie"), other("a", "yes", "sala"), other("c", "yes"), other("d", "partly", "x"), other("me", "yes", "x")]
    assert [(one.institution_id, one.offer) for one in helpers("AA01", rows, without="me")] == [("a", "sala"), ("b", "szkolenie")]


# --- proposed ties


def institution(id, type, *voivodeships):
    return Institution(id=id, name_pl=id, short_name=id, type=type, voivodeships=voivodeships, national=not voivodeships)


PLACES = {
    one.id: one
    for one in (
        institution("hospital", "hospital", "14"), institution("kcik", "kcik"), institution("oik-14", "crisis_centre", "14"),
        institution("oik-10", "crisis_centre", "10"), institution("wps-14", "voivode_social_dept", "14"),
    )
}  # fmt: skip


def proposals(stated=(), **answers):
    said = response("police_county", **answers)
    said = Response(id="r", institution_id="hospital", institution_type="police_county", version="1.0.0", answers=said.answers)
    return [(one.partner_id, one.area, one.item.id) for one in proposed_claims(said, score(Q, said), PLACES, stated)]


def test_answers_suggest_ties_with_institutions_of_the_same_voivodeship():
    assert proposals(RO03="yes", SR05="4h") == [
        ("wps-14", "referral", "RO03"), ("kcik", "crisis_shelter", "SR05"), ("oik-14", "crisis_shelter", "SR05")
    ]  # fmt: skip


def test_a_pair_and_area_is_proposed_once_and_never_what_was_stated():
    assert proposals(RO04="yes", SR01=4) == [("kcik", "referral", "RO04")]
    assert proposals(stated=[("kcik", "referral")], RO04="yes", SR01=4) == []


@pytest.mark.parametrize("answers", [{"RO04": "no"}, {"RO04": UNKNOWN}, {"RO04": NA}, {"RO04": "yes", "CO02": 0}, {}])
def test_weak_answers_suggest_nothing(answers):
    assert proposals(**answers) == []


def test_a_proposal_is_of_the_survey_and_of_cooperation():
    said = response("police_county", RO04="yes")
    said = Response(id="r", institution_id="hospital", institution_type="police_county", version="1.0.0", answers=said.answers)
    (one,) = proposed_claims(said, score(Q, said), PLACES, ())
    assert (one.claimant_id, one.stance, one.source) == ("hospital", Stance.COOPERATES, ClaimSource.SURVEY)


def test_suggestions_speak_of_items_types_and_areas_there_are():
    text = resources.files("coordination.data").joinpath("cooperation_areas.csv").read_text("utf-8")
    areas = {row["code"] for row in csv.DictReader(text.splitlines())}
    for one in SUGGESTIONS:
        assert one.item in Q.by_id and one.area in areas and set(one.partners) <= set(TYPES), one
