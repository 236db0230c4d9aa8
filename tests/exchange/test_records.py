"""Contacts, agreements, team members and the history of claims, on each server."""

from __future__ import annotations

from datetime import date

from coordination.exchange.kinds import KINDS
from coordination.graph import claims
from coordination.permissions import Actor, Role, Scope
from tests.exchange.makers import CLAIMS, CONSULTANT, TODAY, bring, claim, exported, plan, table

CONTACTS = KINDS["contacts"].columns
AGREEMENTS = KINDS["agreements"].columns
MEMBERS = KINDS["team-members"].columns


def contact(id: str = "", **more: str) -> dict[str, str]:
    return {
        "id": id, "institution_id": "kwp-radom", "function": "dyżurny", "channel": "phone", "value": "48 000 01 01",
        "hours": "24/7", "visibility": "public", "confirmed_on": "2026-01-02", **more,
    }  # fmt: skip


def agreement(id: str = "p1", **more: str) -> dict[str, str]:
    return {
        "id": id, "title": "Porozumienie", "parties": "kwp-radom;uw-mazowieckie", "areas": "referral;identification",
        "signed_on": "2025-03-10", **more,
    }  # fmt: skip


def reasons(made) -> list[tuple[int, str]]:
    return [(each.row, each.column) for each in made.problems]


def current(store, area="identification") -> list[tuple[str, str]]:
    said = claims.of_pair(store, Scope(everything=True), "kwp-radom", "uw-mazowieckie")
    return [
        (str(each.stated_on), str(each.stance))
        for each in said
        if each.superseded_at is None and each.area == area
    ]


def test_contacts_of_one_function_are_one_contact_point(reference_store):
    rows = [
        contact(),
        contact(channel="email", value="dyzurny@example.pl"),
        contact(function="sekretariat", value="48 000 01 02 wew. 12", hours="Mo-Fr 07:30-15:30; PH off"),
        contact(function="alarm", value="112"),
        contact(
            function="doręczenia",
            channel="e_delivery",
            value="AE:PL-00000-00000-AAAAA-00",
            visibility="private",
        ),
    ]
    assert bring(reference_store, "contacts", table(CONTACTS, *rows)).counts == (5, 0, 0, 0)
    points = reference_store.read(
        "MATCH (:Institution {id: 'kwp-radom'})-[:HAS_CONTACT]->(c) RETURN count(c) AS n"
    )
    assert points == [{"n": 4}]
    # Without ids the same rows are known by what they say; with ids, by those.
    assert plan(reference_store, "contacts", table(CONTACTS, *rows)).counts == (0, 0, 5, 0)
    assert plan(reference_store, "contacts", exported(reference_store, "contacts", "xlsx")).counts == (
        0,
        0,
        5,
        0,
    )


def test_a_changed_number_and_function_are_changes_not_new_contacts(reference_store):
    bring(
        reference_store,
        "contacts",
        table(CONTACTS, contact("c1"), contact("c2", channel="fax", value="48 000 01 09")),
    )
    moved = contact("c2", function="kancelaria", channel="fax", value="48 000 01 08")
    made = bring(reference_store, "contacts", table(CONTACTS, contact("c1"), moved))
    assert made.counts == (0, 1, 1, 0)
    assert exported(reference_store, "contacts").decode().splitlines()[1:] == [
        "c1,kwp-radom,dyżurny,phone,48 000 01 01,24/7,public,2026-01-02",
        "c2,kwp-radom,kancelaria,fax,48 000 01 08,24/7,public,2026-01-02",
    ]


def test_wrong_contacts_are_told_without_their_numbers(reference_store):
    rows = [
        contact("a", value="to nie numer"), contact("b", channel="email", value="bez-malpy.pl"),
        contact("c", hours="8-16"), contact("d", channel="pager"), contact("e", confirmed_on="2026-02-01"),
        contact("f", channel="e_delivery", value="x"), contact("g", function="x", hours=""),
        contact("h", function="X", hours="24/7"), contact("g", function="y"),
    ]  # fmt: skip
    made = plan(reference_store, "contacts", table(CONTACTS, *rows))
    assert reasons(made) == [
        (2, "value"), (3, "value"), (4, "hours"), (5, "channel"), (6, "confirmed_on"), (7, "value"), (9, "hours"),
        (10, "id"),
    ]  # fmt: skip
    assert [each.value for each in made.problems[:2]] == ["t•••r", "b•••l"]


