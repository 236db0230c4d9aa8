"""What can be kept as an answer, in words; answers as text of forms and as plain data."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordination.i18n import translator
from coordination.surveys.answers import as_data, of_data, problem, value_of
from coordination.surveys.model import Answer, Said
from coordination.surveys.questionnaire import packaged
from tests.surveys.build import item, random_response, small

EN, PL = translator("en"), translator("pl")
Q = packaged()
MORE = small(item("AA01", "date"), item("AA02", "link"), item("AA03", "line"), item("AA04", "number"))


def said(item_id, raw, q=Q):
    value = value_of(q.by_id[item_id], raw)
    fault = problem(q.by_id[item_id], Answer(item_id=item_id, value=value))
    if fault:
        assert "%(" not in fault.told(PL)
    return fault.told(EN) if fault else value


@pytest.mark.parametrize(
    ("item_id", "raw", "wanted"),
    [
        ("KN01", "3", 3),
        ("KN01", "5", "KN01: this is not among the answers to choose from: choose one of them."),
        ("KN01", "three", "KN01: this is not among the answers to choose from: choose one of them."),
        ("KN02", "partly", "partly"),
        ("KN02", "na", "KN02: this is not among the answers to choose from: choose one of them."),
        ("KN02", "", "KN02: an answer is missing: choose or write one."),
        ("KN05", ["labour", "begging", "labour"], ("labour", "begging")),
        ("KN05", ["labour", "x"], "KN05: this is not among the answers to choose from: choose one of them."),
        ("KN05", [], "KN05: an answer is missing: choose or write one."),
        ("ST02", "12,5", 12.5),
        ("ST02", " 40 ", 40),
        ("ST02", "101", "ST02: the number may be at most 100."),
        ("ST02", "-1", "ST02: the number must be at least 0."),
        ("ST02", "half", "ST02: a number is expected here, for example 12."),
        ("ST02", "nan", "ST02: a number is expected here, for example 12."),
        ("ST02", "1e999", "ST02: a number is expected here, for example 12."),
        ("RS07", "  sala, transport ", "sala, transport"),
        ("RS07", "x" * 1501, "RS07: the text may have at most 1500 characters: shorten it."),
    ],
)
def test_text_of_a_form_becomes_a_value_or_a_sentence(item_id, raw, wanted):
    assert said(item_id, raw) == wanted


@pytest.mark.parametrize(
    ("item_id", "raw", "wanted"),
    [
        ("AA01", "12.01.2026", date(2026, 1, 12)),
        ("AA01", "2026-01-12", date(2026, 1, 12)),
        ("AA01", "31.02.2026", "AA01: a date is expected here, for example 12.01.2026."),
        ("AA02", "https://www.gov.pl/x", "https://www.gov.pl/x"),
        ("AA02", "javascript:alert(1)", "AA02: an address that begins with https:// or http:// is expected here."),
        ("AA02", "https://[", "AA02: an address that begins with https:// or http:// is expected here."),
        ("AA03", "x" * 201, "AA03: the text may have at most 200 characters: shorten it."),
        ("AA04", "-3", -3),
    ],
)
def test_dates_links_and_short_texts(item_id, raw, wanted):
    assert said(item_id, raw, MORE) == wanted


def test_not_applicable_needs_a_reason_and_dont_know_needs_none():
    one = Q.by_id["KN01"]
    na = Answer(item_id="KN01", said=Said.NOT_APPLICABLE)
    assert problem(one, na).told(EN) == "KN01: say why this does not apply to your institution."
    assert problem(one, Answer(item_id="KN01", said=Said.NOT_APPLICABLE, reason="inne zadania")) is None
    assert problem(one, Answer(item_id="KN01", said=Said.UNKNOWN)) is None


def test_notes_have_an_end():
    assert problem(Q.by_id["KN01"], Answer(item_id="KN01", value=1, comment="x" * 2001))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_every_answer_comes_back_from_plain_data(seed):
    for answer in random_response(seed).answers.values():
        assert of_data(json.loads(json.dumps(as_data(answer)))) == answer
    day = Answer(item_id="AA01", value=date(2026, 1, 12), evidence="e", comment="c", copied=True)
    assert of_data(json.loads(json.dumps(as_data(day)))) == day
