"""Rounds: drafted, opened for exactly one audience, edited under a version, closed; each in its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from coordination.clock import now
from coordination.errors import Conflict, NotFound
from coordination.graph import questionnaires, responses, rounds
from coordination.permissions import LOCAL_OPERATOR, Scope
from coordination.surveys.questionnaire import packaged
from tests.graph.surveyed import (
    ALL,
    KCIK,
    KSP,
    MAZOWIECKIE,
    POZNAN,
    VERSION,
    WIELKOPOLSKIE,
    a_round,
    addressee,
    at_once,
    close,
    opened,
    record,
    save,
    told,
    twice,
    values,
)

OP = LOCAL_OPERATOR


def asked(store, round_id="r1"):
    return sorted(each.institution_id for each in responses.of_round(store, ALL, round_id))


def test_a_round_is_kept_as_it_was_drafted(reference_store):
    targets = {"police_regional": {"KN": 75.0}}
    twice(reference_store, rounds.create, OP, a_round(targets=targets, note="Do końca roku"), now())
    found = rounds.one(reference_store, MAZOWIECKIE, "r1")
    assert (found.state, found.version, found.voivodeship, found.title) == ("draft", 1, "14", "Samoocena 2026")
    assert (found.opens_on, found.closes_on) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (found.questionnaire_id, found.questionnaire, found.number) == (VERSION, packaged().id, "1.0.0")
    assert (found.targets, found.note, found.example) == (targets, "Do końca roku", False)
    assert told(reference_store, "r1") == ["round:create"]


def test_a_draft_of_a_questionnaire_asks_nobody(reference_store):
    other = replace(packaged(), version="1.1.0")
    reference_store.change(questionnaires.create, OP, other, based_on=VERSION, at=now())
    for id in (questionnaires.version_id(other), "none|1"):
        with pytest.raises(NotFound):
            reference_store.change(rounds.create, OP, a_round(questionnaire_id=id), now())
    assert rounds.listed(reference_store, ALL) == []


def test_who_sees_which_round(reference_store):
    for id, voivodeship in (("here", "14"), ("there", "30"), ("country", "")):
        reference_store.change(rounds.create, OP, a_round(id, voivodeship), now())

    def seen(scope):
        return {each.id for each in rounds.listed(reference_store, scope)}

    assert seen(ALL) == {"here", "there", "country"}
    assert seen(MAZOWIECKIE) == {"here", "country"}
    assert seen(WIELKOPOLSKIE) == {"there", "country"}
    assert seen(Scope(institution_id=KSP)) == {"country"}
    for id in ("there", "never"):
        with pytest.raises(NotFound):
            rounds.one(reference_store, MAZOWIECKIE, id)


def test_the_newest_round_comes_first(reference_store):
    for id, day in (("old", 1), ("new", 3), ("between", 2)):
        reference_store.change(rounds.create, OP, a_round(id, opens_on=date(2026, 1, day)), now())
    assert [each.id for each in rounds.listed(reference_store, ALL)] == ["new", "between", "old"]


def test_a_round_asks_exactly_its_audience_by_the_type_of_then(reference_store):
    reference_store.change(rounds.create, OP, a_round(), now())
    draft = rounds.one(reference_store, ALL, "r1")
    twice(reference_store, rounds.open_, OP, draft, [addressee(KSP), addressee(KCIK)], now())
    assert rounds.one(reference_store, ALL, "r1").state == "open"
    assert asked(reference_store) == [KCIK, KSP]
    found = record(reference_store)
    assert (found.state, found.version, found.number, found.institution_type) == ("invited", 1, 0, "police_regional")
    assert told(reference_store, "r1") == ["round:create", "round:open"]


def test_a_round_is_opened_whole_or_not_at_all(reference_store):
    reference_store.change(rounds.create, OP, a_round(), now())
    draft = rounds.one(reference_store, ALL, "r1")
    with pytest.raises(NotFound):
        reference_store.change(rounds.open_, OP, draft, [addressee(KSP), addressee("gone")], now())
    assert rounds.one(reference_store, ALL, "r1") == draft
    assert asked(reference_store) == []


def test_of_many_who_open_a_round_at_once_one_does(reference_store):
    reference_store.change(rounds.create, OP, a_round(), now())
    draft = rounds.one(reference_store, ALL, "r1")

    def open_for(number):
        audience = [replace(addressee(each), response_id=f"{number}-{each}") for each in (KSP, KCIK)]
        return lambda: reference_store.change(rounds.open_, OP, draft, audience, now())

    found = at_once([open_for(number) for number in range(6)])
    assert Counter(type(each) for each in found) == {type(None): 1, Conflict: 5}
    assert asked(reference_store) == [KCIK, KSP]
    assert told(reference_store, "r1") == ["round:create", "round:open"]


def test_who_is_asked_again_keeps_the_response_it_has(reference_store):
    opened(reference_store, KSP)
    save(reference_store, KN01=3)
    again = [replace(addressee(KSP), response_id="another"), addressee(KCIK)]
    twice(reference_store, rounds.add, "r1", again, now())
    assert asked(reference_store) == [KCIK, KSP]
    assert values(reference_store) == {"KN01": 3}
    assert record(reference_store).state == "in_progress"


def test_of_many_who_add_the_same_institution_at_once_it_is_asked_once(reference_store):
    opened(reference_store, KSP)

    def add(number):
        return lambda: reference_store.change(
            rounds.add, "r1", [replace(addressee(KCIK), response_id=f"x{number}")], now()
        )

    at_once([add(number) for number in range(6)])
    assert asked(reference_store) == [KCIK, KSP]


def test_title_dates_and_targets_change_while_the_round_runs(reference_store):
    found = opened(reference_store, KSP)
    moved = replace(found, title="Samoocena", closes_on=date(2027, 2, 1), targets={"hospital": {"KN": 50.0}})
    twice(reference_store, rounds.edit, OP, moved, now())
    now_stands = rounds.one(reference_store, ALL, "r1")
    assert now_stands == replace(moved, version=found.version + 1)


def test_of_two_who_edit_a_round_the_second_is_told(reference_store):
    found = opened(reference_store, KSP)
    reference_store.change(rounds.edit, OP, replace(found, title="pierwszy"), now())
    with pytest.raises(Conflict):
        reference_store.change(rounds.edit, OP, replace(found, title="drugi"), now())
    assert rounds.one(reference_store, ALL, "r1").title == "pierwszy"
    standing = rounds.one(reference_store, ALL, "r1")
    outcomes = at_once(
        [
            lambda: reference_store.change(rounds.edit, OP, replace(standing, title="a"), now()),
            lambda: reference_store.change(rounds.close, OP, standing, now()),
        ]
        * 3
    )
    assert Counter(type(each) for each in outcomes) == {type(None): 1, Conflict: 5}


def test_a_closed_round_stays_as_it_is(reference_store):
    opened(reference_store, KSP)
    close(reference_store)
    found = rounds.one(reference_store, ALL, "r1")
    assert found.state == "closed" and found.closed_at
    for work in (rounds.edit, rounds.close):
        with pytest.raises(Conflict):
            reference_store.change(work, OP, found, now())
    with pytest.raises(Conflict):
        reference_store.change(rounds.open_, OP, found, [addressee(POZNAN)], now())
    assert rounds.one(reference_store, ALL, "r1") == found
    assert asked(reference_store) == [KSP]
    assert told(reference_store, "r1") == ["round:create", "round:open", "round:close"]


def test_an_edit_leaves_what_was_invited_alone(reference_store):
    found = opened(reference_store, KSP, POZNAN)
    reference_store.change(rounds.edit, OP, replace(found, voivodeship="30", note="x"), now())
    assert rounds.one(reference_store, MAZOWIECKIE, "r1").voivodeship == "14"
    assert asked(reference_store) == [KSP, POZNAN]
