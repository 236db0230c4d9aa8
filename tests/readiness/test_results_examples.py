"""The example rounds: every state, marked as examples, written once, and the same from the same seed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

from coordination.demo import readiness as examples
from coordination.demo import readiness_fill
from coordination.graph import letters, questionnaires, responses, rounds, submissions, survey_links
from coordination.graph.responses import State
from coordination.graph.world import world
from coordination.permissions import Scope
from coordination.readiness.results import service as results
from coordination.surveys.answers import problem
from coordination.surveys.model import Said
from coordination.surveys.questionnaire import packaged

ALL = Scope(everything=True)


def test_the_examples_stand_in_every_state_and_are_written_once(reference_store):
    assert readiness_fill.once(reference_store, "s" * 32) is True
    assert readiness_fill.once(reference_store, "s" * 32) is False
    now, before = rounds.listed(reference_store, ALL)
    assert (now.state, before.state) == ("open", "closed")
    assert now.title.startswith(f"Samoocena {now.closes_on.year}")
    assert before.title.startswith(f"Samoocena {now.closes_on.year - 1}")
    records = {each.institution_id: each for each in responses.of_round(reference_store, ALL, now.id)}
    assert {each.state for each in records.values()} == set(State)
    assert all(each.example for each in records.values()) and now.example and before.example
    own = records["ksp"]
    assert own.state is State.IN_PROGRESS and responses.answers(reference_store, own.id)
    assert {link.to_function for link in survey_links.of_response(reference_store, own.id)}
    there = letters.of_round(reference_store, Scope(voivodeships=("14",)), now.id)
    assert Counter(each.kind for each in there if each.state is letters.State.DRAFT) == {letters.Kind.REMINDER: 3}
    assert letters.without(reference_store, now.id) == [] and all(each.example for each in there)
    handed = submissions.handed_in(reference_store, ALL, now.id)
    assert {each.response_id for each in handed.values()} == {
        each.id for each in records.values() if each.number
    }
    assert submissions.earlier(reference_store, own, packaged().id, own.saved_at) is not None


def test_the_examples_show_what_pages_must_tell_apart(reference_store):
    readiness_fill.once(reference_store, "s" * 32)
    now = rounds.listed(reference_store, ALL)[0]
    found = results.of_round(reference_store, ALL, now)
    assert found.answered and found.silent
    said = Counter(
        each.said for line in found.answered for each in line.response.answers.values()
    )
    assert all(said[kind] for kind in Said)
    assert any(line.result.critical_failures for line in found.answered)
    assert any(line.result.capped for line in found.answered)
    assert any(line.result.score is None for line in found.answered)
    assert any(line.response.on_behalf for line in found.answered)
    own = results.of_institution(reference_store, ALL, "sg-nadwislanski")[0]
    there = results.units(reference_store, ALL, own)
    assert there and any(item.dissenting for item in there.roll_up.items)


def test_examples_are_answers_to_their_items_and_name_themselves_examples(reference_store):
    questionnaire = packaged()
    known = world(reference_store).institutions
    day = date(2026, 1, 12)
    made = examples.make(known, questionnaire, questionnaires.version_id(questionnaire), day)
    again = examples.make(known, questionnaire, questionnaires.version_id(questionnaire), day)
    assert made == again
    for held in made:
        for given in held.given:
            for answer in given.answers.values():
                assert problem(questionnaire.by_id[answer.item_id], answer) is None
                written = [answer.reason, answer.evidence, answer.comment]
                if isinstance(answer.value, str) and not questionnaire.by_id[answer.item_id].options:
                    written.append(answer.value)
                assert all(text.startswith("Przykład:") for text in written if text)
    assert json.dumps(examples.COMMENTS)
