"""The consultant's start page: what waits, the longest first, and how far the self-assessment is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from coordination import clock
from coordination.graph import submissions
from coordination.permissions import LOCAL_OPERATOR, Role
from tests.readiness.asked import asked, close, fill, hand_in, record

ASKED = ["ksp", "kwp-radom", "wcpr", "mcps"]


@pytest.fixture
def consultant(sign_in):
    return sign_in(Role.CONSULTANT, voivodeship="14")


def panel(page: str) -> str:
    """The panel of a round, as text."""
    found = re.search(r'<section class="k-panel[^>]*aria-labelledby="round-1.*?</section>', page, re.S)
    assert found, "no round is shown"
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_open_round_is_told_in_three_numbers_that_add_up(consultant, reference_store):
    responses = asked(reference_store, ASKED)
    fill(reference_store, responses["ksp"])
    hand_in(reference_store, responses["ksp"])
    fill(reference_store, responses["wcpr"])
    text = panel(consultant.get("/").text)
    day = clock.today() + timedelta(days=30)
    assert f"Samoocena 2026 do {day:%d.%m.%Y}" in text
    assert "1 z 4 złożyło samoocenę" in text
    assert "złożone: 1 rozpoczęte: 1 nierozpoczęte: 2" in text
    assert 'aria-label="Złożone: 1, rozpoczęte: 1, nierozpoczęte: 2."' in consultant.get("/").text


def test_one_that_was_returned_counts_as_begun_again(consultant, reference_store):
    responses = asked(reference_store, ASKED)
    fill(reference_store, responses["ksp"])
    hand_in(reference_store, responses["ksp"])
    before = panel(consultant.get("/").text)
    handed = record(reference_store, responses["ksp"])
    reference_store.change(
        submissions.give_back, LOCAL_OPERATOR, handed, clock.now(), note="Część 2 jest niepełna", comments={}
    )
    after = panel(consultant.get("/").text)
    assert "złożone: 1 rozpoczęte: 0" in before and "złożone: 0 rozpoczęte: 1" in after


def test_neither_a_closed_round_nor_one_of_another_voivodeship_is_shown(consultant, reference_store):
    asked(reference_store, ASKED)
    asked(reference_store, ["kwp-krakow"], voivodeship="12", id="elsewhere", title="Samoocena małopolska")
    assert "Samoocena małopolska" not in consultant.get("/").text
    close(reference_store)
    page = consultant.get("/").text
    assert 'id="round-1' not in page and "Samoocena 2026" not in page


def test_a_round_of_the_country_counts_only_the_own_institutions(consultant, reference_store):
    asked(reference_store, ["ksp", "kwp-krakow", "kwp-gdansk"], voivodeship="", title="Samoocena krajowa")
    assert "Samoocena krajowa" in consultant.get("/").text
    assert "0 z 1 złożyło samoocenę" in panel(consultant.get("/").text)
