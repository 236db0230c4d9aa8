"""Links to a self-assessment: worked out from a secret, never kept; ended by a date or a hand, and for one response."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coordination.clock import now
from coordination.errors import Gone, NotFound
from coordination.graph import invitations, survey_links
from coordination.graph.survey_links import token_of
from coordination.permissions import LOCAL_OPERATOR
from tests.graph.surveyed import ALL, KSP, POZNAN, at_once, opened, response_id, told, twice

OP, SECRET = LOCAL_OPERATOR, "k" * 48
ID = response_id(KSP)


@pytest.fixture
def asked(reference_store):
    """KSP and KWP Poznań are asked in an open round of the country."""
    opened(reference_store, KSP, POZNAN, voivodeship="")
    return reference_store


def make(store, id="link", response=ID, days=30, **more):
    at = now()
    twice(
        store, survey_links.create, OP, id=id, secret=SECRET, response_id=response, at=at,
        expires_at=at + timedelta(days=days), **more,
    )  # fmt: skip


def link(store, id="link", later=timedelta()):
    return survey_links.by_id(store, id, now() + later)


def test_a_link_opens_one_response_of_one_institution(asked):
    make(asked, sections=("KN", "ST"), to_function="Wydział Kadr")
    found = link(asked)
    assert (found.response_id, found.institution_id, found.role) == (ID, KSP, "fill")
    assert found.to_function == "Wydział Kadr"
    assert found.opens("KN") and found.opens("ST") and not found.opens("RS")
    assert told(asked, "link") == ["invitation:create"]


def test_a_link_without_sections_opens_all(asked):
    make(asked)
    assert all(link(asked).opens(each) for each in ("KN", "ST", "RS"))


def test_a_link_to_no_response_is_not_made(asked):
    with pytest.raises(NotFound):
        make(asked, response="never")
    assert asked.read("MATCH (n:Invitation) RETURN count(n) AS n") == [{"n": 0}]


def test_a_token_is_worked_out_again_and_kept_nowhere(asked):
    make(asked)
    token = token_of(SECRET, "link")
    assert invitations.by_token(asked, token).id == "link"
    rows = asked.read("MATCH (n) WHERE n:Invitation OR n:AuditEntry OR n:Response RETURN properties(n) AS it")
    assert len(rows) > 3 and all(token not in str(row) for row in rows)
    assert all(SECRET not in str(row) for row in rows)


def test_tokens_differ_by_link_and_by_secret_and_cannot_be_guessed_from_each_other():
    tokens = {token_of(secret, f"{number}") for secret in (SECRET, "x" * 48) for number in range(500)}
    assert len(tokens) == 1000
    assert {len(each) for each in tokens} == {43}  # 256 bits
    assert token_of(SECRET, "1") == token_of(SECRET, "1")


def test_a_link_works_until_it_expires_and_again_when_it_is_prolonged(asked):
    make(asked, days=1)
    make(asked, "foreign", response_id(POZNAN), days=1)
    opened(asked, KSP, id="r2")
    make(asked, "other-round", response_id(KSP, "r2"), days=1)
    in_two_days = timedelta(days=2)
    assert link(asked)
    with pytest.raises(Gone):
        link(asked, later=in_two_days)
    twice(asked, survey_links.prolong, "r1", now() + timedelta(days=5))
    assert link(asked, later=in_two_days) and link(asked, "foreign", later=in_two_days)
    with pytest.raises(Gone):
        link(asked, "other-round", later=in_two_days)


def test_a_revoked_link_is_ended_for_good(asked):
    make(asked)
    twice(asked, survey_links.revoke, OP, ID, "link", now())
    survey = "MATCH (n:Invitation {id: 'link'}) RETURN n.revoked_at IS NULL AS open"
    assert asked.read(survey) == [{"open": False}]
    asked.change(survey_links.prolong, "r1", now() + timedelta(days=90))
    with pytest.raises(Gone):
        link(asked)
    with pytest.raises(Gone):
        invitations.by_token(asked, token_of(SECRET, "link"))
    with pytest.raises(NotFound):
        asked.change(survey_links.revoke, OP, ID, "link", now())
    assert told(asked, "link") == ["invitation:create", "invitation:revoke"]


def test_of_many_who_revoke_a_link_at_once_one_is_told_it_did(asked):
    make(asked)
    found = at_once([lambda: asked.change(survey_links.revoke, OP, ID, "link", now())] * 5)
    assert found.count(None) == 1 and sum(isinstance(each, NotFound) for each in found) == 4


def test_a_link_is_not_revoked_through_another_response(asked):
    make(asked)
    with pytest.raises(NotFound):
        asked.change(survey_links.revoke, OP, response_id(POZNAN), "link", now())
    assert link(asked)


def test_links_of_a_response_are_listed_ended_ones_too(asked):
    for number in range(3):
        make(asked, f"l{number}", to_function=f"f{number}")
    make(asked, "foreign", response_id(POZNAN))
    asked.change(survey_links.revoke, OP, ID, "l1", now())
    found = survey_links.of_response(asked, ID)
    assert [each.id for each in found] == ["l2", "l1", "l0"]
    assert [each.open(now()) for each in found] == [True, False, True]


def test_a_link_of_another_kind_is_no_survey_link(asked):
    asked.change(
        invitations.create, OP, id="claims", token=invitations.new_token(), institution_id=KSP, purpose="claims", at=now()
    )
    for id in ("claims", "never"):
        with pytest.raises(Gone):
            link(asked, id)


def test_letters_about_statements_and_links_to_a_self_assessment_are_listed_apart(asked):
    make(asked)
    at = now()
    asked.change(invitations.create, OP, id="c", token=invitations.new_token(), institution_id=KSP, purpose="claims", at=at)
    assert [each.id for each in invitations.of_institutions(asked, ALL)] == ["c"]
    assert [each.id for each in survey_links.of_response(asked, ID)] == ["link"]