def test_hidden_numbers_leave_only_for_who_may_reveal_them_and_that_is_recorded(reference_store):
    bring(
        reference_store,
        "contacts",
        table(CONTACTS, contact("c1"), contact("c2", value="48 000 01 77", visibility="private")),
    )
    national = Actor(id="n", role=Role.NATIONAL)
    assert b"01 77" not in exported(reference_store, "contacts", actor=national)
    assert b"01 77" not in exported(reference_store, "contacts", actor=CONSULTANT, private=False)
    asked = "MATCH (e:AuditEntry {action: 'contact:reveal'}) RETURN e.actor AS actor"
    assert reference_store.read(asked) == []
    assert b"01 77" in exported(reference_store, "contacts", actor=CONSULTANT)
    assert reference_store.read(asked) == [{"actor": "consultant-14"}]


def test_an_agreement_needs_two_parties_and_an_area(reference_store):
    rows = [
        agreement("a", parties="kwp-radom"),
        agreement("b", areas=""),
        agreement("c", parties="kwp-radom;nie-ma"),
    ]
    made = plan(reference_store, "agreements", table(AGREEMENTS, *rows))
    assert reasons(made) == [(2, "parties"), (3, "areas"), (4, "parties")]


def test_an_agreement_is_made_and_changed(reference_store):
    assert bring(reference_store, "agreements", table(AGREEMENTS, agreement())).counts == (1, 0, 0, 0)
    changed = agreement(parties="uw-mazowieckie;kwp-radom;kgp", valid_to="2027-01-01")
    assert bring(reference_store, "agreements", table(AGREEMENTS, changed)).counts == (0, 1, 0, 0)
    assert exported(reference_store, "agreements").decode().splitlines()[1] == (
        "p1,Porozumienie,kgp;kwp-radom;uw-mazowieckie,identification;referral,2025-03-10,,2027-01-01"
    )
    assert exported(reference_store, "agreements", on=date(2025, 3, 9)).count(b"\n") == 1


def test_a_member_joins_a_team_and_changes_role(reference_store):
    row = {
        "team_id": "team-14",
        "institution_id": "kcik",
        "role": "invited",
        "since": "2025",
        "source": "PUB",
    }
    wrong = plan(
        reference_store,
        "team-members",
        table(MEMBERS, {**row, "role": "boss"}, {**row, "team_id": "team-15"}),
    )
    assert reasons(wrong) == [(2, "role"), (3, "team_id")]
    first = bring(reference_store, "team-members", table(MEMBERS, row)).counts
    second = bring(
        reference_store, "team-members", table(MEMBERS, {**row, "role": "member", "since": "2025-03"})
    ).counts
    assert second == (0, 1, 0, 0) and first[0] + first[1] == 1


def test_the_statement_made_last_is_current_whatever_the_order_of_files(reference_store):
    bring(reference_store, "claims", table(CLAIMS, claim(stated_on="2025-06-01")))
    older = bring(
        reference_store, "claims", table(CLAIMS, claim(stated_on="2024-06-01", stance="does_not_cooperate"))
    )
    assert older.counts == (1, 0, 0, 0) and older.changes[0].older
    assert current(reference_store) == [("2025-06-01", "cooperates")]
    newer = bring(
        reference_store, "claims", table(CLAIMS, claim(stated_on="2025-07-01", stance="not_applicable"))
    )
    assert newer.counts == (0, 1, 0, 0)
    assert current(reference_store) == [("2025-07-01", "not_applicable")]
    assert [row.split(",")[3] for row in exported(reference_store, "claims").decode().splitlines()[1:]] == [
        "not_applicable"
    ]
    for day, stance in (
        ("2024-05-31", []),
        ("2024-12-01", ["does_not_cooperate"]),
        ("2025-06-30", ["cooperates"]),
    ):
        past = exported(reference_store, "claims", on=date.fromisoformat(day))
        assert [row.split(",")[3] for row in past.decode().splitlines()[1:]] == stance
        assert plan(reference_store, "claims", past).counts[:2] == (0, 0)


def test_several_days_of_one_side_come_in_one_file(reference_store):
    rows = [claim(stated_on=day) for day in ("2025-03-01", "2023-01-01", "2024-02-02")]
    assert bring(reference_store, "claims", table(CLAIMS, *rows)).counts == (3, 0, 0, 0)
    assert current(reference_store) == [("2025-03-01", "cooperates")]
    assert plan(reference_store, "claims", table(CLAIMS, *rows)).counts == (0, 0, 3, 0)


def test_an_empty_day_of_statement_means_the_day_of_import(reference_store):
    bring(reference_store, "claims", table(CLAIMS, claim(stated_on="")))
    assert current(reference_store) == [(TODAY.isoformat(), "cooperates")]
    assert plan(reference_store, "claims", table(CLAIMS, claim(stated_on=""))).counts == (0, 0, 1, 0)
