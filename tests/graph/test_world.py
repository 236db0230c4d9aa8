"""The world read from the store: complete, equal to what was written, and never older than the last change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from uuid import uuid4

import pytest

from coordination.graph import audit, claims, waivers, world_rows
from coordination.graph.facts import statement
from coordination.graph.gaps import assess, assess_country
from coordination.graph.model import Claim, GapState, Stance, TieState, Waiver
from coordination.graph.ties import ties_of
from coordination.graph.world import forget, world
from coordination.permissions import LOCAL_OPERATOR

KSP, KCIK, POZNAN = "ksp", "kcik", "kwp-poznan"
TODAY = date(2026, 1, 12)


def say(store, claimant, partner, stance=Stance.COOPERATES, *, area="referral", on=TODAY, at=None, **more):
    claim = Claim(
        id=str(uuid4()), claimant_id=claimant, partner_id=partner, area=area, stance=stance, stated_on=on,
        recorded_at=at or datetime.now(UTC), **more,
    )  # fmt: skip
    store.change(claims.state, LOCAL_OPERATOR, claim)
    return claim


def write(store, query, action="institution:edit", **params):
    """A change as the program makes it: with its audit entry in the same transaction."""

    def work(tx):
        tx.run(query, **params)
        audit.record(tx, LOCAL_OPERATOR, action, "x")

    store.change(work)


def said_of(found):
    return {said.key: said.stance for said in found.statements}


def told(gap):
    """What a gap says; ties come in the order of the reading, which has no meaning."""
    ties = {(tie.a, tie.b, tie.area, tie.state) for tie in gap.ties}
    return gap.id, gap.state, gap.underlying_state, gap.a, gap.b, gap.unmet, gap.met_pairs, ties


@pytest.fixture
def readings(monkeypatch, reference_store):
    """Counts the whole readings of a world, from a store of which nothing is kept."""
    forget(reference_store)
    monkeypatch.setattr("coordination.graph.world.SETTLES", 0.0)  # the reference data were only just written
    counted = []
    real = world_rows.loaded
    monkeypatch.setattr(
        "coordination.graph.world.loaded", lambda *args: counted.append(args[1:]) or real(*args)
    )
    return counted


def test_the_reference_data_arrive_whole(reference_store):
    found = world(reference_store, TODAY)
    assert (len(found.institutions), len(found.expectations), len(found.steps)) == (207, 201, 64)
    assert (len(found.voivodeships), len(found.areas), len(found.types)) == (16, 12, 48)
    assert found.areas[0] == "identification"
    assert found.institutions[KCIK].national
    ksp = found.institutions[KSP]
    assert (ksp.type, ksp.voivodeships, ksp.voivodeships_partial) == ("police_regional", ("14",), ("14",))
    step = next(one for one in found.steps if (one.pathway_id, one.step_no) == ("P1", 2))
    assert step.partner_types == ("bg_division", "police_regional")


def test_a_statement_arrives_with_all_its_dates(reference_store):
    claim = say(reference_store, KSP, KCIK, valid_from=date(2024, 1, 1), valid_to=date(2027, 1, 1),
                last_activity=date(2025, 12, 24))  # fmt: skip
    now = world(reference_store, TODAY)
    assert now.statements == [statement(claim)._replace(recorded_at=None)]
    ever = world(reference_store, TODAY, known_on=TODAY)
    (read,) = ever.statements
    assert abs(read.recorded_at - claim.recorded_at) < timedelta(milliseconds=1)
    assert read._replace(recorded_at=None) == now.statements[0]


def test_72_required_rows_of_mazowieckie_32_of_which_can_be_assessed(reference_store):
    found = [
        gap
        for gap in assess(world(reference_store, TODAY), "14", TODAY)
        if gap.expectation.level == "required"
    ]
    assert len(found) == 72
    assert sum(gap.assessable for gap in found) == 32


def test_a_pair_of_claims_makes_a_tie_and_covers_an_expectation(reference_store):
    say(reference_store, KSP, KCIK)
    assert [tie.state for tie in ties_of(world(reference_store, TODAY), TODAY)] == [TieState.ONE_SIDED]
    say(reference_store, KCIK, KSP)
    found = world(reference_store, TODAY)
    assert [tie.state for tie in ties_of(found, TODAY)] == [TieState.CONFIRMED]
    gap = next(gap for gap in assess(found, "14", TODAY) if gap.id == "ec-029")
    assert gap.state == GapState.COVERED  # KCIK is the smaller side: one national body for two commands


def test_every_change_is_seen_at_once_and_nothing_is_read_twice(reference_store, readings):
    say(reference_store, KSP, KCIK)
    first = world(reference_store, TODAY)
    assert world(reference_store, TODAY) is first
    assert len(readings) == 1

    say(reference_store, KSP, KCIK, Stance.DOES_NOT_COOPERATE)
    second = world(reference_store, TODAY)
    assert said_of(second) == {(KSP, KCIK, "referral"): "does_not_cooperate"}
    assert said_of(first) == {
        (KSP, KCIK, "referral"): "cooperates"
    }  # who still reads the old one is not disturbed
    say(reference_store, POZNAN, KCIK, area="training")
    say(reference_store, KSP, KCIK, Stance.WITHDRAWN)
    assert said_of(world(reference_store, TODAY)) == {
        (KSP, KCIK, "referral"): "withdrawn",
        (POZNAN, KCIK, "training"): "cooperates",
    }
    assert len(readings) == 1  # statements alone do not make it read everything again


def test_what_is_brought_up_to_date_equals_what_is_read_anew(reference_store, readings):
    for history in (None, TODAY + timedelta(days=9)):
        forget(reference_store)
        world(reference_store, TODAY, history)
        say(reference_store, KSP, POZNAN, on=TODAY - timedelta(days=3))
        say(reference_store, KSP, POZNAN, Stance.NOT_APPLICABLE, on=TODAY - timedelta(days=2))
        say(
            reference_store, KSP, POZNAN, Stance.DOES_NOT_COOPERATE, on=TODAY - timedelta(days=30)
        )  # learnt late
        count = len(readings)
        moved = world(reference_store, TODAY, history)
        assert len(readings) == count
        forget(reference_store)
        anew = world(reference_store, TODAY, history)
        assert moved.version == anew.version
        assert {said.id for said in moved.statements} == {said.id for said in anew.statements}
        assert said_of(moved)[KSP, POZNAN, "referral"] or history


def test_other_changes_are_seen_too(reference_store):
    world(reference_store, TODAY)
    write(reference_store, "MATCH (i:Institution {id: $id}) SET i.active_to = '2025-12-31'", id=KSP)
    assert world(reference_store, TODAY).institutions[KSP].active_to == date(2025, 12, 31)
    write(
        reference_store,
        """
        MATCH (a:Institution {id: $a}), (b:Institution {id: $b})
        CREATE (g:Agreement {id: 'g', title: 'Porozumienie', areas: ['referral'], signed_on: '2020-01-01', version: 1})
        CREATE (g)-[:BETWEEN]->(a), (g)-[:BETWEEN]->(b)
        """,
        "agreement:add", a=POZNAN, b=KCIK,
    )  # fmt: skip
    (paper,) = world(reference_store, TODAY).agreements
    assert (paper.parties, paper.areas, paper.signed_on) == ((KCIK, POZNAN), ("referral",), date(2020, 1, 1))
    write(
        reference_store,
        """
        MATCH (a:Institution {id: $a}), (b:Institution {id: $b}), (r:Area {code: 'training'})
        CREATE (e:Event {id: 'e', title: 'Szkolenie', on: '2025-06-01'})
        CREATE (e)-[:INVOLVED]->(a), (e)-[:INVOLVED]->(b), (e)-[:CONCERNED]->(r)
        """,
        "event:add", a=POZNAN, b=KCIK,
    )  # fmt: skip
    (event,) = world(reference_store, TODAY).events
    assert (event.participants, event.areas, event.on) == ((KCIK, POZNAN), ("training",), date(2025, 6, 1))


def test_a_waiver_is_seen_and_its_revocation(reference_store):
    waiver = Waiver(id="w", expectation_id="ec-029", voivodeship="14", reason="Uzgodniono inaczej",
                    valid_from=TODAY, valid_to=date(2026, 6, 30))  # fmt: skip

    def state():
        gaps = assess(world(reference_store, TODAY, teryt="14"), "14", TODAY)
        return next(gap.state for gap in gaps if gap.id == "ec-029")

    assert state() == GapState.GAP
    reference_store.change(waivers.decide, LOCAL_OPERATOR, waiver, datetime.now(UTC))
    assert state() == GapState.WAIVED
    reference_store.change(waivers.revoke, LOCAL_OPERATOR, "14", "w", TODAY)
    assert state() == GapState.GAP


def test_a_voivodeship_s_world_judges_as_the_country_s(reference_store):
    for one, other in ((KSP, KCIK), (KCIK, KSP), (POZNAN, KCIK), ("sg-nadwislanski", KCIK)):
        say(reference_store, one, other)
    forget(reference_store)  # the country at hand would answer for it
    alone = world(reference_store, TODAY, teryt="14")
    assert alone.voivodeships == ("14",)
    assert POZNAN not in alone.institutions
    here = assess(alone, "14", TODAY, scope=None)
    country = assess_country(world(reference_store, TODAY), TODAY, scope=None)
    assert [told(gap) for gap in here] == [told(gap) for gap in country["14"]]
    assert {gap.state for gap in here} >= {GapState.COVERED, GapState.UNCONFIRMED, GapState.GAP}


def test_a_voivodeship_s_world_is_brought_up_to_date_by_changes_elsewhere(reference_store, readings):
    forget(reference_store)
    world(reference_store, TODAY, teryt="14")
    say(reference_store, POZNAN, KCIK)
    say(reference_store, KSP, KCIK)
    assert set(said_of(world(reference_store, TODAY, teryt="14"))) == {(KSP, KCIK, "referral")}
    assert len(readings) == 1


def test_the_past_is_read_with_its_history(reference_store):
    say(reference_store, KSP, KCIK, on=date(2024, 5, 1), at=datetime(2024, 5, 1, 10, tzinfo=UTC))
    say(reference_store, KSP, KCIK, Stance.DOES_NOT_COOPERATE, on=date(2025, 5, 1),
        at=datetime(2025, 9, 1, 10, tzinfo=UTC))  # fmt: skip

    def state(on, known_on=None):
        ties = ties_of(world(reference_store, on, known_on), on, known_on)
        return [tie.state for tie in ties]

    assert state(TODAY) == [TieState.NONE]
    assert state(date(2024, 12, 31)) == [TieState.ONE_SIDED]
    assert state(date(2024, 4, 30)) == []
    assert state(TODAY, known_on=date(2025, 8, 31)) == [TieState.ONE_SIDED]
    assert state(TODAY, known_on=date(2025, 9, 1)) == [TieState.NONE]


def test_the_same_count_in_another_database_is_not_the_same_world(reference_store):
    before = world(reference_store, TODAY)
    write(reference_store, "MATCH (i:Institution {id: $id}) SET i.short_name = 'Nowa'", id=KSP)
    changed = world(reference_store, TODAY)
    # The database of before comes back, and another change makes the counts equal.
    reference_store.make_reference()
    write(reference_store, "MATCH (i:Institution {id: $id}) SET i.short_name = 'Inna'", id=KSP)
    found = world(reference_store, TODAY)
    assert found.version == changed.version == before.version + 1
    assert found.institutions[KSP].short_name == "Inna"


def test_a_claim_without_a_field_that_all_have_is_not_passed_over(reference_store):
    claim = say(reference_store, KSP, KCIK)
    write(reference_store, "MATCH (c:Claim {id: $id}) REMOVE c.stance", "repair:x", id=claim.id)
    with pytest.raises(ValueError, match="lack a field"):
        world(reference_store, TODAY)


def test_many_readers_get_one_reading(reference_store, readings):
    forget(reference_store)
    found = []
    threads = [Thread(target=lambda: found.append(world(reference_store, TODAY))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(readings) == 1
    assert all(one is found[0] for one in found)


def test_readers_among_writers_never_go_back(reference_store):
    """Eight readings while a writer writes: each sees at least what was acknowledged before it began."""
    acknowledged, failures = [], []

    def writing():
        for number in range(12):
            say(reference_store, KSP, POZNAN, on=TODAY - timedelta(days=20 - number))
            acknowledged.append(TODAY - timedelta(days=20 - number))

    writer = Thread(target=writing)
    writer.start()
    while writer.is_alive():
        known = acknowledged[-1] if acknowledged else None
        seen = [said.stated_on for said in world(reference_store, TODAY).statements]
        if known and (not seen or seen[0] < known):
            failures.append((known, seen))
    writer.join()
    assert failures == []
    assert [said.stated_on for said in world(reference_store, TODAY).statements] == [acknowledged[-1]]


@pytest.mark.parametrize("known_on", [None, TODAY + timedelta(days=9)])
def test_a_commit_of_which_only_a_part_was_there_yet_is_read_again(reference_store, known_on):
    """As a reader may meet it: the entry, then what it tells of; the old statement gone, the new not there."""
    say(reference_store, KSP, KCIK, on=TODAY - timedelta(days=9))
    world(reference_store, TODAY, known_on)
    write(reference_store, "MATCH (c:Claim) SET c.hidden = c.current_key REMOVE c.current_key", "claim:state")
    assert len(world(reference_store, TODAY, known_on).statements) == 1  # what was acknowledged is not lost
    claim = {
        "id": "late", "claimant_id": KCIK, "partner_id": KSP, "area": "referral", "stance": "cooperates",
        "stated_on": TODAY.isoformat(), "recorded_at": datetime.now(UTC), "current_key": claims.key(KCIK, KSP, "referral"),
    }  # fmt: skip
    reference_store.change(lambda tx: tx.run("CREATE (c:Claim) SET c += $claim", claim=claim))
    assert (KCIK, KSP, "referral") in said_of(world(reference_store, TODAY, known_on))


def test_an_edit_of_which_only_the_entry_was_there_yet_is_read_again(reference_store):
    world(reference_store, TODAY)
    write(reference_store, "RETURN 1 AS one")
    world(reference_store, TODAY)
    edit = "MATCH (i:Institution {id: $id}) SET i.short_name = 'Nowa'"
    reference_store.change(lambda tx: tx.run(edit, id=KSP))
    assert world(reference_store, TODAY).institutions[KSP].short_name == "Nowa"


def test_results_stay_where_nothing_they_rest_on_changed(reference_store, readings):
    say(reference_store, KSP, KCIK)
    ties = ties_of(world(reference_store, TODAY), TODAY)
    write(reference_store, "RETURN 1 AS one", "session:start")
    assert ties_of(world(reference_store, TODAY), TODAY) is ties
    say(reference_store, KCIK, KSP)
    assert ties_of(world(reference_store, TODAY), TODAY) is not ties


def test_an_empty_database_is_an_empty_world(store):
    found = world(store, TODAY)
    assert (len(found.institutions), found.statements, found.voivodeships) == (0, [], ())
    assert assess_country(found, TODAY) == {}
    assert replace(found).version == 0
