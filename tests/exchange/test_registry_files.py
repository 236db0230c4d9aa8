"""Institutions and claims go in and come out as they were."""

from __future__ import annotations

import pytest

from coordination.exchange.kinds import KINDS
from coordination.graph.reference import _text
from tests.exchange.makers import (
    CLAIMS,
    INSTITUTIONS,
    bring,
    claim,
    exported,
    institution,
    plan,
    state,
    table,
)


def test_the_reference_institutions_are_already_there(reference_store):
    assert plan(reference_store, "institutions", _text("institutions").encode()).counts == (0, 0, 207, 0)


def test_the_reference_team_members_are_already_there(reference_store):
    assert plan(reference_store, "team-members", _text("team_members").encode()).counts == (0, 0, 79, 0)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_export_imports_again_as_no_change(reference_store, kind, format):
    bring(reference_store, "claims", table(CLAIMS, claim(), claim("uw-mazowieckie", "kwp-radom", intensity="3")))
    made = plan(reference_store, kind, exported(reference_store, kind, format))
    assert made.counts[:2] == (0, 0) and made.counts[3] == 0


def test_a_new_institution_is_registered(reference_store):
    made = bring(reference_store, "institutions", table(INSTITUTIONS, institution("oik-radom")))
    assert made.counts == (1, 0, 0, 0)
    assert b"oik-radom,O\xc5\x9brodek oik-radom" in exported(reference_store, "institutions", voivodeship="14")


def test_importing_twice_changes_nothing_the_second_time(reference_store):
    content = table(INSTITUTIONS, institution("oik-radom"), institution("oik-plock", parent_id="oik-radom"))
    bring(reference_store, "institutions", content)
    before = state(reference_store)
    assert bring(reference_store, "institutions", content).counts == (0, 0, 2, 0)
    assert state(reference_store) == before
