"""A voivodeship and the country: rates, means of enough, bounds that hold whatever the silent would say."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordination.surveys.overview import Asked, against_targets, by_voivodeship, counts, matrix, place, texts
from coordination.surveys.questionnaire import packaged
from coordination.surveys.scoring import score
from tests.surveys.build import NA, UNKNOWN, random_response, response, small, ypn

Q = packaged()
ONE = small(ypn("AA01"), ypn("AA02", critical=True))


def asked(id, *voivodeships, q=ONE, **answers):
    result = score(q, response(**answers)) if answers else None
    return Asked(institution_id=id, type="hospital", voivodeships=voivodeships or ("14",), result=result)


def five(**answers):
    return [asked(f"i{n}", **answers) for n in range(5)]


def test_who_was_asked_and_who_answered():
    found = place(ONE, [*five(AA01="yes", AA02="yes"), asked("silent")])
    assert (found.asked, found.answered, found.rate) == (6, 5, Fraction(5, 6))
    assert place(ONE, []).rate is None


def test_the_silent_open_the_bounds_and_leave_the_mean():
    cell = place(ONE, [*five(AA01="yes", AA02="no"), asked("a"), asked("b"), asked("c"), asked("d"), asked("e")]).whole
    assert (cell.mean, cell.low, cell.high) == (50, 25, 75)


def test_a_mean_of_four_is_not_shown_and_neither_are_its_bounds():
    cell = place(ONE, five(AA01="yes", AA02="no")[:4]).dimensions["AA"]
    assert (cell.mean, cell.low, cell.high) == (None, None, None)


def test_an_institution_to_which_nothing_applies_is_in_no_bound():
    cell = place(ONE, [*five(AA01="yes", AA02="yes"), asked("na", AA01=NA, AA02=NA)]).dimensions["AA"]
    assert (cell.mean, cell.low, cell.high, cell.count) == (100, 100, 100, 5)


def test_a_national_body_is_in_every_voivodeship_and_once_in_the_country():
    rows = [asked("kcik", "14", "10", AA01="yes", AA02="yes"), asked("oik", "14", AA01="no", AA02="no"), asked("oik-10", "10")]
    places, country = by_voivodeship(ONE, rows, ["10", "14", "30"])
    assert [(one.asked, one.answered) for one in places.values()] == [(2, 1), (2, 2), (0, 0)]
    assert (country.asked, country.answered) == (3, 2)


def test_the_matrix_begins_with_critical_failures_and_is_no_ranking_by_score():
    rows = [
        asked("low", AA01="no", AA02="partly"), asked("high", AA01="yes", AA02="yes"), asked("silent"),
        asked("failed", AA01="yes", AA02="no"),
    ]  # fmt: skip
    assert [one.institution_id for one in matrix(rows)] == ["failed", "low", "high"]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_bounds_hold_whatever_the_silent_would_say(seed):
    rng = Random(seed)
    full = [random_response(seed + n, "police_county", 1.0) for n in range(9)]
    results = [score(Q, one) for one in full]
    silent = {n for n in range(9) if rng.random() < 0.4}

    def row(n, result):
        return Asked(institution_id=f"i{n}", type="police_county", voivodeships=("14",), result=result)

    known = place(Q, [row(n, None if n in silent else result) for n, result in enumerate(results)])
    truth = place(Q, [row(n, result) for n, result in enumerate(results)])
    for cell, true in ((known.whole, truth.whole), *((known.dimensions[d], truth.dimensions[d]) for d in truth.dimensions)):
        if cell.mean is not None and true.count == 9:
            assert cell.low <= true.mean <= cell.high


def test_needs_are_counted_and_offers_are_read():
    said = [response(ST04=("labour", "rights"), RS07=" sala "), response(ST04=("labour",)), response(ST04=UNKNOWN, RS07=NA)]
    found = counts(Q, "ST04", said)
    assert (found["labour"], found["rights"], found["data"]) == (2, 1, 0)
    assert texts("RS07", said) == [("i", "sala")]
    with pytest.raises(ValueError, match="RS07"):
        counts(Q, "RS07", said)


def test_targets_of_a_type_stand_beside_scores():
    q = small(ypn("AA01"), ypn("BB01"), ypn("CC01"), ypn("DD01"))
    result = score(q, response(AA01="partly", BB01="yes", CC01=NA))
    found = against_targets(result, {name: Fraction(75) for name in ("AA", "BB", "CC", "DD", "XX")})
    assert [(one.dimension_id, one.short) for one in found] == [("AA", 25), ("BB", 0), ("DD", None)]
