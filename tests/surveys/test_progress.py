"""What is left, section by section; and last round's answers as a start."""

from coordination.surveys.model import Answer
from coordination.surveys.progress import SectionState, confirmed, next_section, ready, sections, taken_over
from coordination.surveys.questionnaire import packaged
from coordination.surveys.scoring import score
from tests.surveys.build import NA, UNKNOWN, choice, dimension, item, random_response, response, small, ypn

Q = small(
    choice("AA01", "y", "n", scored=False), ypn("AA02", show_if={"item": "AA01", "in": ["y"]}),
    item("AA03", "text"), ypn("BB01"), ypn("BB02"), ypn("CC01", applies_to=["school"]),
    dimensions=[dimension("AA", 40), dimension("BB", 40), dimension("CC", 20)],
)  # fmt: skip


def found(**answers):
    return sections(Q, "hospital", response(**answers).answers)


def states(**answers):
    return [(str(one.state), one.answered, one.wanted) for one in found(**answers)]


def test_sections_are_not_started_in_progress_done_or_not_applicable():
    assert states() == [("not_started", 0, 1), ("not_started", 0, 2), ("not_applicable", 0, 0)]
    assert states(AA01="n", BB01="yes") == [("done", 1, 1), ("in_progress", 1, 2), ("not_applicable", 0, 0)]


def test_an_answer_that_opens_a_door_reopens_its_section():
    assert states(AA01="y")[0] == ("in_progress", 1, 2)
    assert states(AA01="y", AA02="no")[0] == ("done", 2, 2)


def test_not_applicable_and_dont_know_are_answers_and_a_text_is_wanted_of_nobody():
    now = found(AA01="n", BB01=NA, BB02=UNKNOWN)
    assert [one.state for one in now[:2]] == [SectionState.DONE, SectionState.DONE]
    assert ready(now) and next_section(now) is None


def test_continue_leads_to_the_first_section_that_is_not_finished():
    now = found(AA01="n", BB02="yes")
    assert not ready(now)
    assert next_section(now).dimension.id == "BB"
    assert [one.id for one in next_section(now).missing] == ["BB01"]


def test_a_copied_answer_is_to_be_confirmed_and_counts_only_then():
    copied = taken_over(Q, "hospital", response(BB01="yes", BB02="no").answers)
    now = sections(Q, "hospital", copied)
    assert (now[1].state, now[1].to_confirm, now[1].answered) == (SectionState.IN_PROGRESS, ("BB01", "BB02"), 0)
    one = sections(Q, "hospital", copied | {"BB01": confirmed(copied["BB01"])})
    assert (one[1].answered, one[1].to_confirm) == (1, ("BB02",))


def test_only_what_is_still_an_answer_is_taken_over():
    earlier = response(BB01="maybe", BB02="no", CC01="yes", ZZ01="yes").answers
    assert set(taken_over(Q, "hospital", earlier)) == {"BB02"}
    again = taken_over(Q, "hospital", earlier)
    assert taken_over(Q, "hospital", again) == {}


def test_a_finished_survey_has_no_unanswered_scored_item():
    for seed in range(30):
        said = random_response(seed)
        answers = dict(said.answers)
        for _ in range(60):
            section = next_section(sections(packaged(), said.institution_type, answers))
            if section is None:
                break
            for one in section.missing:
                answers[one.id] = Answer(item_id=one.id, said=NA.said, reason="x")
        assert ready(sections(packaged(), said.institution_type, answers))
        done = response(said.institution_type, **answers)
        assert not any(one.item.scored and one.answer is None for one in score(packaged(), done).unanswered)
