"""The list of the register: who is in it, in what order, on which page; and search without diacritics."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from coordination import clock
from coordination.errors import NotFound
from coordination.graph import claims, contacts, institution_edits, institutions
from coordination.graph import store as graph_store
from coordination.graph.model import (
    Channel,
    ChannelKind,
    Claim,
    ClaimSource,
    Contact,
    Institution,
    Stance,
    Visibility,
)
from coordination.institutions import listing
from coordination.permissions import LOCAL_OPERATOR, Actor, Role, Scope

MAZOWIECKIE = Actor(id="c14", role=Role.CONSULTANT, voivodeships=("14",))
EVERYTHING = Scope(everything=True)
# Polish order, written by hand: ą after a, ł after l, ż last.
IN_POLISH_ORDER = ["Agencja", "Ąkademia", "Biuro", "Ćwiczenia", "Dom", "Lampa", "Łódka", "Mapa", "Żaglówka", "Źródło"]
IN_POLISH_ORDER.sort(key=lambda name: "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż".index(name[0].lower()))


def add(store, name, *, id=None, type="crisis_centre", city="Radom", voivodeships=("14",), **more):
    made = Institution(
        id=id or f"t-{uuid4().hex[:8]}", name_pl=name, short_name=name, type=type, city=city,
        voivodeships=voivodeships, **more,
    )
    store.change(institution_edits.add, LOCAL_OPERATOR, made)
    return made


def add_contact(store, institution_id, *, days_ago=1, hours="24/7", number="22 000 01 01", visibility="public"):
    channel = Channel(id=str(uuid4()), kind=ChannelKind.PHONE, value=number, visibility=Visibility(visibility))
    contact = Contact(
        id=str(uuid4()), institution_id=institution_id, function=f"Dyżurny {uuid4().hex[:4]}", hours=hours,
        channels=(channel,), confirmed_on=clock.today() - timedelta(days=days_ago),
    )
    store.change(contacts.add, LOCAL_OPERATOR, contact)
    return contact


def names(store, actor=MAZOWIECKIE, voivodeship="14", **asked):
    page = listing.page(store, actor, listing.Filter(**asked), voivodeship, clock.now(), str)
    return [row.line.name_pl for row in page.rows]


def test_a_voivodeship_lists_its_own_and_every_national_body_once(reference_store):
    found = institutions.listed(reference_store, Scope(voivodeships=("14",), shared=True), "14")
    ids = [line.id for line in found]
    assert len(ids) == len(set(ids)) == 56
    assert {"kcik", "sg-nadwislanski", "ksp"} <= set(ids)
    assert "kwp-wroclaw" not in ids
    assert sum(line.national for line in found) == 36
    assert next(line for line in found if line.id == "sg-nadwislanski").partial


def test_the_country_counts_each_institution_once_however_many_voivodeships_it_covers(reference_store):
    found = institutions.listed(reference_store, EVERYTHING, None)
    assert len(found) == len({line.id for line in found}) == 207


def test_another_voivodeship_is_not_there(reference_store):
    with pytest.raises(NotFound):
        institutions.listed(reference_store, Scope(voivodeships=("14",), shared=True), "02")


def test_names_stand_in_polish_order_and_turn_around(reference_store):
    for name in reversed(IN_POLISH_ORDER):
        add(reference_store, name, type="hospital")
    assert names(reference_store, type="hospital") == IN_POLISH_ORDER
    assert names(reference_store, type="hospital", falling=True) == IN_POLISH_ORDER[::-1]


def test_pages_cut_the_list_without_loss_or_repetition(reference_store, monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", 5)
    for number in range(12):
        add(reference_store, f"Szpital {number}", type="hospital")
    pages = [names(reference_store, type="hospital", page=number) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [5, 5, 2]
    assert [name for page in pages for name in page] == [f"Szpital {number}" for number in range(12)]
    assert names(reference_store, type="hospital", page=99) == pages[2], "a page past the end shows the last one"


def test_the_number_of_queries_does_not_grow_with_the_rows(reference_store, monkeypatch):
    counted = queries(monkeypatch)
    add(reference_store, "Jedyny szpital", type="hospital")
    names(reference_store, type="hospital")
    counted.clear()
    names(reference_store, type="hospital")
    few = len(counted)
    for number in range(8):
        add_contact(reference_store, add(reference_store, f"Szpital {number}", type="hospital").id)
    names(reference_store, type="hospital")
    counted.clear()
    names(reference_store, type="hospital")
    assert len(counted) == few <= 4


def queries(monkeypatch):
    """Grows by one with every query whose rows are read, once changes have settled."""
    monkeypatch.setattr("coordination.graph.world.SETTLES", 0.0)
    counted = []
    rows = graph_store._rows
    monkeypatch.setattr(graph_store, "_rows", lambda result: counted.append(1) or rows(result))
    return counted


def test_a_page_of_an_institution_takes_six_queries_whatever_is_known_of_it(reference_store, sign_in, monkeypatch):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    client.get("/institutions/ksp")
    counted = queries(monkeypatch)
    assert client.get("/institutions/ksp").status_code == 200
    few = len(counted)
    for number in range(5):
        add_contact(reference_store, "ksp")
        state(reference_store, "ksp", add(reference_store, f"Szpital {number}", type="hospital").id)
    counted.clear()
    assert "Szpital 4" in client.get("/institutions/ksp").get_data(as_text=True)
    assert len(counted) == few <= 6


def state(store, claimant, partner, stance=Stance.COOPERATES, replaces=None):
    claim = Claim(
        id=str(uuid4()), claimant_id=claimant, partner_id=partner, area="identification", stance=stance,
        stated_on=clock.today(), source=ClaimSource.SURVEY, recorded_at=clock.now(),
    )
    store.change(claims.state, LOCAL_OPERATOR, claim, replaces=replaces)
    return claim.id


def test_the_count_of_ties_follows_every_statement_and_stays_within_the_scope(reference_store):
    here, other, far = (
        add(reference_store, name, type="hospital", voivodeships=(place,)).id
        for name, place in (("A", "14"), ("B", "14"), ("C", "02"))
    )

    def ties(actor=MAZOWIECKIE):
        page = listing.page(reference_store, actor, listing.Filter(type="hospital"), "14", clock.now(), str)
        return {row.line.id: row.ties for row in page.rows}

    assert ties() == {here: (0, 0), other: (0, 0)}
    state(reference_store, here, other)
    assert ties() == {here: (0, 1), other: (0, 1)}
    answer = state(reference_store, other, here)
    assert ties() == {here: (1, 1), other: (1, 1)}
    state(reference_store, far, here)
    assert ties() == {here: (1, 1), other: (1, 1)}, "a partner of another voivodeship is not there for its consultant"
    assert ties(Actor(id="n", role=Role.NATIONAL))[here] == (1, 2)
    state(reference_store, other, here, Stance.WITHDRAWN, replaces=answer)
    assert ties() == {here: (0, 1), other: (0, 1)}
    own = Actor(id="i", role=Role.INSTITUTION, voivodeships=("14",), institution_id=other)
    assert ties(own) == {here: None, other: (0, 1)}, "an institution sees its own alone"


def test_units_stand_under_their_parent_and_open_on_request(reference_store):
    parent = add(reference_store, "Aaa urząd", id="t-parent")
    add(reference_store, "Zzz wydział", id="t-unit", parent_id=parent.id)
    page = listing.page(reference_store, MAZOWIECKIE, listing.Filter(), "14", clock.now(), str)
    assert page.rows[0].line.id == "t-parent" and page.rows[0].units == 1
    assert "t-unit" not in [row.line.id for row in page.rows]
    page = listing.page(reference_store, MAZOWIECKIE, listing.Filter(open=("t-parent",)), "14", clock.now(), str)
    assert [(row.line.id, row.depth) for row in page.rows[:2]] == [("t-parent", 0), ("t-unit", 1)]


def test_filters_of_duty_freshness_and_group(reference_store):
    on, off, stale, none = (add(reference_store, name, type="hospital") for name in ("A", "B", "C", "D"))
    add_contact(reference_store, on.id, hours="24/7")
    add_contact(reference_store, off.id, hours="24/7 off", days_ago=220)
    add_contact(reference_store, stale.id, hours="24/7", days_ago=500)
    assert names(reference_store, type="hospital", duty=True) == ["A"]
    assert names(reference_store, type="hospital", freshness="fresh") == ["A"]
    assert names(reference_store, type="hospital", freshness="ageing") == ["B"]
    assert names(reference_store, type="hospital", freshness="stale") == ["C"]
    assert names(reference_store, type="hospital", freshness="none") == ["D"] and none


def test_closed_institutions_leave_the_list_and_keep_their_page(reference_store):
    closed = add(reference_store, "Dawny szpital", type="hospital", active_to=clock.today() - timedelta(days=1))
    assert names(reference_store, type="hospital") == []
    assert institutions.get(reference_store, EVERYTHING, closed.id) == replace(closed, version=1)


def test_search_needs_no_diacritics(reference_store):
    lines = institutions.listed(reference_store, EVERYTHING, None)
    for query, found in (
        ("lodz", "kwp-lodz"), ("ŁÓDŹ", "kwp-lodz"), ("nadwislanski", "sg-nadwislanski"),
        ("gdansk policji", "kwp-gdansk"), ("strada", "la-strada"), ("„La Strada”", "la-strada"),
    ):
        assert found in [line.id for line in institutions.matching(lines, query)], query


def test_search_puts_the_short_name_first_and_needs_every_word(reference_store):
    lines = institutions.listed(reference_store, EVERYTHING, None)
    assert institutions.matching(lines, "kcik")[0].id == "kcik"
    assert institutions.matching(lines, "lodz wroclaw") == []
    assert institutions.matching(lines, " .,! ") == []


def test_a_new_name_is_found_at_once_and_the_old_one_no_longer(reference_store):
    made = add(reference_store, "Ośrodek Źródło", id="t-1")
    changed = replace(made, name_pl="Ośrodek Jezioro", short_name="Jezioro", version=1)
    reference_store.change(institution_edits.edit, LOCAL_OPERATOR, changed)
    lines = institutions.listed(reference_store, EVERYTHING, None)
    assert [line.id for line in institutions.matching(lines, "jezioro")] == ["t-1"]
    assert institutions.matching(lines, "osrodek zrodlo") == []


def test_a_value_no_filter_knows_is_shown_ignored_and_named(sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    page = client.get("/institutions?type=<b>zła&duty=always&sort=price").get_data(as_text=True)
    assert page.count("k-notice-warning") == 3
    assert "&lt;b&gt;zła" in page and "<b>zła" not in page
    assert "56 instytucji" in page


def test_an_empty_result_offers_to_remove_each_filter(sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    page = client.get("/institutions?q=qqqq&type=hospital&group=men").get_data(as_text=True)
    assert "Brak wyników." in page
    links = set(re.findall(r'href="([^"]+)">\s*Usuń filtr', page))
    assert len(links) == 3 and all(link.count("=") == 2 for link in links)


def test_national_and_partial_institutions_carry_their_badge(sign_in):
    page = sign_in(Role.CONSULTANT, voivodeship="14").get("/institutions").get_data(as_text=True)
    row = page[page.index("/institutions/kgp?") if "/institutions/kgp?" in page else page.index("/institutions/mswia"):]
    assert "ogólnopolska" in row[:400]
    row = page[page.index("/institutions/sg-nadwislanski"):]
    assert "część" in row[:400]
